// What is said of a path, in English or Chinese.

#ifndef EVENLIGHT_RECOMMENDER_PATH_PATH_SENTENCES_H_
#define EVENLIGHT_RECOMMENDER_PATH_PATH_SENTENCES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/recommendation.h"
#include "recommender/path/path_plan.h"

namespace evenlight {

// Why an activity for `kc` stands on the path. `goal` is the kc that builds on
// it; empty if it is a goal itself or a review.
std::string ExplainActivity(ActivityKind kind, absl::string_view kc,
                            absl::string_view goal, ReasonLanguage language);

// What is in the way of a kc that is blocked: `kc` itself or what comes before
// it has `num_questions` suitable ones, and takes `num_right` right answers.
struct Obstacle {
  std::string kc;
  int32_t num_questions = 0;
  int32_t num_right = 0;
};
std::string ExplainObstacle(const Obstacle& obstacle, ReasonLanguage language);

// A kc that the catalog lacks.
std::string ExplainMissing(ReasonLanguage language);

// `date` is empty if it is not known when.
std::string ExplainOutcome(KcOutcome outcome, absl::string_view date,
                           ReasonLanguage language);

// What `progress` amounts to; `date` is the goal's last day.
std::string ExplainStatus(const GoalProgress& progress, absl::string_view date,
                          int32_t minutes_a_day, ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_PATH_SENTENCES_H_
