// The charts beside the report of `evenlight evaluate tracing`.

#ifndef EVENLIGHT_SERVICES_CLI_TRACING_CHARTS_H_
#define EVENLIGHT_SERVICES_CLI_TRACING_CHARTS_H_

#include "absl/types/span.h"
#include "recommender/training/tracing_experiment.h"
#include "services/cli/svg_chart.h"

namespace evenlight {

// How often what was predicted came true: each frozen model's bins over all
// folds, against the diagonal. Bins of fewer than 20 answers, which say
// little, are left out.
Chart ReliabilityChart(absl::Span<const TracingScore> scores);

// Log losses by epoch of each model that has epochs, on the first fold: a mean
// over folds would be of fewer and fewer folds.
Chart LearningCurveChart(absl::Span<const TracingScore> scores);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TRACING_CHARTS_H_
