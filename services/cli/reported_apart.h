// Runs a check in a process of its own: a library that aborts on damaged bytes
// ends that process, and its end is one more finding.

#ifndef EVENLIGHT_SERVICES_CLI_REPORTED_APART_H_
#define EVENLIGHT_SERVICES_CLI_REPORTED_APART_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/finding.h"

namespace evenlight {

// What a check says as it goes; in the process of its own.
struct CheckOutput {
  std::function<void(const Finding&)> report;
  std::function<void(absl::string_view)> step;  // What is looked at next.
  std::function<void(absl::string_view name, absl::string_view value)> figure;
};

struct CheckResult {
  std::vector<Finding> findings;
  std::vector<std::pair<std::string, std::string>> figures;  // In order.
};

// The caller has no other thread that holds a lock which `check` needs.
CheckResult ReportedApart(const std::function<void(const CheckOutput&)>& check);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_REPORTED_APART_H_
