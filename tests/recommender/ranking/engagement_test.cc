#include "recommender/state/engagement.h"

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(EngagementWeightTest, StrongerEngagementWeighsMore) {
  const float viewed = EngagementWeight({.is_viewed = true});
  const float answered = EngagementWeight({.num_incorrect = 1});
  const float completed = EngagementWeight({.is_completed = true});
  const float bookmarked = EngagementWeight({.is_bookmarked = true});
  EXPECT_LT(1, viewed);
  EXPECT_LT(viewed, answered);
  EXPECT_LT(answered, completed);
  EXPECT_LT(completed, bookmarked);
  EXPECT_EQ(bookmarked, EngagementWeight({.stars = 4}));
}

TEST(EngagementWeightTest, WithoutPositiveEngagementThereIsNone) {
  EXPECT_EQ(EngagementWeight({}), 0);
  EXPECT_EQ(EngagementWeight({.stars = 3}), 0);
  EXPECT_EQ(EngagementWeight({.is_dismissed = true,
                              .dismiss_reason = DismissReason::kTooHard}),
            0);
}

TEST(EngagementWeightTest, DislikeOutweighsEverything) {
  EXPECT_EQ(EngagementWeight(
                {.is_completed = true, .is_bookmarked = true, .stars = 2}),
            0);
  EXPECT_EQ(EngagementWeight({.is_completed = true,
                              .is_dismissed = true,
                              .dismiss_reason = DismissReason::kNotInterested}),
            0);
}

TEST(EngagementWeightTest, ADismissalAsTooEasyIsNoDislike) {
  EXPECT_EQ(EngagementWeight({.is_viewed = true,
                              .is_dismissed = true,
                              .dismiss_reason = DismissReason::kTooEasy}),
            EngagementWeight({.is_viewed = true}));
}

TEST(EngagementWeightTest, WhatIsOlderThanTheLastEventWeighsLess) {
  const absl::Time now = absl::UnixEpoch() + absl::Hours(100000);
  ResourceState resource = {.is_bookmarked = true};
  resource.last_time = now;
  EXPECT_EQ(EngagementWeight(resource, now), 4);
  resource.last_time = now - absl::Hours(24 * 182);
  EXPECT_FLOAT_EQ(EngagementWeight(resource, now), 2.5f);
  resource.last_time = now - absl::Hours(24 * 100000);
  EXPECT_NEAR(EngagementWeight(resource, now), 1, 1e-6);
  // Only the order is known.
  resource.last_time = absl::InfinitePast();
  EXPECT_EQ(EngagementWeight(resource, now), 4);
}

}  // namespace
}  // namespace evenlight
