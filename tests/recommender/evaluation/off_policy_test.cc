#include "recommender/evaluation/off_policy.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr double kTolerance = 1e-9;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Takes whatever there is.
constexpr OffPolicyOptions kAnySample = {
    .min_effective_sample = 1, .min_learners = 2, .max_weight = 2};

// Four lists. The expected numbers were computed in Python from the formulas of
// the header, term by term.
std::vector<LoggedSlot> FourSlots() {
  return {{{{.5, .8, .6}, {.5, .2, .4}}, 0, 1, 0},
          {{{.25, .5, .5}, {.75, .5, .1}}, 0, 0, 1},
          {{{.25, .5, .5}, {.75, .5, .1}}, 1, 1, 2},
          {{{.1, .9, .7}, {.9, .1, .2}}, 0, 1, 3}};
}

// So many lists of as many learners, target as logged.
std::vector<LoggedSlot> Unchanged(int num_lists) {
  std::vector<LoggedSlot> slots;
  for (int row = 0; row < num_lists; ++row) {
    slots.push_back(
        {{{.5, .5}, {.5, .5}}, row % 2, row % 3 == 0 ? 1. : 0., row});
  }
  return slots;
}

TEST(OffPolicyTest, EqualsTheTableComputedByHand) {
  const auto estimates = EstimatePolicy(FourSlots(), kAnySample);
  ASSERT_THAT(estimates, IsOk());
  ASSERT_EQ(estimates->size(), 4u);
  const struct {
    Estimator estimator;
    double value, error, effective_sample, max_weight;
  } kExpected[] = {
      {Estimator::kIps, 2.816666666667, 2.087063327581, 1.9999494975, 9},
      {Estimator::kSnips, .849246231156, .190571296110, 1.9999494975, 9},
      {Estimator::kClippedIps, 1.066666666667, .452155332208, 3.5686591276, 2},
      {Estimator::kDoublyRobust, 1.1875, .832760219591, 1.9999494975, 9}};
  for (size_t row = 0; row < 4; ++row) {
    const PolicyEstimate& estimate = (*estimates)[row];
    SCOPED_TRACE(Name(estimate.estimator));
    EXPECT_EQ(estimate.estimator, kExpected[row].estimator);
    EXPECT_NEAR(estimate.value, kExpected[row].value, kTolerance);
    EXPECT_NEAR(estimate.standard_error, kExpected[row].error, kTolerance);
    EXPECT_NEAR(estimate.effective_sample, kExpected[row].effective_sample,
                kTolerance);
    EXPECT_NEAR(estimate.max_weight, kExpected[row].max_weight, kTolerance);
    EXPECT_EQ(estimate.num_lists, 4);
  }
}

TEST(OffPolicyTest, ListsOfOneLearnerCountTogether) {
  std::vector<LoggedSlot> slots = FourSlots();
  for (size_t row = 0; row < 4; ++row) slots[row].learner = row / 2;
  const auto estimates = EstimatePolicy(slots, kAnySample);
  ASSERT_THAT(estimates, IsOk());
  EXPECT_NEAR((*estimates)[0].standard_error, 2.016666666667, kTolerance);
  EXPECT_NEAR((*estimates)[1].standard_error, .219691421934, kTolerance);
  EXPECT_NEAR((*estimates)[2].standard_error, .266666666667, kTolerance);
  EXPECT_NEAR((*estimates)[3].standard_error, .9375, kTolerance);
}

// Student's t for 29 degrees of freedom is 2.04523.
TEST(OffPolicyTest, TheIntervalOfThirtyLearnersIsStudents) {
  const auto estimates = EstimatePolicy(Unchanged(30), kAnySample);
  ASSERT_THAT(estimates, IsOk());
  const PolicyEstimate& ips = estimates->front();
  EXPECT_NEAR((ips.high - ips.value) / ips.standard_error, 2.04523, 5e-4);
  EXPECT_NEAR(ips.value - ips.low, ips.high - ips.value, kTolerance);
}

TEST(OffPolicyTest, ThePolicyThatLoggedHasTheMeanReward) {
  const auto estimates = EstimatePolicy(Unchanged(300));
  ASSERT_THAT(estimates, IsOk());
  for (const PolicyEstimate& estimate : *estimates) {
    EXPECT_NEAR(estimate.value, 1.0 / 3, kTolerance);
    EXPECT_NEAR(estimate.effective_sample, 300, kTolerance);
    EXPECT_NEAR(estimate.max_weight, 1, kTolerance);
  }
}

TEST(OffPolicyTest, WithoutAModelOfRewardsDoublyRobustIsIps) {
  std::vector<LoggedSlot> slots = FourSlots();
  for (LoggedSlot& slot : slots) {
    for (LoggedAction& action : slot.actions) action.predicted = 0;
  }
  const auto estimates = EstimatePolicy(slots, kAnySample);
  ASSERT_THAT(estimates, IsOk());
  EXPECT_NEAR((*estimates)[3].value, (*estimates)[0].value, kTolerance);
}

TEST(OffPolicyTest, SlotsThatWereCertainAreLeftOut) {
  std::vector<LoggedSlot> slots = Unchanged(150);
  for (int row = 0; row < 1000; ++row) slots.push_back({{{1, 1}}, 0, 1, row});
  const auto estimates = EstimatePolicy(slots);
  ASSERT_THAT(estimates, IsOk());
  EXPECT_EQ(estimates->front().num_lists, 150);
  EXPECT_NEAR(estimates->front().value, 1.0 / 3, kTolerance);
}

TEST(OffPolicyTest, WhatDiffersElsewhereIsRefusedWithItsShare) {
  std::vector<LoggedSlot> slots = Unchanged(400);
  for (int row = 0; row < 13; ++row) slots[row].is_like_log = false;
  const auto estimates = EstimatePolicy(slots);
  EXPECT_THAT(estimates, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(estimates.status().message(),
              HasSubstr("13 of 400 lists (3.2 %) have no support"));
}

TEST(OffPolicyTest, WhatCouldNotBeShownHasNoSupport) {
  EXPECT_TRUE(HasSupport({{{.5, 1}, {.5, 0}}, 0, 1, 0}));
  EXPECT_TRUE(HasSupport({{{1, 1}, {0, 0}}, 0, 1, 0}));
  EXPECT_FALSE(HasSupport({{{1, .9}, {0, .1}}, 0, 1, 0}));
}

TEST(OffPolicyTest, ASmallEffectiveSampleIsRefused) {
  // Weights of 1.9 and .1, half each: (400 x 1)^2 / (200 x 3.61 + 200 x .01).
  std::vector<LoggedSlot> slots = Unchanged(400);
  for (LoggedSlot& slot : slots) {
    slot.actions[0].target = .95;
    slot.actions[1].target = .05;
  }
  EXPECT_THAT(EstimatePolicy(slots, {.min_effective_sample = 220}), IsOk());
  const auto refused = EstimatePolicy(slots, {.min_effective_sample = 222});
  EXPECT_THAT(refused, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(refused.status().message(),
              HasSubstr("the effective sample is 221.0 of 400 lists and must "
                        "be 222"));
}

TEST(OffPolicyTest, FewLearnersAreRefusedHoweverManyTheirLists) {
  std::vector<LoggedSlot> slots = Unchanged(3000);
  for (LoggedSlot& slot : slots) slot.learner %= 29;
  const auto refused = EstimatePolicy(slots);
  EXPECT_THAT(refused, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(refused.status().message(), HasSubstr("are of 29 learners"));
  EXPECT_THAT(EstimatePolicy({}),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST(OffPolicyTest, APolicyThatNeverShowsTheLogIsRefused) {
  std::vector<LoggedSlot> slots = Unchanged(400);
  for (LoggedSlot& slot : slots) {
    slot.chosen = 0;
    slot.actions[0].target = 0;
    slot.actions[1].target = 1;
  }
  EXPECT_THAT(EstimatePolicy(slots),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

struct BadSlot {
  std::string name;
  LoggedSlot slot;
  std::string message;
};

class OffPolicyRejects : public testing::TestWithParam<BadSlot> {};

TEST_P(OffPolicyRejects, BadSlot) {
  std::vector<LoggedSlot> slots = Unchanged(7);
  slots.push_back(GetParam().slot);
  const auto estimates = EstimatePolicy(slots, kAnySample);
  EXPECT_THAT(estimates, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(estimates.status().message(),
              HasSubstr("slot 7: " + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, OffPolicyRejects,
    testing::ValuesIn(std::vector<BadSlot>{
        {"NoAction", {{}, 0, 1, 0}, "action 0 is none of the 0"},
        {"ActionPastEnd", {{{1, 1}}, 1, 1, 0}, "action 1 is none of the 1"},
        {"ShownWasImpossible", {{{0, 1}, {1, 0}}, 0, 1, 0}, "the action shown"},
        {"NanReward", {{{1, 1}}, 0, kNan, 0}, "reward nan"},
        {"NanModel", {{{1, 1, kNan}}, 0, 1, 0}, "predicted reward nan"},
        {"NanPropensity", {{{.5, 1}, {kNan, 0}}, 0, 1, 0}, "propensity nan"},
        {"TargetAboveOne", {{{1, 2}}, 0, 1, 0}, "propensity 1 or target 2"},
        {"PropensitiesDoNotAddUp",
         {{{.5, 1}, {.4, 0}}, 0, 1, 0},
         "propensities add up to 0.9"},
        {"TargetsDoNotAddUp",
         {{{.5, .5}, {.5, 0}}, 0, 1, 0},
         "the policy's probabilities add up to 0.5"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(OffPolicyTest, OptionsAreChecked) {
  for (const OffPolicyOptions& bad :
       {OffPolicyOptions{.max_weight = 0}, OffPolicyOptions{.max_weight = kNan},
        OffPolicyOptions{.min_effective_sample = 0},
        OffPolicyOptions{.min_learners = 1}}) {
    EXPECT_THAT(EstimatePolicy(Unchanged(400), bad),
                HasCode(absl::StatusCode::kInvalidArgument));
  }
}

TEST(OffPolicyTest, OnlySnipsAndClippedAreSaidToBeBiased) {
  EXPECT_TRUE(IsUnbiased(Estimator::kIps));
  EXPECT_FALSE(IsUnbiased(Estimator::kSnips));
  EXPECT_FALSE(IsUnbiased(Estimator::kClippedIps));
  EXPECT_TRUE(IsUnbiased(Estimator::kDoublyRobust));
  EXPECT_TRUE(IsUnbiased(Estimator::kRewardInteractionIps));
}

}  // namespace
}  // namespace evenlight
