// The real server, a process of its own, under open-loop load: latency against
// load, overload, mixed traffic, and training or a checkpoint beside serving.
// Prints `figure=... value=... unit=... floor=... ratio=...` lines, then a
// table for people.
//
//   load_bench [--svg FILE]    also draws latency against load
//
// Load and server share the machine's cores: a rate says nothing of a server
// alone, the ratios do.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "bench/check.h"
#include "bench/closed_loop.h"
#include "bench/load/open_loop.h"
#include "bench/serve_world.h"
#include "services/cli/svg_chart.h"
#include "tests/support/process.h"

namespace evenlight {
namespace {

constexpr double kSeconds = 5;
constexpr int kClosedCallers = 16;
// Of the rate that sixteen callers reach who wait for their answers.
constexpr double kLoads[] = {0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 5.0};
// As target_wait_ms of the configuration.
constexpr double kTargetWaitMs = 10;

// The server, for as long as there is one: Check() ends the program.
ServerProcess* running = nullptr;

void StopServer() {
  if (running != nullptr) running->Stop(SIGKILL);
}

struct Row {
  std::string name;
  double load = 0;  // 1: what is reached by callers who wait.
  LoadFigures figures;
};

double P99Ms(const LoadFigures& figures, CallKind kind) {
  return figures.kinds[static_cast<size_t>(kind)].times.Quantile(.99) / 1'000;
}

double P50Ms(const LoadFigures& figures, CallKind kind) {
  return figures.kinds[static_cast<size_t>(kind)].times.Quantile(.5) / 1'000;
}

// What callers reach who wait for each answer.
double ClosedRate(const TestClient& client) {
  return RunLoad(kClosedCallers, kSeconds, 0,
                 [&](int thread, int64_t n) {
                   v1::RecommendResourcesResponse response;
                   const grpc::Status status = client.Call(
                       *client.recommendations,
                       &v1::RecommendationService::Stub::RecommendResources,
                       ListRequest(n * kClosedCallers + thread, true),
                       &response);
                   Check(status.ok(), status.error_message());
                 })
      .calls_per_second;
}

std::vector<Row> Sweep(LoadClient& load, double rate) {
  std::vector<Row> rows;
  for (const double factor : kLoads) {
    Traffic traffic;
    traffic.calls_per_second = factor * rate;
    traffic.seconds = kSeconds;
    rows.push_back({absl::StrFormat("recommend, load %.2f", factor), factor,
                    load.Run(traffic)});
  }
  return rows;
}

const Row& At(const std::vector<Row>& rows, double factor) {
  for (const Row& row : rows) {
    if (row.load == factor) return row;
  }
  Check(false, "no such load");
  return rows.front();
}

void PrintOverload(const std::vector<Row>& rows) {
  double peak = 0;
  for (const Row& row : rows) peak = std::max(peak, row.figures.goodput());
  const LoadFigures& over = At(rows, 5).figures;
  const LoadFigures& half = At(rows, .5).figures;
  PrintFigure("overload_5x/goodput", over.goodput(), "1/s", peak);
  // Waiting for the target, then as long as at half load.
  PrintFigure("overload_5x/accepted_p99", P99Ms(over, CallKind::kRecommend),
              "ms", kTargetWaitMs + P99Ms(half, CallKind::kRecommend));
  PrintFigure("overload_5x/refused", static_cast<double>(over.num_refused()),
              "1", static_cast<double>(over.num_due()));
  PrintFigure("overload_5x/failed", static_cast<double>(over.num_failed()), "1",
              static_cast<double>(over.num_due()));
}

Traffic Mixed(double rate, uint64_t seed) {
  Traffic traffic;
  traffic.shares = {.5, .49, .01};
  traffic.calls_per_second = rate;
  traffic.seconds = kSeconds;
  traffic.seed = seed;
  return traffic;
}

// p99 of lists beside something else, over that without it, in turns.
void Beside(LoadClient& load, const std::string& what, double rate,
            const std::vector<std::string>& command, std::vector<Row>* rows) {
  LatencyHistogram alone;
  LatencyHistogram beside;
  for (uint64_t round = 0; round < 2; ++round) {
    const LoadFigures before = load.Run(Mixed(rate, 2 * round));
    Finished finished;
    std::thread other([&] { finished = RunProgram(command); });
    const LoadFigures during = load.Run(Mixed(rate, 2 * round + 1));
    other.join();
    // 3: the new version is not better, which is no matter here.
    Check(finished.exit_code == 0 || finished.exit_code == 3,
          what + ": " + finished.errors);
    alone.Add(before.kinds[0].times);
    beside.Add(during.kinds[0].times);
    rows->push_back({"mixed, alone", 0, before});
    rows->push_back({absl::StrCat("mixed, beside ", what), 0, during});
  }
  PrintFigure(absl::StrCat("recommend_p99_beside_", what),
              beside.Quantile(.99) / 1'000, "ms", alone.Quantile(.99) / 1'000);
}

void PrintTable(const std::vector<Row>& rows) {
  std::printf("\n%-28s %9s %9s %8s %8s %8s %8s %8s %8s\n", "", "due/s", "ok/s",
              "refused", "failed", "p50 ms", "p99 ms", "record", "class");
  for (const Row& row : rows) {
    const LoadFigures& figures = row.figures;
    const auto due = static_cast<double>(figures.num_due());
    std::printf("%-28s %9.0f %9.0f %7.1f%% %7.1f%% %8.2f %8.2f %8.2f %8.2f\n",
                row.name.c_str(), due / kSeconds, figures.goodput(),
                100 * static_cast<double>(figures.num_refused()) / due,
                100 * static_cast<double>(figures.num_failed()) / due,
                P50Ms(figures, CallKind::kRecommend),
                P99Ms(figures, CallKind::kRecommend),
                P99Ms(figures, CallKind::kRecord),
                P99Ms(figures, CallKind::kClass));
  }
}

void Draw(const std::vector<Row>& rows, const std::string& file) {
  ChartSeries p50 = {.name = "p50", .color = 0};
  ChartSeries p99 = {.name = "p99", .color = 1, .is_strong = true};
  for (const Row& row : rows) {
    p50.points.push_back({row.load, P50Ms(row.figures, CallKind::kRecommend)});
    p99.points.push_back({row.load, P99Ms(row.figures, CallKind::kRecommend)});
  }
  std::ofstream(file) << ToSvg(
      {.title = "RecommendResources: latency of what is answered",
       .x_label = "load (1: what callers reach who wait)",
       .y_label = "ms",
       .series = {p50, p99}});
}

int Main(const std::string& binaries, const std::string& svg) {
  setenv("EVENLIGHT_BIN", binaries.c_str(), 1);
  std::string directory =
      (std::filesystem::temp_directory_path() / "evenlight_load_XXXXXX")
          .string();
  Check(mkdtemp(directory.data()) != nullptr, "no temporary directory");
  {
    ServerProcess server(directory + "/db", directory + "/models");
    Check(!server.address().empty(), server.Log());
    running = &server;
    std::atexit(StopServer);
    const TestClient client(server.address(), kTenant);
    PutWorld(client);
    // As cron would: with the lowest priority.
    const std::vector<std::string> train = {
        "/usr/bin/nice",
        "-n",
        "19",
        BinaryPath("evenlight"),
        "train",
        "--force",
        absl::StrCat("--server=", server.address()),
        absl::StrCat("--tenant=", kTenant)};
    const Finished trained = RunProgram(train);
    Check(trained.exit_code == 0, "train: " + trained.output + trained.errors);

    LoadClient load(server.address(), kTenant);
    const double rate = ClosedRate(client);
    std::vector<Row> rows = Sweep(load, rate);
    const std::vector<Row> sweep = rows;
    PrintOverload(sweep);
    // Half of the load is events, which are cheaper.
    Beside(load, "train", rate / 2, train, &rows);
    PrintTable(rows);
    if (!svg.empty()) Draw(sweep, svg);
    server.Stop(SIGTERM);
    running = nullptr;
  }
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  std::string svg;
  if (argc == 3 && absl::string_view(argv[1]) == "--svg") {
    svg = argv[2];
  } else if (argc != 1) {
    std::fprintf(stderr, "usage: load_bench [--svg FILE]\n");
    return 2;
  }
  const std::filesystem::path self =
      std::filesystem::canonical("/proc/self/exe");
  return evenlight::Main(self.parent_path().string(), svg);
}
