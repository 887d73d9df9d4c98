// What a learner's day holds already: the minutes that the cap still leaves,
// and what teachers have pinned and banned. Read from the track and the pushes;
// nothing is kept.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_DAY_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_DAY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/event.h"
#include "core/ids.h"
#include "core/recommendation.h"
#include "recommender/ranking/minutes_cap.h"
#include "recommender/state/learner_state.h"
#include "storage/push_store.h"
#include "storage/track_store.h"

namespace evenlight {

// Whose day, and when. Borrowed for the call.
struct DayQuestion {
  const TenantId& tenant;
  const LearnerProfile& profile;
  const LearnerState& state;  // As of now.
  const Catalog& catalog;
  Phase phase = Phase::kUnspecified;  // What the minutes would be spent in.
  absl::Time time;     // Any moment of the day asked about; else: now.
  PushId except = {};  // A push that does not count. Empty: all do.
};

// The word of all pushes that are not past due and concern the learner. Each
// resource once, in the catalog; the newest push first.
struct TeachersWord {
  // Pinned and not done, in pushes of the phase asked for.
  std::vector<ResourceIndex> pins;
  // The other resources of these pushes that are not done.
  std::vector<ResourceIndex> assigned;
  // Banned, for whatever phase. Where a newer push has the resource on its
  // list, that ban is lifted.
  std::vector<ResourceIndex> bans;
};

// True if the learner did `resource` at `since` or later: worked through it or,
// as its kind asks, answered or viewed it. A learner's state keeps the time of
// the last event with a resource only, so one that was done before and merely
// looked at since counts as done again.
bool IsDoneSince(const LearnerState& state, const Resource& resource,
                 absl::Time since);

// The minutes of `resource` that a list under `policy` counts for a learner of
// `grade`: of written work only in the first grades.
float CountedMinutes(const MinutesCapPolicy& policy, int32_t grade,
                     const Resource& resource);

// Thread-safe.
class LearnerDay {
 public:
  // `database` outlives it. The time zone of `policy` is known to exist.
  LearnerDay(Database* database, MinutesCapPolicy policy);

  // The minutes left on the day of `question.time`, from midnight to midnight
  // in the policy's time zone: its cap less the time spent that day in phases
  // under the cap, less the minutes of what is pushed in such phases, due that
  // day and not done. Unlimited if the cap does not cover the phase.
  //
  // DATA_LOSS: a record is damaged.
  absl::StatusOr<MinutesLeft> LeftFor(const DayQuestion& question) const;

  // The teacher's word as of `question.time`. The learner's own requests honour
  // it whatever the cap says.
  //
  // DATA_LOSS: a record is damaged.
  absl::StatusOr<TeachersWord> WordFor(const DayQuestion& question) const;

  // The last microsecond of the day of `time`, and its date: `2026-01-01`.
  absl::Time EndOfDay(absl::Time time) const;
  std::string DateOf(absl::Time time) const;

  const MinutesCapPolicy& policy() const { return policy_; }

 private:
  absl::Time StartOfDay(absl::Time time) const;
  absl::StatusOr<float> MinutesSpent(const DayQuestion& question) const;
  absl::StatusOr<float> MinutesPushed(const DayQuestion& question) const;

  const MinutesCapPolicy policy_;
  absl::TimeZone zone_;
  const TrackStore track_;
  const PushStore pushes_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_DAY_H_
