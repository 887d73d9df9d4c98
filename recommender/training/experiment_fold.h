// One fold of the experiment: trains models on its training learners and tests
// them on its test learners.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_FOLD_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_FOLD_H_

#include <functional>
#include <string>
#include <vector>

#include "recommender/models/tracing_model.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/tracing_experiment.h"
#include "recommender/training/tracing_fitter.h"
#include "recommender/training/tracing_replay.h"

namespace evenlight {

// One thread. `data` and `options` outlive it; of the options, models, folds,
// threads and progress are not read.
class ExperimentFold {
 public:
  ExperimentFold(const ExperimentData& data, int fold,
                 const TracingExperimentOptions& options, int num_threads);

  // Trains and tests a model of TracingModelNames(), frozen and, if the options
  // say so, learning online. Nothing is kept for the next, so that each one's
  // training time is its own. Of `progress`, which may be empty, training is
  // all.
  std::vector<TracingScore> Run(const std::string& model,
                                std::function<void(double done)> progress);

 private:
  std::vector<TracingScore> RunStateless(const std::string& name,
                                         StatelessPredict predict) const;
  std::vector<TracingScore> RunDas3h(
      std::function<void(double done)> progress) const;
  std::vector<TracingScore> RunFitted(
      const std::string& name, std::function<void(double done)> progress) const;
  void AddOnline(const TracingModel& model, const LrhFit* lrh,
                 std::vector<TracingScore>& scores) const;

  // Tests, and fills what the test tells into `score`.
  TracingScore Test(TracingScore score, AnswerPredictor& predictor) const;

  const ExperimentData& data_;
  const TracingExperimentOptions& options_;
  const int fold_;
  const int num_threads_;
  const FoldParts parts_;
  const TracingModel base_;  // Counts of training: which questions are unseen.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_FOLD_H_
