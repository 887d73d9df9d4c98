#include "recommender/evaluation/ranking_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "absl/container/flat_hash_set.h"

namespace evenlight {
namespace {

// What a hit at a rank, from 0, is worth.
double Discount(int64_t rank) {
  return 1 / std::log2(static_cast<double>(rank) + 2);
}

struct Moments {
  double mean = 0;
  double standard_error = 0;
};

Moments MomentsOf(absl::Span<const RankingScore> scores,
                  double RankingScore::*field) {
  if (scores.empty()) return {};
  const double count = static_cast<double>(scores.size());
  Moments moments;
  for (const RankingScore& score : scores) moments.mean += score.*field;
  moments.mean /= count;
  if (scores.size() < 2) return moments;
  double sum_of_squares = 0;
  for (const RankingScore& score : scores) {
    sum_of_squares += std::pow(score.*field - moments.mean, 2);
  }
  moments.standard_error = std::sqrt(sum_of_squares / (count - 1) / count);
  return moments;
}

}  // namespace

std::vector<ResourceRow> TopUnseen(absl::Span<const float> scores,
                                   absl::Span<const ResourceRow> seen, int k) {
  std::vector<bool> is_seen(scores.size());
  for (const ResourceRow row : seen) is_seen[ToInt(row)] = true;
  std::vector<ResourceRow> rows;
  rows.reserve(scores.size());
  for (size_t row = 0; row < scores.size(); ++row) {
    if (!is_seen[row]) rows.push_back(static_cast<ResourceRow>(row));
  }
  const auto middle =
      rows.begin() + std::min<int64_t>(k, static_cast<int64_t>(rows.size()));
  std::partial_sort(rows.begin(), middle, rows.end(),
                    [&](ResourceRow a, ResourceRow b) {
                      const float score_a = scores[ToInt(a)];
                      const float score_b = scores[ToInt(b)];
                      return score_a != score_b ? score_a > score_b : a < b;
                    });
  rows.erase(middle, rows.end());
  return rows;
}

RankingScore ScoreRanking(absl::Span<const ResourceRow> ranking,
                          absl::Span<const ResourceRow> relevant, int k) {
  assert(!relevant.empty());
  const absl::flat_hash_set<ResourceRow> wanted(relevant.begin(),
                                                relevant.end());
  const int64_t depth = std::min<int64_t>(k, ranking.size());
  int64_t num_hits = 0;
  double gain = 0;
  for (int64_t rank = 0; rank < depth; ++rank) {
    if (!wanted.contains(ranking[rank])) continue;
    ++num_hits;
    gain += Discount(rank);
  }
  double best_gain = 0;
  const int64_t most_hits = std::min<int64_t>(k, relevant.size());
  for (int64_t rank = 0; rank < most_hits; ++rank) best_gain += Discount(rank);
  return {static_cast<double>(num_hits) / static_cast<double>(relevant.size()),
          gain / best_gain};
}

RankingMetrics MeanRanking(absl::Span<const RankingScore> scores) {
  const Moments recall = MomentsOf(scores, &RankingScore::recall);
  const Moments ndcg = MomentsOf(scores, &RankingScore::ndcg);
  return {static_cast<int64_t>(scores.size()), recall.mean,
          recall.standard_error, ndcg.mean, ndcg.standard_error};
}

}  // namespace evenlight
