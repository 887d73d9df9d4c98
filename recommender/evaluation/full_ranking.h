// Ranks every resource for many learners at once: scores a block of learners,
// then keeps the few best of each. Never sampled.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_FULL_RANKING_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_FULL_RANKING_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/factors.h"

namespace evenlight {

// Writes the scores of all resources for each of `learners` into `scores`
// [learners x num_resources], which has that shape already and any content.
// Several threads call it at once, with different matrices.
using BlockScorer = std::function<void(absl::Span<const int64_t> learners,
                                       FactorMatrix& scores)>;

struct RankingTask {
  int32_t num_resources = 0;
  absl::Span<const int64_t> learners;  // Whom to rank for, in any order.
  // Rows that a learner is never recommended: those they engaged with before.
  // Called by several threads.
  std::function<std::vector<ResourceRow>(int64_t learner)> seen;
  int depth = 100;
  int num_threads = 1;
};

// For each of `task.learners`, in their order, the `depth` rows with the
// highest scores, best first, equal ones in the order of rows, without those
// seen; fewer if there are no more. A score that is not finite is not ranked.
// Equal for any number of threads.
std::vector<std::vector<ResourceRow>> RankLearners(
    const RankingTask& task,
    absl::FunctionRef<void(absl::Span<const int64_t>, FactorMatrix&)> scorer);

// The scorer of factors: products of rows of `learners` [num_learners x
// num_factors], which it refers to, and `resources` [num_resources x
// num_factors], of which it keeps a copy in another order. A pair has the same
// score in any block.
BlockScorer FactorScorer(const FactorMatrix& learners,
                         const FactorMatrix& resources);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_FULL_RANKING_H_
