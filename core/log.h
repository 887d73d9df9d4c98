// Log lines as JSON on standard error, for machines to read. Only at the edges:
// start, stop, published, degraded, refused. Never what a learner wrote or
// answered; ids only.

#ifndef EVENLIGHT_CORE_LOG_H_
#define EVENLIGHT_CORE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace evenlight {

enum class LogLevel { kInfo = 0, kWarning = 1, kError = 2 };

// One name and value of a log line.
struct LogField {
  LogField(absl::string_view name, absl::string_view value);
  LogField(absl::string_view name, const char* value);
  LogField(absl::string_view name, int64_t value);
  LogField(absl::string_view name, int value);
  LogField(absl::string_view name, double value);

  std::string name;
  std::string json;  // The value, already JSON.
};

// Writes one line, in one write:
// {"time":"2026-01-01T00:00:00Z","level":"info","event":"...", fields...}.
// `event` is a constant in snake_case. Thread-safe.
void Log(LogLevel level, absl::string_view event,
         std::initializer_list<LogField> fields = {});

// Lines below this level are dropped. Default kInfo.
void SetLogLevel(LogLevel level);

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_LOG_H_
