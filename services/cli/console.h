// How subcommands speak: figures to standard output, everything else to
// standard error.

#ifndef EVENLIGHT_SERVICES_CLI_CONSOLE_H_
#define EVENLIGHT_SERVICES_CLI_CONSOLE_H_

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/log.h"

namespace google::protobuf {
class Message;
}

namespace evenlight {

// Exit codes of every subcommand; `train` adds those of TrainOutcome.
inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitRefused = 3;  // Some rows, or a sample too small.

// Streams outlive it.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool is_json = false;  // --json: one JSON value per line on `out`.
  bool has_bar = false;  // A bar that moves, else a line every 10 %.
  std::function<void(absl::Duration)> sleep;

  // Writes `evenlight: what: status` to `err` and returns kExitError.
  int Fail(absl::string_view what, const absl::Status& status) const;

  // Writes one line of name=value pairs, or a JSON object.
  void Figures(const std::vector<LogField>& figures) const;

  // Writes a message of the API as one line of JSON.
  void Json(const google::protobuf::Message& message) const;
};

// How far a long job is. One thread. `console` outlives it.
class Progress {
 public:
  Progress(const Console& console, std::string label)
      : console_(console), label_(std::move(label)) {}
  ~Progress() { Finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` in [0, 1].
  void Update(double done);

  // Ends the bar's line, if one was begun.
  void Finish();

 private:
  const Console& console_;
  const std::string label_;
  int shown_ = -1;
  bool is_open_ = false;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_CONSOLE_H_
