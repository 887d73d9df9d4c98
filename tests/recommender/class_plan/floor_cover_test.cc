#include "recommender/class_plan/floor_cover.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/class_plan/gain_world.h"

namespace evenlight {
namespace {

struct Case {
  GainMatrix gains;
  std::vector<int32_t> given;
  std::vector<float> minutes;
  ChoiceLimits limits;
};

// 10 learners, 8 resources choose 3: few columns serve a row, so that the
// greedy choice often misses some.
Case RandomCase(Random& random) {
  Case c;
  c.gains = RandomGains(random, 10, 8, 0.65);
  c.given = RandomGiven(random, 8, 2);
  c.minutes = RandomMinutes(random, 8);
  c.limits = {3, 0, c.minutes, Chance(random, 0.5) ? 35.0f : 0.0f};
  return c;
}

template <typename Check>
void ForEachCase(Check check) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    Case c = RandomCase(random);
    c.limits.minutes = c.minutes;
    check(c);
  }
}

TEST(FloorCover, ServesAsManyAsAnyChoiceThatTheExhaustiveSearchFinds) {
  int num_greedy_misses = 0;
  int num_all_served = 0;
  int num_short = 0;
  ForEachCase([&](const Case& c) {
    const auto chosen = ChooseWithFloor(c.gains, c.given, c.limits);
    int most = 0;
    ForEachChoice(c.gains, c.given, c.limits, [&](unsigned set) {
      most = std::max(most, NumServedBy(c.gains, set));
    });
    const unsigned all = (1u << c.gains.cols()) - 1;
    const bool can_serve_all = most == NumServedBy(c.gains, all);
    if (can_serve_all) {
      EXPECT_EQ(NumServed(c.gains, chosen), most);
    }
    num_short += most - NumServed(c.gains, chosen);
    num_all_served += can_serve_all ? 1 : 0;
    num_greedy_misses +=
        NumServed(c.gains, ChooseGreedily(c.gains, c.given, c.limits)) < most
            ? 1
            : 0;
  });
  EXPECT_GT(num_greedy_misses, 20) << "the cases are too easy";
  EXPECT_GT(num_all_served, 20);
  EXPECT_LE(num_short, 10) << "where not all can be served";
  RecordProperty("greedy_misses", num_greedy_misses);
  RecordProperty("short", num_short);
}

TEST(FloorCover, KeepsWhatIsGivenAndTheLimits) {
  ForEachCase([&](const Case& c) {
    const auto chosen = ChooseWithFloor(c.gains, c.given, c.limits);
    const std::vector<int32_t> columns = ColumnsOf(chosen);
    ASSERT_GE(columns.size(), c.given.size());
    EXPECT_TRUE(std::equal(c.given.begin(), c.given.end(), columns.begin()));
    std::vector<int32_t> sorted = columns;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end());
    if (columns.size() == c.given.size()) return;
    EXPECT_LE(static_cast<int>(columns.size()), c.limits.num_places);
    if (c.limits.max_minutes > 0) {
      EXPECT_LE(MinutesOf(chosen, c.limits), c.limits.max_minutes);
    }
  });
}

TEST(FloorCover, AmongChoicesThatServeAsManyItIsNearlyTheBest) {
  double sum_of_ratios = 0;
  ForEachCase([&](const Case& c) {
    const auto chosen = ChooseWithFloor(c.gains, c.given, c.limits);
    const int served = NumServed(c.gains, chosen);
    double best = 0;
    ForEachChoice(c.gains, c.given, c.limits, [&](unsigned set) {
      if (NumServedBy(c.gains, set) < served) return;
      best = std::max(best, ValueOf(c.gains, set));
    });
    const double ratio = best == 0 ? 1 : Objective(c.gains, chosen) / best;
    EXPECT_GE(ratio, 1 - std::exp(-1.0));
    sum_of_ratios += ratio;
  });
  RecordProperty("mean_ratio", std::to_string(sum_of_ratios / 200));
  EXPECT_GE(sum_of_ratios / 200, 0.98);
}

TEST(FloorCover, WhereGreedyServesAllItIsTheGreedyChoice) {
  Random random(4);
  for (int round = 0; round < 100; ++round) {
    const GainMatrix gains = RandomGains(random, 10, 8, 0.1);
    const auto greedy = ChooseGreedily(gains, {}, {4});
    if (NumServed(gains, greedy) < 10) continue;
    EXPECT_EQ(ColumnsOf(ChooseWithFloor(gains, {}, {4})), ColumnsOf(greedy));
  }
}

// The best single column serves two of three, and leaves no place for the
// third together with the others.
TEST(FloorCover, GivesUpTheLargestGainForTheLastLearner) {
  GainMatrix gains(4, 3);
  gains << 0.9f, 0.2f, 0.0f,  //
      0.9f, 0.0f, 0.2f,       //
      0.0f, 0.2f, 0.0f,       //
      0.0f, 0.0f, 0.2f;
  EXPECT_EQ(ColumnsOf(ChooseGreedily(gains, {}, {2}))[0], 0);
  EXPECT_EQ(ColumnsOf(ChooseWithFloor(gains, {}, {2})),
            (std::vector<int32_t>{1, 2}));
}

TEST(FloorCover, AnEmptyMatrixGivesAnEmptyList) {
  EXPECT_TRUE(ChooseWithFloor(GainMatrix::Zero(3, 4), {}, {2}).empty());
  EXPECT_TRUE(ChooseWithFloor(GainMatrix(3, 0), {}, {2}).empty());
  EXPECT_TRUE(ChooseWithFloor(GainMatrix(0, 3), {}, {2}).empty());
}

// Hard for the search: many columns that serve two of many rows.
TEST(FloorCover, ALargeClassIsServedGreedilyWhenTheSearchIsCut) {
  Random random(9);
  const GainMatrix gains = RandomGains(random, 60, 200, 0.9);
  const auto chosen = ChooseWithFloor(gains, {}, {8});
  EXPECT_LE(chosen.size(), 8u);
  EXPECT_GE(NumServed(gains, chosen),
            NumServed(gains, ChooseGreedily(gains, {}, {8})));
}

}  // namespace
}  // namespace evenlight
