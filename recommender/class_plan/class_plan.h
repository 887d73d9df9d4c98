// One list for a whole class, the groups that follow from it, and who needs
// something else. Pure, as recommender/pipeline.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_PLAN_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_PLAN_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/class_plan/class_rules.h"
#include "recommender/class_plan/class_scope.h"
#include "recommender/class_plan/item_use.h"
#include "recommender/class_plan/see_first.h"
#include "recommender/models/model_binding.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct ClassLearner {
  LearnerProfile profile;
  LearnerState state;
};

// Everything is borrowed for the call.
struct ClassPlanInput {
  const ServingSnapshot& snapshot;
  absl::Span<const ClassLearner> learners;
  const RecommendationRequest& request;  // page_size in [1, 20].
  const RankingPolicy& policy;
  absl::Time now;
  const ClassRules& rules;
};

struct ClassItem {
  ResourceIndex resource = ResourceIndex::kNone;
  // In knowledge components, summed over learners, >= kMinGain; 0 for all items
  // if nothing has a gain for anybody. A pin, an introduction and an item for
  // the whole class may add less, also nothing.
  float added_gain = 0;
  // Whom it serves; of an introduction, whom it may be given to.
  int32_t num_learners_fit = 0;
  ItemUse use = ItemUse::kUnspecified;
  std::string reason_text;
};

struct ClassGroup {
  ResourceIndex resource = ResourceIndex::kNone;
  std::vector<LearnerId> learners;
  std::string reason_text;
};

struct UnservedLearner {
  LearnerId learner;
  ResourceIndex instead = ResourceIndex::kNone;  // kNone: nothing fits at all.
  std::string reason_text;
};

struct ClassPlan {
  std::vector<ClassItem> items;  // In the order chosen; no resource twice.
  std::vector<ClassGroup> groups;
  std::vector<UnservedLearner> unserved;
  std::vector<LearnerToSee> see_first;
  std::vector<ClassKc> map;  // Prerequisites before what needs them.
  // Sentences about the list as a whole: why it is empty, what the pins leave.
  std::vector<std::string> notices;
  std::vector<std::string> degraded;
};

// Pins come first, then items one by one, each the one that adds most to
//
//   F(S) = sum over learners l of max over r in S of gain(l, r)
//
// (facility location; recommender/class_plan/facility_location.h). A resource
// has gain 0 for a learner whom it does not serve: not eligible, not for the
// phase (phase_rule.h), less than kMinGain, or less than half of the best that
// there is for them alone (class_gains.h). So every item but a pin serves
// somebody. With a floor its share takes the place of the half, and how many
// are served comes before F (floor_cover.h).
//
// If nothing has a gain for anybody, the list is of what is eligible for most,
// and no sentence claims help; it is empty only if nothing that fits the limits
// is eligible for anybody, and `notices` says why.
//
// Before class one place is for an introduction, if there are two; in class a
// place that is left goes to what serves most, if that is kWholeClassShare of
// them and nothing on the list does so yet.
//
// A pin that nobody may be given (CheckPin) is left out. Every learner is in
// exactly one group or unserved. Each learner's state has at most a moderate
// number of kcs; the cost is that of one shared candidate set, not of one
// pipeline per learner.
ClassPlan PlanForClass(const ClassPlanInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_PLAN_H_
