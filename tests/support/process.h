// Real processes under test: started, watched, killed by their id.

#ifndef EVENLIGHT_TESTS_SUPPORT_PROCESS_H_
#define EVENLIGHT_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace evenlight {

// What a program printed and how it ended.
struct Finished {
  int exit_code = -1;  // 128 + signal if it was killed.
  std::string output;  // Standard output.
  std::string errors;  // Standard error.
};

// Runs a program to its end.
Finished RunProgram(const std::vector<std::string>& command);

// A program in the background; killed with SIGKILL when this is destroyed.
class BackgroundProgram {
 public:
  // Standard error goes to `log_file`, appended.
  BackgroundProgram(const std::vector<std::string>& command,
                    const std::string& log_file);
  ~BackgroundProgram();
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;

  // Sends `signal` and waits for the end; returns the exit code as Finished.
  int Stop(int signal);

  bool is_running() const { return pid_ > 0; }

  // The exit code once it has ended; -1 while it runs.
  int ExitCodeIfEnded();

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

// A server on a free loopback port, over directories of its own.
class ServerProcess {
 public:
  // `arguments` are added to the command line, before which `prefix` stands.
  // Starts it and waits, at most a minute, until it serves or has ended.
  ServerProcess(std::string data_dir, std::string model_dir,
                std::vector<std::string> arguments = {},
                const std::vector<std::string>& prefix = {});

  // `127.0.0.1:port`; empty if it did not start.
  const std::string& address() const { return address_; }

  // Its log so far.
  std::string Log() const;

  int Stop(int signal) { return program_->Stop(signal); }

  // How it ended, if it did not start: as Finished::exit_code.
  int exit_code() const { return exit_code_; }
  pid_t pid() const { return program_->pid(); }

 private:
  const std::string log_file_;
  std::string address_;
  int exit_code_ = -1;
  std::unique_ptr<BackgroundProgram> program_;
};

// The directory of the binaries under test: EVENLIGHT_BIN.
std::string BinaryPath(const std::string& name);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_PROCESS_H_
