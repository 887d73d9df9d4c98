#include "recommender/class_plan/gain.h"

#include "recommender/models/bkt.h"
#include "recommender/ranking/score.h"

namespace evenlight {
namespace {

// BKT's own prediction, a mean over kcs: a class has too many pairs of learner
// and resource for LR-H.
float PCorrect(const LearnerView& view, absl::Span<const KcIndex> kcs) {
  const ServingSnapshot& snapshot = view.snapshot();
  float sum = 0;
  for (const KcIndex kc : kcs) {
    sum += PredictCorrect(snapshot.models->tracing.Bkt(snapshot.kc_row(kc)),
                          view.kc(kc).p_known);
  }
  return sum / static_cast<float>(kcs.size());
}

float Restored(const LearnerView& view, absl::Span<const KcIndex> kcs) {
  float restored = 0;
  for (const KcIndex kc : kcs) {
    const KcView& kc_view = view.kc(kc);
    if (kc_view.is_due) restored += kc_view.p_known * (1 - kc_view.recall);
  }
  return restored;
}

}  // namespace

bool IsEligible(const EligibilityGate& gate, ResourceIndex resource) {
  return gate.CheckNew(resource) == Refusal::kNone ||
         gate.CheckReview(resource) == Refusal::kNone;
}

float Gain(const LearnerView& view, const EligibilityGate& gate,
           const RankingPolicy& policy, ResourceIndex resource) {
  const bool is_new = gate.CheckNew(resource) == Refusal::kNone;
  const bool is_review = gate.CheckReview(resource) == Refusal::kNone;
  if (!is_new && !is_review) return 0;
  const absl::Span<const KcIndex> kcs = view.catalog().KcsOf(resource);
  float gain = ExpectedRise(view, resource);
  if (is_review) gain += Restored(view, kcs);
  if (!kcs.empty() && IsPractice(view.catalog().resource(resource).kind)) {
    gain *= Band(policy, PCorrect(view, kcs));
  }
  return gain < kMinGain ? 0 : gain;
}

}  // namespace evenlight
