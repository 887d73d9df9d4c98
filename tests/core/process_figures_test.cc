#include "core/process_figures.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <map>
#include <string>
#include <thread>

#include "core/clock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

std::map<std::string, double> Read() {
  std::map<std::string, double> values;
  for (const Figure& figure : ReadProcessFigures()) {
    values[figure.name] = figure.samples.at(0).value;
  }
  return values;
}

TEST(ProcessFiguresTest, AreOfThisProcess) {
  auto before = Read();
  EXPECT_GE(before["process_threads"], 1);
  EXPECT_GT(before["process_resident_memory_bytes"], 1 << 20);
  EXPECT_GT(before["process_virtual_memory_bytes"],
            before["process_resident_memory_bytes"]);
  EXPECT_GT(before["process_max_fds"], before["process_open_fds"]);
  const double now =
      absl::ToDoubleSeconds(SystemClock().Now() - absl::UnixEpoch());
  EXPECT_LE(before["process_start_time_seconds"], now + 2);
  EXPECT_GT(before["process_start_time_seconds"], now - 24 * 3'600);
}

TEST(ProcessFiguresTest, FollowOpenFilesAndProcessorTime) {
  auto before = Read();
  const int file = open("/dev/null", O_RDONLY);
  // Three hundredths of a second: the kernel counts in hundredths.
  const std::clock_t end = std::clock() + 3 * CLOCKS_PER_SEC / 100;
  while (std::clock() < end) continue;
  auto after = Read();
  close(file);
  EXPECT_EQ(after["process_open_fds"], before["process_open_fds"] + 1);
  EXPECT_GT(after["process_cpu_seconds_total"],
            before["process_cpu_seconds_total"]);
}

}  // namespace
}  // namespace evenlight
