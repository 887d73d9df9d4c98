#include "bench/load/beside.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/batches.h"
#include "bench/check.h"
#include "bench/rocks_directory.h"
#include "storage/learner_state_store.h"
#include "storage/track_store.h"
#include "tests/support/process.h"

namespace evenlight {
namespace {

constexpr uint64_t kRounds = 2;
// Its events are nobody's whom the load asks for.
constexpr char kNeighbour[] = "neighbour";

Traffic Mixed(const BesideOptions& options, uint64_t seed) {
  Traffic traffic;
  traffic.shares = {.5, .49, .01};
  traffic.calls_per_second = options.calls_per_second;
  traffic.seconds = options.seconds;
  traffic.seed = seed;
  return traffic;
}

// The p99 of lists beside something, over that without it.
class Comparison {
 public:
  Comparison(std::string what, std::vector<LoadRow>* rows)
      : what_(std::move(what)), rows_(*rows) {}

  void AddAlone(const LoadFigures& figures) {
    alone_.Add(figures.kinds[0].times);
    rows_.push_back({"mixed, alone", 0, figures});
  }
  void AddBeside(const LoadFigures& figures) {
    beside_.Add(figures.kinds[0].times);
    rows_.push_back({absl::StrCat("mixed, beside ", what_), 0, figures});
  }
  void Print() const {
    PrintFigure(absl::StrCat("recommend_p99_beside_", what_),
                beside_.Quantile(.99) / 1'000, "ms",
                alone_.Quantile(.99) / 1'000);
  }

 private:
  const std::string what_;
  std::vector<LoadRow>& rows_;
  LatencyHistogram alone_;
  LatencyHistogram beside_;
};

void RunBesideCommand(ServedWorld* world, const BesideOptions& options,
                      uint64_t round, const std::vector<std::string>& command,
                      Comparison* comparison) {
  comparison->AddAlone(world->Run(Mixed(options, 2 * round)));
  Finished finished;
  std::thread other([&] { finished = RunProgram(command); });
  comparison->AddBeside(world->Run(Mixed(options, 2 * round + 1)));
  other.join();
  // 3: the new version is not better, which is no matter here.
  Check(finished.exit_code == 0 || finished.exit_code == 3,
        command[4] + ": " + finished.errors);
}

// A commit's entries, with a state of usual size that hardly compresses.
WriteBatch PileBatch(EventMaker* maker, int64_t* sequence,
                     std::mt19937_64* random) {
  constexpr size_t kStateWords = 90;
  const TrackStore track(nullptr);
  const LearnerStateStore states(nullptr);
  WriteBatch batch;
  for (Event& event : maker->NextBatch(1'000)) {
    event.sequence = ++*sequence;
    track.Append(kNeighbour, event, &batch);
    std::string state;
    for (size_t word = 0; word < kStateWords; ++word) {
      absl::StrAppend(&state, absl::Hex((*random)()));
    }
    states.Put(kNeighbour, absl::StrCat(event.actor.id, "-", *sequence),
               {.last_sequence = event.sequence, .state = std::move(state)},
               &batch);
  }
  return batch;
}

int64_t BytesOf(const WriteBatch& batch) {
  size_t bytes = 0;
  for (const WriteBatch::Change& change : batch.changes()) {
    bytes += change.key.size() + change.value.value_or("").size();
  }
  return static_cast<int64_t>(bytes);
}

// Files over the whole range of keys, more than compaction leaves alone and too
// few to slow writes down.
void PileUp(const std::string& data_dir, int64_t num_bytes, int round) {
  constexpr int kFiles = 8;
  RocksDirectory directory(data_dir, RocksDirectory::Compaction::kOff);
  EventMaker maker(100 + round);
  std::mt19937_64 random(static_cast<uint64_t>(round));
  int64_t sequence = int64_t{round} << 32;
  for (int file = 0; file < kFiles; ++file) {
    for (int64_t bytes = 0; bytes < num_bytes / kFiles;) {
      const WriteBatch batch = PileBatch(&maker, &sequence, &random);
      bytes += BytesOf(batch);
      directory.Write(batch);
    }
    directory.Flush();
  }
}

double CompactedBytes(const ServedWorld& world) {
  return world.Metrics()["rocksdb_compaction_written_bytes_total"];
}

// Until nothing has been compacted for a while.
void WaitForCompaction(const ServedWorld& world) {
  constexpr int kQuietLooks = 5;
  for (int quiet = 0; quiet < kQuietLooks; ++quiet) {
    std::map<std::string, double> metrics = world.Metrics();
    if (metrics["rocksdb_running_compactions"] > 0 ||
        metrics["rocksdb_pending_compaction_bytes"] > 0) {
      quiet = -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace

void MeasureMixed(ServedWorld* world, const BesideOptions& options,
                  std::vector<LoadRow>* rows) {
  const LoadFigures figures = world->Run(Mixed(options, 1));
  PrintFigure("mixed/goodput", figures.goodput(), "1/s",
              options.calls_per_second);
  for (size_t kind = 0; kind < figures.kinds.size(); ++kind) {
    PrintFigure(absl::StrCat("mixed/", kCallKindNames[kind], "_p99"),
                figures.kinds[kind].times.Quantile(.99) / 1'000, "ms");
  }
  rows->push_back({"mixed", 0, figures});
}

void MeasureBesideTraining(ServedWorld* world, const BesideOptions& options,
                           std::vector<LoadRow>* rows) {
  Comparison comparison("train", rows);
  for (uint64_t round = 0; round < kRounds; ++round) {
    RunBesideCommand(world, options, round, TrainCommand(*world), &comparison);
  }
  comparison.Print();
}

void MeasureBesideBackup(ServedWorld* world, const BesideOptions& options,
                         std::vector<LoadRow>* rows) {
  world->Restart([&] { PileUp(world->data_dir(), options.pile_bytes, 2); });
  WaitForCompaction(*world);
  Comparison comparison("backup", rows);
  for (uint64_t round = 0; round < kRounds; ++round) {
    // A backup beside an earlier one would copy only what is new.
    std::filesystem::remove_all(world->backup_dir());
    RunBesideCommand(world, options, round, world->NiceCommand({"backup"}),
                     &comparison);
  }
  PrintFigure("beside_backup/bytes",
              static_cast<double>(DirectoryBytes(world->backup_dir())),
              "bytes");
  comparison.Print();
}

void MeasureBesideCompaction(ServedWorld* world, const BesideOptions& options,
                             std::vector<LoadRow>* rows) {
  Comparison comparison("compaction", rows);
  double compacted = 0;
  for (uint64_t round = 0; round < kRounds; ++round) {
    world->Restart([&] {
      PileUp(world->data_dir(), options.pile_bytes, static_cast<int>(round));
    });
    Traffic warm_up = Mixed(options, 100);
    warm_up.seconds = 1;
    world->Run(warm_up);
    const double before = CompactedBytes(*world);
    comparison.AddBeside(world->Run(Mixed(options, 2 * round + 1)));
    compacted += CompactedBytes(*world) - before;
    WaitForCompaction(*world);
    comparison.AddAlone(world->Run(Mixed(options, 2 * round)));
  }
  PrintFigure("beside_compaction/written",
              compacted / (static_cast<double>(kRounds) * options.seconds),
              "bytes/s");
  comparison.Print();
}

}  // namespace evenlight
