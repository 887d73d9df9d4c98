#include "services/server/stage_timer.h"

namespace evenlight {

void StageMeter::Add(const Figures& request) {
  const MutexLock lock(mu_);
  for (const auto& [name, from] : request) {
    StageFigures& to = figures_[name];
    to.num_runs += from.num_runs;
    to.num_left_out += from.num_left_out;
    to.num_failed += from.num_failed;
    to.time += from.time;
    to.num_left += from.num_left;
    to.num_shown += from.num_shown;
  }
}

StageMeter::Figures StageMeter::Read() const {
  const MutexLock lock(mu_);
  return figures_;
}

StageTimer::StageTimer(const Clock* clock, absl::Duration budget,
                       StageMeter* meter)
    : clock_(*clock), meter_(*meter), deadline_(clock->Now() + budget) {}

StageTimer::~StageTimer() { meter_.Add(figures_); }

bool StageTimer::HasTimeFor(const char* stage) {
  if (clock_.Now() < deadline_) return true;
  ++figures_[stage].num_left_out;
  return false;
}

void StageTimer::Begin(const char*) { begin_ = clock_.Now(); }

void StageTimer::End(const char* stage, int64_t num_left) {
  StageFigures& figures = figures_[stage];
  ++figures.num_runs;
  figures.time += clock_.Now() - begin_;
  figures.num_left += num_left;
}

void StageTimer::Fail(const char* stage) { ++figures_[stage].num_failed; }

void StageTimer::CountSource(const char* source, int64_t num_proposed,
                             int64_t num_shown) {
  StageFigures& figures = figures_[source];
  ++figures.num_runs;
  figures.num_left += num_proposed;
  figures.num_shown += num_shown;
}

}  // namespace evenlight
