// The chart beside the report of `evenlight evaluate resources`.

#ifndef EVENLIGHT_SERVICES_CLI_RESOURCE_CHARTS_H_
#define EVENLIGHT_SERVICES_CLI_RESOURCE_CHARTS_H_

#include "absl/types/span.h"
#include "recommender/training/resource_experiment.h"
#include "services/cli/svg_chart.h"

namespace evenlight {

// Loss and validation NDCG@20 by epoch of each model that has epochs, as shares
// of their highest value so that both have one axis.
Chart RankerLearningChart(absl::Span<const ResourceScore> scores);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RESOURCE_CHARTS_H_
