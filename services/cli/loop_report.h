// What `evenlight simulate policy` prints and writes of its cells.

#ifndef EVENLIGHT_SERVICES_CLI_LOOP_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_LOOP_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/log.h"
#include "recommender/simulation/closed_loop.h"
#include "services/cli/svg_chart.h"

namespace evenlight {

// One row: policy, student, gain per hour with its interval, the ratio to the
// best baseline with the same student, and what else there is to watch.
std::vector<LogField> FieldsOf(const LoopCell& cell,
                               absl::Span<const LoopCell> cells);

// The same for people: gains per hour, a row for each policy and a column for
// each student; the best baseline of a column has a `*`.
std::string LoopMatrix(absl::Span<const LoopCell> cells);

// How P(correct) over the goal rises with one student, by policy.
Chart MasteryChart(absl::string_view student, absl::Span<const LoopCell> cells);

// The report as one line of JSON: `head`, then `cells`, the rows as printed,
// with their curves.
std::string LoopReport(const std::vector<LogField>& head,
                       absl::Span<const LoopCell> cells);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_LOOP_REPORT_H_
