#include "recommender/training/weight_trial.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

// Of a phase's lists in the order of time, the last are judged by.
constexpr double kJudgedShare = 0.2;

// Their mean, and its standard error if the lists of one learner are not
// independent. `learners` says whose each is.
LossDifference MeanByLearner(const std::vector<double>& values,
                             const std::vector<int64_t>& learners) {
  LossDifference result;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) result.mean += value / count;
  std::map<int64_t, double> sums;
  for (size_t row = 0; row < values.size(); ++row) {
    sums[learners[row]] += values[row] - result.mean;
  }
  double variance = 0;
  for (const auto& [learner, sum] : sums) variance += sum * sum;
  result.standard_error = std::sqrt(variance) / count;
  return result;
}

WeightComparison Compare(absl::Span<const ExposedList> lists,
                         const WeightFit& hand_set, const WeightFit& learnt) {
  WeightComparison result;
  result.num_lists = static_cast<int64_t>(lists.size());
  const auto count = static_cast<double>(lists.size());
  std::vector<double> excess;
  std::vector<int64_t> learners;
  for (const ExposedList& list : lists) {
    const double hand_set_loss = PairLoss(hand_set, list);
    const double learnt_loss = PairLoss(learnt, list);
    result.hand_set_log_loss += hand_set_loss / count;
    result.learnt_log_loss += learnt_loss / count;
    // The places of one fit for both: one measure.
    result.hand_set_ndcg +=
        TakenUpNdcg(hand_set.weights, learnt.places, list) / count;
    result.learnt_ndcg +=
        TakenUpNdcg(learnt.weights, learnt.places, list) / count;
    excess.push_back(learnt_loss - hand_set_loss);
    learners.push_back(list.learner);
  }
  result.excess = MeanByLearner(excess, learners);
  return result;
}

void Judge(absl::Span<const ExposedList> lists, const WeightOptions& options,
           WeightTrial& trial) {
  const auto num_earlier = static_cast<size_t>(
      static_cast<double>(lists.size()) * (1 - kJudgedShare));
  const absl::Span<const ExposedList> earlier = lists.first(num_earlier);
  WeightOptions only_scale = options;
  only_scale.regularization = kHandSetOnly;
  trial.comparison = Compare(lists.subspan(num_earlier),
                             FitWeights(earlier, trial.hand_set, only_scale),
                             FitWeights(earlier, trial.hand_set, options));
  trial.gates = {LearntLossGate(trial.comparison->excess),
                 LearntNdcgGate(trial.comparison->learnt_ndcg,
                                trial.comparison->hand_set_ndcg)};
}

WeightTrial TryPhase(Phase phase, const PhaseExposures& exposures,
                     const ScoreParts& hand_set,
                     const WeightTrialOptions& options) {
  WeightTrial trial;
  trial.phase = phase;
  trial.num_lists = exposures.num_lists;
  trial.num_with_both = static_cast<int64_t>(exposures.lists.size());
  trial.hand_set = hand_set;
  if (trial.num_with_both < options.min_lists) {
    trial.reason = absl::StrCat(
        options.min_lists - trial.num_with_both,
        " lists are missing: something was taken up and something was not in ",
        trial.num_with_both, " of ", trial.num_lists, ", ", options.min_lists,
        " are needed");
    return trial;
  }
  Judge(exposures.lists, options.fit, trial);
  trial.fit = FitWeights(exposures.lists, hand_set, options.fit);
  for (const Gate& gate : trial.gates) {
    if (gate.passed) continue;
    trial.reason = absl::StrCat("not passed: ", gate.name);
    return trial;
  }
  trial.serves = trial.fit.scale > 0;
  trial.reason = trial.serves ? "they tell better what is taken up"
                              : "no part makes anything more likely to be "
                                "taken up";
  return trial;
}

}  // namespace

std::vector<WeightTrial> TryWeights(const ExposureLog& log,
                                    const std::array<ScoreParts, 5>& hand_set,
                                    const WeightTrialOptions& options) {
  std::vector<WeightTrial> trials;
  for (const Phase phase : {Phase::kPreClass, Phase::kInClass,
                            Phase::kPostClass, Phase::kSelfStudy}) {
    const auto row = static_cast<size_t>(phase);
    trials.push_back(TryPhase(phase, log[row], hand_set[row], options));
  }
  return trials;
}

LearntWeights WeightsThatServe(absl::Span<const WeightTrial> trials) {
  LearntWeights weights;
  for (const WeightTrial& trial : trials) {
    if (trial.serves) SetWeights(trial.phase, trial.fit.weights, weights);
  }
  return weights;
}

const char* NameOf(Phase phase) {
  switch (phase) {
    case Phase::kPreClass:
      return "PRE_CLASS";
    case Phase::kInClass:
      return "IN_CLASS";
    case Phase::kPostClass:
      return "POST_CLASS";
    case Phase::kSelfStudy:
      return "SELF_STUDY";
    case Phase::kUnspecified:
      return "UNSPECIFIED";
  }
  return "";
}

}  // namespace evenlight
