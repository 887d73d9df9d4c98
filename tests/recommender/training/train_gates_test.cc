#include "recommender/training/train_gates.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

struct LossCase {
  std::string name;
  LossDifference excess;
  bool passed;
};

class LogLossGateTest : public testing::TestWithParam<LossCase> {};

TEST_P(LogLossGateTest, ClosesBeyondMarginAndNoise) {
  const Gate gate = LogLossGate("g", GetParam().excess);
  EXPECT_EQ(gate.name, "g");
  EXPECT_EQ(gate.value, GetParam().excess.mean);
  EXPECT_EQ(gate.passed, GetParam().passed);
  EXPECT_EQ(gate.value <= gate.limit, gate.passed);
}

INSTANTIATE_TEST_SUITE_P(Table, LogLossGateTest,
                         testing::ValuesIn(std::vector<LossCase>{
                             {"Better", {-0.1, 0.001}, true},
                             {"Equal", {0, 0}, true},
                             {"WithinMargin", {0.009, 0}, true},
                             {"BeyondMargin", {0.011, 0}, false},
                             {"BeyondMarginWithinNoise", {0.015, 0.003}, true},
                             {"BeyondMarginAndNoise", {0.02, 0.003}, false},
                         }),
                         [](const auto& test) { return test.param.name; });

class LearntLossGateTest : public testing::TestWithParam<LossCase> {};

TEST_P(LearntLossGateTest, OpensForWhatIsBetterBeyondNoise) {
  const Gate gate = LearntLossGate(GetParam().excess);
  EXPECT_EQ(gate.value, GetParam().excess.mean);
  EXPECT_EQ(gate.passed, GetParam().passed);
}

INSTANTIATE_TEST_SUITE_P(Table, LearntLossGateTest,
                         testing::ValuesIn(std::vector<LossCase>{
                             {"Better", {-0.01, 0.001}, true},
                             {"BetterWithinNoise", {-0.01, 0.006}, false},
                             {"Equal", {0, 0}, false},
                             {"Worse", {0.001, 0.001}, false},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(LearntNdcgGateTest, ClosesBeyondTheMargin) {
  EXPECT_TRUE(LearntNdcgGate(0.6, 0.5).passed);
  EXPECT_TRUE(LearntNdcgGate(0.496, 0.5).passed);
  EXPECT_FALSE(LearntNdcgGate(0.494, 0.5).passed);
}

struct WorthCase {
  std::string name;
  double factors;
  double popularity;
  int64_t num_learners;
  bool is_worth_it;
};

class WorthTest : public testing::TestWithParam<WorthCase> {};

TEST_P(WorthTest, ComparesWithPopularity) {
  RankingMetrics factors;
  factors.num_learners = GetParam().num_learners;
  factors.ndcg = GetParam().factors;
  RankingMetrics popularity = factors;
  popularity.ndcg = GetParam().popularity;
  EXPECT_EQ(IsWorthIt(factors, popularity), GetParam().is_worth_it);
}

INSTANTIATE_TEST_SUITE_P(Table, WorthTest,
                         testing::ValuesIn(std::vector<WorthCase>{
                             {"Better", 0.2, 0.1, 50, true},
                             {"WithinMargin", 0.196, 0.2, 50, true},
                             {"BeyondMargin", 0.194, 0.2, 50, false},
                             {"NobodyToJudgeBy", 0, 0, 0, false},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace evenlight
