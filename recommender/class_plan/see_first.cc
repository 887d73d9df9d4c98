#include "recommender/class_plan/see_first.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "recommender/class_plan/class_sentences.h"
#include "recommender/models/bkt.h"

namespace evenlight {
namespace {

float ChanceOf(const LearnerView& view, absl::Span<const KcIndex> lesson) {
  const ServingSnapshot& snapshot = view.snapshot();
  float sum = 0;
  for (const KcIndex kc : lesson) {
    const BktParams& bkt = snapshot.models->tracing.Bkt(snapshot.kc_row(kc));
    sum += view.kc(kc).readiness * PredictCorrect(bkt, view.kc(kc).p_known);
  }
  return sum / static_cast<float>(lesson.size());
}

// Prerequisites of what they have still to learn of the lesson.
std::vector<KcIndex> MissingOf(const LearnerView& view,
                               absl::Span<const KcIndex> lesson) {
  std::vector<KcIndex> unmastered;
  for (const KcIndex kc : lesson) {
    if (!view.kc(kc).is_mastered) unmastered.push_back(kc);
  }
  std::vector<KcIndex> missing =
      DirectPrerequisites(view.catalog(), unmastered);
  std::erase_if(missing, [&](KcIndex kc) {
    return view.kc(kc).is_mastered || view.kc(kc).is_presumed;
  });
  return missing;
}

// kNone if they struggle with none.
KcIndex StruggleOf(const LearnerView& view, absl::Span<const KcIndex> kcs) {
  KcIndex worst = KcIndex::kNone;
  int32_t most = 0;
  for (const KcState& practice : view.state().kcs) {
    const KcIndex kc = view.catalog().FindKc(practice.kc);
    const int32_t excess = practice.num_incorrect - practice.num_correct;
    if (excess <= most || std::find(kcs.begin(), kcs.end(), kc) == kcs.end() ||
        !view.kc(kc).is_stuck) {
      continue;
    }
    most = excess;
    worst = kc;
  }
  return worst;
}

}  // namespace

std::vector<LearnerToSee> WhomToSeeFirst(PlannedLearners learners,
                                         const ClassScope& scope,
                                         ReasonLanguage language) {
  std::vector<LearnerToSee> found;
  if (scope.lesson.empty()) return found;
  for (const auto& learner : learners) {
    const LearnerView& view = learner->view;
    if (view.is_new()) continue;
    const std::vector<KcIndex> missing = MissingOf(view, scope.lesson);
    const KcIndex struggle = StruggleOf(view, scope.map);
    const KcIndex kc = missing.empty() ? struggle : missing[0];
    if (kc == KcIndex::kNone) continue;
    float chance = ChanceOf(view, scope.lesson);
    if (struggle != KcIndex::kNone) {
      chance = std::min(chance, ChanceOf(view, {struggle}));
    }
    const auto num_missing = static_cast<int32_t>(missing.size());
    found.push_back({learner->profile.id, chance, num_missing, kc,
                     ExplainToSee(view.catalog(), kc, num_missing, language)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.chance, a.learner) < std::tie(b.chance, b.learner);
  });
  if (found.size() > kMaxSeeFirst) found.resize(kMaxSeeFirst);
  return found;
}

}  // namespace evenlight
