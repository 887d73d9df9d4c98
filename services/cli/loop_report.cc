#include "services/cli/loop_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "recommender/simulation/loop_figures.h"
#include "recommender/simulation/loop_learner.h"
#include "services/cli/report_file.h"

namespace evenlight {
namespace {

// Names in the order in which they first occur.
std::vector<std::string> NamesOf(absl::Span<const LoopCell> cells,
                                 std::string LoopCell::*name) {
  std::vector<std::string> names;
  for (const LoopCell& cell : cells) {
    if (std::find(names.begin(), names.end(), cell.*name) == names.end()) {
      names.push_back(cell.*name);
    }
  }
  return names;
}

std::vector<LogField> RowOf(const LoopCell& cell,
                            absl::Span<const LoopCell> cells) {
  std::vector<LogField> row = FieldsOf(cell, cells);
  LogField curve("curve", "");
  curve.json =
      absl::StrCat("[",
                   absl::StrJoin(FiguresOf(cell).curve, ",",
                                 [](std::string* text, double p) {
                                   absl::StrAppendFormat(text, "%.4f", p);
                                 }),
                   "]");
  row.push_back(std::move(curve));
  return row;
}

std::string Entry(const LoopCell& cell, absl::Span<const LoopCell> cells) {
  const bool is_best =
      IsBaseline(cell.policy) && RatioToBestBaseline(cell, cells) == 1;
  return absl::StrFormat("%.4f%s", FiguresOf(cell).gain_per_hour,
                         is_best ? "*" : " ");
}

}  // namespace

std::vector<LogField> FieldsOf(const LoopCell& cell,
                               absl::Span<const LoopCell> cells) {
  const LoopFigures figures = FiguresOf(cell);
  return {
      {"policy", cell.policy},
      {"student", cell.student},
      Rounded("gain_per_hour", figures.gain_per_hour, 4),
      Rounded("low", figures.low, 4),
      Rounded("high", figures.high, 4),
      Rounded("ratio_to_best_baseline", RatioToBestBaseline(cell, cells), 3),
      Rounded("minutes_over_cap", figures.minutes_over_cap, 1),
      Rounded("in_band", figures.share_in_band, 3),
      Rounded("unmet_prerequisites", figures.share_unmet, 4),
      {"worst_tier", kTierSettings[figures.worst_tier].id},
      Rounded("worst_tier_gain_per_hour", figures.worst_tier_gain, 4)};
}

std::string LoopMatrix(absl::Span<const LoopCell> cells) {
  const std::vector<std::string> students = NamesOf(cells, &LoopCell::student);
  std::string text = absl::StrFormat("%-22s", "gain per hour");
  for (const std::string& student : students) {
    absl::StrAppendFormat(&text, " %20s", student + " ");
  }
  for (const std::string& policy : NamesOf(cells, &LoopCell::policy)) {
    absl::StrAppendFormat(&text, "\n%-22s", policy);
    // Every policy has every student, in the same order.
    for (const LoopCell& cell : cells) {
      if (cell.policy != policy) continue;
      absl::StrAppendFormat(&text, " %20s", Entry(cell, cells));
    }
  }
  return text + "\n";
}

Chart MasteryChart(absl::string_view student,
                   absl::Span<const LoopCell> cells) {
  Chart chart = {.title = absl::StrCat("Student model ", student,
                                       ": mean P(correct) over the goal"),
                 .x_label = "day of the course",
                 .y_label = "P(correct)"};
  int color = 0;
  for (const LoopCell& cell : cells) {
    if (cell.student != student) continue;
    ChartSeries series = {.name = cell.policy,
                          .color = color++,
                          .is_dashed = IsBaseline(cell.policy),
                          .is_strong = cell.policy == kOurPolicy};
    // The points of LearnerRun::curve.
    const std::vector<double> curve = FiguresOf(cell).curve;
    for (size_t point = 0; point < curve.size(); ++point) {
      double day = 0;
      if (point > 0) {
        const size_t session = std::min(point, kLoopSchedule.size()) - 1;
        day = kLoopSchedule[session].day + kLoopSchedule[session].hour / 24.0;
        if (point > kLoopSchedule.size()) day += 1;
      }
      series.points.push_back({day, curve[point]});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string LoopReport(const std::vector<LogField>& head,
                       absl::Span<const LoopCell> cells) {
  std::vector<LogField> fields = head;
  fields.push_back(ListOf("cells", cells, [&](const LoopCell& cell) {
    return RowOf(cell, cells);
  }));
  return ToJson(fields) + "\n";
}

}  // namespace evenlight
