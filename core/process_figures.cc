#include "core/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace evenlight {
namespace {

// Fields of /proc/self/stat after the name, which may hold blanks: proc(5)
// counts these from 3.
constexpr size_t kUserTicks = 14 - 3;
constexpr size_t kSystemTicks = 15 - 3;
constexpr size_t kNumThreads = 20 - 3;
constexpr size_t kStartTicks = 22 - 3;
constexpr size_t kVirtualBytes = 23 - 3;
constexpr size_t kResidentPages = 24 - 3;

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

double NumberIn(const std::vector<absl::string_view>& fields, size_t field) {
  double number = 0;
  return absl::SimpleAtod(fields[field], &number) ? number : 0;
}

// In seconds since 1970; 0 if it cannot be read.
double BootTime() {
  const std::string stat = ReadFile("/proc/stat");
  const size_t line = stat.find("\nbtime ");
  if (line == std::string::npos) return 0;
  const std::vector<absl::string_view> words =
      absl::StrSplit(absl::string_view(stat).substr(line + 1),
                     absl::MaxSplits(absl::ByAnyChar(" \n"), 2));
  return words.size() > 1 ? NumberIn(words, 1) : 0;
}

void AddStat(std::vector<Figure>& figures) {
  const std::string stat = ReadFile("/proc/self/stat");
  const size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(stat).substr(name_end + 2), ' ');
  if (fields.size() <= kResidentPages) return;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  figures.push_back(Counter(
      "process_cpu_seconds_total", "Processor time of all threads",
      (NumberIn(fields, kUserTicks) + NumberIn(fields, kSystemTicks)) / ticks));
  figures.push_back(
      Gauge("process_threads", "Threads", NumberIn(fields, kNumThreads)));
  figures.push_back(Gauge("process_start_time_seconds",
                          "Start of the process, in seconds since 1970",
                          BootTime() + NumberIn(fields, kStartTicks) / ticks));
  figures.push_back(Gauge("process_virtual_memory_bytes", "Address space",
                          NumberIn(fields, kVirtualBytes)));
  figures.push_back(Gauge("process_resident_memory_bytes", "Memory in use",
                          NumberIn(fields, kResidentPages) * page));
}

void AddFiles(std::vector<Figure>& figures) {
  std::error_code error;
  int64_t num_open = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    ++num_open;
  }
  // One of them is the look itself.
  if (num_open > 0) {
    figures.push_back(Gauge("process_open_fds", "Open files and connections",
                            static_cast<double>(num_open - 1)));
  }
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  figures.push_back(Gauge("process_max_fds",
                          "Files and connections that may be open",
                          static_cast<double>(limit.rlim_cur)));
}

}  // namespace

std::vector<Figure> ReadProcessFigures() {
  std::vector<Figure> figures;
  AddStat(figures);
  AddFiles(figures);
  return figures;
}

}  // namespace evenlight
