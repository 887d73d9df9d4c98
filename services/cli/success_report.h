// How well success was predicted, as commands print and write it.

#ifndef EVENLIGHT_SERVICES_CLI_SUCCESS_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_SUCCESS_REPORT_H_

#include <vector>

#include "core/log.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "services/cli/console.h"

namespace evenlight {

// Appends answers, AUC and log loss with their standard errors, and the
// calibration error of 15 bins.
void AppendSuccess(const TracingMetrics& metrics, std::vector<LogField>& row);

// A line for each bin that has answers: `whose`, the bin's lower end, answers,
// mean predicted and share right.
void PrintReliability(const LogField& whose,
                      const std::vector<ReliabilityBin>& bins,
                      const Console& console);

// The same as a list in a JSON report, all bins.
LogField ReliabilityList(const std::vector<ReliabilityBin>& bins);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SUCCESS_REPORT_H_
