#include "services/cli/reported_apart.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace evenlight {
namespace {

// Between the fields of a message, and at its end; neither is in a text.
constexpr char kFieldEnd = '\x1f';
constexpr char kMessageEnd = '\x1e';

void Write(int pipe, const std::vector<std::string>& fields) {
  std::string message = absl::StrJoin(
      fields, std::string(1, kFieldEnd),
      [](std::string* out, const std::string& field) {
        absl::StrAppend(out, absl::StrReplaceAll(
                                 field, {{std::string(1, kFieldEnd), "?"},
                                         {std::string(1, kMessageEnd), "?"}}));
      });
  message.push_back(kMessageEnd);
  absl::string_view rest = message;
  while (!rest.empty()) {
    const ssize_t written = write(pipe, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) _exit(1);
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

[[noreturn]] void RunChild(
    int pipe, const std::function<void(const CheckOutput&)>& check) {
  check({[pipe](const Finding& finding) {
           Write(pipe, {"finding", finding.where, finding.what, finding.to_do,
                        finding.is_survivable ? "1" : ""});
         },
         [pipe](absl::string_view step) {
           Write(pipe, {"step", std::string(step)});
         },
         [pipe](absl::string_view name, absl::string_view value) {
           Write(pipe, {"figure", std::string(name), std::string(value)});
         }});
  // Not exit(): what the parent registered to run at its end is the parent's.
  _exit(0);
}

std::string ReadAll(int pipe) {
  std::string all;
  char piece[4096];
  while (true) {
    const ssize_t got = read(pipe, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(piece, static_cast<size_t>(got));
  }
}

std::string EndOf(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return absl::StrCat("signal ", WTERMSIG(status), " (",
                        strsignal(WTERMSIG(status)), ")");
  }
  return WEXITSTATUS(status) == 0
             ? ""
             : absl::StrCat("exit code ", WEXITSTATUS(status));
}

// Returns the last step.
std::string Parse(absl::string_view messages, CheckResult* result) {
  std::string step = "the start";
  for (const absl::string_view message :
       absl::StrSplit(messages, kMessageEnd, absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(message, kFieldEnd);
    if (fields[0] == "step" && fields.size() == 2) step = fields[1];
    if (fields[0] == "figure" && fields.size() == 3) {
      result->figures.emplace_back(fields[1], fields[2]);
    }
    if (fields[0] == "finding" && fields.size() == 5) {
      result->findings.push_back(
          {fields[1], fields[2], fields[3], !fields[4].empty()});
    }
  }
  return step;
}

CheckResult Failed(const char* call) {
  CheckResult result;
  result.findings.push_back({"this machine",
                             absl::StrCat(call, ": ", std::strerror(errno)),
                             "try again when it has more to give", true});
  return result;
}

}  // namespace

CheckResult ReportedApart(
    const std::function<void(const CheckOutput&)>& check) {
  int ends[2];
  if (pipe(ends) != 0) return Failed("pipe");
  const pid_t child = fork();
  if (child < 0) return Failed("fork");
  if (child == 0) {
    close(ends[0]);
    RunChild(ends[1], check);
  }
  close(ends[1]);
  const std::string messages = ReadAll(ends[0]);
  close(ends[0]);
  const std::string end = EndOf(child);
  CheckResult result;
  const std::string step = Parse(messages, &result);
  if (!end.empty()) {
    result.findings.push_back(
        {step,
         absl::StrCat("the check was ended by ", end,
                      "; what lies behind was not looked at, and the server "
                      "may end there in the same way"),
         kRestoreABackup, false});
  }
  return result;
}

}  // namespace evenlight
