// What the flags of all subcommands are made of. Only main.cc and headers that
// it alone includes read it: CLI11 is dear to compile.

#ifndef EVENLIGHT_SERVICES_CLI_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_FLAGS_H_

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/interop/parse.h"

namespace evenlight {

// Parses a time flag; empty keeps `time`.
inline CLI::Validator TimeFlag(absl::Time* time) {
  return CLI::Validator(
      [time](std::string& text) {
        const absl::StatusOr<absl::Time> parsed = ParseTime("time", text);
        if (!parsed.ok()) return std::string(parsed.status().message());
        *time = *parsed;
        return std::string();
      },
      "TIME");
}

// Parses a positive duration, as `90m` or `24h`.
inline CLI::Validator DurationFlag(absl::Duration* duration) {
  return CLI::Validator(
      [duration](std::string& text) {
        absl::Duration parsed;
        if (!absl::ParseDuration(text, &parsed) ||
            parsed <= absl::ZeroDuration()) {
          return "`" + text + "` is no positive duration such as 90m or 24h";
        }
        *duration = parsed;
        return std::string();
      },
      "DURATION");
}

// Takes one of `words`. CLI11's own transformer prints its map in help and
// errors, which nobody can read for an enumeration.
template <typename Enum>
CLI::Validator OneOf(const std::map<std::string, Enum>& words) {
  return CLI::Validator(
      [&words](std::string& text) {
        const auto found = words.find(text);
        if (found != words.end()) {
          text = std::to_string(static_cast<int>(found->second));
          return std::string();
        }
        std::string problem = "`" + text + "` is none of:";
        for (const auto& [word, value] : words) problem += " " + word;
        return problem;
      },
      "");
}

// A flag that takes several values parted by commas: one word, so that an
// argument may follow it.
template <typename Value>
CLI::Option* AddList(CLI::App* sub, const char* name,
                     std::vector<Value>* values, const char* what) {
  return sub->add_option(name, *values, what)
      ->delimiter(',')
      ->allow_extra_args(false);
}

// A subcommand; its help ends with `examples`.
inline CLI::App* Sub(CLI::App* parent, const char* name, const char* what,
                     const char* examples) {
  CLI::App* sub = parent->add_subcommand(name, what);
  sub->footer(examples);
  sub->fallthrough();
  return sub;
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_FLAGS_H_
