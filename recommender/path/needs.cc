#include "recommender/path/needs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "recommender/state/mastery.h"
#include "recommender/state/prediction.h"

namespace evenlight {
namespace {

const BktParams& ParamsOf(const LearnerView& view, KcIndex kc) {
  const ServingSnapshot& snapshot = view.snapshot();
  return snapshot.models->tracing.Bkt(snapshot.kc_row(kc));
}

float ShareOf(GoalLevel level) {
  switch (level) {
    case GoalLevel::kFamiliar:
      return 0.5f;
    case GoalLevel::kProficient:
      return 0.8f;
    case GoalLevel::kMastered:
      return 1;
  }
  return 1;
}

bool IsOpen(const KcView& kc) { return kc.is_mastered || kc.is_presumed; }

// What is to be mastered, and of what is a goal.
class Search {
 public:
  Search(const LearnerView& view, const Goal& goal, float mastered_p_known)
      : view_(view), goal_(goal), mastered_p_known_(mastered_p_known) {}

  std::vector<Need> Run() {
    for (const KcId& id : goal_.kcs) {
      const KcIndex kc = view_.catalog().FindKc(id);
      if (kc == KcIndex::kNone) continue;
      if (IsReached(view_, kc, goal_.level, mastered_p_known_)) continue;
      Add(kc).is_goal = true;
    }
    while (!open_.empty()) {
      const KcIndex kc = open_.back();
      open_.pop_back();
      for (const KcIndex before : Prerequisites(kc)) {
        if (!IsOpen(view_.kc(before))) {
          Add(before).target =
              TargetOf(view_, before, GoalLevel::kMastered, mastered_p_known_);
        }
      }
    }
    return InOrder();
  }

 private:
  absl::Span<const KcIndex> Prerequisites(KcIndex kc) const {
    return view_.catalog().curriculum().Prerequisites(kc);
  }

  Need& Add(KcIndex kc) {
    const auto [found, is_new] = found_.try_emplace(kc);
    Need& need = found->second;
    if (is_new) {
      need.kc = kc;
      need.target = TargetOf(view_, kc, goal_.level, mastered_p_known_);
      open_.push_back(kc);
    }
    return need;
  }

  std::vector<Need> InOrder() {
    std::vector<Need> needs;
    for (auto& [kc, need] : found_) needs.push_back(std::move(need));
    const Curriculum& curriculum = view_.catalog().curriculum();
    std::stable_sort(needs.begin(), needs.end(),
                     [&](const Need& a, const Need& b) {
                       return curriculum.Group(a.kc) < curriculum.Group(b.kc);
                     });
    absl::flat_hash_map<KcIndex, NeedIndex> positions;
    for (Need& need : needs) {
      positions[need.kc] = static_cast<NeedIndex>(positions.size());
      Estimate(need);
      for (const KcIndex before : Prerequisites(need.kc)) {
        // A goal may be presumed: it is to be shown, but nothing waits for it.
        if (IsOpen(view_.kc(before))) continue;
        const auto found = positions.find(before);
        if (found != positions.end()) need.before.push_back(found->second);
      }
    }
    return needs;
  }

  void Estimate(Need& need) const {
    const Catalog& catalog = view_.catalog();
    const LearnerState& state = view_.state();
    // Where only the order of events is known, gaps are not.
    const absl::Time time = state.last_answer_time == absl::InfinitePast()
                                ? absl::InfinitePast()
                                : view_.now();
    need.p_correct = PredictKc(view_.snapshot().models->tracing, state,
                               catalog.key(need.kc), time);
    need.effort = EffortUntil({.params = ParamsOf(view_, need.kc),
                               .p_known = view_.kc(need.kc).p_known,
                               .target = need.target,
                               .p_correct = need.p_correct});
    need.num_answers =
        std::max(need.effort.num_right,
                 static_cast<int32_t>(std::lround(need.effort.num_expected)));
  }

  const LearnerView& view_;
  const Goal& goal_;
  const float mastered_p_known_;
  std::map<KcIndex, Need> found_;
  std::vector<KcIndex> open_;  // Prerequisites not looked at.
};

}  // namespace

float TargetOf(const LearnerView& view, KcIndex kc, GoalLevel level,
               float mastered_p_known) {
  return ShareOf(level) * MasteredFrom(ParamsOf(view, kc), mastered_p_known);
}

bool IsReached(const LearnerView& view, KcIndex kc, GoalLevel level,
               float mastered_p_known) {
  const KcView& kc_view = view.kc(kc);
  return kc_view.is_practised &&
         kc_view.p_known >= TargetOf(view, kc, level, mastered_p_known);
}

std::vector<Need> FindNeeds(const LearnerView& view, const Goal& goal,
                            float mastered_p_known) {
  return Search(view, goal, mastered_p_known).Run();
}

}  // namespace evenlight
