// What an epoch of the factorisation and one fold-in cost, beside the exact
// solver and what the machine can do at best. bench/peers/factorisation.py runs
// it side by side with the peers.
//
//   factorisation_bench --train FILE    a learner, then its resources, a line
//                       --csr FILE      what --write wrote
//                       --generate LEARNERS,RESOURCES,INTERACTIONS,SEED
//     [--write FILE] [--dimension 64] [--epochs 5] [--steps 2] [--threads 2]
//     [--target best|avx3|avx2|sse4|ssse3] [--half] [--cholesky] [--floors]
//
// --epochs 0 only writes. Prints words of the form name=value.

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "core/parallel_for.h"
#include "hwy/targets.h"
#include "recommender/models/factor_kernels.h"
#include "recommender/models/factors.h"
#include "recommender/training/als_trainer.h"
#include "recommender/training/engagement_table.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {
namespace {

constexpr int kHistoryEvents = 100;  // Of a learner who is folded in.
constexpr int kFoldIns = 2'000;

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "factorisation_bench: " << message << "\n";
  std::exit(2);
}

void FailUnless(const absl::Status& status) {
  if (!status.ok()) Fail(status.ToString());
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The command line: --name value, or --name alone for a switch.
class Flags {
 public:
  Flags(int argc, char** argv) {
    for (int word = 1; word < argc; ++word) {
      const std::string name = argv[word];
      if (name == "--half" || name == "--cholesky" || name == "--floors") {
        values_[name] = "1";
      } else if (word + 1 < argc && kNames.contains(name)) {
        values_[name] = argv[++word];
      } else {
        Fail(name + " is not a flag, or has no value");
      }
    }
  }

  bool Has(const std::string& name) const { return values_.contains(name); }
  std::string Text(const std::string& name) const {
    return Has(name) ? values_.at(name) : kNames.at(name);
  }
  int Number(const std::string& name) const {
    int number = 0;
    if (!absl::SimpleAtoi(Text(name), &number) || number < 0) {
      Fail(name + " " + Text(name) + " is not a count");
    }
    return number;
  }

 private:
  // With their defaults.
  const std::map<std::string, std::string> kNames = {
      {"--train", ""},    {"--csr", ""},     {"--generate", ""},
      {"--write", ""},    {"--epochs", "5"}, {"--dimension", "64"},
      {"--threads", "2"}, {"--steps", "2"},  {"--target", "best"}};
  std::map<std::string, std::string> values_;
};

// Which vector instructions Highway may choose: the named ones and less.
void FixTarget(const std::string& name) {
  if (name == "best") return;
  const int64_t supported = hwy::SupportedTargets();
  for (int64_t rest = supported; rest != 0; rest &= rest - 1) {
    const int64_t target = rest & -rest;
    if (hwy::TargetName(target) == absl::AsciiStrToUpper(name)) {
      hwy::SetSupportedTargetsForTest(rest);  // Better ones are lower bits.
      return;
    }
  }
  Fail("this machine has no target " + name);
}

void AddLearner(const std::vector<int32_t>& resources, EngagementTable& table) {
  for (const int32_t resource : resources) {
    table.num_resources = std::max(table.num_resources, resource + 1);
    table.entries.push_back({static_cast<ResourceRow>(resource)});
  }
  table.begin.push_back(std::ssize(table.entries));
}

EngagementTable ReadText(const std::string& path) {
  std::ifstream file(path);
  if (!file) Fail("cannot read " + path);
  EngagementTable table;
  for (std::string line; std::getline(file, line);) {
    std::vector<int32_t> row;
    for (const auto word : absl::StrSplit(line, ' ', absl::SkipWhitespace())) {
      if (!absl::SimpleAtoi(word, &row.emplace_back())) Fail("line " + line);
    }
    if (!row.empty()) row.erase(row.begin());
    AddLearner(row, table);
  }
  return table;
}

// Degrees that add up to about `num_interactions`: lognormal, so that a tenth
// of the learners has about 40 % of the interactions.
std::vector<int64_t> SkewedDegrees(int64_t num_learners, int64_t num_resources,
                                   int64_t num_interactions,
                                   std::mt19937_64& random) {
  std::lognormal_distribution<double> lognormal(0, 1);
  std::vector<double> weights(num_learners);
  for (double& weight : weights) weight = lognormal(random);
  const double scale = static_cast<double>(num_interactions) /
                       std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> degrees;
  for (const double weight : weights) {
    degrees.push_back(
        std::clamp<int64_t>(std::llround(weight * scale), 1,
                            std::max<int64_t>(1, num_resources / 10)));
  }
  return degrees;
}

// Each pair at most once; resource of rank r with probability about 1 / r,
// ranks shuffled over the rows.
EngagementTable Generate(const std::string& sizes) {
  std::vector<int64_t> size;
  for (const auto word : absl::StrSplit(sizes, ',')) {
    if (!absl::SimpleAtoi(word, &size.emplace_back())) Fail(sizes);
  }
  if (size.size() != 4) Fail("LEARNERS,RESOURCES,INTERACTIONS,SEED: " + sizes);
  const int64_t num_learners = size[0];
  const auto num_resources = static_cast<int32_t>(size[1]);
  std::mt19937_64 random(static_cast<uint64_t>(size[3]));
  std::vector<int32_t> row_of_rank(num_resources);
  std::iota(row_of_rank.begin(), row_of_rank.end(), 0);
  std::shuffle(row_of_rank.begin(), row_of_rank.end(), random);
  std::uniform_real_distribution<double> log_rank(
      0, std::log(static_cast<double>(num_resources) + 1));
  std::vector<int64_t> last_learner(num_resources, -1);

  const auto degrees =
      SkewedDegrees(num_learners, num_resources, size[2], random);
  EngagementTable table;
  std::vector<int32_t> row;
  for (int64_t learner = 0; learner < num_learners; ++learner) {
    row.clear();
    while (std::ssize(row) < degrees[learner]) {
      const auto rank = static_cast<int32_t>(std::exp(log_rank(random))) - 1;
      const int32_t resource = row_of_rank[std::min(rank, num_resources - 1)];
      if (std::exchange(last_learner[resource], learner) == learner) continue;
      row.push_back(resource);
    }
    std::sort(row.begin(), row.end());
    AddLearner(row, table);
  }
  table.num_resources = num_resources;
  return table;
}

// The file: int64 learners, resources, interactions; int64 begin[learners + 1];
// int32 resource[interactions]. Little-endian.
void WriteCsr(const EngagementTable& table, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const int64_t head[] = {table.num_learners(), table.num_resources,
                          std::ssize(table.entries)};
  std::vector<int32_t> resources;
  for (const Engagement& entry : table.entries) {
    resources.push_back(ToInt(entry.resource));
  }
  const auto write = [&](const void* from, size_t bytes) {
    file.write(static_cast<const char*>(from),
               static_cast<std::streamsize>(bytes));
  };
  write(head, sizeof(head));
  write(table.begin.data(), table.begin.size() * sizeof(int64_t));
  write(resources.data(), resources.size() * sizeof(int32_t));
  if (!file.flush()) Fail("cannot write " + path);
}

EngagementTable ReadCsr(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](void* to, size_t bytes) {
    file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (!file) Fail("cannot read " + path);
  };
  int64_t head[3];
  read(head, sizeof(head));
  EngagementTable table;
  table.num_resources = static_cast<int32_t>(head[1]);
  table.begin.resize(head[0] + 1);
  read(table.begin.data(), table.begin.size() * sizeof(int64_t));
  std::vector<int32_t> resources(head[2]);
  read(resources.data(), resources.size() * sizeof(int32_t));
  for (const int32_t resource : resources) {
    table.entries.push_back({static_cast<ResourceRow>(resource)});
  }
  return table;
}

EngagementTable ReadTable(const Flags& flags) {
  if (flags.Has("--train")) return ReadText(flags.Text("--train"));
  if (flags.Has("--csr")) return ReadCsr(flags.Text("--csr"));
  if (flags.Has("--generate")) return Generate(flags.Text("--generate"));
  Fail("one of --train, --csr and --generate is needed");
}

// Of an epoch, at the least: per side, dot and axpy of every interaction for
// the residual and each step, and a d x d product per row.
double UsefulOperations(const EngagementTable& table,
                        const FactorOptions& options) {
  const double d = options.num_factors;
  const auto interactions = static_cast<double>(table.entries.size());
  const auto rows =
      static_cast<double>(table.num_learners() + table.num_resources);
  return 2 * 4 * interactions * d * (options.num_steps + 1) + 2 * rows * d * d;
}

// Of an epoch: every interaction's row of factors, once per side.
double GatheredBytes(const EngagementTable& table,
                     const FactorOptions& options) {
  return 2 * static_cast<double>(table.entries.size()) * options.num_factors *
         (options.half_precision ? 2 : 4);
}

ResourceFactors MeasureTraining(const EngagementTable& table,
                                FactorOptions options) {
  std::vector<double> seconds;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    absl::PrintF("epoch=%d epoch_s=%.5f loss=%.6g\n", epoch.epoch,
                 epoch.seconds, epoch.loss);
    seconds.push_back(epoch.seconds);
    return true;
  };
  absl::StatusOr<TrainedFactors> trained = TrainFactors(table, options);
  FailUnless(trained.status());
  const double median = Median(seconds);
  absl::PrintF("median_epoch_s=%.5f useful_gflops=%.2f gathered_gb_s=%.2f\n",
               median, 1e-9 * UsefulOperations(table, options) / median,
               1e-9 * GatheredBytes(table, options) / median);
  return std::move(trained->resources);
}

void MeasureCholesky(const EngagementTable& table, FactorOptions options) {
  std::vector<double> seconds;
  options.num_epochs = 3;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    seconds.push_back(epoch.seconds);
    return true;
  };
  FailUnless(TrainAls(table, options).status());
  absl::PrintF("cholesky_epoch_s=%.5f\n", Median(seconds));
}

// Another learner each time, so that the rows are not in the nearest cache.
void MeasureFoldIn(const ResourceFactors& resources) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int32_t> row(
      0, static_cast<int32_t>(resources.factors.rows()) - 1);
  std::vector<double> us;
  std::vector<Engagement> history(kHistoryEvents);
  for (int learner = 0; learner < kFoldIns; ++learner) {
    for (Engagement& event : history) {
      event.resource = static_cast<ResourceRow>(row(random));
    }
    us.push_back(1e6 * Seconds([&] {
                   FailUnless(FoldIn(resources, history).status());
                 }));
  }
  absl::PrintF("fold_in_us=%.2f\n", Median(us));
}

// Best of a few: a floor is what the machine can do.
double BestSeconds(const std::function<void()>& work) {
  double best = Seconds(work);
  for (int run = 0; run < 4; ++run) best = std::min(best, Seconds(work));
  return best;
}

// Eigen's product of this build, which is for plain x86-64; the peers script
// measures OpenBLAS beside it.
double ProductGflops(int num_threads) {
  constexpr int kSize = 1024;
  const Eigen::MatrixXf a = Eigen::MatrixXf::Random(kSize, kSize);
  std::vector<Eigen::MatrixXf> products(num_threads,
                                        Eigen::MatrixXf(kSize, kSize));
  const double seconds = BestSeconds([&] {
    ParallelFor(num_threads, num_threads, 1, [&](int64_t part, int64_t) {
      products[part].noalias() = a * a;
    });
  });
  return 2e-9 * num_threads * std::pow(kSize, 3) / seconds;
}

// Reads, front to back, far more than any cache holds.
double ReadGigabytesPerSecond(int num_threads) {
  constexpr int64_t kNumbers = int64_t{1} << 29;
  constexpr int64_t kChunk = int64_t{1} << 20;
  const Eigen::VectorXf numbers = Eigen::VectorXf::Ones(kNumbers);
  std::vector<float> sums(kNumbers / kChunk);
  const double seconds = BestSeconds([&] {
    ParallelFor(num_threads, kNumbers, kChunk, [&](int64_t begin, int64_t end) {
      sums[begin / kChunk] = numbers.segment(begin, end - begin).sum();
    });
  });
  if (sums.front() != sums.back()) Fail("equal chunks with unequal sums");
  return 1e-9 * sizeof(float) * kNumbers / seconds;
}

void Main(const Flags& flags) {
  FixTarget(flags.Text("--target"));
  const EngagementTable table = ReadTable(flags);
  if (flags.Has("--write")) WriteCsr(table, flags.Text("--write"));
  FactorOptions options;
  options.num_factors = flags.Number("--dimension");
  options.num_epochs = flags.Number("--epochs");
  options.num_steps = flags.Number("--steps");
  options.num_threads = flags.Number("--threads");
  options.half_precision = flags.Has("--half");
  absl::PrintF(
      "learners=%d resources=%d interactions=%d dimension=%d steps=%d "
      "threads=%d half=%d target=%s\n",
      table.num_learners(), table.num_resources, table.entries.size(),
      options.num_factors, options.num_steps, options.num_threads,
      options.half_precision, VectorTarget());
  if (options.num_epochs > 0) MeasureFoldIn(MeasureTraining(table, options));
  if (flags.Has("--cholesky")) MeasureCholesky(table, options);
  if (flags.Has("--floors")) {
    absl::PrintF("product_gflops=%.1f read_gb_s=%.2f\n",
                 ProductGflops(options.num_threads),
                 ReadGigabytesPerSecond(options.num_threads));
  }
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  evenlight::Main(evenlight::Flags(argc, argv));
}
