// A small world that lives on while lists are asked of it: a few learners work,
// editors hide, publish and expire resources, and time passes. Good for laws
// that must hold at every moment.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_

#include <memory>
#include <vector>

#include "recommender/class_plan/class_plan.h"
#include "tests/support/learning_world.h"
#include "tests/support/second_opinion.h"

namespace evenlight {

inline constexpr int kMaxListResources = 64;

// One thread. Repeatable from its seed.
class ListWorld {
 public:
  explicit ListWorld(unsigned seed);

  // Something happens: an event, an edit of the catalog, or time.
  void Step();

  Random& random() { return random_; }
  const ServingSnapshot& snapshot() const { return *snapshot_; }
  const Catalog& catalog() const { return *snapshot_->catalog; }
  const std::vector<ClassLearner>& learners() const { return learners_; }
  const ClassLearner& AnyLearner();
  absl::Time now() const { return now_; }

  // With random policy, filter, phase and page size; of classes a page is 20
  // at most, which the learners' lists keep to as well.
  RankingPolicy RandomPolicy();
  RecommendationRequest RandomRequest();

  // Each resource with probability `p`, in a random order.
  std::vector<ResourceIndex> RandomResources(double p);

  SecondOpinion OpinionOf(const ClassLearner& learner,
                          const RecommendationRequest& request,
                          const RankingPolicy& policy) const;

 private:
  void FoldAnEvent();
  void EditAResource();

  Random random_;
  std::shared_ptr<const ServingSnapshot> snapshot_;
  std::vector<ClassLearner> learners_;
  absl::Time now_ = kNow;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_
