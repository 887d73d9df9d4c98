// The committer against bare synced writes of the same keys and values, in
// turns within one run, so that the disk's mood strikes both alike.

#include <benchmark/benchmark.h>
#include <time.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/batches.h"
#include "recommender/ingest/committer.h"

namespace evenlight {
namespace {

using Results = absl::StatusOr<std::vector<CommitResult>>;
using Seconds = std::chrono::duration<double>;

// Of the calling thread.
double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

// Passes everything on and keeps what was written. The committer is its only
// writer.
class RecordingDatabase : public Database {
 public:
  explicit RecordingDatabase(Database* database) : database_(*database) {}

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, absl::string_view key) const override {
    return database_.Get(family, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override {
    return database_.MultiGet(family, keys);
  }
  absl::Status Scan(
      Family family, absl::string_view begin, absl::string_view end,
      absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit)
      const override {
    return database_.Scan(family, begin, end, visit);
  }
  absl::StatusOr<std::optional<std::string>> LastKey(
      Family family, absl::string_view begin,
      absl::string_view end) const override {
    return database_.LastKey(family, begin, end);
  }
  absl::Status Write(const WriteBatch& batch) override {
    // What the committer's thread did since its last write: look up, fold,
    // encode, answer.
    own_cpu_seconds_ += CpuSeconds() - last_cpu_seconds_;
    const auto begin = std::chrono::steady_clock::now();
    absl::Status status = database_.Write(batch);
    write_seconds_ += Seconds(std::chrono::steady_clock::now() - begin).count();
    batches_.push_back(batch);
    last_cpu_seconds_ = CpuSeconds();
    return status;
  }
  absl::Status CreateCheckpoint(const std::string& directory) override {
    return database_.CreateCheckpoint(directory);
  }

  // Since the last call; only while nothing is committed.
  std::vector<WriteBatch> TakeBatches() { return std::exchange(batches_, {}); }
  double TakeWriteSeconds() { return std::exchange(write_seconds_, 0); }
  double TakeOwnCpuSeconds() { return std::exchange(own_cpu_seconds_, 0); }

 private:
  Database& database_;
  std::vector<WriteBatch> batches_;
  double write_seconds_ = 0;
  double own_cpu_seconds_ = 0;
  double last_cpu_seconds_ = 0;
};

// The committer on one database, and the same writes bare on another.
struct Race {
  BenchDatabase database;
  BenchDatabase bare;
  RecordingDatabase recording{database.get()};
  ModelRegistry registry;
  std::unique_ptr<Committer> committer = std::make_unique<Committer>(
      Committer::Options(), &recording, &registry, nullptr);
  double committer_seconds = 0;
  double bare_seconds = 0;
  double write_seconds = 0;
  double own_cpu_seconds = 0;
  int64_t num_events = 0;
  size_t num_bytes = 0;
  size_t num_writes = 0;

  // Every learner has a state of some forty events to begin with.
  Race() {
    EventMaker maker(0);
    for (int batch = 0; batch < 20; ++batch) Commit(maker.NextBatch(4'000));
    for (const WriteBatch& batch : recording.TakeBatches()) Bare(batch);
    recording.TakeWriteSeconds();
    recording.TakeOwnCpuSeconds();
    bare_seconds = 0;
  }

  void Commit(std::vector<Event> events) {
    std::promise<void> done;
    const absl::Status status =
        committer->Submit(kBenchTenant, std::move(events), false,
                          [&done](Results) { done.set_value(); });
    if (status.ok()) done.get_future().wait();
  }

  void Bare(const WriteBatch& batch) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(bare.get()->Write(batch));
    bare_seconds += Seconds(std::chrono::steady_clock::now() - begin).count();
  }

  void TakeTimes() {
    write_seconds += recording.TakeWriteSeconds();
    own_cpu_seconds += recording.TakeOwnCpuSeconds();
  }

  // Writes bare what the committer wrote since the last call.
  void Repeat() {
    TakeTimes();
    for (const WriteBatch& batch : recording.TakeBatches()) {
      ++num_writes;
      for (const WriteBatch::Change& change : batch.changes()) {
        num_bytes += change.key.size() + change.value.value_or("").size();
      }
      Bare(batch);
    }
  }

  void Report(benchmark::State& state) const {
    const auto events = static_cast<double>(num_events);
    state.SetItemsProcessed(num_events);
    state.counters["floor"] = events / bare_seconds;
    state.counters["ratio"] = bare_seconds / committer_seconds;
    state.counters["share_in_write"] = write_seconds / committer_seconds;
    state.counters["own_cpu_us_per_event"] = 1e6 * own_cpu_seconds / events;
    state.counters["bytes_per_event"] = static_cast<double>(num_bytes) / events;
    state.counters["events_per_write"] =
        events / static_cast<double>(num_writes);
  }
};

// One caller, batches of 100 events of known learners.
void CommitBatches(benchmark::State& state) {
  constexpr int kBatchEvents = 100;
  // A sync right after another is cheaper: so many of each in a row.
  constexpr int kBatches = 20;
  Race race;
  EventMaker maker(1);
  for (auto _ : state) {
    double seconds = 0;
    for (int batch = 0; batch < kBatches; ++batch) {
      std::vector<Event> events = maker.NextBatch(kBatchEvents);
      const auto begin = std::chrono::steady_clock::now();
      race.Commit(std::move(events));
      seconds += Seconds(std::chrono::steady_clock::now() - begin).count();
    }
    state.SetIterationTime(seconds);
    race.committer_seconds += seconds;
    race.num_events += kBatches * kBatchEvents;
    race.Repeat();
  }
  race.Report(state);
}
BENCHMARK(CommitBatches)->UseManualTime()->Iterations(20);

// 64 callers that each wait for their one event; the rival writes batches of 64
// bare.
void CommitSingleEvents(benchmark::State& state) {
  constexpr int kCallers = 64;
  constexpr int kEventsPerCaller = 50;
  Race race;
  EventMaker maker(1);
  for (auto _ : state) {
    std::vector<std::vector<Event>> events;
    for (int caller = 0; caller < kCallers; ++caller) {
      events.push_back(maker.NextBatch(kEventsPerCaller));
    }
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> callers;
    for (auto& own : events) {
      callers.emplace_back([&race, &own] {
        for (Event& event : own) race.Commit({std::move(event)});
      });
    }
    for (std::thread& caller : callers) caller.join();
    const Seconds elapsed = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(elapsed.count());
    race.committer_seconds += elapsed.count();
    race.num_events += kCallers * kEventsPerCaller;
    race.TakeTimes();

    // The same changes, 64 events at a time.
    WriteBatch all;
    size_t num_events = 0;
    for (const WriteBatch& batch : race.recording.TakeBatches()) {
      ++race.num_writes;
      for (const WriteBatch::Change& change : batch.changes()) {
        race.num_bytes += change.key.size() + change.value.value_or("").size();
        if (change.family == Family::kEvents && num_events++ % kCallers == 0 &&
            num_events > 1) {
          race.Bare(std::exchange(all, {}));
        }
        all.Put(change.family, change.key, change.value.value_or(""));
      }
    }
    race.Bare(all);
  }
  race.Report(state);
}
BENCHMARK(CommitSingleEvents)->UseManualTime()->Iterations(6);

}  // namespace
}  // namespace evenlight

BENCHMARK_MAIN();
