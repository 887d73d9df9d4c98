#include "recommender/class_plan/item_use.h"

namespace evenlight {
namespace {

ItemUse BeforeClass(const PhaseRule& rule, ResourceIndex resource) {
  if (rule.IsIntroduction(resource)) return ItemUse::kIntroduction;
  return rule.IsFoundation(resource) ? ItemUse::kPrerequisite
                                     : ItemUse::kUnspecified;
}

// By what most of those who follow the rule do with it.
ItemUse AfterClass(PlannedLearners learners, ResourceIndex resource,
                   const Eigen::Ref<const Eigen::VectorXf>& served) {
  int32_t num_due = 0, num_begun = 0;
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    const PlannedLearner& one = *learners[learner];
    if (served(static_cast<Eigen::Index>(learner)) <= 0 || !one.follows_rule) {
      continue;
    }
    ++num_begun;
    num_due += one.view.IsDue(resource) ? 1 : 0;
  }
  if (num_begun == 0) return ItemUse::kUnspecified;
  return 2 * num_due > num_begun ? ItemUse::kReview : ItemUse::kConsolidation;
}

}  // namespace

ItemUse UseOf(const UseInput& input, ResourceIndex resource,
              const Eigen::Ref<const Eigen::VectorXf>& served) {
  switch (input.phase) {
    case Phase::kPreClass:
      return BeforeClass(input.rule, resource);
    case Phase::kInClass: {
      const auto num_fit = static_cast<int32_t>((served.array() > 0).count());
      return IsForWholeClass(num_fit, input.learners.size())
                 ? ItemUse::kWholeClass
                 : ItemUse::kGroup;
    }
    case Phase::kPostClass:
      return AfterClass(input.learners, resource, served);
    case Phase::kSelfStudy:
    case Phase::kUnspecified:
      break;
  }
  return ItemUse::kUnspecified;
}

}  // namespace evenlight
