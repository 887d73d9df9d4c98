#include "services/cli/resource_charts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

// `field` of each epoch as a share of the highest; nothing if it is not known.
ChartSeries SeriesOf(const ResourceScore& score, const std::string& what,
                     double RankerEpoch::*field) {
  ChartSeries series;
  double highest = 0;
  for (const RankerEpoch& epoch : score.curve) {
    if (std::isfinite(epoch.*field)) {
      highest = std::max(highest, epoch.*field);
    }
  }
  if (highest == 0) return series;
  series.name = absl::StrCat(score.model, " ", what);
  for (const RankerEpoch& epoch : score.curve) {
    series.points.push_back(
        {static_cast<double>(epoch.epoch), epoch.*field / highest});
  }
  return series;
}

}  // namespace

Chart RankerLearningChart(absl::Span<const ResourceScore> scores) {
  Chart chart = {.title = "Loss and validation NDCG@20 by epoch",
                 .x_label = "epoch",
                 .y_label = "share of the highest",
                 .has_whole_x = true};
  int color = 0;
  for (const ResourceScore& score : scores) {
    ChartSeries loss = SeriesOf(score, "loss", &RankerEpoch::loss);
    ChartSeries ndcg = SeriesOf(score, "NDCG@20", &RankerEpoch::ndcg20);
    loss.is_dashed = true;
    ndcg.is_strong = true;
    for (ChartSeries* series : {&loss, &ndcg}) {
      if (series->points.empty()) continue;
      series->color = color++;
      chart.series.push_back(std::move(*series));
    }
  }
  return chart;
}

}  // namespace evenlight
