#include "bench/server_watch.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "tests/support/process.h"

namespace evenlight {
namespace {

// The number behind `name` in a file of lines `name: number`; 0 without one.
int64_t NumberIn(const std::string& file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    int64_t number = 0;
    if (words >> word && word == name && words >> number) return number;
  }
  return 0;
}

std::string FileOf(pid_t process, const char* file) {
  return absl::StrCat("/proc/", process, "/", file);
}

std::string Get(const std::string& address, const std::string& path) {
  int port = 0;
  Check(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port),
        "no address of metrics: " + address);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  Check(connect(file, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0,
        "nobody shows metrics at " + address);
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", address, "\r\n\r\n");
  Check(send(file, request.data(), request.size(), MSG_NOSIGNAL) > 0,
        "metrics were not answered");
  std::string answer;
  char piece[4'096];
  for (ssize_t size; (size = read(file, piece, sizeof(piece))) > 0;) {
    answer.append(piece, static_cast<size_t>(size));
  }
  close(file);
  return answer.substr(answer.find("\r\n\r\n"));
}

ServerProcess* to_kill = nullptr;

}  // namespace

void KillAtExit(ServerProcess* server) {
  static const int registered = std::atexit([] {
    if (to_kill != nullptr) to_kill->Stop(SIGKILL);
  });
  Check(registered == 0, "cannot register what to do at exit");
  to_kill = server;
}

ProcessMemory MemoryOf(pid_t process) {
  const std::string status = FileOf(process, "status");
  return {NumberIn(status, "VmRSS:") << 10, NumberIn(status, "VmHWM:") << 10};
}

int64_t WrittenBytesOf(pid_t process) {
  return NumberIn(FileOf(process, "io"), "write_bytes:");
}

std::string MetricsAddressIn(const std::string& log) {
  const std::regex line(
      "\"event\":\"metrics_shown\"[^\\n]*(127\\.0\\.0\\.1:[0-9]+)");
  std::smatch match;
  return std::regex_search(log, match, line) ? match[1].str() : "";
}

std::map<std::string, double> MetricsOf(const std::string& address) {
  std::map<std::string, double> samples;
  std::istringstream lines(Get(address, "/metrics"));
  for (std::string line; std::getline(lines, line);) {
    const size_t blank = line.rfind(' ');
    double value = 0;
    if (line.empty() || line[0] == '#' || blank == std::string::npos) continue;
    if (absl::SimpleAtod(line.substr(blank + 1), &value)) {
      samples[line.substr(0, blank)] = value;
    }
  }
  return samples;
}

}  // namespace evenlight
