#include "services/cli/tracing_report.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/report_file.h"

namespace evenlight {
namespace {

struct Figure {
  const char* name;
  double TracingFigures::*value;
  int num_digits;
  bool has_deviation;
};

constexpr Figure kFigures[] = {
    {"auc", &TracingFigures::auc, 4, true},
    {"accuracy", &TracingFigures::accuracy, 4, true},
    {"log_loss", &TracingFigures::log_loss, 4, true},
    {"ece", &TracingFigures::calibration_error, 4, true},
    {"first5_auc", &TracingFigures::first_answers_auc, 4, true},
    {"unseen_auc", &TracingFigures::unseen_question_auc, 4, true},
    {"learner_auc", &TracingFigures::learner_auc, 4, true},
    {"train_seconds", &TracingFigures::train_seconds, 4, false},
    {"us_p50", &TracingFigures::p50_us, 3, false},
    {"us_p99", &TracingFigures::p99_us, 3, false},
    {"bytes_per_learner", &TracingFigures::bytes_per_learner, 0, false},
};

const char* WordOf(OnlineLearning online) {
  switch (online) {
    case OnlineLearning::kNo:
      return "no";
    case OnlineLearning::kLearner:
      return "learner";
    case OnlineLearning::kShared:
      return "shared";
  }
  return "no";
}

// A residual that validation dropped leaves the figures of LR-H.
std::string ResidualWord(const TracingScore& score) {
  if (score.fold != 0) return score.num_residuals > 0 ? "yes" : "no";
  return absl::StrCat(score.num_residuals, "/", score.num_folds);
}

std::vector<LogField> FieldsOf(const ReliabilityBin& bin) {
  return {{"answers", bin.num_answers},
          Rounded("mean_p", bin.mean_p, 4),
          Rounded("share_correct", bin.share_correct, 4)};
}

std::vector<LogField> FieldsOf(const EpochLoss& loss) {
  return {{"epoch", loss.epoch},
          Rounded("train", loss.train, 4),
          Rounded("validation", loss.validation, 4)};
}

std::vector<LogField> RowOf(const TracingScore& score) {
  std::vector<LogField> row = FiguresOf(score);
  if (score.fold == 0) {
    row.push_back(
        ListOf("reliability", score.reliability,
               [](const ReliabilityBin& bin) { return FieldsOf(bin); }));
  } else if (!score.curve.empty()) {
    row.push_back(ListOf("learning_curve", score.curve,
                         [](const EpochLoss& loss) { return FieldsOf(loss); }));
  }
  return row;
}

}  // namespace

std::vector<LogField> FiguresOf(const TracingScore& score) {
  LogField fold("fold", score.fold);
  if (score.fold == 0) fold = LogField("fold", "mean");
  std::vector<LogField> figures = {{"model", score.model}, fold};
  for (const Figure& figure : kFigures) {
    figures.push_back(
        Rounded(figure.name, score.figures.*figure.value, figure.num_digits));
    if (score.fold == 0 && figure.has_deviation) {
      figures.push_back(Rounded(absl::StrCat(figure.name, "_sd"),
                                score.deviations.*figure.value,
                                figure.num_digits));
    }
    if (figure.value == &TracingFigures::unseen_question_auc) {
      figures.push_back({"unseen_answers", score.num_unseen_answers});
    }
    if (figure.value == &TracingFigures::train_seconds) {
      figures.push_back({"threads", score.num_threads});
    }
  }
  figures.push_back({"online", WordOf(score.online)});
  figures.push_back({"calibrated", score.is_calibrated ? "yes" : "no"});
  if (score.model == kResidualModel) {
    figures.push_back({"residual", ResidualWord(score)});
  }
  figures.push_back({"answers", score.num_answers});
  return figures;
}

std::string TracingReport(const std::vector<LogField>& head,
                          absl::Span<const TracingScore> scores) {
  std::vector<LogField> fields = head;
  fields.push_back(ListOf("scores", scores, RowOf));
  return ToJson(fields) + "\n";
}

}  // namespace evenlight
