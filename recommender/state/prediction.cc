#include "recommender/state/prediction.h"

#include <algorithm>
#include <cmath>

#include "absl/container/inlined_vector.h"
#include "recommender/models/bkt.h"
#include "recommender/models/residual.h"
#include "recommender/state/features.h"
#include "recommender/state/prediction_parts.h"

namespace evenlight {
namespace {

// No model knows it and no learner has answered it.
constexpr ResourceKey kAverageQuestion{};

using Units = absl::InlinedVector<float, 64>;

// BKT's prediction: the mean over the kcs, or what learners in general answer.
float PredictByBkt(const TracingModel& model, const LearnerState& state,
                   ResourceKey question, absl::Span<const KcKey> kcs) {
  if (kcs.empty()) {
    return model.ExpectedCorrect(model.FindQuestion(question), {});
  }
  float sum = 0;
  for (const KcKey key : kcs) {
    const BktParams& params = model.Bkt(model.FindKc(key));
    const KcState* kc = state.FindKc(key);
    sum += PredictCorrect(params, kc == nullptr ? params.p_init : kc->p_known);
  }
  return sum / static_cast<float>(kcs.size());
}

// The mean of the recurrent states of `kcs`; zeros for one never practised.
Units MeanHidden(const LearnerState& state, absl::Span<const KcKey> kcs,
                 size_t num_units) {
  Units mean(num_units, 0.0f);
  const float share = 1 / static_cast<float>(std::max<size_t>(1, kcs.size()));
  for (const KcKey key : kcs) {
    const KcState* kc = state.FindKc(key);
    if (kc == nullptr) continue;
    const absl::Span<const float> hidden = state.HiddenOf(*kc);
    if (hidden.size() != num_units) continue;
    for (size_t unit = 0; unit < num_units; ++unit) {
      mean[unit] += share * hidden[unit];
    }
  }
  return mean;
}

}  // namespace

float RecurrentLogOdds(const TracingModel& model, const LearnerState& state,
                       const LrhInput& input, absl::Span<const KcKey> kcs) {
  const ResidualWeights& residual = model.params().residual;
  if (residual.empty()) return 0;
  const auto num_units = static_cast<size_t>(residual.num_units());
  Units hidden(num_units, 0.0f);
  if (state.hidden.size() == num_units) {
    std::copy(state.hidden.begin(), state.hidden.end(), hidden.begin());
  }
  return ResidualLogOdds(residual, input, hidden,
                         MeanHidden(state, kcs, num_units));
}

float CorrectionLogOdds(const TracingModel& model, const LearnerState& state,
                        absl::Span<const KcKey> kcs) {
  if (model.params().correction_rate == 0) return 0;
  float sum = 0;
  for (const KcKey key : kcs) {
    const KcState* kc = state.FindKc(key);
    if (kc != nullptr) sum += kc->correction;
  }
  return state.correction +
         sum / static_cast<float>(std::max<size_t>(1, kcs.size()));
}

float PredictLogOdds(const TracingModel& model, const LearnerState& state,
                     const LrhInput& input, absl::Span<const KcKey> kcs) {
  const TracingParams& params = model.params();
  const float log_odds =
      LogOdds(params.lrh, input) + RecurrentLogOdds(model, state, input, kcs);
  return params.calibration.slope * log_odds + params.calibration.bias +
         CorrectionLogOdds(model, state, kcs);
}

float PredictAnswer(const TracingModel& model, const LearnerState& state,
                    ResourceKey question, absl::Span<const KcKey> kcs,
                    absl::Time now) {
  if (!model.is_trained()) return PredictByBkt(model, state, question, kcs);
  return Sigmoid(PredictLogOdds(
      model, state, Features(model, state, question, kcs, now), kcs));
}

float PredictKc(const TracingModel& model, const LearnerState& state, KcKey kc,
                absl::Time now) {
  return PredictAnswer(model, state, kAverageQuestion, {kc}, now);
}

std::vector<PredictionPart> ExplainKc(const TracingModel& model,
                                      const LearnerState& state, KcKey kc,
                                      absl::Time now) {
  return Explain(model, state, kAverageQuestion, {kc}, now);
}

std::vector<PredictionPart> Explain(const TracingModel& model,
                                    const LearnerState& state,
                                    ResourceKey question,
                                    absl::Span<const KcKey> kcs,
                                    absl::Time now) {
  if (!model.is_trained()) return {};
  std::vector<PredictionPart> parts =
      PartsOf(model, state, question, kcs, now).parts;
  std::erase_if(parts,
                [](const PredictionPart& part) { return part.log_odds == 0; });
  std::stable_sort(parts.begin(), parts.end(),
                   [](const PredictionPart& a, const PredictionPart& b) {
                     return std::abs(a.log_odds) > std::abs(b.log_odds);
                   });
  if (parts.size() > kMaxPredictionParts) parts.resize(kMaxPredictionParts);
  return parts;
}

}  // namespace evenlight
