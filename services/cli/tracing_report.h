// What `evenlight evaluate tracing` prints and writes of its scores.

#ifndef EVENLIGHT_SERVICES_CLI_TRACING_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_TRACING_REPORT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "core/log.h"
#include "recommender/training/tracing_experiment.h"

namespace evenlight {

// One row: model, fold (`mean` for fold 0, with standard deviations of what
// tells how good a model is), figures, and how it was tested. Figures that the
// answers cannot tell are null. `threads` are those that fitted it; `residual`,
// of lrh2gru, is whether validation kept that: yes, no, or 4/5 of the folds.
std::vector<LogField> FiguresOf(const TracingScore& score);

// The report as one line of JSON: `head`, then `scores`, the rows as printed;
// those of fold 0 with their reliability, the others with their learning curve.
std::string TracingReport(const std::vector<LogField>& head,
                          absl::Span<const TracingScore> scores);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TRACING_REPORT_H_
