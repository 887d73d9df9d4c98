#include "recommender/class_plan/class_plan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/class_gains.h"
#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/facility_location.h"

namespace evenlight {
namespace {

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
    candidates_ = FindClassCandidates(learners_, input.policy);
    gains_ = ComputeClassGains(learners_, candidates_, input.policy);
  }

  ClassPlan Plan() {
    Choose();
    ClassPlan plan;
    for (const Chosen& chosen : chosen_) plan.items.push_back(ItemOf(chosen));
    AssignLearners(plan);
    return plan;
  }

 private:
  int32_t num_learners() const {
    return static_cast<int32_t>(learners_.size());
  }

  // Where nobody gains anything, the list is of what is eligible, for as many
  // as possible: better than an empty one, and its sentences say so.
  void Choose() {
    const int32_t num_places = input_.request.page_size;
    chosen_ = ChooseGreedily(gains_.served, num_places, kMinGain);
    has_gain_ = !chosen_.empty();
    if (has_gain_) return;
    gains_.served = EligibilityOf(learners_, candidates_);
    chosen_ = ChooseGreedily(gains_.served, num_places);
  }

  float Served(int32_t learner, const Chosen& chosen) const {
    return gains_.served(learner, chosen.column);
  }

  ClassItem ItemOf(const Chosen& chosen) const {
    ClassItem item;
    item.resource = candidates_.shared[chosen.column];
    if (has_gain_) item.added_gain = static_cast<float>(chosen.added);
    for (int32_t learner = 0; learner < num_learners(); ++learner) {
      item.num_learners_fit += Served(learner, chosen) > 0 ? 1 : 0;
    }
    item.reason_text =
        ExplainItem(catalog_, item.resource, item.num_learners_fit, has_gain_,
                    input_.request.language);
    return item;
  }

  // Position in `chosen_` of the learner's best; of equals the earlier. -1 if
  // nothing on the list serves them.
  int32_t BestChosen(int32_t learner) const {
    // On a list without gains nothing helps whoever gains elsewhere.
    if (!has_gain_ && gains_.best[learner].gain > 0) return -1;
    int32_t best = -1;
    float most = 0;
    for (int32_t i = 0; i < static_cast<int32_t>(chosen_.size()); ++i) {
      if (Served(learner, chosen_[i]) <= most) continue;
      most = Served(learner, chosen_[i]);
      best = i;
    }
    return best;
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
      const OwnBest& instead = gains_.best[learner];
      plan.unserved.push_back(
          {id, instead.resource,
           ExplainUnserved(catalog_, instead.resource, instead.gain > 0,
                           input_.request.language)});
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      ClassGroup& group = groups[i];
      if (group.learners.empty()) continue;
      std::sort(group.learners.begin(), group.learners.end());
      group.resource = candidates_.shared[chosen_[i].column];
      group.reason_text = ExplainGroup(
          catalog_, group.resource, static_cast<int32_t>(group.learners.size()),
          has_gain_, input_.request.language);
      plan.groups.push_back(std::move(group));
    }
  }

  const ClassPlanInput& input_;
  const Catalog& catalog_;
  std::vector<std::unique_ptr<PlannedLearner>> learners_;
  ClassCandidates candidates_;
  ClassGains gains_;
  bool has_gain_ = false;  // Does the list help anybody?
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
