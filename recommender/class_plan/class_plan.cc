#include "recommender/class_plan/class_plan.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/facility_location.h"
#include "recommender/class_plan/gain.h"

namespace evenlight {
namespace {

// The list serves a learner if its best gives so much of the best there is for
// them; with less they would mostly wait for the others, or lack what it builds
// on.
constexpr float kServedShare = 0.5f;

class Planner {
 public:
  explicit Planner(const ClassPlanInput& input)
      : input_(input), catalog_(*input.snapshot.catalog) {
    for (const ClassLearner& learner : input.learners) {
      learners_.push_back(std::make_unique<PlannedLearner>(
          LearnerView(&input.snapshot, &learner.state, input.now,
                      input.policy.mastered_p_known),
          learner.profile, input.request.filter, input.request.phase));
    }
    candidates_ = ClassCandidates(learners_);
    ComputeGains();
  }

  ClassPlan Plan() {
    chosen_ = ChooseGreedily(gains_, input_.request.page_size);
    ClassPlan plan;
    for (const Chosen& chosen : chosen_) plan.items.push_back(ItemOf(chosen));
    AssignLearners(plan);
    return plan;
  }

 private:
  int32_t num_learners() const {
    return static_cast<int32_t>(learners_.size());
  }

  void ComputeGains() {
    gains_.resize(num_learners(), static_cast<int32_t>(candidates_.size()));
    for (int32_t learner = 0; learner < num_learners(); ++learner) {
      for (size_t column = 0; column < candidates_.size(); ++column) {
        gains_(learner, column) =
            Gain(learners_[learner]->view, learners_[learner]->gate,
                 input_.policy, candidates_[column]);
      }
    }
  }

  float Floor(int32_t learner) const {
    return kServedShare * gains_.row(learner).maxCoeff();
  }

  bool Fits(int32_t learner, int32_t column) const {
    const float gain = gains_(learner, column);
    return gain > 0 && gain >= Floor(learner);
  }

  ClassItem ItemOf(const Chosen& chosen) const {
    ClassItem item;
    item.resource = candidates_[chosen.column];
    item.added_gain = static_cast<float>(chosen.added);
    for (int32_t learner = 0; learner < num_learners(); ++learner) {
      item.num_learners_fit += Fits(learner, chosen.column) ? 1 : 0;
    }
    item.reason_text =
        ExplainItem(catalog_, item.resource, item.num_learners_fit,
                    input_.request.language);
    return item;
  }

  // Position in `chosen_` of the learner's best; of equals the earlier. -1 if
  // nothing on the list fits.
  int32_t BestChosen(int32_t learner) const {
    int32_t best = -1;
    for (int32_t i = 0; i < static_cast<int32_t>(chosen_.size()); ++i) {
      if (!Fits(learner, chosen_[i].column)) continue;
      if (best < 0 || gains_(learner, chosen_[i].column) >
                          gains_(learner, chosen_[best].column)) {
        best = i;
      }
    }
    return best;
  }

  // Their best candidate, else what the pipeline finds for them alone.
  ResourceIndex InsteadFor(int32_t learner) const {
    if (gains_.cols() > 0) {
      Eigen::Index column = 0;
      if (gains_.row(learner).maxCoeff(&column) > 0) {
        return candidates_[column];
      }
    }
    RecommendationRequest request = input_.request;
    request.page_size = 1;
    const ClassLearner& one = input_.learners[learner];
    const RankedList list = Recommend({.snapshot = input_.snapshot,
                                       .state = one.state,
                                       .profile = one.profile,
                                       .request = request,
                                       .policy = input_.policy,
                                       .now = input_.now});
    return list.shown.empty() ? ResourceIndex::kNone : list.shown[0].resource;
  }

  void AssignLearners(ClassPlan& plan) const {
    std::vector<ClassGroup> groups(chosen_.size());
    for (int32_t learner = 0; learner < num_learners(); ++learner) {
      const LearnerId& id = input_.learners[learner].profile.id;
      const int32_t best = BestChosen(learner);
      if (best >= 0) {
        groups[best].learners.push_back(id);
        continue;
      }
      const ResourceIndex instead = InsteadFor(learner);
      plan.unserved.push_back(
          {id, instead,
           ExplainUnserved(catalog_, instead, input_.request.language)});
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      ClassGroup& group = groups[i];
      if (group.learners.empty()) continue;
      std::sort(group.learners.begin(), group.learners.end());
      group.resource = candidates_[chosen_[i].column];
      group.reason_text = ExplainGroup(
          catalog_, group.resource, static_cast<int32_t>(group.learners.size()),
          input_.request.language);
      plan.groups.push_back(std::move(group));
    }
  }

  const ClassPlanInput& input_;
  const Catalog& catalog_;
  std::vector<std::unique_ptr<PlannedLearner>> learners_;
  std::vector<ResourceIndex> candidates_;
  GainMatrix gains_;  // [num_learners x num_candidates]
  std::vector<Chosen> chosen_;
};

}  // namespace

ClassPlan PlanForClass(const ClassPlanInput& input) {
  ClassPlan plan = Planner(input).Plan();
  if (input.snapshot.models->version == 0) {
    plan.degraded.push_back("no model is serving");
  }
  return plan;
}

}  // namespace evenlight
