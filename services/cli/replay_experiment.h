// Ordered answers of learners that training has not seen, replayed: how what
// they really took ranks by the parts of our score, and how far the predicted
// success can be believed. Nothing here says what other choices would have
// been worth.

#ifndef EVENLIGHT_SERVICES_CLI_REPLAY_EXPERIMENT_H_
#define EVENLIGHT_SERVICES_CLI_REPLAY_EXPERIMENT_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/answers.h"
#include "recommender/evaluation/choice_rank.h"
#include "recommender/evaluation/tracing_metrics.h"

namespace evenlight {

struct ReplayExperimentOptions {
  std::vector<int> folds = {1, 2, 3, 4, 5};
  int32_t num_learners = 1000;  // At most so many of each fold.
  int32_t num_others = 200;     // As in ChoiceReplayOptions.
  int64_t seed = 1;             // Of training, of who is replayed, of draws.
  int num_threads = 2;
  std::function<void(double done)> progress;  // In [0, 1]; may be empty.
};

// Ranks by one part of the score: of all choices, and of those alone that the
// gate would have let onto a list.
struct PartRanks {
  RankSpread all;
  RankSpread eligible;
};

// One fold; fold 0 is all of them together.
struct ReplayScore {
  int fold = 0;
  int64_t num_learners = 0;
  // Choices that the gate would have let onto a list, and those that it would
  // not, because they were met or practise only what is mastered; of
  // metrics.num_answers.
  int64_t num_eligible = 0;
  int64_t num_met = 0;
  int64_t num_mastered = 0;
  double mean_others = 0;  // That a choice was compared with.
  TracingMetrics metrics;
  std::vector<ReliabilityBin> reliability;  // Ten.
  PartRanks band;
  PartRanks gain;
};

// Test fold k, validation fold k mod 5 + 1, the rest trains, as in
// RunTracingExperiment(); histories are whole, as the service's. A score for
// each fold, then fold 0.
//
// INVALID_ARGUMENT: the answers have neither order nor time, or a fold has
// nobody to test or train with.
absl::StatusOr<std::vector<ReplayScore>> RunReplayExperiment(
    const AnswerSet& answers, const ReplayExperimentOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_REPLAY_EXPERIMENT_H_
