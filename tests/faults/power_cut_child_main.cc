// One life of a database on a disk that loses power: opens it, compares it with
// what earlier lives were promised, and writes from several threads until the
// power is cut. A process of its own, because Debian's RocksDB is an assertion
// build: an abort there is a finding, and must not end the test.
//
//   power_cut_child DIRECTORY SEED LIFE CUT_AT
//
// Exit codes: 77 the power was cut; 0 checked, and not cut; 2 did not open;
// 3 a promise is broken, with a line for each on standard error.

#include <rocksdb/env.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/log.h"
#include "recommender/ingest/state_worker.h"
#include "storage/rocks_database.h"
#include "tests/faults/power_cut_check.h"
#include "tests/faults/power_cut_file_system.h"
#include "tests/faults/power_cut_oracle.h"
#include "tests/recommender/ingest/ingest_world.h"

namespace evenlight {
namespace {

constexpr int kNumProducers = 3;
constexpr int kMaxBatches = 400;  // Of a producer, should no cut come.
constexpr int kMaxWaiting = 4;    // Batches of a producer without an answer.

// Small, so that files are written out, merged and removed all the time.
RocksDatabase::Options SmallOptions(const std::string& directory) {
  RocksDatabase::Options options;
  options.directory = directory;
  options.block_cache_bytes = 4 << 20;
  options.write_buffer_bytes = 64 << 10;
  options.max_log_bytes = 192 << 10;
  return options;
}

// The service's write path without the network.
class Life {
 public:
  Life(Database* database, uint32_t seed, int life,
       const std::string& oracle_path, Promises promises)
      : seed_(seed),
        life_(life),
        oracle_(oracle_path),
        promises_(std::move(promises)),
        committer_({.max_idle_delay = absl::Milliseconds(5)}, database,
                   &registry_,
                   [this](const TenantId& tenant, const LearnerId& learner) {
                     worker_.Enqueue(tenant, learner);
                   }),
        reader_(database, &committer_),
        worker_(database, &reader_, &registry_) {
    registry_.Publish(kTenant, Models(1));
  }

  void Run() {
    std::vector<std::thread> producers;
    for (int producer = 0; producer < kNumProducers; ++producer) {
      producers.emplace_back([this, producer] { Produce(producer); });
    }
    for (std::thread& producer : producers) producer.join();
    worker_.Stop();
    committer_.Stop();
  }

 private:
  void Produce(int producer) {
    std::mt19937 random(seed_ + 31u * static_cast<uint32_t>(life_) +
                        static_cast<uint32_t>(producer));
    std::vector<std::future<CommitResults>> waiting;
    // What earlier lives sent may be sent again, answered or not.
    for (const auto& [name, sequences] : promises_) {
      if (name.producer == producer && random() % 8 == 0) {
        waiting.push_back(Send(name));
      }
    }
    for (int number = 1; number <= kMaxBatches; ++number) {
      waiting.push_back(Send({seed_, life_, producer, number}));
      if (random() % 8 == 0) Show(producer, number);
      if (waiting.size() < kMaxWaiting) continue;
      for (auto& answer : waiting) answer.wait();
      waiting.clear();
    }
    for (auto& answer : waiting) answer.wait();
  }

  std::future<CommitResults> Send(const BatchName& name) {
    Batch batch = MakeBatch(name);
    auto promise = std::make_shared<std::promise<CommitResults>>();
    std::future<CommitResults> answer = promise->get_future();
    const auto done = [this, name, promise](CommitResults results) {
      if (results.ok()) Acknowledge(name, *results);
      promise->set_value(std::move(results));
    };
    oracle_.Sent(name);
    WriteBatch attached;
    if (!batch.attached_key.empty()) {
      attached.Put(Family::kMeta, batch.attached_key, "attached");
    }
    const absl::Status status =
        attached.empty()
            ? committer_.Submit(kTenant, std::move(batch.events),
                                batch.all_or_nothing, done)
            : committer_.SubmitWith(kTenant, std::move(batch.events),
                                    std::move(attached), done);
    if (!status.ok()) promise->set_value(status);
    return answer;
  }

  void Acknowledge(const BatchName& name,
                   const std::vector<CommitResult>& results) const {
    std::vector<int64_t> sequences;
    for (const CommitResult& result : results) {
      sequences.push_back(result.sequence);
    }
    oracle_.Acknowledged(name, sequences);
  }

  void Show(int producer, int number) {
    auto [list, event] =
        Shown(absl::StrCat("shown-", life_, "-", producer, "-", number),
              CutLearner(number % kNumCutLearners), "");
    committer_.SubmitExposure(kTenant, std::move(list), std::move(event));
  }

  const uint32_t seed_;
  const int life_;
  const OracleFile oracle_;
  const Promises promises_;
  ModelRegistry registry_;
  Committer committer_;
  StateReader reader_;
  StateWorker worker_;
};

int Main(const std::string& directory, uint32_t seed, int life,
         int64_t cut_at) {
  const std::string oracle_path = directory + "/oracle";
  const auto file_system = std::make_shared<PowerCutFileSystem>(
      PowerCutFileSystem::Options{.directory = directory + "/db",
                                  .spare_directory = directory + "/spare",
                                  .cut_at = cut_at,
                                  .seed = seed + static_cast<uint32_t>(life)});
  const std::unique_ptr<rocksdb::Env> env =
      rocksdb::NewCompositeEnv(file_system);
  RocksDatabase::Options options = SmallOptions(directory + "/db");
  options.env = env.get();
  const auto database = RocksDatabase::Open(options);
  if (!database.ok()) {
    std::fprintf(stderr, "life %d does not open: %s\n", life,
                 database.status().ToString().c_str());
    return 2;
  }
  const int64_t num_opening = file_system->num_operations();
  const Promises promises = ReadPromises(oracle_path);
  const std::vector<std::string> broken =
      BrokenPromises(**database, promises, *Models(1));
  for (const std::string& line : broken) {
    std::fprintf(stderr, "life %d: %s\n", life, line.c_str());
  }
  if (!broken.empty()) return 3;
  std::printf("opened after %lld operations\n",
              static_cast<long long>(num_opening));
  std::fflush(stdout);
  if (cut_at == 0) return 0;
  Life(database->get(), seed, life, oracle_path, promises).Run();
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  return evenlight::Main(
      argv[1], static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)),
      std::atoi(argv[3]), std::atoll(argv[4]));
}
