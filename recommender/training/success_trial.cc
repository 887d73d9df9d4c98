#include "recommender/training/success_trial.h"

#include <algorithm>

#include "recommender/state/fold.h"
#include "recommender/state/prediction.h"
#include "recommender/training/bias_regression.h"
#include "recommender/training/tracing_experiment.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

constexpr int kNumBins = 10;

using Answers = absl::Span<const Interaction>;

bool HasOutcomes(const BiasExample& example) {
  return std::any_of(example.features.begin(), example.features.end(),
                     [](float feature) { return feature != 0; });
}

class Trial {
 public:
  Trial(const ServingSnapshot& snapshot, const SplitTracks& tracks)
      : model_(snapshot.models->tracing),
        tracks_(tracks),
        counts_(CountAnswersByKc(tracks.TrainParts(), tracks.ids())) {
    PrerequisiteOutcomes outcomes(snapshot.catalog.get());
    for (int32_t row = 0; row < tracks.num_learners(); ++row) {
      outcomes.Start(tracks.Train(row));
      Append(row, tracks.Train(row), outcomes, train_);
      Append(row, tracks.Validation(row), outcomes, validation_);
      Append(row, tracks.Test(row), outcomes, test_);
    }
  }

  SuccessTrial Run() const {
    BiasOptions options;
    options.num_learners = tracks_.num_learners();
    options.num_questions =
        static_cast<int32_t>(counts_.params().questions.size());
    options.penalty = ChoosePenalty(train_, validation_, options);
    const std::vector<Prediction> biases =
        PredictByWeights(FitBiases(train_, options));
    const BiasWeights weights = FitFeatures(train_, options);
    SuccessTrial trial;
    trial.outcome_weights = weights.features;
    trial.num_with_outcomes =
        std::count_if(test_.begin(), test_.end(), HasOutcomes);
    const auto add = [&](const char* model,
                         const std::vector<Prediction>& predictions) {
      trial.scores.push_back({model, EvaluateTracing(predictions),
                              Reliability(predictions, kNumBins),
                              CompareLogLoss(predictions, biases)});
    };
    add(kMeanModel, PredictByCounts(PredictByMean));
    add(kQuestionMeanModel, PredictByCounts(PredictByQuestionMean));
    add(kBiasesModel, biases);
    add(kPrerequisitesModel, PredictByWeights(weights));
    add(kSnapshotModel, PredictAsServed());
    return trial;
  }

 private:
  void Append(int32_t learner, Answers answers,
              const PrerequisiteOutcomes& outcomes,
              std::vector<BiasExample>& examples) const {
    for (const Interaction& answer : answers) {
      examples.push_back(
          {.learner = learner,
           .question = ToInt(counts_.FindQuestion(answer.question)),
           .features = outcomes.Of(answer.kcs),
           .is_correct = answer.is_correct});
    }
  }

  std::vector<Prediction> PredictByWeights(const BiasWeights& weights) const {
    size_t next = 0;
    return PredictBy([&](int32_t, const Interaction&) {
      return Sigmoid(static_cast<float>(LogOdds(weights, test_[next++])));
    });
  }

  std::vector<Prediction> PredictByCounts(
      float (*predict)(const TracingModel&, const Interaction&)) const {
    return PredictBy([&](int32_t, const Interaction& answer) {
      return predict(counts_, answer);
    });
  }

  // Every answer from the same history: there is no order to follow.
  std::vector<Prediction> PredictAsServed() const {
    int32_t of_state = -1;
    LearnerState state;
    return PredictBy([&](int32_t learner, const Interaction& answer) {
      if (learner != of_state) {
        of_state = learner;
        state = LearnerState();
        Fold(model_, tracks_.Train(learner), state);
      }
      return PredictAnswer(model_, state, answer.question, answer.kcs,
                           FeatureTime(answer));
    });
  }

  template <typename Predict>
  std::vector<Prediction> PredictBy(Predict predict) const {
    std::vector<Prediction> predictions;
    for (int32_t row = 0; row < tracks_.num_learners(); ++row) {
      TrackPart part;
      part.learner = row;
      int64_t number = 0;
      for (const Interaction& answer : tracks_.Test(row)) {
        predictions.push_back(PredictionOf(counts_, part, number++, answer,
                                           predict(row, answer)));
      }
    }
    return predictions;
  }

  const TracingModel& model_;
  const SplitTracks& tracks_;
  const TracingModel counts_;
  std::vector<BiasExample> train_;
  std::vector<BiasExample> validation_;
  std::vector<BiasExample> test_;
};

}  // namespace

SuccessTrial TrySuccess(const ServingSnapshot& snapshot,
                        const SplitTracks& tracks) {
  return Trial(snapshot, tracks).Run();
}

}  // namespace evenlight
