// Fits tracing models, from counts to the recurrent residual: the one recipe
// that the experiment and the training job share.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FITTER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FITTER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/calibration.h"
#include "recommender/training/dataset.h"
#include "recommender/training/learning_curve.h"
#include "recommender/training/lrh_trainer.h"
#include "recommender/training/residual_trainer.h"
#include "recommender/training/tracing_cost.h"

namespace evenlight {

// Names of models, in reports and on the command line.
inline constexpr char kBktModel[] = "bkt";
inline constexpr char kBestLrModel[] = "bestlr";
inline constexpr char kLrhModel[] = "lrh";
inline constexpr char kResidualModel[] = "lrh2gru";
inline constexpr char kDktModel[] = "dkt";

struct TracingFitOptions {
  int64_t seed = 1;
  int num_threads = 1;
  // Of LR-H; all of them are done if there is nothing to validate on.
  int max_lrh_epochs = 12;
  // Of the residual: sizes (rows are set by the fitter), rates, epochs. Its
  // seed, threads and progress are not read.
  ResidualTrainOptions residual;
  // The residual is trained on whole parts, evenly spread, of about so many
  // answers.
  int64_t max_residual_answers = 1'000'000;
  // How far the last fit is, in [0, 1]. May be empty.
  std::function<void(double done)> progress;
};

// What validation chose, enough to fit the same again on more data.
struct TracingRecipe {
  std::string model;  // One of the names above but kDktModel.
  int lrh_epochs = 0;
  int residual_epochs = 0;
  Calibration calibration;
  float correction_rate = 0;
};

struct TracingFit {
  TracingModel model;
  TracingRecipe recipe;
  LearningCurve curve;  // Of the part learnt last; empty for BKT.
};

// Fits to `train` parts and chooses epochs on `validation` parts; what both
// point to outlives it. Of more than 2,000,000 answers to train on, or 500,000
// to validate on, about so many are used, in whole parts. Steps that models
// share are done once: examples, LR-H. Not thread-safe.
class TracingFitter {
 public:
  TracingFitter(std::vector<TrackPart> train, std::vector<TrackPart> validation,
                const IdTables& ids, TracingFitOptions options);

  // Kcs, questions and their shares of right answers; nothing trained.
  const TracingModel& base() const { return base_; }

  TracingFit FitBkt();
  TracingFit FitBestLr();
  TracingFit FitLrh();  // With BKT, for mastery.
  // LR-H of FitLrh() and its residual; without one, and 0 epochs, if it does
  // not help on `validation` or there are fewer than 8 learners.
  TracingFit FitResidual();
  // A GRU on kcs (Piech et al., NeurIPS 2015), the residual's net without
  // offsets, features, questions and kc states. It is a baseline: its model
  // predicts through the residual of an LR-H whose weights are 0.
  TracingFit FitDkt();

  // FitX() of a name above.
  TracingFit Fit(const std::string& model);

  // The AdaGrad accumulators of FitLrh(), to go on learning online.
  const LrhFit& lrh();

 private:
  const LrhFit& LearnLrh(std::function<void(double)> progress);
  const std::vector<LrhExample>& TrainExamples();
  const std::vector<LrhExample>& ValidationExamples();
  // Of `residual_parts_`.
  const std::vector<LrhExample>& ResidualExamples();
  LrhTrainOptions LrhOptions(const LrhColumns& columns) const;
  ResidualTrainOptions ResidualOptions() const;
  TracingModel WithBkt(const TracingModel& model);
  void Report(double done) const;
  // What calls Report() with a part of the whole; empty if nobody listens.
  std::function<void(double)> Within(double from, double to) const;

  const TracingFitOptions options_;
  const TracingModel base_;
  const std::vector<TrackPart> train_;  // For BKT: all of them.
  // Of the same and of `validation`: what gradients are taken of.
  const std::vector<TrackPart> lrh_parts_;
  const std::vector<TrackPart> residual_parts_;
  const std::vector<TrackPart> validation_parts_;
  std::optional<std::vector<LrhExample>> train_examples_;
  std::optional<std::vector<LrhExample>> validation_examples_;
  std::optional<std::vector<LrhExample>> residual_examples_;
  std::optional<std::vector<BktParams>> bkt_;
  std::optional<LrhFit> lrh_;
};

// Fits on `parts` what a recipe says, without choosing anything. Its epochs
// take the place of those in `options`.
TracingModel FitRecipe(absl::Span<const TrackPart> parts, const IdTables& ids,
                       const TracingRecipe& recipe,
                       const TracingFitOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FITTER_H_
