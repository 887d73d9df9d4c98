#include "recommender/simulation/track.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

District Make(int num_learners, int64_t seed = 7, int weeks = 6) {
  DistrictOptions options;
  options.num_learners = num_learners;
  options.seed = seed;
  options.weeks = weeks;
  return *MakeDistrict(options);
}

std::vector<Event> Track(const District& district) {
  std::vector<Event> events;
  SimulateTrack(district,
                [&](int, const Event& event) { events.push_back(event); });
  return events;
}

// One district for the tests that only look at it.
class TrackTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    district_ = new District(Make(400));
    events_ = new std::vector<Event>(Track(*district_));
  }

  static District* district_;
  static std::vector<Event>* events_;
};
District* TrackTest::district_ = nullptr;
std::vector<Event>* TrackTest::events_ = nullptr;

TEST_F(TrackTest, EqualDistrictsHaveEqualTracks) {
  EXPECT_EQ(*events_, Track(Make(400)));
}

TEST_F(TrackTest, OtherOptionsHaveOtherEventIds) {
  std::set<EventId> ids;
  for (const Event& event : *events_) EXPECT_TRUE(ids.insert(event.id).second);
  for (const District& other : {Make(400, 8), Make(400, 7, 2), Make(401)}) {
    for (const Event& event : Track(other)) EXPECT_EQ(ids.count(event.id), 0u);
  }
}

TEST_F(TrackTest, EventsAreInTheOrderOfTimeAndBeforeTheEnd) {
  TrackPosition previous;
  for (const Event& event : *events_) {
    ASSERT_LT(previous, PositionOf(event));
    previous = PositionOf(event);
  }
  EXPECT_LE(previous.time, district_->options.end);
  EXPECT_GT(events_->front().time,
            district_->options.end - absl::Hours(24 * 7 * 6 + 24));
}

TEST_F(TrackTest, ALearnerHasAboutAHundredEvents) {
  const double per_learner = static_cast<double>(events_->size()) / 400;
  EXPECT_GT(per_learner, 75);
  EXPECT_LT(per_learner, 150);
}

TEST_F(TrackTest, EveryVerbOfLearnersAndTeachersOccurs) {
  std::set<Verb> verbs;
  std::set<Phase> phases;
  for (const Event& event : *events_) {
    verbs.insert(event.verb);
    phases.insert(event.phase);
    EXPECT_EQ(event.actor.kind == ActorKind::kTeacher,
              event.verb == Verb::kAssigned);
  }
  EXPECT_THAT(verbs, testing::IsSupersetOf({Verb::kViewed, Verb::kCompleted,
                                            Verb::kAnswered, Verb::kRated,
                                            Verb::kBookmarked, Verb::kDismissed,
                                            Verb::kAssigned}));
  EXPECT_EQ(phases.size(), 4u);
}

TEST_F(TrackTest, WhatIsUsedIsPublishedAndExists) {
  std::map<ResourceId, const Resource*> resources;
  for (const Resource& r : district_->resources) resources[r.id] = &r;
  for (const Event& event : *events_) {
    ASSERT_EQ(resources.count(event.resource), 1u) << event.resource;
    if (event.verb == Verb::kAnswered) {
      EXPECT_FALSE(event.kcs.empty());
    }
    EXPECT_GE(event.time_spent, absl::ZeroDuration());
    EXPECT_LE(event.time_spent, absl::Hours(2));
  }
}

// The share of right answers rises from a learner's first to their fifth and
// later answers to a kc, although harder questions are then chosen.
TEST_F(TrackTest, LearnersImproveWithPractice) {
  std::map<std::pair<LearnerId, KcId>, int> count;
  double right[2] = {0, 0};
  double all[2] = {0, 0};
  for (const Event& event : *events_) {
    if (event.verb != Verb::kAnswered || event.kcs.size() != 1) continue;
    const int before = count[{event.actor.id, event.kcs[0]}]++;
    if (before > 0 && before < 4) continue;
    right[before == 0 ? 0 : 1] += event.score;
    all[before == 0 ? 0 : 1] += 1;
  }
  EXPECT_GT(all[0], 1000);
  EXPECT_GT(all[1], 1000);
  EXPECT_GT(right[1] / all[1], right[0] / all[0] + .04);
}

TEST_F(TrackTest, WhereDevicesAreFewerThereAreFewerEvents) {
  std::map<LearnerId, int> events_of;
  for (const Event& event : *events_) ++events_of[event.actor.id];
  std::map<SchoolId, Tier> tier_of;
  for (const School& school : district_->schools) {
    tier_of[school.id] = school.tier;
  }
  std::map<Tier, std::pair<double, double>> by_tier;
  for (const Person& learner : district_->learners) {
    auto& [sum, num] = by_tier[tier_of[learner.school]];
    sum += events_of[learner.actor.id];
    num += 1;
  }
  const auto mean = [&](Tier tier) {
    return by_tier[tier].first / by_tier[tier].second;
  };
  EXPECT_GT(mean(Tier::kUrban), 1.3 * mean(Tier::kVillage));
}

}  // namespace
}  // namespace evenlight
