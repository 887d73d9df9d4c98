#include "services/cli/tracing_charts.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

constexpr int64_t kMinAnswersOfBin = 20;

// A model has the same colour in both charts: that of its place in the run.
template <typename Visit>
void ForEachModel(absl::Span<const TracingScore> scores, Visit visit) {
  int color = -1;
  absl::string_view model;
  for (const TracingScore& score : scores) {
    if (score.online != OnlineLearning::kNo) continue;
    if (score.model != model) ++color;
    model = score.model;
    visit(score, color);
  }
}

}  // namespace

Chart ReliabilityChart(absl::Span<const TracingScore> scores) {
  Chart chart = {
      .title = "Reliability over the folds: best on the diagonal",
      .x_label = "predicted probability of a right answer, mean of the bin",
      .y_label = "share of right answers",
      .is_unit_square = true};
  ForEachModel(scores, [&](const TracingScore& score, int color) {
    if (score.fold != 0) return;
    ChartSeries series = {
        .name = score.model, .color = color, .is_strong = IsLrh(score.model)};
    for (const ReliabilityBin& bin : score.reliability) {
      if (bin.num_answers < kMinAnswersOfBin) continue;
      series.points.push_back({bin.mean_p, bin.share_correct});
    }
    chart.series.push_back(std::move(series));
  });
  return chart;
}

Chart LearningCurveChart(absl::Span<const TracingScore> scores) {
  const int first_fold = scores.empty() ? 0 : scores.front().fold;
  Chart chart = {.title = absl::StrCat("Learning curves, fold ", first_fold),
                 .x_label = "epoch",
                 .y_label = "log loss, nats per answer",
                 .has_whole_x = true};
  ForEachModel(scores, [&](const TracingScore& score, int color) {
    if (score.fold != first_fold || score.curve.empty()) return;
    ChartSeries train = {.name = absl::StrCat(score.model, " training"),
                         .color = color,
                         .is_dashed = true,
                         .is_strong = IsLrh(score.model)};
    ChartSeries validation = {.name = absl::StrCat(score.model, " validation"),
                              .color = color,
                              .is_strong = IsLrh(score.model)};
    for (const EpochLoss& loss : score.curve) {
      const auto epoch = static_cast<double>(loss.epoch);
      train.points.push_back({epoch, loss.train});
      validation.points.push_back({epoch, loss.validation});
    }
    chart.series.push_back(std::move(validation));
    chart.series.push_back(std::move(train));
  });
  return chart;
}

}  // namespace evenlight
