// The answers that `evenlight evaluate tracing` measures on, from either kind
// of file.

#ifndef EVENLIGHT_SERVICES_CLI_TRACING_SOURCE_H_
#define EVENLIGHT_SERVICES_CLI_TRACING_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/answers.h"
#include "services/cli/evaluate_tracing.h"

namespace evenlight {

struct TracingSource {
  AnswerSet set;
  int64_t num_answers = 0;
  int64_t num_refused = 0;
  std::string name;    // Of the file, or of the AKT files.
  std::string digest;  // Of several files: of their digests, in their order.
  // What a reader of the figures should know: rows refused, columns ignored,
  // no order, what looks like folds from 0.
  std::vector<std::string> notes;

  bool is_ordered() const { return set.has_order || set.has_time; }
};

// Reads what the options name. INVALID_ARGUMENT: none or both of the sources.
absl::StatusOr<TracingSource> ReadTracingSource(
    const EvaluateTracingOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TRACING_SOURCE_H_
