#include "recommender/training/ease.h"

#include <cmath>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/training/table_of.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

EngagementTable RandomTable(int32_t num_resources) {
  std::mt19937 random(11);
  std::vector<std::vector<int32_t>> learners(80);
  for (std::vector<int32_t>& rows : learners) {
    for (int32_t row = 0; row < num_resources; ++row) {
      if (random() % 5 == 0) rows.push_back(row);
    }
  }
  return TableOf(num_resources, learners);
}

// X [num_learners x num_resources]
Eigen::MatrixXd Dense(const EngagementTable& table) {
  Eigen::MatrixXd x =
      Eigen::MatrixXd::Zero(table.num_learners(), table.num_resources);
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    for (const Engagement& engagement : table.Of(learner)) {
      x(learner, ToInt(engagement.resource)) = 1;
    }
  }
  return x;
}

// By hand: X'X + I = [[3, 1], [1, 2]], P = [[2, -1], [-1, 3]] / 5.
TEST(EaseTest, TheLargestWeightsAreKeptInOrderWhateverTheirSign) {
  const FactorMatrix weights = FactorMatrix{{0.0f, 0.1f, -0.3f, 0.2f},
                                            {0.0f, 0.0f, 0.0f, 0.0f},
                                            {0.2f, -0.2f, 0.0f, 0.1f},
                                            {0.0f, 0.5f, 0.0f, 0.0f}};
  const ResourceNeighbours kept = LargestWeights(weights, 2);
  ASSERT_EQ(kept.num_resources(), 4);
  using Neighbour = ResourceNeighbours::Neighbour;
  EXPECT_THAT(kept.Of(ResourceRow{0}),
              testing::ElementsAre(Neighbour{ResourceRow{2}, -0.3f},
                                   Neighbour{ResourceRow{3}, 0.2f}));
  EXPECT_THAT(kept.Of(ResourceRow{1}), testing::IsEmpty());
  EXPECT_THAT(kept.Of(ResourceRow{2}),
              testing::ElementsAre(Neighbour{ResourceRow{0}, 0.2f},
                                   Neighbour{ResourceRow{1}, -0.2f}));
  EXPECT_THAT(kept.Of(ResourceRow{3}),
              testing::ElementsAre(Neighbour{ResourceRow{1}, 0.5f}));
}

TEST(EaseTest, TwoResourcesAreThoseByHand) {
  EaseOptions options;
  options.regularization = 1;
  const auto weights = FitEase(TableOf(2, {{0, 1}, {0}}), options);
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ((*weights)(0, 0), 0);
  EXPECT_EQ((*weights)(1, 1), 0);
  EXPECT_NEAR((*weights)(0, 1), 1.0 / 3, 1e-6);
  EXPECT_NEAR((*weights)(1, 0), 1.0 / 2, 1e-6);
}

TEST(EaseTest, TheDiagonalIsZeroAndNoNearbyWeightsAreBetter) {
  constexpr double kLambda = 3;
  const EngagementTable table = RandomTable(25);
  EaseOptions options;
  options.regularization = kLambda;
  const auto fitted = FitEase(table, options);
  ASSERT_TRUE(fitted.ok());
  const Eigen::MatrixXd x = Dense(table);
  const auto loss = [&](const Eigen::MatrixXd& b) {
    return (x - x * b).squaredNorm() + kLambda * b.squaredNorm();
  };
  Eigen::MatrixXd b = fitted->cast<double>();
  EXPECT_EQ(b.diagonal().squaredNorm(), 0);
  const double least = loss(b);
  for (int row = 0; row < 25; ++row) {
    for (int column = 0; column < 25; ++column) {
      if (row == column) continue;
      for (const double step : {-1e-3, 1e-3}) {
        b(row, column) += step;
        EXPECT_GT(loss(b), least);
        b(row, column) -= step;
      }
    }
  }
}

TEST(EaseTest, WeightsOfEngagementsAreNotRead) {
  EngagementTable table = RandomTable(10);
  const auto before = FitEase(table, {});
  for (Engagement& engagement : table.entries) engagement.weight = 4;
  const auto after = FitEase(table, {});
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(*before, *after);
}

TEST(EaseTest, IsTheSameWithAnyNumberOfThreads) {
  const EngagementTable table = RandomTable(200);
  EaseOptions options;
  const auto one = FitEase(table, options);
  options.num_threads = 3;
  const auto three = FitEase(table, options);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(*one, *three);
}

TEST(EaseTest, ScoresAreSumsOfWeights) {
  const auto weights = FitEase(RandomTable(6), {});
  ASSERT_TRUE(weights.ok());
  std::vector<float> scores(6, 9);
  ScoreByEase(*weights, {{ResourceRow{1}, 1}, {ResourceRow{4}, 1}},
              absl::MakeSpan(scores));
  for (int row = 0; row < 6; ++row) {
    EXPECT_FLOAT_EQ(scores[row], (*weights)(1, row) + (*weights)(4, row));
  }
}

TEST(EaseTest, RefusesWhatItCannotHold) {
  const absl::Status status =
      FitEase(TableOf(kMaxEaseResources + 1, {{0}}), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(),
              HasSubstr("at most 20000 resources, and there are 20001"));
}

TEST(EaseTest, RefusesWhatIsWrong) {
  EaseOptions options;
  for (const float lambda : {0.0f, -1.0f, std::nanf("")}) {
    options.regularization = lambda;
    EXPECT_THAT(FitEase(RandomTable(3), options).status().message(),
                HasSubstr("is not positive and finite"));
  }
  EXPECT_THAT(FitEase(TableOf(1, {{5}}), {}).status().message(),
              HasSubstr("resource row 5 of learner row 0"));
}

}  // namespace
}  // namespace evenlight
