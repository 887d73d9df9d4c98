#include "recommender/class_plan/class_plan.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/class_gains.h"
#include "recommender/class_plan/class_notices.h"
#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/item_choice.h"
#include "recommender/class_plan/item_use.h"

namespace evenlight {
namespace {

class Planner {
 public:
  explicit Planner(const ClassPlanInput& input)
      : input_(input),
        catalog_(*input.snapshot.catalog),
        filter_(input.request.filter) {
    const ClassRules& rules = input.rules;
    filter_.exclude.insert(filter_.exclude.end(), rules.bans.begin(),
                           rules.bans.end());
    for (const ClassLearner& learner : input.learners) {
      learners_.push_back(std::make_unique<PlannedLearner>(
          LearnerView(&input.snapshot, &learner.state, input.now,
                      input.policy.mastered_p_known),
          learner.profile, filter_, input.request.phase));
    }
    for (const ClassPin& pin : rules.pins) {
      if (CheckPin(catalog_, pin.resource, input.now) == Refusal::kNone) {
        pins_.push_back(pin.resource);
      }
    }
  }

  ClassPlan Plan() {
    scope_ = ScopeOf(learners_, filter_);
    rule_ = PhaseRule(&catalog_, input_.request.phase, scope_.lesson);
    WidenGates();
    FindCandidates();
    Choose();
    if (chosen_.empty() && rule_.IsRestrictive()) {
      // What the phase takes is too long for the list: then anything eligible.
      for (const auto& learner : learners_) learner->DropRule();
      FindCandidates();
      Choose();
    }
    ClassPlan plan;
    for (const Chosen& chosen : chosen_) plan.items.push_back(ItemOf(chosen));
    AssignLearners(plan);
    plan.see_first = WhomToSeeFirst(learners_, scope_, language());
    plan.map = MapMastery(learners_, scope_.map);
    AddNotices(plan);
    return plan;
  }

 private:
  ReasonLanguage language() const { return input_.request.language; }
  int32_t num_learners() const {
    return static_cast<int32_t>(learners_.size());
  }
  GainRules gain_rules() const {
    const float floor = input_.rules.floor;
    return {rule_, floor > 0 ? floor : kServedShare, pins_};
  }

  void WidenGates() {
    if (input_.request.phase != Phase::kPreClass || scope_.lesson.empty())
      return;
    const ResourceFilter widened = rule_.Widened(filter_);
    for (auto& learner : learners_) {
      LearnerProfile any_grade = learner->profile;
      any_grade.grade = 0;
      learner->gate = EligibilityGate(&learner->view, any_grade, widened,
                                      input_.request.phase);
    }
  }

  // For what is not pinned.
  float MinutesLeft() const {
    float left = input_.rules.max_minutes;
    for (const ResourceIndex pin : pins_)
      left -= catalog_.resource(pin).minutes;
    return left;
  }

  void FindCandidates() {
    candidates_ = FindClassCandidates(learners_, input_.policy, rule_);
    if (input_.rules.max_minutes > 0) {
      AddShort(learners_, input_.policy, rule_, MinutesLeft(), candidates_);
    }
    AddShared(rule_.Introductions(), candidates_);
    AddShared(pins_, candidates_);
    gains_ =
        ComputeClassGains(learners_, candidates_, input_.policy, gain_rules());
    minutes_.clear();
    for (const ResourceIndex resource : candidates_.shared) {
      // Minutes are > 0 by validation; a broken catalog must not divide by 0.
      minutes_.push_back(std::max(catalog_.resource(resource).minutes, 0.1f));
    }
  }

  void Choose() {
    const ChoiceInput choice = {
        .learners = learners_,
        .candidates = candidates_,
        .rules = gain_rules(),
        .minutes = minutes_,
        .num_places = input_.request.page_size,
        .max_minutes = input_.rules.max_minutes,
        .has_floor = input_.rules.floor > 0,
        .keeps_whole_class = input_.request.phase == Phase::kInClass};
    std::tie(chosen_, has_gain_) = ChooseItems(choice, gains_.served);
  }

  float Served(int32_t learner, const Chosen& chosen) const {
    return gains_.served(learner, chosen.column);
  }

  ClassItem ItemOf(const Chosen& chosen) const {
    ClassItem item;
    item.resource = candidates_.shared[chosen.column];
    if (has_gain_) item.added_gain = static_cast<float>(chosen.added);
    item.num_learners_fit = NumFit(gains_.served, chosen.column);
    item.use = IsPinned(item.resource)
                   ? ItemUse::kPinned
                   : UseOf({learners_, rule_, input_.request.phase},
                           item.resource, gains_.served.col(chosen.column));
    if (item.use == ItemUse::kIntroduction) {
      item.num_learners_fit =
          NumEligible(learners_, item.resource, gain_rules());
    }
    item.reason_text = ExplainItem(catalog_, item, has_gain_,
                                   PinReason(item.resource), language());
    return item;
  }

  bool IsPinned(ResourceIndex resource) const {
    return std::find(pins_.begin(), pins_.end(), resource) != pins_.end();
  }

  absl::string_view PinReason(ResourceIndex resource) const {
    for (const ClassPin& pin : input_.rules.pins) {
      if (pin.resource == resource) return pin.reason;
    }
    return "";
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
      plan.unserved.push_back({id, instead.resource,
                               ExplainUnserved(catalog_, instead.resource,
                                               instead.gain > 0, language())});
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      ClassGroup& group = groups[i];
      if (group.learners.empty()) continue;
      std::sort(group.learners.begin(), group.learners.end());
      group.resource = candidates_.shared[chosen_[i].column];
      group.reason_text = ExplainGroup(
          catalog_, group.resource, static_cast<int32_t>(group.learners.size()),
          has_gain_, language());
      plan.groups.push_back(std::move(group));
    }
  }

  void AddNotices(ClassPlan& plan) const {
    const NoticeInput notices = {learners_,
                                 plan.items.size(),
                                 static_cast<size_t>(input_.request.page_size),
                                 pins_.size(),
                                 PinMinutes(),
                                 input_.rules.max_minutes};
    for (const ClassNotice notice : NoticesOf(notices)) {
      plan.notices.push_back(ExplainNotice(notice, language()));
    }
  }

  float PinMinutes() const {
    float minutes = 0;
    for (const ResourceIndex pin : pins_) {
      minutes += minutes_[ColumnOf(candidates_, pin)];
    }
    return minutes;
  }

  const ClassPlanInput& input_;
  const Catalog& catalog_;
  ResourceFilter filter_;  // The request's, without what is banned.
  std::vector<std::unique_ptr<PlannedLearner>> learners_;
  std::vector<ResourceIndex> pins_;  // Those that may be given at all.
  ClassScope scope_;
  PhaseRule rule_;
  ClassCandidates candidates_;
  ClassGains gains_;
  std::vector<float> minutes_;  // By column.
  bool has_gain_ = false;       // Does the list help anybody?
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
