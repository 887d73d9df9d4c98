// What is kept of a learner on ASSISTments 2009, and what bounding it costs in
// predictions of the next answer. Each learner is tested once, with models
// trained on the other folds, and never forgotten in between. Prints
// `figure=... value=... unit=... floor=... ratio=...` lines, then a table for
// people.
//
//   state_bench [--answers=FILE] [--folds=1,2,3,4,5] [--residual=true]
//
// The floor of a size is the bar of what is asked, that of an AUC or a log loss
// the one of a state without bounds.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bench/bounded_state.h"
#include "bench/check.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/training/calibration.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/tracing_fitter.h"
#include "services/interop/answers_csv.h"
#include "tests/support/test_data.h"

ABSL_FLAG(std::string, answers, "",
          "An answers CSV with folds; default: tracing/assist2009/answers.csv "
          "of EVENLIGHT_DATA or ../shared/data");
ABSL_FLAG(std::vector<std::string>, folds,
          std::vector<std::string>({"1", "2", "3", "4", "5"}),
          "To test, of 1 to 5");
ABSL_FLAG(bool, residual, true,
          "Also the recurrent residual, on the first of the folds");

namespace evenlight {
namespace {

constexpr int kNumThreads = 2;
constexpr int64_t kSeed = 1;

// What replaying test learners under some bounds gave.
struct Outcome {
  StateBounds bounds;
  std::vector<double> lrh_bytes;  // By learner.
  std::vector<double> residual_bytes;
  std::vector<std::vector<Prediction>> predictions;  // By fold.
};

// The first is what the others are compared with.
std::vector<Outcome> Bounds() {
  constexpr size_t kAll = StateBounds::kAll;
  std::vector<Outcome> outcomes;
  for (const StateBounds& bounds :
       {StateBounds{"unbounded", kAll, kAll, false},
        StateBounds{"served", kMaxResourceStates, kAll, false},
        StateBounds{"half", kMaxResourceStates, kAll, true},
        StateBounds{"last256", 256, 256, false},
        StateBounds{"last256_half", 256, 256, true}}) {
    outcomes.emplace_back().bounds = bounds;
  }
  return outcomes;
}

void Replay(const TracingModel& model, const std::vector<TrackPart>& parts,
            Outcome* outcome) {
  std::vector<Prediction> predictions;
  for (const TrackPart& part : parts) {
    BoundedState state(&model, outcome->bounds);
    int64_t number = 0;
    for (const Interaction& answer : part.interactions) {
      predictions.push_back({.p_correct = state.PredictAndFold(answer),
                             .is_correct = answer.is_correct,
                             .learner = part.learner,
                             .number = number,
                             .is_unseen_question = false});
      ++number;
    }
    const StateBytes bytes = state.Bytes();
    outcome->lrh_bytes.push_back(static_cast<double>(bytes.lrh_and_bkt));
    outcome->residual_bytes.push_back(static_cast<double>(bytes.residual));
  }
  outcome->predictions.push_back(std::move(predictions));
}

// With what corrects it, as the training job chooses that.
TracingModel Corrected(const TracingModel& model, const FoldParts& parts) {
  const TracingModel calibrated = WithCalibration(
      model, FitCalibration(model, parts.validation, kNumThreads));
  return WithCorrectionRate(
      calibrated,
      ChooseCorrectionRate(calibrated, parts.validation, kNumThreads));
}

void RunFold(const ExperimentData& data, int fold, const std::string& name,
             std::vector<Outcome>* outcomes) {
  std::fprintf(stderr, "state: fold %d, training %s\n", fold, name.c_str());
  const FoldParts parts = SplitFold(data, fold, 0);
  TracingFitOptions options;
  options.seed = kSeed;
  options.num_threads = kNumThreads;
  TracingFitter fitter(parts.train, parts.validation, data.ids, options);
  const TracingModel model = Corrected(fitter.Fit(name).model, parts);
  for (Outcome& outcome : *outcomes) Replay(model, parts.test, &outcome);
}

double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share *
                                    static_cast<double>(values.size() - 1))];
}

// The mean over folds.
double MeanOf(const Outcome& outcome,
              double (*metric)(absl::Span<const Prediction>)) {
  double sum = 0;
  for (const auto& fold : outcome.predictions) sum += metric(fold);
  return sum / static_cast<double>(outcome.predictions.size());
}

void PrintSizes(const std::string& prefix, const std::vector<double>& bytes,
                bool has_bars) {
  const auto print = [&](const char* what, double value, double bar) {
    const std::string name = absl::StrCat(prefix, what);
    if (has_bars) {
      PrintFigure(name, value, "bytes", bar);
    } else {
      PrintFigure(name, value, "bytes");
    }
  };
  print("median", Quantile(bytes, .5), 1 << 10);
  print("p90", Quantile(bytes, .9), 5 << 10);
  print("largest", Quantile(bytes, 1), 16 << 10);
}

void PrintFigures(const std::string& model, const Outcome& outcome,
                  const Outcome& unbounded) {
  const std::string prefix =
      absl::StrCat("state/", model, "/", outcome.bounds.name, "/");
  PrintSizes(prefix, outcome.lrh_bytes, true);
  if (Quantile(outcome.residual_bytes, 1) > 0) {
    PrintSizes(prefix + "residual_", outcome.residual_bytes, false);
  }
  const double auc = MeanOf(outcome, Auc);
  PrintFigure(prefix + "auc", auc, "1", MeanOf(unbounded, Auc));
  PrintFigure(prefix + "auc_cost", MeanOf(unbounded, Auc) - auc, "1");
  PrintFigure(prefix + "log_loss", MeanOf(outcome, LogLoss), "nats",
              MeanOf(unbounded, LogLoss));
}

void PrintTable(const std::string& model,
                const std::vector<Outcome>& outcomes) {
  std::printf("\n%-14s %8s %8s %8s %10s %8s %10s %10s\n", model.c_str(),
              "median", "p90", "largest", "residual", "AUC", "AUC cost",
              "log loss");
  for (const Outcome& outcome : outcomes) {
    const double auc = MeanOf(outcome, Auc);
    std::printf("%-14s %8.0f %8.0f %8.0f %10.0f %8.5f %10.1e %10.5f\n",
                outcome.bounds.name.c_str(), Quantile(outcome.lrh_bytes, .5),
                Quantile(outcome.lrh_bytes, .9), Quantile(outcome.lrh_bytes, 1),
                Quantile(outcome.residual_bytes, .5), auc,
                MeanOf(outcomes.front(), Auc) - auc, MeanOf(outcome, LogLoss));
  }
  std::printf("\n");
}

void Measure(const ExperimentData& data, const std::vector<int>& folds,
             const std::string& model) {
  std::vector<Outcome> outcomes = Bounds();
  for (const int fold : folds) RunFold(data, fold, model, &outcomes);
  for (const Outcome& outcome : outcomes) {
    PrintFigures(model, outcome, outcomes.front());
  }
  PrintTable(model, outcomes);
}

std::vector<int> Folds() {
  std::vector<int> folds;
  for (const std::string& text : absl::GetFlag(FLAGS_folds)) {
    int fold = 0;
    Check(absl::SimpleAtoi(text, &fold) && fold >= 1 && fold <= kNumFolds,
          absl::StrCat("--folds: `", text, "` is not in [1, 5]"));
    folds.push_back(fold);
  }
  return folds;
}

int Main() {
  std::string path = absl::GetFlag(FLAGS_answers);
  if (path.empty()) path = TestDataPath("tracing/assist2009/answers.csv");
  std::ifstream in(path);
  if (!in) {
    std::fprintf(stderr,
                 "state: skipped, no answers: give --answers or "
                 "EVENLIGHT_DATA\n");
    return 0;
  }
  const auto file = ReadAnswersCsv(&in);
  Check(file.ok(), std::string(file.status().message()));
  const ExperimentData data = ReadAnswers(file->set, kSeed);
  const std::vector<int> folds = Folds();
  Measure(data, folds, kLrhModel);
  if (absl::GetFlag(FLAGS_residual)) {
    Measure(data, {folds.front()}, kResidualModel);
  }
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return evenlight::Main();
}
