// Tracks that are long, late or out of time: the law of the track at size.

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/digest.h"
#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "storage/memory_database.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

constexpr int kManyEvents = 100'000;
constexpr int kMinutesOfAYear = 365 * 24 * 60;
const LearnerId kLearner = "l1";

// Counts the scans, which is how a track is read.
class CountingDatabase : public MemoryDatabase {
 public:
  absl::Status Scan(
      Family family, absl::string_view begin, absl::string_view end,
      absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit)
      const override {
    ++num_scans_;
    return MemoryDatabase::Scan(family, begin, end, visit);
  }
  int num_scans() const { return num_scans_; }

 private:
  mutable std::atomic<int> num_scans_ = 0;
};

// The write path and a reader that writes back.
struct World {
  World()
      : models(Models(1)),
        committer({}, &database, Published(), nullptr),
        reader(&database, &committer) {}

  const ModelRegistry* Published() {
    registry.Publish(kTenant, models);
    return &registry;
  }

  void Record(std::vector<Event> events) {
    ASSERT_THAT(SubmitNow(committer, std::move(events)), IsOk());
  }

  std::string State(const LearnerId& learner) const {
    const auto state = reader.Read(kTenant, learner, *models);
    return state.ok() ? EncodeState(*state) : state.status().ToString();
  }

  CountingDatabase database;
  ModelRegistry registry;
  const std::shared_ptr<const ModelSet> models;
  Committer committer;
  const StateReader reader;
};

Event AnswerOf(int number, const LearnerId& learner, int minute) {
  Event event = Answer("e" + std::to_string(number), learner, minute);
  event.resource = "r" + std::to_string(number % 50);
  return event;
}

TEST(LongTrackTest, ClockThatStepsForwardAndBackLosesNothingAndKeepsTheOrder) {
  World world;
  std::vector<Event> events;
  int number = 0;
  // Right, an hour ahead, right again, a day behind, a year ahead, right.
  for (const int step : {0, 60, 0, -24 * 60, kMinutesOfAYear, 0}) {
    for (int answer = 0; answer < 5; ++answer) {
      events.push_back(AnswerOf(number, kLearner, number + step));
      ++number;
      world.Record({events.back()});
      ASSERT_EQ(world.State(kLearner),
                ReplayedState(events, kLearner, *world.models))
          << "after a step of " << step << " minutes";
    }
  }
  EXPECT_EQ(Sequences(world.database), OneTo(number));
}

TEST(LongTrackTest, EventAYearLateIsFoldedWhereItBelongs) {
  World world;
  std::vector<Event> events;
  for (int number = 0; number < 500; ++number) {
    events.push_back(AnswerOf(number, kLearner, number * 1'000));
  }
  world.Record(events);
  const std::string before = world.State(kLearner);
  events.push_back(AnswerOf(500, kLearner, 499 * 1'000 - kMinutesOfAYear));
  world.Record({events.back()});
  EXPECT_NE(world.State(kLearner), before);
  EXPECT_EQ(world.State(kLearner),
            ReplayedState(events, kLearner, *world.models));
}

TEST(LongTrackTest, CommitForALearnerWithManyEventsReadsNoTrack) {
  World world;
  std::vector<Event> events;
  size_t state_bytes_of_a_tenth = 0;
  for (int number = 0; number < kManyEvents; ++number) {
    events.push_back(AnswerOf(number, kLearner, number));
    if ((number + 1) % 1'000 == 0) {
      world.Record({events.end() - 1'000, events.end()});
    }
    if (number + 1 == kManyEvents / 10) {
      state_bytes_of_a_tenth = world.State(kLearner).size();
    }
  }
  EXPECT_LE(world.State(kLearner).size(), state_bytes_of_a_tenth * 11 / 10);
  const int num_scans = world.database.num_scans();
  // One in order, and one late, which only marks the state.
  events.push_back(AnswerOf(kManyEvents, kLearner, kManyEvents));
  world.Record({events.back()});
  events.push_back(AnswerOf(kManyEvents + 1, kLearner, 0));
  world.Record({events.back()});
  EXPECT_EQ(world.database.num_scans(), num_scans);
  const std::string expected = ReplayedState(events, kLearner, *world.models);
  EXPECT_EQ(world.State(kLearner), expected);
  // The one refold is written back: the next read scans nothing.
  world.committer.Stop();
  const int num_scans_then = world.database.num_scans();
  EXPECT_EQ(world.State(kLearner), expected);
  EXPECT_EQ(world.database.num_scans(), num_scans_then);
}

// Of the states of all learners after `events` came in this order.
std::string HashAfter(const std::vector<Event>& events, int num_learners,
                      std::mt19937& random) {
  World world;
  for (size_t begin = 0; begin < events.size();) {
    const size_t end = std::min(events.size(), begin + 1 + random() % 400);
    EXPECT_THAT(SubmitNow(world.committer,
                          {events.begin() + begin, events.begin() + end}),
                IsOk());
    begin = end;
  }
  std::string states;
  for (int learner = 0; learner < num_learners; ++learner) {
    states += world.State("l" + std::to_string(learner));
  }
  return Sha256Hex(states);
}

TEST(LongTrackTest, ManyShuffledDeliveriesWithRepeatsGiveOneHash) {
  constexpr int kNumLearners = 20;
  constexpr int kNumRepeats = 30'000;
  std::mt19937 random(7);
  std::vector<Event> events;
  for (int number = 0; number < kManyEvents - kNumRepeats; ++number) {
    events.push_back(AnswerOf(number, "l" + std::to_string(number % 20),
                              static_cast<int>(random() % kMinutesOfAYear)));
  }
  std::vector<Event> in_order = events;
  std::sort(in_order.begin(), in_order.end(),
            [](const Event& a, const Event& b) {
              return PositionOf(a) < PositionOf(b);
            });
  const std::string expected = HashAfter(in_order, kNumLearners, random);
  for (int repeat = 0; repeat < kNumRepeats; ++repeat) {
    const Event again = events[random() % events.size()];
    events.push_back(again);
  }
  ASSERT_EQ(events.size(), static_cast<size_t>(kManyEvents));
  for (int shuffle = 0; shuffle < 3; ++shuffle) {
    std::shuffle(events.begin(), events.end(), random);
    EXPECT_EQ(HashAfter(events, kNumLearners, random), expected) << shuffle;
  }
}

}  // namespace
}  // namespace evenlight
