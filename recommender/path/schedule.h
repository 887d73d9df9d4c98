// Puts what a path needs onto days, as an expected course: it counts on the
// expected number of answers, no more and no fewer.

#ifndef EVENLIGHT_RECOMMENDER_PATH_SCHEDULE_H_
#define EVENLIGHT_RECOMMENDER_PATH_SCHEDULE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/path/calendar.h"
#include "recommender/path/choices.h"
#include "recommender/path/needs.h"

namespace evenlight {

// Equal to evenlight.v1.PathActivity.Kind.
enum class ActivityKind : uint8_t {
  kLearn = 1,     // An explanation.
  kPractise = 2,  // A question.
  kCheck = 3,     // A question never answered, before the kc counts.
  kReview = 4,    // A question of what is mastered and fading.
};

struct ScheduleInput {
  absl::Span<const Need> needs;
  const PathChoices& choices;
  const PathCalendar& calendar;
};

// How work is packed. None is best everywhere; a path tries several.
struct ScheduleStyle {
  // Put off what a question shared with a later need will answer as well: the
  // fewest answers in all, but not always the soonest goal.
  bool is_patient = true;
  // Of as many of the best questions as are still to be answered take the
  // longest that fits: fuller days. Else the best.
  bool takes_longest = false;
  // Prefer what takes the fewest minutes for each need that it serves to what
  // serves most needs.
  bool is_thrifty = false;
  // Work for this goal first; -1: the one with the least to do.
  NeedIndex first_goal = -1;
};

struct ScheduleRules {
  float minutes_per_day = 0;
  float minutes_spent_today = 0;
  int32_t num_days = 0;  // Days 0 .. num_days - 1.
  // All that is good for the learner: media first, and up to a quarter of each
  // day kept for reviews, one at least where it takes no more than half. Else
  // only what is needed: short questions, and reviews in the minutes left over.
  bool is_comfortable = true;
  // Of the other kind: so many days have reviews even if no work is left.
  int32_t num_review_days = 0;
  ScheduleStyle style;
};

struct Scheduled {
  ActivityKind kind = ActivityKind::kPractise;
  ChoiceIndex choice = 0;
  NeedIndex need = -1;  // That carries it; -1: a review of what is no need.
  KcIndex kc = KcIndex::kNone;  // The same as a kc.
  int32_t day = 0;
  std::vector<NeedIndex> serves;  // All needs it counts for; not of a review.
};

struct Schedule {
  std::vector<Scheduled> activities;  // By day, in order.
  std::vector<int32_t> done_day;      // By need; -1: not within the days.
  // By need: too few questions for it, or for one before it. Others may still
  // not be done: two needs may share the questions that both lack.
  std::vector<bool> is_blocked;

  bool IsDone() const;
  // How many of the goals are done by the end of `day`.
  int32_t NumGoalsBy(int32_t day, absl::Span<const Need> needs) const;
};

// Greedy: works on one goal after another, the one with the least left to do
// first, each with what comes before it, and fills each day with what fits.
//
//   - no day holds more than minutes_per_day, today less what was spent;
//   - an activity stands after all that has to be mastered before it;
//   - no choice stands twice, but a review on another day;
//   - the last answer of a kc is a check, and so is one that, if right, is
//     enough: as far as there are questions that were never answered.
//
// A need with fewer questions than right answers are needed is worked for last,
// as far as they go, and is never done. One with fewer than are expected to be
// needed is planned with those: what is answered wrong comes back after a day.
Schedule MakeSchedule(const ScheduleInput& input, const ScheduleRules& rules);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_SCHEDULE_H_
