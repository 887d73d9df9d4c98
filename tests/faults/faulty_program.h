// Programs whose disk fails, or which are killed at a chosen call: those with
// faulty_calls.cc preloaded.

#ifndef EVENLIGHT_TESTS_FAULTS_FAULTY_PROGRAM_H_
#define EVENLIGHT_TESTS_FAULTS_FAULTY_PROGRAM_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"

namespace evenlight {

// `command`, with system calls that fail as `plan` says (faulty_calls.cc).
inline std::vector<std::string> WithFaultyCalls(
    const std::string& plan, std::vector<std::string> command) {
  const std::string library =
      std::filesystem::absolute(BinaryPath("libfaulty_calls.so"));
  command.insert(command.begin(), {"/usr/bin/env", "LD_PRELOAD=" + library,
                                   "EVENLIGHT_FAULTY_CALLS=" + plan});
  return command;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_FAULTY_PROGRAM_H_
