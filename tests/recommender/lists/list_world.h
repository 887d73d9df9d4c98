// A small world that lives on while lists are asked of it: a few learners work,
// editors add, hide, publish and expire resources, lists are shown, and time
// passes. Good for laws that must hold at every moment.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_

#include <map>
#include <memory>
#include <vector>

#include "recommender/class_plan/class_plan.h"
#include "recommender/exposure/exposure_ledger.h"
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

  // New resources whose budget is not spent, in the order of their turn. The
  // world's budget is small, so that it runs out.
  NewResources Turns() const;
  // A second opinion on it, from the lists that were shown alone.
  bool IsNew(ResourceIndex resource) const;
  bool HasBudget(ResourceIndex resource) const;  // Of what is new.

  // `learner` was shown it.
  void Show(const ClassLearner& learner, const RankedList& list);
  // How many places of such lists what is new had, for being new and without a
  // budget.
  int num_shown_as_new() const { return num_shown_as_new_; }
  int num_shown_though_spent() const { return num_shown_though_spent_; }

  // Each resource with probability `p`, in a random order.
  std::vector<ResourceIndex> RandomResources(double p);

  SecondOpinion OpinionOf(const ClassLearner& learner,
                          const RecommendationRequest& request,
                          const RankingPolicy& policy) const;

 private:
  void FoldAnEvent();
  void EditAResource();
  void AddAResource();
  void Publish(std::vector<std::shared_ptr<const Resource>> entries);

  Random random_;
  std::shared_ptr<const ServingSnapshot> snapshot_;
  std::vector<ClassLearner> learners_;
  absl::Time now_ = kNow;
  NewResourcePolicy new_resources_;
  ExposureLedger ledger_;
  std::map<ResourceId, double> shown_;  // Of all lists: sum of 1 / log2(1 + n).
  int num_lists_ = 0;
  int num_shown_as_new_ = 0;
  int num_shown_though_spent_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_LISTS_LIST_WORLD_H_
