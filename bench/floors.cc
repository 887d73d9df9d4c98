// What the machine can do at best: the floors that figures are ratios to.

#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cstring>
#include <string>
#include <vector>

#include "bench/batches.h"
#include "storage/learner_state_store.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

// The entries that one commit of `events` writes, with a state of usual size
// for each.
WriteBatch BatchOf(std::vector<Event> events, int64_t first_sequence) {
  constexpr size_t kUsualStateBytes = 700;
  const TrackStore track(nullptr);
  const LearnerStateStore states(nullptr);
  WriteBatch batch;
  for (Event& event : events) {
    event.sequence = first_sequence++;
    track.Append(kBenchTenant, event, &batch);
    states.Put(kBenchTenant, event.actor.id,
               {.last_sequence = event.sequence,
                .state = std::string(kUsualStateBytes, 's')},
               &batch);
  }
  return batch;
}

int64_t BytesOf(const WriteBatch& batch) {
  size_t bytes = 0;
  for (const WriteBatch::Change& change : batch.changes()) {
    bytes += change.key.size() + (change.value ? change.value->size() : 0);
  }
  return static_cast<int64_t>(bytes);
}

// One synced write per iteration, of as many events as the argument says.
void SyncedWrite(benchmark::State& state) {
  const int num_events = static_cast<int>(state.range(0));
  BenchDatabase database;
  EventMaker maker(0);
  int64_t sequence = 1;
  int64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const WriteBatch batch = BatchOf(maker.NextBatch(num_events), sequence);
    sequence += num_events;
    bytes += BytesOf(batch);
    state.ResumeTiming();
    if (!database.get()->Write(batch).ok()) state.SkipWithError("write");
  }
  state.SetItemsProcessed(state.iterations() * num_events);
  state.counters["bytes_per_event"] =
      static_cast<double>(bytes) / static_cast<double>(sequence - 1);
}
BENCHMARK(SyncedWrite)->Arg(1)->Arg(64)->Arg(100)->UseRealTime();

// Far more than any cache holds.
constexpr size_t kMemoryBytes = size_t{256} << 20;

void MemoryCopy(benchmark::State& state) {
  const std::vector<char> from(kMemoryBytes, 1);
  std::vector<char> to(kMemoryBytes, 0);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), kMemoryBytes);
    benchmark::ClobberMemory();
  }
  // Each byte is read once and written once.
  state.SetBytesProcessed(state.iterations() * 2 *
                          static_cast<int64_t>(kMemoryBytes));
}
BENCHMARK(MemoryCopy)->UseRealTime();

void MemoryRead(benchmark::State& state) {
  const Eigen::VectorXf numbers =
      Eigen::VectorXf::Ones(kMemoryBytes / sizeof(float));
  for (auto _ : state) benchmark::DoNotOptimize(numbers.sum());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(kMemoryBytes));
}
BENCHMARK(MemoryRead)->UseRealTime();

// Single-precision matrix product on one thread.
void MatrixProduct(benchmark::State& state) {
  const auto size = static_cast<Eigen::Index>(state.range(0));
  const Eigen::MatrixXf a = Eigen::MatrixXf::Random(size, size);
  const Eigen::MatrixXf b = Eigen::MatrixXf::Random(size, size);
  Eigen::MatrixXf c(size, size);
  for (auto _ : state) {
    c.noalias() = a * b;
    benchmark::DoNotOptimize(c.data());
  }
  const double size_cubed =
      static_cast<double>(size) * static_cast<double>(size * size);
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * size_cubed, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(MatrixProduct)->Arg(128)->Arg(1024)->UseRealTime();

// The whole event log of a tenant, actor by actor, as training reads it.
void ReadEventLog(benchmark::State& state) {
  constexpr int kEvents = 100'000;
  constexpr int kBatchEvents = 1'000;
  BenchDatabase database;
  EventMaker maker(0);
  for (int sequence = 1; sequence < kEvents; sequence += kBatchEvents) {
    const auto written =
        database.get()->Write(BatchOf(maker.NextBatch(kBatchEvents), sequence));
    if (!written.ok()) state.SkipWithError("write");
  }
  const TrackStore track(database.get());
  for (auto _ : state) {
    int64_t num_events = 0;
    const auto status = track.ListAll(kBenchTenant, [&](const Event&) {
      ++num_events;
      return true;
    });
    if (!status.ok() || num_events != kEvents) state.SkipWithError("read");
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(ReadEventLog)->UseRealTime();

}  // namespace
}  // namespace evenlight

BENCHMARK_MAIN();
