#include "recommender/exposure/exposure_replay.h"

#include "core/log.h"
#include "core/status_macros.h"
#include "recommender/exposure/learner_tiers.h"
#include "storage/track_store.h"

namespace evenlight {

absl::StatusOr<int64_t> ReplayExposures(const TenantId& tenant,
                                        int64_t last_sequence, absl::Time now,
                                        Database* database,
                                        const std::atomic<bool>& stop,
                                        ExposureLedger* ledger) {
  LearnerTiers tiers(database);
  int64_t num_lists = 0;
  RETURN_IF_ERROR(TrackStore(database).ListSince(
      tenant, ExposureWindowStart(now), [&] { return !stop; },
      [&](const Event& event) {
        if (event.verb == Verb::kRecommended &&
            event.sequence <= last_sequence) {
          ledger->Add(tenant, event, tiers.Of(tenant, event.actor.id, now));
          ++num_lists;
        }
        return !stop;
      }));
  if (stop) return absl::CancelledError("the server stops");
  return num_lists;
}

ExposureReplay::~ExposureReplay() { Stop(); }

void ExposureReplay::Start(absl::Time now) {
  thread_ = std::thread([this, ends = FindEnds(), now] {
    Replay(ends, now);
    const MutexLock lock(mu_);
    is_done_ = true;
    done_.NotifyAll();
  });
}

absl::Status ExposureReplay::status(const TenantId& tenant) const {
  const MutexLock lock(mu_);
  if (!is_done_) {
    return absl::UnavailableError(
        "the lists of the last weeks are still being read; try again in a "
        "while");
  }
  if (failed_.contains(TenantId()) || failed_.contains(tenant)) {
    return absl::DataLossError(
        "the lists of the last weeks cannot be read; the server's log says "
        "why, at exposures_not_read");
  }
  return absl::OkStatus();
}

void ExposureReplay::Wait() {
  MutexLock lock(mu_);
  while (!is_done_) done_.Wait(mu_);
}

void ExposureReplay::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<ExposureReplay::Ends> ExposureReplay::FindEnds() const {
  const TrackStore track(&database_);
  Ends ends;
  ASSIGN_OR_RETURN(const std::vector<TenantId> tenants, track.Tenants());
  for (const TenantId& tenant : tenants) {
    ASSIGN_OR_RETURN(const int64_t last, track.LastSequence(tenant));
    ends.emplace_back(tenant, last);
  }
  return ends;
}

void ExposureReplay::Replay(const absl::StatusOr<Ends>& ends, absl::Time now) {
  if (!ends.ok()) return Fail(TenantId(), ends.status());
  for (const auto& [tenant, last_sequence] : *ends) {
    const absl::StatusOr<int64_t> num_lists = ReplayExposures(
        tenant, last_sequence, now, &database_, stop_, &ledger_);
    if (num_lists.ok()) {
      Log(LogLevel::kInfo, "exposures_read",
          {{"tenant", tenant}, {"lists", *num_lists}});
    } else {
      Fail(tenant, num_lists.status());
    }
  }
}

void ExposureReplay::Fail(const TenantId& tenant, const absl::Status& problem) {
  if (!absl::IsCancelled(problem)) {
    Log(LogLevel::kError, "exposures_not_read",
        {{"tenant", tenant}, {"problem", problem.ToString()}});
  }
  const MutexLock lock(mu_);
  failed_.insert(tenant);
}

}  // namespace evenlight
