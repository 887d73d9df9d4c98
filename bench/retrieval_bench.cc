// What the exact top-100 costs a query on one thread: one query in fp32, one
// with the 8-bit copy, and a batch of 32; at national and at county size.
//
//   retrieval_bench
//   retrieval_bench --factors FILE --queries FILE
//
// The second form reads row-major float32 after two int32, rows and columns,
// so that a peer can be given the same bytes. Prints for each way
//
//   figure=... value=... unit=ms floor=... ratio=...
//   way=... rows=... cols=... limit=... ms_per_query=... gb_per_s=...
//   recall=...
//
// The floor is the time to read the same bytes once (a batch:
// once for all its queries), at the memory bandwidth of the same run.

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "recommender/models/exact_top.h"

namespace evenlight {
namespace {

constexpr int kLimit = 100;
constexpr int kRuns = 5;
constexpr int kNumQueries = 32;
constexpr Eigen::Index kNumFactors = 64;

using Results = std::vector<std::vector<ScoredRow>>;

void Check(bool is_ok, const std::string& what) {
  if (is_ok) return;
  std::fprintf(stderr, "retrieval_bench: %s\n", what.c_str());
  std::exit(1);
}

double SecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

FactorMatrix RandomFactors(Eigen::Index rows, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  FactorMatrix factors(rows, kNumFactors);
  for (Eigen::Index i = 0; i < factors.size(); ++i) {
    factors.data()[i] = normal(random);
  }
  return factors;
}

FactorMatrix ReadFactors(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  Check(file != nullptr, "cannot open " + path);
  int32_t shape[2] = {};
  Check(std::fread(shape, sizeof(int32_t), 2, file) == 2 && shape[0] > 0 &&
            shape[1] > 0,
        path + " has no header");
  FactorMatrix factors(shape[0], shape[1]);
  const auto size = static_cast<size_t>(factors.size());
  Check(std::fread(factors.data(), sizeof(float), size, file) == size,
        path + " is too short");
  std::fclose(file);
  return factors;
}

double SecondsPerByte(const Eigen::VectorXf& memory) {
  float sum = 0;
  const double seconds = SecondsOf([&] { sum = memory.sum(); });
  Check(sum > 0, "sum of ones");
  return seconds / (static_cast<double>(memory.size()) * sizeof(float));
}

// Of `exact`, how much is in `found`; both hold `kLimit` a query.
double Recall(const Results& exact, const Results& found) {
  size_t num_exact = 0;
  size_t num_found = 0;
  for (size_t query = 0; query < exact.size(); ++query) {
    std::unordered_set<int32_t> rows;
    for (const ScoredRow& scored : found[query]) rows.insert(ToInt(scored.row));
    num_exact += exact[query].size();
    for (const ScoredRow& scored : exact[query]) {
      num_found += rows.count(ToInt(scored.row));
    }
  }
  return static_cast<double>(num_found) / static_cast<double>(num_exact);
}

struct Way {
  std::string name;
  std::function<Results()> run;
  double bytes_per_query = 0;
  Results results;
  std::vector<double> seconds = {};  // A query, by run.
};

void Print(const Way& way, const Results& exact, const FactorMatrix& factors,
           double seconds_per_byte) {
  const double seconds = Median(way.seconds);
  const double floor = seconds_per_byte * way.bytes_per_query;
  std::printf(
      "figure=retrieval_%s_%dx%d value=%.4g unit=ms floor=%.4g ratio=%.3g\n",
      way.name.c_str(), static_cast<int>(factors.rows()),
      static_cast<int>(factors.cols()), 1e3 * seconds, 1e3 * floor,
      seconds / floor);
  std::printf(
      "way=%s rows=%d cols=%d limit=%d ms_per_query=%.4f gb_per_s=%.2f "
      "memory_gb_per_s=%.2f recall=%.5f\n",
      way.name.c_str(), static_cast<int>(factors.rows()),
      static_cast<int>(factors.cols()), kLimit, 1e3 * seconds,
      1e-9 * way.bytes_per_query / seconds, 1e-9 / seconds_per_byte,
      Recall(exact, way.results));
  std::fflush(stdout);
}

Results OneByOne(const FactorScan& scan, const FactorMatrix& queries) {
  Results results;
  for (Eigen::Index query = 0; query < queries.rows(); ++query) {
    const absl::Span<const float> values(queries.row(query).data(),
                                         static_cast<size_t>(queries.cols()));
    results.push_back(
        scan.TopRows(values, kLimit, [](ResourceRow) { return true; }));
  }
  return results;
}

void Measure(const FactorMatrix& factors, const FactorMatrix& queries) {
  Check(factors.cols() == queries.cols(), "columns of --factors and --queries");
  const FactorScan in_full(factors, {.has_coarse_copy = false});
  const FactorScan coarse(factors, {.has_coarse_copy = true});
  const double bytes = static_cast<double>(factors.size()) * sizeof(float);
  const double coarse_bytes = static_cast<double>(factors.size()) +
                              static_cast<double>(factors.rows()) * 4;
  const auto num_queries = static_cast<double>(queries.rows());
  std::vector<Way> ways;
  ways.push_back(
      {"single_fp32", [&] { return OneByOne(in_full, queries); }, bytes, {}});
  ways.push_back({"single_int8",
                  [&] { return OneByOne(coarse, queries); },
                  coarse_bytes,
                  {}});
  const auto batch = [&] {
    return in_full.TopRowsBatch(queries, kLimit,
                                [](size_t, ResourceRow) { return true; });
  };
  ways.push_back({absl::StrFormat("batch_%d", static_cast<int>(queries.rows())),
                  batch,
                  bytes / num_queries,
                  {}});
  const Eigen::VectorXf memory = Eigen::VectorXf::Ones((256 << 20) / 4);
  std::vector<double> seconds_per_byte;
  for (int run = 0; run < kRuns; ++run) {
    seconds_per_byte.push_back(SecondsPerByte(memory));
    for (Way& way : ways) {
      way.seconds.push_back(SecondsOf([&] { way.results = way.run(); }) /
                            num_queries);
    }
  }
  for (const Way& way : ways) {
    Print(way, ways[0].results, factors, Median(seconds_per_byte));
  }
}

int Main(absl::Span<char* const> arguments) {
  if (arguments.size() == 5 && std::string(arguments[1]) == "--factors" &&
      std::string(arguments[3]) == "--queries") {
    Measure(ReadFactors(arguments[2]), ReadFactors(arguments[4]));
    return 0;
  }
  Check(arguments.size() == 1, "usage: [--factors FILE --queries FILE]");
  const FactorMatrix queries = RandomFactors(kNumQueries, 1);
  for (const Eigen::Index rows : {1'000'000, 41'000}) {
    Measure(RandomFactors(rows, 2), queries);
  }
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  return evenlight::Main({argv, static_cast<size_t>(argc)});
}
