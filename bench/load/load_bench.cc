// The real server, a process of its own, under open-loop load: latency against
// load, overload, mixed traffic; and training, a backup or a compaction beside
// serving. Prints `figure=... value=... unit=... floor=... ratio=...` lines,
// then a table for people.
//
//   load_bench [--only=sweep,mixed,train,compaction,backup] [--svg=FILE]
//       [--seconds=5] [--pile_mib=400] [--apart]
//
// Load and server share the machine's cores: a rate says nothing of a server
// alone, the ratios do. With --apart the server has one core to itself and the
// load another, as if they were two machines.

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "bench/check.h"
#include "bench/closed_loop.h"
#include "bench/load/beside.h"
#include "bench/load/open_loop.h"
#include "bench/load/refusal_cost.h"
#include "bench/load/served_world.h"
#include "bench/serve_world.h"
#include "services/cli/svg_chart.h"

ABSL_FLAG(std::string, svg, "", "Also draws latency against load there");
ABSL_FLAG(std::vector<std::string>, only,
          std::vector<std::string>({"sweep", "mixed", "train", "compaction",
                                    "backup"}),
          "Parts to measure");
ABSL_FLAG(bool, apart, false, "Server and load have a core each");
ABSL_FLAG(double, seconds, 5, "Of each run");
ABSL_FLAG(int64_t, pile_mib, 400,
          "What is written beside the world, to be compacted and backed up");

namespace evenlight {
namespace {

constexpr int kClosedCallers = 16;
// Of the rate that sixteen callers reach who wait for their answers.
constexpr double kLoads[] = {0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 5.0};
// As target_wait_ms of the configuration.
constexpr double kTargetWaitMs = 10;

double P99Ms(const LoadFigures& figures, CallKind kind) {
  return figures.kinds[static_cast<size_t>(kind)].times.Quantile(.99) / 1'000;
}

double P50Ms(const LoadFigures& figures, CallKind kind) {
  return figures.kinds[static_cast<size_t>(kind)].times.Quantile(.5) / 1'000;
}

// What callers reach who wait for each answer.
double ClosedRate(const TestClient& client) {
  const auto ask = [&](int thread, int64_t n) {
    UntilTaken([&] {
      v1::RecommendResourcesResponse response;
      return client.Call(*client.recommendations,
                         &v1::RecommendationService::Stub::RecommendResources,
                         ListRequest(n * kClosedCallers + thread, true),
                         &response);
    });
  };
  return RunLoad(kClosedCallers, absl::GetFlag(FLAGS_seconds), 0, ask)
      .calls_per_second;
}

std::vector<LoadRow> Sweep(ServedWorld* world, double rate) {
  std::vector<LoadRow> rows;
  for (const double factor : kLoads) {
    Traffic traffic;
    traffic.calls_per_second = factor * rate;
    traffic.seconds = absl::GetFlag(FLAGS_seconds);
    rows.push_back({absl::StrFormat("recommend, load %.2f", factor), factor,
                    world->Run(traffic)});
  }
  return rows;
}

const LoadRow& At(const std::vector<LoadRow>& rows, double factor) {
  for (const LoadRow& row : rows) {
    if (row.load == factor) return row;
  }
  Check(false, "no such load");
  return rows.front();
}

// Of the figures of the sweep.
std::string Prefix() { return absl::GetFlag(FLAGS_apart) ? "apart/" : ""; }

void PrintOverload(const std::vector<LoadRow>& rows) {
  const std::string prefix = Prefix() + "overload_5x";
  double peak = 0;
  for (const LoadRow& row : rows) peak = std::max(peak, row.figures.goodput());
  const LoadFigures& over = At(rows, 5).figures;
  const LoadFigures& half = At(rows, .5).figures;
  PrintFigure(prefix + "/goodput", over.goodput(), "1/s", peak);
  // Waiting for the target, then as long as at half load.
  PrintFigure(prefix + "/accepted_p99", P99Ms(over, CallKind::kRecommend), "ms",
              kTargetWaitMs + P99Ms(half, CallKind::kRecommend));
  PrintFigure(prefix + "/refused", static_cast<double>(over.num_refused()), "1",
              static_cast<double>(over.num_due()));
  PrintFigure(prefix + "/failed", static_cast<double>(over.num_failed()), "1",
              static_cast<double>(over.num_due()));
}

// The share of the machine that sending and refusing leaves at five times the
// load: the most that goodput over the peak can be here.
void PrintRoom(const std::vector<LoadRow>& rows, double rate) {
  const LoadFigures& over = At(rows, 5).figures;
  Traffic traffic;
  traffic.calls_per_second = 5 * rate;
  traffic.seconds = absl::GetFlag(FLAGS_seconds);
  const double of_one = SecondsOfRefusal(traffic);
  const double cores = std::thread::hardware_concurrency();
  const double refused_per_second =
      static_cast<double>(over.num_refused()) / over.seconds;
  PrintFigure("overload_5x/refusal", 1e6 * of_one, "us");
  PrintFigure("overload_5x/left_by_refusals",
              1 - refused_per_second * of_one / cores, "1");
}

void PrintTable(const std::vector<LoadRow>& rows) {
  std::printf("\n%-28s %9s %9s %8s %8s %8s %8s %8s %8s\n", "", "due/s", "ok/s",
              "refused", "failed", "p50 ms", "p99 ms", "record", "class");
  for (const LoadRow& row : rows) {
    const LoadFigures& figures = row.figures;
    const auto due = static_cast<double>(figures.num_due());
    std::printf(
        "%-28s %9.0f %9.0f %7.1f%% %7.1f%% %8.2f %8.2f %8.2f %8.2f\n",
        row.name.c_str(), due / absl::GetFlag(FLAGS_seconds), figures.goodput(),
        100 * static_cast<double>(figures.num_refused()) / due,
        100 * static_cast<double>(figures.num_failed()) / due,
        P50Ms(figures, CallKind::kRecommend),
        P99Ms(figures, CallKind::kRecommend), P99Ms(figures, CallKind::kRecord),
        P99Ms(figures, CallKind::kClass));
  }
}

void Draw(const std::vector<LoadRow>& rows, const std::string& file) {
  ChartSeries p50 = {.name = "p50", .color = 0};
  ChartSeries p99 = {.name = "p99", .color = 1, .is_strong = true};
  for (const LoadRow& row : rows) {
    p50.points.push_back({row.load, P50Ms(row.figures, CallKind::kRecommend)});
    p99.points.push_back({row.load, P99Ms(row.figures, CallKind::kRecommend)});
  }
  std::ofstream(file) << ToSvg(
      {.title = "RecommendResources: latency of what is answered",
       .x_label = "load (1: what callers reach who wait)",
       .y_label = "ms",
       .series = {p50, p99}});
}

// The sweep, its figures and its picture.
std::vector<LoadRow> MeasureSweep(ServedWorld* world, double rate) {
  const std::vector<LoadRow> sweep = Sweep(world, rate);
  for (const LoadRow& row : sweep) {
    const std::string prefix =
        absl::StrFormat("%sload_%.2f/", Prefix(), row.load);
    PrintFigure(prefix + "goodput", row.figures.goodput(), "1/s",
                row.load * rate);
    PrintFigure(prefix + "p99", P99Ms(row.figures, CallKind::kRecommend), "ms");
  }
  PrintOverload(sweep);
  if (!absl::GetFlag(FLAGS_apart)) PrintRoom(sweep, rate);
  const std::string svg = absl::GetFlag(FLAGS_svg);
  if (!svg.empty()) Draw(sweep, svg);
  return sweep;
}

bool IsWanted(const std::string& part) {
  const std::vector<std::string> only = absl::GetFlag(FLAGS_only);
  return std::find(only.begin(), only.end(), part) != only.end();
}

// Puts this process on the first core that it may use; returns what puts a
// program on the second.
std::vector<std::string> MoveApart() {
  cpu_set_t allowed;
  Check(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "no cores");
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE && cores.size() < 2; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  Check(cores.size() == 2, "--apart needs two cores");
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(cores[0], &own);
  Check(sched_setaffinity(0, sizeof own, &own) == 0, "cannot move");
  return {"/usr/bin/taskset", "--cpu-list", absl::StrCat(cores[1])};
}

void Measure() {
  ServedWorld world(absl::GetFlag(FLAGS_apart) ? MoveApart()
                                               : std::vector<std::string>());
  const double rate = ClosedRate(world.client());
  std::vector<LoadRow> rows;
  if (IsWanted("sweep")) rows = MeasureSweep(&world, rate);
  // Half of the load is events, which are cheaper.
  const BesideOptions options = {.calls_per_second = rate / 2,
                                 .seconds = absl::GetFlag(FLAGS_seconds),
                                 .pile_bytes = absl::GetFlag(FLAGS_pile_mib)
                                               << 20};
  if (IsWanted("mixed")) MeasureMixed(&world, options, &rows);
  if (IsWanted("train")) MeasureBesideTraining(&world, options, &rows);
  if (IsWanted("compaction")) MeasureBesideCompaction(&world, options, &rows);
  if (IsWanted("backup")) MeasureBesideBackup(&world, options, &rows);
  PrintTable(rows);
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  // As in evenlightd.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::ParseCommandLine(argc, argv);
  const std::filesystem::path self =
      std::filesystem::canonical("/proc/self/exe");
  setenv("EVENLIGHT_BIN", self.parent_path().c_str(), 1);
  evenlight::Measure();
}
