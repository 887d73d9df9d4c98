#include "recommender/evaluation/tracing_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <vector>

namespace evenlight {
namespace {

constexpr double kLeastProbability = 1e-6;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double Loss(const Prediction& prediction) {
  const double p = std::clamp<double>(prediction.p_correct, kLeastProbability,
                                      1 - kLeastProbability);
  return -std::log(prediction.is_correct ? p : 1 - p);
}

// Mean of `losses`, which belong to `predictions`, and its standard error with
// learners as clusters; of a single learner, with answers as clusters.
LossDifference ClusteredMean(absl::Span<const Prediction> predictions,
                             const std::vector<double>& losses) {
  if (losses.empty()) return {};
  const double count = static_cast<double>(losses.size());
  const double mean =
      std::accumulate(losses.begin(), losses.end(), 0.0) / count;
  const bool has_learners = std::any_of(
      predictions.begin(), predictions.end(), [&](const Prediction& p) {
        return p.learner != predictions.front().learner;
      });
  double sum_of_squares = 0;
  double of_cluster = 0;
  double num_clusters = 0;
  for (size_t row = 0; row < losses.size(); ++row) {
    of_cluster += losses[row] - mean;
    const bool is_last =
        !has_learners || row + 1 == losses.size() ||
        predictions[row + 1].learner != predictions[row].learner;
    if (!is_last) continue;
    sum_of_squares += of_cluster * of_cluster;
    of_cluster = 0;
    ++num_clusters;
  }
  // Few clusters lie nearer to their own mean than to the true one.
  const double spread = num_clusters / std::max(1.0, num_clusters - 1);
  return {mean, std::sqrt(spread * sum_of_squares) / count};
}

struct Counts {
  double correct = 0;
  double incorrect = 0;
};

Counts CountOutcomes(absl::Span<const Prediction> predictions) {
  Counts counts;
  for (const Prediction& prediction : predictions) {
    ++(prediction.is_correct ? counts.correct : counts.incorrect);
  }
  return counts;
}

double AucError(double auc, const Counts& counts) {
  if (std::isnan(auc)) return kNan;
  const double q1 = auc / (2 - auc);
  const double q2 = 2 * auc * auc / (1 + auc);
  const double variance = auc * (1 - auc) +
                          (counts.correct - 1) * (q1 - auc * auc) +
                          (counts.incorrect - 1) * (q2 - auc * auc);
  return std::sqrt(std::max(0.0, variance) /
                   (counts.correct * counts.incorrect));
}

// A model that predicts NaN is broken: its measures must say so.
bool HasNan(absl::Span<const Prediction> predictions) {
  return std::any_of(
      predictions.begin(), predictions.end(),
      [](const Prediction& p) { return std::isnan(p.p_correct); });
}

template <typename IsKept>
std::vector<Prediction> Keep(absl::Span<const Prediction> predictions,
                             IsKept is_kept) {
  std::vector<Prediction> kept;
  std::copy_if(predictions.begin(), predictions.end(), std::back_inserter(kept),
               is_kept);
  return kept;
}

bool IsOfUnseenQuestion(const Prediction& prediction) {
  return prediction.is_unseen_question;
}

bool HasBothOutcomes(absl::Span<const Prediction> predictions) {
  const Counts counts = CountOutcomes(predictions);
  return counts.correct > 0 && counts.incorrect > 0;
}

}  // namespace

double Auc(absl::Span<const Prediction> predictions) {
  if (HasNan(predictions)) return kNan;
  std::vector<Prediction> sorted(predictions.begin(), predictions.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Prediction& a, const Prediction& b) {
              return a.p_correct < b.p_correct;
            });
  // Each right answer wins against the wrong ones below it, and half of those
  // beside it.
  double wins = 0;
  double incorrect_below = 0;
  for (size_t begin = 0; begin < sorted.size();) {
    size_t end = begin;
    Counts tied;
    for (; end < sorted.size() &&
           sorted[end].p_correct == sorted[begin].p_correct;
         ++end) {
      ++(sorted[end].is_correct ? tied.correct : tied.incorrect);
    }
    wins += tied.correct * (incorrect_below + tied.incorrect / 2);
    incorrect_below += tied.incorrect;
    begin = end;
  }
  const double pairs =
      (static_cast<double>(sorted.size()) - incorrect_below) * incorrect_below;
  return pairs == 0 ? kNan : wins / pairs;
}

double Accuracy(absl::Span<const Prediction> predictions) {
  if (predictions.empty()) return 0;
  if (HasNan(predictions)) return kNan;
  int64_t num_right = 0;
  for (const Prediction& prediction : predictions) {
    if ((prediction.p_correct > 0.5f) == prediction.is_correct) ++num_right;
  }
  return static_cast<double>(num_right) /
         static_cast<double>(predictions.size());
}

double LogLoss(absl::Span<const Prediction> predictions) {
  if (predictions.empty()) return 0;
  double sum = 0;
  for (const Prediction& prediction : predictions) sum += Loss(prediction);
  return sum / static_cast<double>(predictions.size());
}

double CalibrationError(absl::Span<const Prediction> predictions,
                        int num_bins) {
  if (predictions.empty()) return 0;
  double sum = 0;
  for (const ReliabilityBin& bin : Reliability(predictions, num_bins)) {
    sum += static_cast<double>(bin.num_answers) *
           std::abs(bin.mean_p - bin.share_correct);
  }
  return sum / static_cast<double>(predictions.size());
}

double FirstAnswersAuc(absl::Span<const Prediction> predictions,
                       int64_t num_first) {
  return Auc(Keep(predictions, [num_first](const Prediction& prediction) {
    return prediction.number < num_first;
  }));
}

double UnseenQuestionAuc(absl::Span<const Prediction> predictions) {
  return Auc(Keep(predictions, IsOfUnseenQuestion));
}

double MeanLearnerAuc(absl::Span<const Prediction> predictions) {
  double sum = 0;
  int64_t num_learners = 0;
  for (size_t begin = 0; begin < predictions.size();) {
    size_t end = begin + 1;
    while (end < predictions.size() &&
           predictions[end].learner == predictions[begin].learner) {
      ++end;
    }
    const auto of_learner = predictions.subspan(begin, end - begin);
    begin = end;
    if (!HasBothOutcomes(of_learner)) continue;
    sum += Auc(of_learner);
    ++num_learners;
  }
  return num_learners == 0 ? kNan : sum / static_cast<double>(num_learners);
}

std::vector<ReliabilityBin> Reliability(
    absl::Span<const Prediction> predictions, int num_bins) {
  std::vector<ReliabilityBin> bins(num_bins);
  for (const Prediction& prediction : predictions) {
    const float p = prediction.p_correct;
    // NaN goes to the first bin, whose mean it makes NaN.
    const int row =
        p > 0 ? std::min(static_cast<int>(std::min(p, 1.0f) *
                                          static_cast<float>(num_bins)),
                         num_bins - 1)
              : 0;
    ++bins[row].num_answers;
    bins[row].mean_p += p;
    bins[row].share_correct += prediction.is_correct ? 1.0 : 0.0;
  }
  for (ReliabilityBin& bin : bins) {
    if (bin.num_answers == 0) continue;
    bin.mean_p /= static_cast<double>(bin.num_answers);
    bin.share_correct /= static_cast<double>(bin.num_answers);
  }
  return bins;
}

TracingMetrics EvaluateTracing(absl::Span<const Prediction> predictions) {
  TracingMetrics metrics;
  metrics.num_answers = static_cast<int64_t>(predictions.size());
  metrics.auc = Auc(predictions);
  metrics.auc_error = AucError(metrics.auc, CountOutcomes(predictions));
  metrics.accuracy = Accuracy(predictions);
  metrics.calibration_error = CalibrationError(predictions);
  metrics.first_answers_auc = FirstAnswersAuc(predictions);
  metrics.num_unseen_answers =
      std::count_if(predictions.begin(), predictions.end(), IsOfUnseenQuestion);
  metrics.unseen_question_auc = UnseenQuestionAuc(predictions);
  metrics.learner_auc = MeanLearnerAuc(predictions);

  std::vector<double> losses;
  losses.reserve(predictions.size());
  for (const Prediction& prediction : predictions) {
    losses.push_back(Loss(prediction));
  }
  const LossDifference loss = ClusteredMean(predictions, losses);
  metrics.log_loss = loss.mean;
  metrics.log_loss_error = loss.standard_error;
  return metrics;
}

LossDifference CompareLogLoss(absl::Span<const Prediction> a,
                              absl::Span<const Prediction> b) {
  assert(a.size() == b.size());
  std::vector<double> differences;
  differences.reserve(a.size());
  for (size_t row = 0; row < a.size(); ++row) {
    differences.push_back(Loss(a[row]) - Loss(b[row]));
  }
  return ClusteredMean(a, differences);
}

}  // namespace evenlight
