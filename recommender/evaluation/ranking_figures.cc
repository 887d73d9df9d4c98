#include "recommender/evaluation/ranking_figures.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "recommender/evaluation/ranking_metrics.h"

namespace evenlight {
namespace {

constexpr int kSpreadDepth = 20;
constexpr int64_t kFewEngagements = 10;
constexpr int64_t kManyEngagements = 50;
constexpr absl::Duration kMonth = absl::Hours(24 * 30);

template <typename IsKept>
std::vector<JudgedRanking> Keep(absl::Span<const JudgedRanking> judged,
                                IsKept is_kept) {
  std::vector<JudgedRanking> kept;
  std::copy_if(judged.begin(), judged.end(), std::back_inserter(kept), is_kept);
  return kept;
}

// Figures of the relevant resources whose age `is_kept` takes.
template <typename IsKept>
RankingFigures FiguresOfRelevant(absl::Span<const JudgedRanking> judged,
                                 IsKept is_kept) {
  std::vector<std::vector<ResourceRow>> relevant;
  relevant.reserve(judged.size());
  std::vector<JudgedRanking> kept;
  for (const JudgedRanking& one : judged) {
    std::vector<ResourceRow> rows;
    std::copy_if(one.relevant.begin(), one.relevant.end(),
                 std::back_inserter(rows), is_kept);
    if (rows.empty()) continue;
    relevant.push_back(std::move(rows));
    kept.push_back({one.ranking, relevant.back(), one.num_engagements});
  }
  return FiguresOf(kept);
}

// The share of resources that are less popular, those equally popular counted
// half. By resource.
std::vector<double> Percentiles(absl::Span<const float> popularity) {
  std::vector<float> sorted(popularity.begin(), popularity.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> percentiles;
  percentiles.reserve(popularity.size());
  for (const float value : popularity) {
    const auto [first, last] =
        std::equal_range(sorted.begin(), sorted.end(), value);
    const double middle = static_cast<double>(first - sorted.begin()) +
                          static_cast<double>(last - first) / 2;
    percentiles.push_back(middle / static_cast<double>(sorted.size()));
  }
  return percentiles;
}

// Of sorted x_1 <= ... <= x_n: sum (2 i - n - 1) x_i / (n sum x_i).
double Gini(std::vector<int64_t> counts) {
  std::sort(counts.begin(), counts.end());
  const double size = static_cast<double>(counts.size());
  double sum = 0;
  double weighted = 0;
  for (size_t row = 0; row < counts.size(); ++row) {
    const double count = static_cast<double>(counts[row]);
    sum += count;
    weighted += (2 * static_cast<double>(row + 1) - size - 1) * count;
  }
  return sum == 0 ? 0 : weighted / (size * sum);
}

}  // namespace

MeanError MeanErrorOf(absl::Span<const double> values) {
  if (values.empty()) return {};
  const double count = static_cast<double>(values.size());
  MeanError result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() < 2) return result;
  double sum_of_squares = 0;
  for (const double value : values) {
    sum_of_squares += (value - result.mean) * (value - result.mean);
  }
  result.error = std::sqrt(sum_of_squares / (count - 1) / count);
  return result;
}

RankingFigures FiguresOf(absl::Span<const JudgedRanking> judged) {
  std::vector<double> recall20, recall50, ndcg20, ndcg100;
  for (const JudgedRanking& one : judged) {
    const RankingScore at20 = ScoreRanking(one.ranking, one.relevant, 20);
    recall20.push_back(at20.recall);
    ndcg20.push_back(at20.ndcg);
    recall50.push_back(ScoreRanking(one.ranking, one.relevant, 50).recall);
    ndcg100.push_back(
        ScoreRanking(one.ranking, one.relevant, kFiguresDepth).ndcg);
  }
  return {static_cast<int64_t>(judged.size()), MeanErrorOf(recall20),
          MeanErrorOf(recall50), MeanErrorOf(ndcg20), MeanErrorOf(ndcg100)};
}

std::vector<RankingSlice> SliceByActivity(
    absl::Span<const JudgedRanking> judged) {
  const auto between = [&](int64_t above, int64_t until) {
    return FiguresOf(Keep(judged, [=](const JudgedRanking& one) {
      return one.num_engagements > above && one.num_engagements <= until;
    }));
  };
  return {{"le10", between(-1, kFewEngagements)},
          {"11to50", between(kFewEngagements, kManyEngagements)},
          {"gt50", between(kManyEngagements, INT64_MAX)}};
}

std::vector<RankingSlice> SliceByAge(absl::Span<const JudgedRanking> judged,
                                     absl::Span<const absl::Duration> ages) {
  const auto between = [&](absl::Duration above, absl::Duration until) {
    return FiguresOfRelevant(judged, [=](ResourceRow row) {
      return ages[ToInt(row)] > above && ages[ToInt(row)] <= until;
    });
  };
  return {{"new", between(-absl::InfiniteDuration(), absl::ZeroDuration())},
          {"month", between(absl::ZeroDuration(), kMonth)},
          {"older", between(kMonth, absl::InfiniteDuration())}};
}

RankingSpread SpreadOf(absl::Span<const JudgedRanking> judged,
                       absl::Span<const float> popularity) {
  const std::vector<double> percentiles = Percentiles(popularity);
  std::vector<int64_t> counts(popularity.size());
  double sum = 0;
  double num_recommended = 0;
  for (const JudgedRanking& one : judged) {
    for (const ResourceRow row : one.ranking.first(
             std::min<size_t>(kSpreadDepth, one.ranking.size()))) {
      ++counts[ToInt(row)];
      sum += percentiles[ToInt(row)];
      ++num_recommended;
    }
  }
  if (num_recommended == 0) return {};
  const auto num_covered = static_cast<double>(
      counts.size() - static_cast<size_t>(std::count(
                          counts.begin(), counts.end(), int64_t{0})));
  return {num_covered / static_cast<double>(counts.size()),
          sum / num_recommended, Gini(std::move(counts))};
}

}  // namespace evenlight
