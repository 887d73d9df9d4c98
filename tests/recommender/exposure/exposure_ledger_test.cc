#include "recommender/exposure/exposure_ledger.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/exposure/exposed.h"

namespace evenlight {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

constexpr char kTenant[] = "county";

double OfFirst(const ExposureLedger& ledger, const ResourceId& resource,
               absl::Time now = kExposedNow) {
  return ledger.ExposuresOf(kTenant, {ResourceKeyOf(resource)}, now)[0];
}

double One(ResourceKey) { return 1; }

const TierExposure& Of(const TierExposures& tiers, Tier tier) {
  return tiers[static_cast<size_t>(tier)];
}

TEST(ExposureOfPlaceTest, IsTheDiscountOfDcg) {
  EXPECT_EQ(ExposureOfPlace(1), 1);
  EXPECT_NEAR(ExposureOfPlace(2), 0.6309, 1e-4);
  EXPECT_NEAR(ExposureOfPlace(3), 0.5, 1e-12);
  EXPECT_NEAR(ExposureOfPlace(10), 0.2891, 1e-4);
  EXPECT_EQ(ExposureOfPlace(0), 0);
}

TEST(ExposureLedgerTest, AResourceHasTheSumOverItsPlaces) {
  ExposureLedger ledger;
  ledger.Add(kTenant, Exposed("1", "l1", {"a", "b"}), Tier::kUrban);
  ledger.Add(kTenant, Exposed("2", "l2", {"b", "a", "c"}), Tier::kVillage);
  EXPECT_NEAR(OfFirst(ledger, "a"), 1 + 1 / std::log2(3), 1e-12);
  EXPECT_NEAR(OfFirst(ledger, "c"), 0.5, 1e-12);
  EXPECT_EQ(OfFirst(ledger, "never"), 0);
  EXPECT_EQ(ledger.ExposuresOf("elsewhere", {ResourceKeyOf("a")}, kExposedNow),
            std::vector<double>{0});
  EXPECT_EQ(ledger.num_lists(kTenant), 2);
}

TEST(ExposureLedgerTest, ATierHasTheMeanOverItsLearnersWeightedByQuality) {
  ExposureLedger ledger;
  ledger.Add(kTenant, Exposed("1", "l1", {"a", "b"}), Tier::kUrban);
  ledger.Add(kTenant, Exposed("2", "l1", {"a"}), Tier::kUrban);
  ledger.Add(kTenant, Exposed("3", "l2", {"c"}), Tier::kUrban);
  ledger.Add(kTenant, Exposed("4", "l3", {"a", "c"}), Tier::kVillage);
  ledger.Add(kTenant, Exposed("5", "l4", {"a"}), Tier::kUnspecified);
  const auto quality = [](ResourceKey resource) {
    return resource == ResourceKeyOf("a") ? 0.5 : 1.0;
  };
  const TierExposures tiers = ledger.Tiers(kTenant, kExposedNow, quality);
  EXPECT_EQ(Of(tiers, Tier::kUrban).num_learners, 2);
  EXPECT_EQ(Of(tiers, Tier::kUrban).num_lists, 3);
  EXPECT_NEAR(Of(tiers, Tier::kUrban).mean(),
              (0.5 + 1 / std::log2(3) + 0.5 + 1) / 2, 1e-12);
  EXPECT_NEAR(Of(tiers, Tier::kVillage).mean(), 0.5 + 1 / std::log2(3), 1e-12);
  EXPECT_EQ(Of(tiers, Tier::kUnspecified).num_learners, 1);
  EXPECT_EQ(Of(tiers, Tier::kTownship).num_learners, 0);
  EXPECT_EQ(Of(tiers, Tier::kTownship).mean(), 0);
}

TEST(ExposureLedgerTest, WhatTheServiceDidNotChooseIsNotCounted) {
  ExposureLedger ledger;
  Event pushed = Exposed("1", "l1", {"a"});
  pushed.verb = Verb::kPushed;
  ledger.Add(kTenant, pushed, Tier::kUrban);
  Event viewed = Exposed("2", "l1", {"a"});
  viewed.verb = Verb::kViewed;
  ledger.Add(kTenant, viewed, Tier::kUrban);
  EXPECT_EQ(OfFirst(ledger, "a"), 0);
  EXPECT_EQ(ledger.num_lists(kTenant), 0);
}

TEST(ExposureLedgerTest, CountsFourWeeksAtLeastAndFiveAtMost) {
  ExposureLedger ledger;
  for (int days = 0; days < 60; ++days) {
    ledger.Add(kTenant,
               Exposed(std::to_string(days), std::to_string(days), {"a"},
                       kExposedNow - absl::Hours(24 * days)),
               Tier::kUrban);
  }
  const auto num_days = static_cast<int>(OfFirst(ledger, "a"));
  EXPECT_GE(num_days, 28);
  EXPECT_LE(num_days, 35);
  const TierExposures tiers = ledger.Tiers(kTenant, kExposedNow, One);
  EXPECT_EQ(Of(tiers, Tier::kUrban).num_learners, num_days);
  EXPECT_EQ(Of(tiers, Tier::kUrban).num_lists, num_days);
  const absl::Duration window = kExposedNow - ExposureWindowStart(kExposedNow);
  EXPECT_EQ(num_days, 1 + window / absl::Hours(24));
  // As time goes on, without another list.
  EXPECT_EQ(OfFirst(ledger, "a", kExposedNow + absl::Hours(24 * 40)), 0);
  EXPECT_EQ(Of(ledger.Tiers(kTenant, kExposedNow + absl::Hours(24 * 40), One),
               Tier::kUrban)
                .num_learners,
            0);
}

TEST(ExposureLedgerTest, TheOrderOfListsDoesNotMatter) {
  std::mt19937 random(7);
  std::vector<std::pair<Event, Tier>> lists;
  for (int list = 0; list < 300; ++list) {
    const int learner = static_cast<int>(random() % 40);
    std::vector<ResourceId> resources;
    for (unsigned r = 0; r < 5; ++r) {
      resources.push_back(std::to_string(random() % 30));
    }
    lists.emplace_back(
        Exposed(std::to_string(list), std::to_string(learner), resources,
                kExposedNow - absl::Hours(random() % (24 * 45))),
        Tier(learner % kNumTiers));
  }
  const auto means = [&] {
    ExposureLedger ledger;
    for (const auto& [event, tier] : lists) ledger.Add(kTenant, event, tier);
    std::vector<double> all;
    for (const TierExposure& tier : ledger.Tiers(kTenant, kExposedNow, One)) {
      all.push_back(tier.mean());
      all.push_back(static_cast<double>(tier.num_learners));
      all.push_back(static_cast<double>(tier.num_lists));
    }
    for (int r = 0; r < 30; ++r) {
      all.push_back(OfFirst(ledger, std::to_string(r)));
    }
    return all;
  };
  const std::vector<double> once = means();
  std::shuffle(lists.begin(), lists.end(), random);
  EXPECT_THAT(means(), Pointwise(DoubleNear(1e-9), once));
}

TEST(ExposureLedgerTest, ForWantOfRoomTheOldestWeekIsForgotten) {
  ExposureLedger ledger({.max_resources = 3, .max_learners = 2});
  const absl::Time earlier = kExposedNow - absl::Hours(24 * 7);
  ledger.Add(kTenant, Exposed("1", "l1", {"a", "b"}, earlier), Tier::kUrban);
  ledger.Add(kTenant, Exposed("2", "l2", {"a", "b", "c", "d"}), Tier::kUrban);
  EXPECT_EQ(OfFirst(ledger, "a"), 1);
  EXPECT_EQ(OfFirst(ledger, "c"), 0.5);
  EXPECT_EQ(OfFirst(ledger, "d"), 0);
  EXPECT_EQ(ledger.num_left_out(kTenant), 1);
  EXPECT_EQ(
      Of(ledger.Tiers(kTenant, kExposedNow, One), Tier::kUrban).num_learners,
      1);
  // What is known is still counted; a third learner is not.
  ledger.Add(kTenant, Exposed("3", "l3", {"a"}), Tier::kUrban);
  EXPECT_EQ(OfFirst(ledger, "a"), 2);
  EXPECT_EQ(ledger.num_left_out(kTenant), 2);
}

TEST(ExposureParityTest, ComparesKnownTiersThatAreLargeEnough) {
  TierExposures tiers;
  EXPECT_EQ(ExposureParity(tiers, 10), -1);
  tiers[0] = {.num_learners = 100, .num_lists = 1, .exposure = 1};
  tiers[1] = {.num_learners = 100, .num_lists = 1, .exposure = 400};
  EXPECT_EQ(ExposureParity(tiers, 10), -1);
  tiers[4] = {.num_learners = 10, .num_lists = 1, .exposure = 10};
  tiers[5] = {.num_learners = 9, .num_lists = 1, .exposure = 1};
  EXPECT_EQ(ExposureParity(tiers, 10), 0.25);
  EXPECT_LT(ExposureParity(tiers, 9), 0.25);
}

}  // namespace
}  // namespace evenlight
