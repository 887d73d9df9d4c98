// What a report says of rankings: the figures that papers print, with standard
// errors over learners, by kind of learner and of resource, and how wide and
// how popular the recommendations are.
//
// Conventions are those of LightGCN (He et al., SIGIR 2020), so that figures
// stand beside published ones: recall divides by all relevant resources, NDCG
// by the best ranking of min(|relevant|, k), both are means over learners.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_FIGURES_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_FIGURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// How deep a ranking must be for all figures.
inline constexpr int kFiguresDepth = 100;

// A mean over learners and its standard error; 0 of none.
struct MeanError {
  double mean = 0;
  double error = 0;
};

MeanError MeanErrorOf(absl::Span<const double> values);

struct RankingFigures {
  int64_t num_learners = 0;
  MeanError recall20;
  MeanError recall50;
  MeanError ndcg20;
  MeanError ndcg100;
};

// A learner's ranking, at least kFiguresDepth deep where there are as many, and
// what they went on to use, which is not empty; both hold nothing twice.
struct JudgedRanking {
  absl::Span<const ResourceRow> ranking;
  absl::Span<const ResourceRow> relevant;
  int64_t num_engagements = 0;  // Before, of this learner.
};

RankingFigures FiguresOf(absl::Span<const JudgedRanking> judged);

// Figures of some of the learners, or of some of what is relevant to them.
struct RankingSlice {
  std::string name;
  RankingFigures figures;
};

// Learners with at most 10, with 11 to 50, and with more engagements before:
// `le10`, `11to50`, `gt50`. Slices of nobody are there too.
std::vector<RankingSlice> SliceByActivity(
    absl::Span<const JudgedRanking> judged);

// Relevant resources that nobody had used before (`new`), that were first used
// at most 30 days before (`month`), and longer ago (`older`): figures of each
// count only those as relevant, over the learners who have any. `ages` has one
// per resource; 0 or less: nobody had used it.
std::vector<RankingSlice> SliceByAge(absl::Span<const JudgedRanking> judged,
                                     absl::Span<const absl::Duration> ages);

// Of the first 20 of each ranking.
struct RankingSpread {
  double coverage = 0;  // Share of the resources that anybody is recommended.
  // Mean percentile of what is recommended among all resources by popularity,
  // in [0, 1]: 1 for the most popular only, 0.5 without any bias.
  double popularity = 0;
  // Gini coefficient of how often each resource is recommended: 0 if all are
  // equally often, near 1 if few have everything.
  double gini = 0;
};

// `popularity` has one number per resource.
RankingSpread SpreadOf(absl::Span<const JudgedRanking> judged,
                       absl::Span<const float> popularity);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_FIGURES_H_
