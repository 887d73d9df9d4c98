#include "recommender/evaluation/choice_rank.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace evenlight {
namespace {

// `sorted` is not empty.
double QuantileOf(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

// Of the mean, by sums over learners: answers of one are alike. With the
// correction of few clusters, n / (n - 1).
double ClusteredError(absl::Span<const LearnerRank> ranks, double mean) {
  double num_learners = 0;
  double sum_of_squares = 0;
  for (size_t row = 0; row < ranks.size();) {
    const int32_t learner = ranks[row].learner;
    double sum = 0;
    for (; row < ranks.size() && ranks[row].learner == learner; ++row) {
      sum += ranks[row].rank - mean;
    }
    sum_of_squares += sum * sum;
    ++num_learners;
  }
  if (num_learners < 2) return RankSpread::kUnknown;
  return std::sqrt(sum_of_squares * num_learners / (num_learners - 1)) /
         static_cast<double>(ranks.size());
}

}  // namespace

double MidRank(float chosen, absl::Span<const float> others) {
  if (others.empty()) return RankSpread::kUnknown;
  double below = 0;
  for (const float other : others) {
    if (other < chosen) below += 1;
    if (other == chosen) below += 0.5;
  }
  return below / static_cast<double>(others.size());
}

RankSpread SpreadOf(absl::Span<const LearnerRank> ranks) {
  RankSpread spread;
  spread.num_ranks = static_cast<int64_t>(ranks.size());
  if (ranks.empty()) return spread;
  std::vector<double> sorted;
  sorted.reserve(ranks.size());
  double sum = 0;
  for (const LearnerRank& of_learner : ranks) {
    sorted.push_back(of_learner.rank);
    sum += of_learner.rank;
  }
  std::sort(sorted.begin(), sorted.end());
  spread.mean = sum / static_cast<double>(ranks.size());
  spread.mean_error = ClusteredError(ranks, spread.mean);
  spread.lower_quartile = QuantileOf(sorted, 0.25);
  spread.median = QuantileOf(sorted, 0.5);
  spread.upper_quartile = QuantileOf(sorted, 0.75);
  return spread;
}

}  // namespace evenlight
