#include "recommender/evaluation/slate_estimates.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/evaluation/off_policy.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr double kTolerance = 1e-9;
constexpr OffPolicyOptions kAnySample = {.min_effective_sample = 1,
                                         .min_learners = 2};

// Expected numbers computed in Python from the formulas of the header.
TEST(SlateEstimatesTest, EqualTheTableComputedByHand) {
  const std::vector<LoggedSlate> slates = {{{{.5, .8, 1}, {.25, .5, 0}}, 0},
                                           {{{.5, .2, 0}, {.5, .1, 1}}, 1},
                                           {{{1, 1, 1}, {.2, .4, 1}}, 2}};
  const auto estimates = EstimateSlates(slates, kAnySample);
  ASSERT_THAT(estimates, IsOk());
  ASSERT_EQ(estimates->size(), 3u);
  EXPECT_EQ((*estimates)[0].estimator, Estimator::kSlateIps);
  EXPECT_NEAR((*estimates)[0].value, 2.426666666667, kTolerance);
  EXPECT_NEAR((*estimates)[0].standard_error, 1.195844657322, kTolerance);
  EXPECT_NEAR((*estimates)[0].effective_sample, 1.956873315364, kTolerance);
  EXPECT_NEAR((*estimates)[0].max_weight, 3.2, kTolerance);
  EXPECT_EQ((*estimates)[1].estimator, Estimator::kRewardInteractionIps);
  EXPECT_NEAR((*estimates)[1].value, 1.56, kTolerance);
  EXPECT_NEAR((*estimates)[1].standard_error, .843168626867, kTolerance);
  EXPECT_EQ((*estimates)[2].estimator, Estimator::kAdditiveSlate);
  EXPECT_NEAR((*estimates)[2].value, 2.066666666667, kTolerance);
  EXPECT_NEAR((*estimates)[2].standard_error, 1.297861488929, kTolerance);
}

TEST(SlateEstimatesTest, OfOneDrawnPlaceIpsAndAdditiveAreTheSame) {
  std::vector<LoggedSlate> slates;
  for (int row = 0; row < 40; ++row) {
    slates.push_back({{{1, 1, row % 2 * 1.},
                       {1, 1, row % 3 * .5},
                       {.25, row % 4 * .3, row % 5 * .2}},
                      row});
  }
  const auto estimates = EstimateSlates(slates, kAnySample);
  ASSERT_THAT(estimates, IsOk());
  EXPECT_NEAR((*estimates)[0].value, (*estimates)[2].value, kTolerance);
  EXPECT_NEAR((*estimates)[0].high, (*estimates)[2].high, kTolerance);
  // Places above the drawn one need no weight.
  EXPECT_LT((*estimates)[1].standard_error, (*estimates)[0].standard_error);
}

TEST(SlateEstimatesTest, OfOnePlaceAllAreTheSlotsIps) {
  std::vector<LoggedSlate> slates;
  std::vector<LoggedSlot> slots;
  for (int row = 0; row < 40; ++row) {
    const double reward = row % 3;
    slates.push_back({{{.5, row % 2 == 0 ? .7 : .3, reward}}, row});
    slots.push_back({{{.5, .7}, {.5, .3}}, row % 2, reward, row});
  }
  const auto as_slates = EstimateSlates(slates, kAnySample);
  const auto as_slots = EstimatePolicy(slots, kAnySample);
  ASSERT_THAT(as_slates, IsOk());
  ASSERT_THAT(as_slots, IsOk());
  for (const PolicyEstimate& estimate : *as_slates) {
    EXPECT_NEAR(estimate.value, as_slots->front().value, kTolerance);
    EXPECT_NEAR(estimate.low, as_slots->front().low, kTolerance);
  }
}

TEST(SlateEstimatesTest, BadSlatesAreNamed) {
  for (const LoggedSlate& bad :
       {LoggedSlate{{}, 0}, LoggedSlate{{{0, 1, 1}}, 0},
        LoggedSlate{{{1, -.1, 1}}, 0}, LoggedSlate{{{1, 1, 1.0 / 0.0}}, 0}}) {
    const auto estimates = EstimateSlates({{{{1, 1, 1}}, 0}, bad}, kAnySample);
    EXPECT_THAT(estimates, HasCode(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(estimates.status().message(), HasSubstr("slate 1"));
  }
}

TEST(SlateEstimatesTest, ASmallSampleIsRefused) {
  const std::vector<LoggedSlate> slates(99, {{{.5, .5, 1}}, 0});
  EXPECT_THAT(EstimateSlates(slates),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace evenlight
