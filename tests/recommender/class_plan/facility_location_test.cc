#include "recommender/class_plan/facility_location.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

GainMatrix RandomGains(Random& random, int num_learners, int num_columns) {
  GainMatrix gains(num_learners, num_columns);
  for (int learner = 0; learner < num_learners; ++learner) {
    for (int column = 0; column < num_columns; ++column) {
      gains(learner, column) =
          Chance(random, 0.3) ? 0.0f
                              : static_cast<float>(Below(random, 100)) / 100;
    }
  }
  return gains;
}

// F(S), as the header states it. Bit c of `chosen` is column c.
double Objective(const GainMatrix& gains, unsigned chosen) {
  double sum = 0;
  for (int learner = 0; learner < gains.rows(); ++learner) {
    float best = 0;
    for (int column = 0; column < gains.cols(); ++column) {
      if (chosen >> column & 1) best = std::max(best, gains(learner, column));
    }
    sum += best;
  }
  return sum;
}

double BestOfAll(const GainMatrix& gains, int num_chosen) {
  double best = 0;
  for (unsigned chosen = 0; chosen < 1u << gains.cols(); ++chosen) {
    if (__builtin_popcount(chosen) <= num_chosen) {
      best = std::max(best, Objective(gains, chosen));
    }
  }
  return best;
}

TEST(FacilityLocation, GreedyIsWithinItsBoundOfTheBest) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains =
        RandomGains(random, 1 + Below(random, 8), 1 + Below(random, 9));
    const int num_chosen = 1 + Below(random, 4);
    double sum = 0;
    unsigned set = 0;
    for (const Chosen& chosen : ChooseGreedily(gains, num_chosen)) {
      sum += chosen.added;
      set |= 1u << chosen.column;
    }
    EXPECT_NEAR(sum, Objective(gains, set), 1e-5);
    EXPECT_GE(sum + 1e-5, (1 - std::exp(-1.0)) * BestOfAll(gains, num_chosen));
  }
}

// The lazy bounds must not change what is chosen.
TEST(FacilityLocation, EachStepAddsTheMostThatAnyColumnCould) {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    const GainMatrix gains = RandomGains(random, 12, 15);
    unsigned set = 0;
    double last = 1e9;
    for (const Chosen& chosen : ChooseGreedily(gains, 6)) {
      const double before = Objective(gains, set);
      for (int column = 0; column < gains.cols(); ++column) {
        EXPECT_GE(chosen.added + 1e-5,
                  Objective(gains, set | 1u << column) - before);
      }
      EXPECT_EQ(set >> chosen.column & 1, 0u) << "chosen twice";
      EXPECT_LE(chosen.added, last + 1e-5);
      EXPECT_GT(chosen.added, 0);
      set |= 1u << chosen.column;
      last = chosen.added;
    }
  }
}

TEST(FacilityLocation, NothingToGainGivesAnEmptyList) {
  EXPECT_TRUE(ChooseGreedily(GainMatrix::Zero(3, 4), 2).empty());
  EXPECT_TRUE(ChooseGreedily(GainMatrix(3, 0), 2).empty());
  EXPECT_TRUE(ChooseGreedily(GainMatrix(0, 3), 2).empty());
}

TEST(FacilityLocation, EndsWhereLessIsAddedThanAsked) {
  GainMatrix gains(2, 3);
  gains << 0.5f, 0.0f, 0.52f,  //
      0.0f, 0.3f, 0.0f;
  EXPECT_EQ(ChooseGreedily(gains, 3, 0.1).size(), 2u);
  EXPECT_EQ(ChooseGreedily(gains, 3, 0.31).size(), 1u);
  EXPECT_TRUE(ChooseGreedily(gains, 3, 1).empty());
}

}  // namespace
}  // namespace evenlight
