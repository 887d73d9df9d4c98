// Small classes over random or hand-made catalogs, and what every learner would
// gain from every resource, worked out without candidates.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_CLASS_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_CLASS_WORLD_H_

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/class_gains.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/class_plan/gain.h"
#include "tests/support/learning_world.h"

namespace evenlight {

struct Class {
  std::shared_ptr<const ServingSnapshot> snapshot;
  std::vector<ClassLearner> learners = {};
  RecommendationRequest request = {};
  RankingPolicy policy = {};
  ClassRules rules = {};

  ClassPlan Plan() const {
    return PlanForClass({*snapshot, learners, request, policy, kNow, rules});
  }
};

inline Class RandomClass(int seed) {
  Random random(seed);
  Class c;
  c.snapshot = RandomSnapshot(random, {.num_resources = 1 + Below(random, 80),
                                       .has_model = Chance(random, 0.8)});
  for (int learner = 1 + Below(random, 12); learner > 0; --learner) {
    LearnerProfile profile = RandomProfile(random);
    profile.id = absl::StrCat("l", learner);
    c.learners.push_back(
        {profile,
         RandomState(random, *c.snapshot,
                     Chance(random, 0.2) ? 0 : Below(random, 50), false)});
  }
  if (Chance(random, 0.5)) {
    c.request.filter = RandomFilter(random, *c.snapshot->catalog);
  }
  c.request.page_size = 1 + Below(random, 6);
  return c;
}

// What every learner would gain from every resource of the catalog, 0 where it
// is not eligible for them.
class Gains {
 public:
  explicit Gains(const Class& c) {
    for (const ClassLearner& learner : c.learners) {
      const LearnerView view(c.snapshot.get(), &learner.state, kNow,
                             c.policy.mastered_p_known);
      const EligibilityGate gate(&view, learner.profile, c.request.filter,
                                 c.request.phase);
      std::vector<float>& row = by_learner_[learner.profile.id];
      std::vector<bool>& eligible = eligible_[learner.profile.id];
      for (int r = 0; r < c.snapshot->catalog->num_resources(); ++r) {
        row.push_back(Gain(view, gate, c.policy, ResourceIndex{r}));
        eligible.push_back(IsEligible(gate, ResourceIndex{r}));
      }
    }
  }

  float Of(const LearnerId& learner, ResourceIndex resource) const {
    return by_learner_.at(learner)[ToInt(resource)];
  }
  bool IsEligibleFor(const LearnerId& learner, ResourceIndex resource) const {
    return eligible_.at(learner)[ToInt(resource)];
  }
  bool IsAnyEligibleFor(const LearnerId& learner) const {
    const std::vector<bool>& row = eligible_.at(learner);
    return std::find(row.begin(), row.end(), true) != row.end();
  }
  float BestOf(const LearnerId& learner) const {
    const std::vector<float>& row = by_learner_.at(learner);
    return *std::max_element(row.begin(), row.end());
  }

 private:
  std::map<LearnerId, std::vector<float>> by_learner_;
  std::map<LearnerId, std::vector<bool>> eligible_;
};

// The class as the plan sees it.
struct Seen {
  explicit Seen(const Class& c) {
    for (const ClassLearner& learner : c.learners) {
      learners.push_back(std::make_unique<PlannedLearner>(
          LearnerView(c.snapshot.get(), &learner.state, kNow,
                      c.policy.mastered_p_known),
          learner.profile, c.request.filter, c.request.phase));
    }
    candidates = FindClassCandidates(learners, c.policy);
    gains = ComputeClassGains(learners, candidates, c.policy, {PhaseRule()});
  }

  int ColumnOf(ResourceIndex resource) const {
    return evenlight::ColumnOf(candidates, resource);
  }

  std::vector<std::unique_ptr<PlannedLearner>> learners;
  ClassCandidates candidates;
  ClassGains gains;
};

inline void AddLearner(const LearnerId& id, int32_t grade, Class& c) {
  LearnerProfile& profile = c.learners.emplace_back().profile;
  profile.id = id;
  profile.grade = grade;
}

// `learner` answers each question of `ids` `times` times, right or wrong.
inline void Practise(Class& c, size_t learner,
                     const std::vector<ResourceId>& ids, bool is_correct,
                     int times = 1, absl::Time when = kNow) {
  for (int time = 0; time < times; ++time) {
    for (const ResourceId& id : ids) {
      Apply(*c.snapshot, Answer(*c.snapshot, id, is_correct, when),
            c.learners[learner].state);
    }
  }
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_CLASS_WORLD_H_
