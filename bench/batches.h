// The same events as the committer writes, for benches that compare it with
// bare writes.

#ifndef EVENLIGHT_BENCH_BATCHES_H_
#define EVENLIGHT_BENCH_BATCHES_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "storage/rocks_database.h"

namespace evenlight {

inline const TenantId kBenchTenant = "county";
inline constexpr int kBenchLearners = 2'000;
inline constexpr int kBenchKcs = 200;

// A RocksDB in a directory of its own, which goes with it.
class BenchDatabase {
 public:
  BenchDatabase() {
    std::string name =
        (std::filesystem::temp_directory_path() / "evenlight_bench_XXXXXX")
            .string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    directory_ = name;
    auto opened = RocksDatabase::Open({.directory = directory_ / "data"});
    if (!opened.ok()) std::abort();
    database_ = *std::move(opened);
  }
  ~BenchDatabase() {
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  RocksDatabase* get() const { return database_.get(); }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<RocksDatabase> database_;
};

// Answers of learners in turn, each later than the one before. One thread.
class EventMaker {
 public:
  // `prefix` sets its ids and times apart from those of other makers.
  explicit EventMaker(int prefix) : prefix_(prefix) {}

  Event Next() {
    const int64_t number = number_++;
    Event event;
    event.id = absl::StrFormat("%08x-%016x", prefix_, number);
    event.actor.id = absl::StrFormat("learner-%05d", number % kBenchLearners);
    event.time = absl::FromUnixSeconds(1'700'000'000 + 1'000'000 * prefix_) +
                 absl::Milliseconds(number);
    event.verb = Verb::kAnswered;
    event.phase = Phase::kSelfStudy;
    // A learner works on a few kcs at a time.
    const int64_t topic = number % kBenchLearners + number / 20'000;
    event.resource = absl::StrCat("exercise-", topic % 20'000);
    event.kcs = {absl::StrCat("kc-", topic % kBenchKcs)};
    event.score = number % 3 == 0 ? 0.0f : 1.0f;
    event.time_spent = absl::Seconds(20 + number % 60);
    return event;
  }

  std::vector<Event> NextBatch(int num_events) {
    std::vector<Event> events;
    for (int event = 0; event < num_events; ++event) events.push_back(Next());
    return events;
  }

 private:
  const int64_t prefix_;
  int64_t number_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_BATCHES_H_
