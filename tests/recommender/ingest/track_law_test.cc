// The law of the track: any delivery order, with repeats, gives the same state
// after catch-up.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "storage/memory_database.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const std::vector<LearnerId> kLearners = {"l1", "l2", "l3"};

// Events of three learners and of every verb; few minutes, so that many share
// one.
std::vector<Event> Track(std::mt19937_64& random) {
  std::vector<Event> events;
  for (int number = 0; number < 40; ++number) {
    Event event = Answer("e" + std::to_string(number),
                         kLearners[random() % kLearners.size()],
                         static_cast<int>(random() % 20));
    event.resource = "r" + std::to_string(random() % 6);
    event.kcs.resize(1 + random() % 2);
    if (random() % 4 == 0) {
      event.verb = static_cast<Verb>(1 + random() % 10);
      event.stars = event.verb == Verb::kRated ? 4 : 0;
    }
    events.push_back(event);
  }
  return events;
}

// Delivers a shuffle of `events`, some twice or more, in batches of random
// sizes; waits for some of them.
void Deliver(std::vector<Event> events, std::mt19937_64& random,
             Committer& committer) {
  const size_t num_repeats = random() % events.size();
  for (size_t repeat = 0; repeat < num_repeats; ++repeat) {
    events.push_back(events[random() % events.size()]);
  }
  std::shuffle(events.begin(), events.end(), random);
  std::vector<std::future<CommitResults>> waiting;
  for (size_t begin = 0; begin < events.size();) {
    const size_t end = std::min(events.size(), begin + 1 + random() % 12);
    waiting.push_back(
        SubmitLater(committer, {events.begin() + begin, events.begin() + end},
                    /*all_or_nothing=*/random() % 2 == 0));
    if (random() % 2 == 0) waiting.back().wait();
    begin = end;
  }
  for (auto& results : waiting) ASSERT_THAT(results.get(), IsOk());
}

class TrackLawTest : public testing::TestWithParam<uint64_t> {};

TEST_P(TrackLawTest, AnyDeliveryWithRepeatsGivesOneState) {
  constexpr int kShuffles = 50;
  std::mt19937_64 random(GetParam());
  const std::vector<Event> events = Track(random);
  const auto models = Models(1);
  for (int shuffle = 0; shuffle < kShuffles; ++shuffle) {
    MemoryDatabase database;
    ModelRegistry registry;
    registry.Publish(kTenant, models);
    Committer committer({}, &database, &registry, nullptr);
    const StateReader reader(&database, &committer);
    Deliver(events, random, committer);

    ASSERT_EQ(Sequences(database), OneTo(static_cast<int64_t>(events.size())));
    for (const LearnerId& learner : kLearners) {
      const auto state = reader.Read(kTenant, learner, *models);
      ASSERT_THAT(state, IsOk());
      ASSERT_EQ(EncodeState(*state), ReplayedState(events, learner, *models))
          << learner << " in shuffle " << shuffle;
    }
    // What the reader caught up is what is stored from then on.
    committer.Stop();
    for (const LearnerId& learner : kLearners) {
      const auto stored = LearnerStateStore(&database).Get(kTenant, learner);
      ASSERT_THAT(stored, IsOk());
      ASSERT_TRUE(stored->has_value());
      ASSERT_FALSE((*stored)->is_stale);
      ASSERT_EQ((*stored)->state, ReplayedState(events, learner, *models));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tracks, TrackLawTest, testing::Range<uint64_t>(1, 11));

}  // namespace
}  // namespace evenlight
