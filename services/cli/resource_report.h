// What `evenlight evaluate resources` prints and writes of its scores.

#ifndef EVENLIGHT_SERVICES_CLI_RESOURCE_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_RESOURCE_REPORT_H_

#include <string>
#include <vector>

#include "core/log.h"
#include "recommender/training/resource_experiment.h"

namespace evenlight {

// One row: model, dimension, figures with standard errors (`_se`), seconds, the
// setting, the spread of the first 20, and figures of slices with the slice's
// name behind them: `recall20_le10`.
std::vector<LogField> FiguresOf(const ResourceScore& score);

// One epoch, and one trial, as they are shown while the run goes on.
std::string LineOf(const std::string& model, const RankerEpoch& epoch);
std::string LineOf(const std::string& model, const RankerTrial& trial);

// The report as one line of JSON: `head`, then `scores`, the rows as printed,
// each with its learning curve and what was tried, and `left_out`.
std::string ResourceReport(const std::vector<LogField>& head,
                           const ResourceExperiment& experiment);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RESOURCE_REPORT_H_
