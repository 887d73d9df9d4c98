#include "recommender/exposure/exposure_replay.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "storage/memory_database.h"
#include "storage/roster_store.h"
#include "storage/track_store.h"
#include "tests/recommender/exposure/exposed.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr char kTenant[] = "county";

class ExposureReplayTest : public testing::Test {
 protected:
  void Append(Event event) {
    event.sequence = ++last_sequence_;
    WriteBatch batch;
    TrackStore(&database_).Append(kTenant, event, &batch);
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  void AddVillageLearner(const LearnerId& learner) {
    const RosterStore roster(&database_);
    WriteBatch batch;
    roster.Put(kTenant, School{"s1", "", "", Tier::kVillage}, &batch);
    Person person;
    person.actor = {ActorKind::kLearner, learner};
    person.school = "s1";
    ASSERT_THAT(roster.PutPerson(kTenant, person, &batch), IsOk());
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  double ExposureOf(const ResourceId& resource) const {
    return ledger_.ExposuresOf(kTenant, {ResourceKeyOf(resource)},
                               kExposedNow)[0];
  }

  MemoryDatabase database_;
  int64_t last_sequence_ = 0;
  ExposureLedger ledger_;
  const std::atomic<bool> go_on_ = false;
};

TEST_F(ExposureReplayTest, AddsTheListsOfTheWindowWithTheTiersOfNow) {
  AddVillageLearner("l2");
  Append(Exposed("old", "l1", {"a"}, kExposedNow - absl::Hours(24 * 40)));
  Append(Exposed("1", "l1", {"a"}, kExposedNow - absl::Hours(24 * 27)));
  Append(Exposed("2", "l2", {"b", "a"}));
  Event viewed = Exposed("3", "l1", {"a"});
  viewed.verb = Verb::kViewed;
  Append(viewed);
  Append(Exposed("later", "l3", {"a"}));
  EXPECT_EQ(*ReplayExposures(kTenant, last_sequence_ - 1, kExposedNow,
                             &database_, go_on_, &ledger_),
            2);
  EXPECT_NEAR(ExposureOf("a"), 1.6309, 1e-4);
  const TierExposures tiers =
      ledger_.Tiers(kTenant, kExposedNow, [](ResourceKey) { return 1.0; });
  EXPECT_EQ(tiers[static_cast<size_t>(Tier::kVillage)].num_lists, 1);
  EXPECT_EQ(tiers[static_cast<size_t>(Tier::kUnspecified)].num_lists, 1);
}

TEST_F(ExposureReplayTest, SaysWhetherTheAccountsAreWhole) {
  Append(Exposed("1", "l1", {"a"}));
  ExposureReplay replay(&database_, &ledger_);
  EXPECT_THAT(replay.status(kTenant), HasCode(absl::StatusCode::kUnavailable));
  replay.Start(kExposedNow);
  replay.Wait();
  EXPECT_THAT(replay.status(kTenant), IsOk());
  EXPECT_EQ(ExposureOf("a"), 1);
}

TEST_F(ExposureReplayTest, ADamagedTrackIsSaidAndConcernsItsTenantOnly) {
  Append(Exposed("1", "l1", {"a"}));
  WriteBatch batch;
  Event event = Exposed("1", "l1", {"a"});
  event.sequence = 1;
  TrackStore(&database_).Append("later", event, &batch);
  batch.Put(
      Family::kEvents,
      EventKeyOf(kTenant, {ActorKind::kLearner, "l2"}, {kExposedNow, "x"}),
      "no event");
  ASSERT_THAT(database_.Write(batch), IsOk());
  ExposureReplay replay(&database_, &ledger_);
  testing::internal::CaptureStderr();
  replay.Start(kExposedNow);
  replay.Wait();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("exposures_not_read"));
  EXPECT_THAT(replay.status(kTenant), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(ExposureOf("a"), 1);
  EXPECT_THAT(replay.status("later"), IsOk());
  EXPECT_EQ(ledger_.num_lists("later"), 1);
}

TEST_F(ExposureReplayTest, ALearnerWhoseRecordIsDamagedHasNoTier) {
  Append(Exposed("1", "l1", {"a"}));
  AddVillageLearner("l2");
  Append(Exposed("2", "l2", {"a"}));
  WriteBatch batch;
  batch.Put(Family::kRoster, PersonKey(kTenant, ActorKind::kLearner, "l1"),
            "nobody");
  ASSERT_THAT(database_.Write(batch), IsOk());
  testing::internal::CaptureStderr();
  EXPECT_EQ(*ReplayExposures(kTenant, last_sequence_, kExposedNow, &database_,
                             go_on_, &ledger_),
            2);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("tier_not_read"));
  const TierExposures tiers =
      ledger_.Tiers(kTenant, kExposedNow, [](ResourceKey) { return 1.0; });
  EXPECT_EQ(tiers[static_cast<size_t>(Tier::kUnspecified)].num_lists, 1);
  EXPECT_EQ(tiers[static_cast<size_t>(Tier::kVillage)].num_lists, 1);
}

TEST_F(ExposureReplayTest, AServerThatStopsDoesNotWaitForIt) {
  Append(Exposed("old", "l0", {"a"}, kExposedNow - absl::Hours(24 * 40)));
  Append(Exposed("1", "l1", {"a"}));
  const std::atomic<bool> stop = true;
  EXPECT_THAT(ReplayExposures(kTenant, last_sequence_, kExposedNow, &database_,
                              stop, &ledger_)
                  .status(),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ(ExposureOf("a"), 0);
}

}  // namespace
}  // namespace evenlight
