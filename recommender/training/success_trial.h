// How well success is predicted where answers have no order: by who answers,
// what is asked and the outcomes on its prerequisites, beside floors and beside
// the model that serves.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_SUCCESS_TRIAL_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_SUCCESS_TRIAL_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/model_binding.h"
#include "recommender/training/prerequisite_outcomes.h"
#include "recommender/training/split_tracks.h"

namespace evenlight {

// Models besides kMeanModel and kQuestionMeanModel: biases of learner and
// question; these and the prerequisites' outcomes; and the snapshot's own.
inline constexpr char kBiasesModel[] = "biases";
inline constexpr char kPrerequisitesModel[] = "prerequisites";
inline constexpr char kSnapshotModel[] = "served";

// How one model predicts the test answers.
struct SuccessScore {
  std::string model;
  TracingMetrics metrics;
  std::vector<ReliabilityBin> reliability;  // Ten.
  LossDifference against_biases;            // Of log loss; below 0 is better.
};

struct SuccessTrial {
  std::vector<SuccessScore> scores;  // The floors first.
  // What the prerequisites' outcomes weigh, by OutcomeFeature, in log-odds.
  std::array<double, kNumOutcomeFeatures> outcome_weights{};
  // Test answers of learners who had answered a prerequisite: on all others
  // outcomes say nothing.
  int64_t num_with_outcomes = 0;
};

// Fits on the answers of training, chooses penalties on those of validation,
// and predicts each test answer from the learner's answers of training alone.
// `tracks` pass their Check(); the snapshot's model was not trained on their
// test answers. Its catalog has the prerequisites.
SuccessTrial TrySuccess(const ServingSnapshot& snapshot,
                        const SplitTracks& tracks);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_SUCCESS_TRIAL_H_
