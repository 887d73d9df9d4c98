#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

namespace evenlight {
namespace {

std::vector<char*> Argv(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  return argv;
}

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string TemporaryFile() {
  std::string path =
      std::string(std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR")
                                                   : "/tmp") +
      "/evenlight_output_XXXXXX";
  close(mkstemp(path.data()));
  return path;
}

// Only calls that are safe after fork().
[[noreturn]] void Exec(char* const* argv, const char* out, const char* err) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND;
  const int out_fd = open(out, flags, 0600);
  const int err_fd = open(err, flags, 0600);
  dup2(out_fd, STDOUT_FILENO);
  dup2(err_fd, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

pid_t Spawn(const std::vector<std::string>& command, const std::string& out,
            const std::string& err) {
  const std::vector<char*> argv = Argv(command);
  const pid_t pid = fork();
  if (pid == 0) Exec(argv.data(), out.c_str(), err.c_str());
  return pid;
}

std::string AddressIn(const std::string& log) {
  const std::regex line("\"event\":\"serving\"[^\\n]*(127\\.0\\.0\\.1:[0-9]+)");
  std::smatch match;
  return std::regex_search(log, match, line) ? match[1].str() : "";
}

}  // namespace

Finished RunProgram(const std::vector<std::string>& command) {
  const std::string out = TemporaryFile();
  const std::string err = TemporaryFile();
  int status = 0;
  waitpid(Spawn(command, out, err), &status, 0);
  Finished finished{ExitCode(status), ReadFile(out), ReadFile(err)};
  unlink(out.c_str());
  unlink(err.c_str());
  return finished;
}

BackgroundProgram::BackgroundProgram(const std::vector<std::string>& command,
                                     const std::string& log_file)
    : pid_(Spawn(command, log_file, log_file)) {}

BackgroundProgram::~BackgroundProgram() { Stop(SIGKILL); }

int BackgroundProgram::Stop(int signal) {
  if (pid_ <= 0) return -1;
  kill(pid_, signal);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return ExitCode(status);
}

int BackgroundProgram::ExitCodeIfEnded() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return -1;
  pid_ = 0;
  return ExitCode(status);
}

ServerProcess::ServerProcess(std::string data_dir, std::string model_dir,
                             std::vector<std::string> arguments,
                             const std::vector<std::string>& prefix)
    : log_file_(TemporaryFile()) {
  std::vector<std::string> command = prefix;
  command.insert(command.end(),
                 {BinaryPath("evenlightd"), "--listen=127.0.0.1:0",
                  "--data_dir=" + data_dir, "--model_dir=" + model_dir});
  command.insert(command.end(), arguments.begin(), arguments.end());
  program_ = std::make_unique<BackgroundProgram>(command, log_file_);
  for (int attempt = 0; attempt < 3'000 && address_.empty(); ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    exit_code_ = program_->ExitCodeIfEnded();
    address_ = AddressIn(Log());
    if (exit_code_ >= 0) break;
  }
}

std::string ServerProcess::Log() const { return ReadFile(log_file_); }

std::string BinaryPath(const std::string& name) {
  const char* directory = std::getenv("EVENLIGHT_BIN");
  return std::string(directory != nullptr ? directory : "build/dev/bin") + "/" +
         name;
}

}  // namespace evenlight
