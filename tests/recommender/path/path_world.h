// A learner with a goal in a small world. Good for tests of paths.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_PATH_PATH_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_PATH_PATH_WORLD_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "recommender/path/path_plan.h"
#include "tests/support/learning_world.h"

namespace evenlight {

struct PathWorld {
  PathPlan Plan(absl::Time now = kNow, float minutes_spent = 0) const {
    return PlanPath({*snapshot, state, profile, goal, policy, now,
                     minutes_spent, language});
  }

  LearnerView View(absl::Time now = kNow) const {
    return LearnerView(snapshot.get(), &state, now, policy.mastered_p_known);
  }

  const Catalog& catalog() const { return *snapshot->catalog; }
  const ResourceId& IdOf(const PathActivity& activity) const {
    return catalog().resource(activity.resource).id;
  }
  ResourceKind KindOf(const PathActivity& activity) const {
    return catalog().resource(activity.resource).kind;
  }

  bool IsReached(const KcId& kc, absl::Time now = kNow) const {
    return evenlight::IsReached(View(now), catalog().FindKc(kc), goal.level,
                                policy.mastered_p_known);
  }
  bool IsGoalReached(absl::Time now = kNow) const {
    for (const KcId& kc : goal.kcs) {
      if (!IsReached(kc, now)) return false;
    }
    return true;
  }

  std::shared_ptr<const ServingSnapshot> snapshot;
  LearnerState state;
  LearnerProfile profile;
  Goal goal;
  // Tests count answers up to this P(known).
  RankingPolicy policy = [] {
    RankingPolicy policy;
    policy.mastered_p_known = 0.9f;
    return policy;
  }();
  ReasonLanguage language = ReasonLanguage::kEnglish;
};

// `num` questions `<kc><n>` of `kc`, each of `minutes`.
inline void AddQuestions(const KcId& kc, int num, float minutes,
                         std::vector<Resource>& resources) {
  for (int n = 0; n < num; ++n) {
    resources.push_back(Question(absl::StrCat(kc, n), {kc}));
    resources.back().minutes = minutes;
  }
}

inline Goal MakeGoal(std::vector<KcId> kcs, int num_days, int minutes) {
  Goal goal;
  goal.kcs = std::move(kcs);
  // kNow is 08:00 UTC: so the goal has `num_days` days, today included.
  goal.due_time = kNow + absl::Hours(24 * (num_days - 1) + 12);
  goal.minutes_per_day = minutes;
  return goal;
}

// Adds to model parameters a kc of which nobody knows anything at first and
// which `num_right` right answers in a row teach.
inline TracingModel PlainTracing(const std::vector<KcId>& kcs,
                                 const BktParams& params) {
  TracingParams all;
  for (const KcId& kc : kcs) {
    all.kcs.push_back(kc);
    all.bkt.push_back(params);
    all.kc_p_correct.push_back(0.6f);
  }
  return TracingModel(std::move(all));
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_PATH_PATH_WORLD_H_
