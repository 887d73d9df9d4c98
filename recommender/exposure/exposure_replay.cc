#include "recommender/exposure/exposure_replay.h"

#include "core/log.h"
#include "core/status_macros.h"
#include "recommender/exposure/learner_tiers.h"
#include "storage/roster_store.h"
#include "storage/track_store.h"

namespace evenlight {

absl::StatusOr<int64_t> ReplayExposures(const TenantId& tenant,
                                        int64_t last_sequence, absl::Time now,
                                        Database* database,
                                        const std::atomic<bool>& stop,
                                        ExposureLedger* ledger) {
  const RosterStore roster(database);
  int64_t num_lists = 0;
  LearnerId learner;  // Events come actor by actor.
  Tier tier = Tier::kUnspecified;
  absl::Status status;
  const auto add = [&](const Event& event) {
    if (stop) {
      status = absl::CancelledError("the server stops");
    } else if (event.verb == Verb::kRecommended &&
               event.sequence <= last_sequence) {
      if (event.actor.id != learner) {
        learner = event.actor.id;
        const absl::StatusOr<Tier> found = TierOf(roster, tenant, learner);
        status = found.status();
        tier = found.value_or(Tier::kUnspecified);
      }
      ledger->Add(tenant, event, tier);
      ++num_lists;
    }
    return status.ok();
  };
  RETURN_IF_ERROR(
      TrackStore(database).ListSince(tenant, ExposureWindowStart(now), add));
  RETURN_IF_ERROR(status);
  return num_lists;
}

ExposureReplay::~ExposureReplay() { Stop(); }

void ExposureReplay::Start(absl::Time now) {
  thread_ = std::thread([this, ends = FindEnds(), now] {
    const absl::Status status = Replay(ends, now);
    if (!status.ok() && !absl::IsCancelled(status)) {
      Log(LogLevel::kError, "exposures_not_read",
          {{"problem", status.ToString()}});
    }
    const MutexLock lock(mu_);
    status_ = status;
    is_done_ = true;
    done_.NotifyAll();
  });
}

absl::Status ExposureReplay::status() const {
  const MutexLock lock(mu_);
  return is_done_ ? status_
                  : absl::UnavailableError(
                        "the lists of the last weeks are still being read; "
                        "try again in a while");
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

absl::Status ExposureReplay::Replay(const absl::StatusOr<Ends>& ends,
                                    absl::Time now) {
  RETURN_IF_ERROR(ends.status());
  for (const auto& [tenant, last_sequence] : *ends) {
    ASSIGN_OR_RETURN(const int64_t num_lists,
                     ReplayExposures(tenant, last_sequence, now, &database_,
                                     stop_, &ledger_));
    Log(LogLevel::kInfo, "exposures_read",
        {{"tenant", tenant}, {"lists", num_lists}});
  }
  return absl::OkStatus();
}

}  // namespace evenlight
