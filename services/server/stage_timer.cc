#include "services/server/stage_timer.h"

#include "absl/algorithm/container.h"
#include "core/awaited.h"

namespace evenlight {
namespace {

// Stages and sources of a request.
constexpr size_t kNumExpected = 32;

}  // namespace

void StageMeter::Add(absl::Span<const NamedFigures> request) {
  const MutexLock lock(mu_);
  for (const auto& [name, from] : request) {
    auto found = figures_.find(name);
    if (found == figures_.end()) {
      found = figures_.try_emplace(std::string(name)).first;
    }
    StageTotals& to = found->second;
    to.num_runs += from.num_runs;
    to.num_left_out += from.num_left_out;
    to.num_failed += from.num_failed;
    to.time += from.time;
    to.num_left += from.num_left;
    to.num_shown += from.num_shown;
    if (from.num_runs > 0) to.seconds.Add(absl::ToDoubleSeconds(from.time));
  }
}

StageMeter::Figures StageMeter::Read() const {
  const MutexLock lock(mu_);
  return figures_;
}

StageTimer::StageTimer(const Clock* clock, absl::Duration budget,
                       StageMeter* meter)
    : clock_(*clock), meter_(*meter), deadline_(clock->Now() + budget) {
  figures_.reserve(kNumExpected);
}

StageTimer::~StageTimer() { meter_.Add(figures_); }

bool StageTimer::IsAwaited() { return CheckAwaited().ok(); }

bool StageTimer::HasTimeFor(const char* stage) {
  if (clock_.Now() < deadline_) return true;
  ++Of(stage).num_left_out;
  return false;
}

StageFigures& StageTimer::Of(absl::string_view name) {
  const auto found = absl::c_find_if(
      figures_, [&](const auto& named) { return named.first == name; });
  if (found != figures_.end()) return found->second;
  return figures_.emplace_back(name, StageFigures()).second;
}

void StageTimer::Begin(const char*) { begin_ = clock_.Now(); }

void StageTimer::End(const char* stage, int64_t num_left) {
  StageFigures& figures = Of(stage);
  ++figures.num_runs;
  figures.time += clock_.Now() - begin_;
  figures.num_left += num_left;
}

void StageTimer::Fail(const char* stage) { ++Of(stage).num_failed; }

void StageTimer::CountSource(const char* source, int64_t num_proposed,
                             int64_t num_shown) {
  StageFigures& figures = Of(source);
  ++figures.num_runs;
  figures.num_left += num_proposed;
  figures.num_shown += num_shown;
}

}  // namespace evenlight
