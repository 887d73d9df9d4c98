#include "recommender/class_plan/facility_location.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/class_plan/gain_world.h"

namespace evenlight {
namespace {

TEST(FacilityLocation, GreedyIsWithinItsBoundOfTheBest) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains =
        RandomGains(random, 1 + Below(random, 8), 1 + Below(random, 9));
    const int num_chosen = 1 + Below(random, 4);
    double sum = 0;
    unsigned set = 0;
    for (const Chosen& chosen : ChooseGreedily(gains, {}, {num_chosen})) {
      sum += chosen.added;
      set |= 1u << chosen.column;
    }
    EXPECT_NEAR(sum, ValueOf(gains, set), 1e-5);
    EXPECT_GE(sum + 1e-5,
              (1 - std::exp(-1.0)) * BestOfAll(gains, {num_chosen}));
  }
}

// The lazy bounds must not change what is chosen.
TEST(FacilityLocation, EachStepAddsTheMostThatAnyColumnCould) {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains = RandomGains(random, 12, 15);
    unsigned set = 0;
    double last = 1e9;
    for (const Chosen& chosen : ChooseGreedily(gains, {}, {6})) {
      const double before = ValueOf(gains, set);
      for (int column = 0; column < gains.cols(); ++column) {
        EXPECT_GE(chosen.added + 1e-5,
                  ValueOf(gains, set | 1u << column) - before);
      }
      EXPECT_EQ(set >> chosen.column & 1, 0u) << "chosen twice";
      EXPECT_LE(chosen.added, last + 1e-5);
      EXPECT_GT(chosen.added, 0);
      set |= 1u << chosen.column;
      last = chosen.added;
    }
  }
}

// FIGURES: the class plan.
TEST(FacilityLocation, OnSmallClassesItIsNearlyTheBest) {
  Random random(5);
  double sum_of_ratios = 0;
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains = RandomGains(random, 10, 8);
    const auto chosen = ChooseGreedily(gains, {}, {3});
    const double ratio = Objective(gains, chosen) / BestOfAll(gains, {3});
    EXPECT_GE(ratio, 1 - std::exp(-1.0));
    sum_of_ratios += ratio;
  }
  RecordProperty("mean_ratio", std::to_string(sum_of_ratios / 200));
  EXPECT_GE(sum_of_ratios / 200, 0.98);
}

// Greedy without bounds: every column is looked at in every step.
std::vector<int32_t> ChoosePlainly(const GainMatrix& gains, int num_places,
                                   double min_added) {
  std::vector<int32_t> chosen;
  unsigned set = 0;
  while (static_cast<int>(chosen.size()) < num_places) {
    int best = -1;
    double most = 0;
    for (int column = 0; column < gains.cols(); ++column) {
      const double added =
          ValueOf(gains, set | 1u << column) - ValueOf(gains, set);
      if (added <= most) continue;
      most = added;
      best = column;
    }
    if (best < 0 || most < min_added) break;
    chosen.push_back(best);
    set |= 1u << best;
  }
  return chosen;
}

TEST(FacilityLocation, LazyChoosesWhatPlainGreedyChooses) {
  Random random(6);
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains =
        RandomGains(random, 1 + Below(random, 30), 1 + Below(random, 25));
    EXPECT_EQ(ColumnsOf(ChooseGreedily(gains, {}, {8, 0.05})),
              ChoosePlainly(gains, 8, 0.05));
  }
}

TEST(FacilityLocation, WhatIsGivenStaysAndNothingIsAddedBeyondTheLimits) {
  Random random(7);
  int num_over = 0;
  for (int round = 0; round < 300; ++round) {
    const GainMatrix gains = RandomGains(random, 10, 8);
    const std::vector<int32_t> given = RandomGiven(random, 8, 4);
    const std::vector<float> minutes = RandomMinutes(random, 8);
    const ChoiceLimits limits = {1 + Below(random, 5), 0, minutes,
                                 static_cast<float>(Below(random, 40))};
    const auto chosen = ChooseGreedily(gains, given, limits);
    const std::vector<int32_t> columns = ColumnsOf(chosen);
    ASSERT_GE(columns.size(), given.size());
    EXPECT_TRUE(std::equal(given.begin(), given.end(), columns.begin()));
    if (columns.size() == given.size()) {
      ++num_over;
      continue;
    }
    EXPECT_LE(static_cast<int>(columns.size()), limits.num_places);
    if (limits.max_minutes > 0) {
      EXPECT_LE(MinutesOf(chosen, limits), limits.max_minutes);
    }
  }
  EXPECT_GT(num_over, 0);
  EXPECT_LT(num_over, 250);
}

// One long column that adds most, or many short ones that add more together.
TEST(FacilityLocation, UnderALimitOfMinutesManyShortMayBeatOneLong) {
  GainMatrix gains(3, 4);
  gains << 0.5f, 0.4f, 0.0f, 0.0f,  //
      0.5f, 0.0f, 0.4f, 0.0f,       //
      0.0f, 0.0f, 0.0f, 0.4f;
  const std::vector<float> minutes = {30, 10, 10, 10};
  EXPECT_EQ(ColumnsOf(ChooseGreedily(gains, {}, {4, 0, minutes, 30})),
            (std::vector<int32_t>{1, 2, 3}));
  EXPECT_EQ(ColumnsOf(ChooseGreedily(gains, {}, {4, 0, minutes, 40})),
            (std::vector<int32_t>{0, 3}));
}

TEST(FacilityLocation, NothingToGainGivesAnEmptyList) {
  EXPECT_TRUE(ChooseGreedily(GainMatrix::Zero(3, 4), {}, {2}).empty());
  EXPECT_TRUE(ChooseGreedily(GainMatrix(3, 0), {}, {2}).empty());
  EXPECT_TRUE(ChooseGreedily(GainMatrix(0, 3), {}, {2}).empty());
}

TEST(FacilityLocation, EndsWhereLessIsAddedThanAsked) {
  GainMatrix gains(2, 3);
  gains << 0.5f, 0.0f, 0.52f,  //
      0.0f, 0.3f, 0.0f;
  EXPECT_EQ(ChooseGreedily(gains, {}, {3, 0.1}).size(), 2u);
  EXPECT_EQ(ChooseGreedily(gains, {}, {3, 0.31}).size(), 1u);
  EXPECT_TRUE(ChooseGreedily(gains, {}, {3, 1}).empty());
}

}  // namespace
}  // namespace evenlight
