#include "recommender/models/factors.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

// Three resources in two factors: two point apart, the third lies between.
ResourceFactors ThreeResources() {
  ResourceFactors r;
  r.factors = FactorMatrix{{1.0f, 0.0f}, {0.0f, 1.0f}, {0.6f, 0.8f}};
  ToEigenbasis(r);
  r.unobserved_weight = 0.1f;
  r.regularization = 0.05f;
  return r;
}

// The objective of FoldIn(), term by term as its comment states it.
double Loss(const ResourceFactors& r, const std::vector<Engagement>& history,
            const Eigen::VectorXf& u) {
  double num_engagements = 0;
  for (const Engagement& e : history) num_engagements += e.weight;
  const double num_resources = static_cast<double>(r.factors.rows());
  double loss =
      r.regularization *
          std::pow(num_engagements + r.unobserved_weight * num_resources,
                   r.exponent) *
          u.squaredNorm() +
      r.unobserved_weight * (r.factors * u).squaredNorm();
  for (const Engagement& e : history) {
    const double miss = 1.0 - r.factors.row(ToInt(e.resource)).dot(u);
    loss += e.weight * miss * miss;
  }
  return loss;
}

TEST(FoldInTest, EmptyHistoryGivesZeros) {
  const auto u = FoldIn(ThreeResources(), {});
  ASSERT_THAT(u, IsOk());
  EXPECT_EQ(u->size(), 2);
  EXPECT_EQ(u->norm(), 0.0f);
}

TEST(FoldInTest, NoNearbyPointHasALowerLoss) {
  const ResourceFactors r = ThreeResources();
  const std::vector<Engagement> history = {{ResourceRow{0}, 1.0f},
                                           {ResourceRow{2}, 3.0f}};
  const auto u = FoldIn(r, history);
  ASSERT_THAT(u, IsOk());

  const double best = Loss(r, history, *u);
  for (const float step : {-0.01f, 0.01f}) {
    for (int factor = 0; factor < u->size(); ++factor) {
      const Eigen::VectorXf nearby =
          *u + step * Eigen::VectorXf::Unit(u->size(), factor);
      EXPECT_LT(best, Loss(r, history, nearby)) << "factor " << factor;
    }
  }
}

TEST(FoldInTest, OneFactorIsTheQuotient) {
  ResourceFactors r;
  r.factors = FactorMatrix{{2.0f}, {1.0f}};
  ToEigenbasis(r);
  r.unobserved_weight = 0.1f;
  r.regularization = 0.5f;
  const auto u = FoldIn(r, {{ResourceRow{0}, 3.0f}});
  ASSERT_THAT(u, IsOk());
  // c v / (c v^2 + w G + lambda (c + 2 w)) = 6 / (12 + .5 + 1.6); the sign of
  // an eigenvector is free.
  EXPECT_FLOAT_EQ(std::abs((*u)[0]), 6.0f / 14.1f);
}

TEST(FoldInTest, MoreEngagementBringsTheScoreNearerToOne) {
  const ResourceFactors r = ThreeResources();
  float last = 0;
  for (const float weight : {0.5f, 1.0f, 4.0f, 100.0f}) {
    const auto u = FoldIn(r, {{ResourceRow{2}, weight}});
    ASSERT_THAT(u, IsOk());
    const float score = r.factors.row(2).dot(*u);
    EXPECT_GT(score, last);
    EXPECT_LT(score, 1.0f);
    last = score;
  }
}

ResourceFactors RandomResources(int num_resources, int num_factors) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.3f);
  ResourceFactors r;
  r.factors.resize(num_resources, num_factors);
  for (float& value : r.factors.reshaped()) value = normal(random);
  ToEigenbasis(r);
  r.unobserved_weight = 0.1f;
  r.regularization = 0.02f;
  return r;
}

std::vector<Engagement> RandomHistory(int num_resources, int length) {
  std::mt19937 random(5);
  std::vector<Engagement> history;
  for (int i = 0; i < length; ++i) {
    history.push_back(
        {ResourceRow{static_cast<int32_t>(random() % num_resources)},
         1 + static_cast<float>(random() % 4)});
  }
  return history;
}

// Widths that do and do not fill vectors; a history that does not fit the
// block.
TEST(FoldInTest, IsNearTheExactMinimizer) {
  for (const int d : {1, 5, 16, 37, 64, 96, 128, 256}) {
    for (const int length : {1, 3, 100, 5000}) {
      ResourceFactors r = RandomResources(400, d);
      for (const float exponent : {1.0f, 0.5f}) {
        r.exponent = exponent;
        const auto history = RandomHistory(400, length);
        const auto fast = FoldIn(r, history);
        const auto exact =
            FoldInExactly(r, r.factors.transpose() * r.factors, history);
        ASSERT_THAT(fast, IsOk());
        ASSERT_THAT(exact, IsOk());
        const double at_zero = Loss(r, history, Eigen::VectorXf::Zero(d));
        const double best = Loss(r, history, *exact);
        EXPECT_LT(Loss(r, history, *fast), best + 0.01 * (at_zero - best))
            << d << " factors, " << length << " events";
      }
    }
  }
}

TEST(FoldInTest, AnEventOfWeightTwoEqualsTwoEvents) {
  const ResourceFactors r = RandomResources(50, 16);
  const auto twice = FoldIn(
      r,
      {{ResourceRow{7}, 1.0f}, {ResourceRow{7}, 1.0f}, {ResourceRow{9}, 1.0f}});
  const auto heavy =
      FoldIn(r, {{ResourceRow{7}, 2.0f}, {ResourceRow{9}, 1.0f}});
  ASSERT_THAT(twice, IsOk());
  ASSERT_THAT(heavy, IsOk());
  EXPECT_TRUE(twice->isApprox(*heavy, 1e-4f));
}

TEST(FoldInTest, VectorTargetsAgree) {
  const ResourceFactors r = RandomResources(300, 72);
  const auto history = RandomHistory(300, 70);
  std::vector<Eigen::VectorXf> scores;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const auto u = FoldIn(r, history);
    hwy::SetSupportedTargetsForTest(0);
    ASSERT_THAT(u, IsOk());
    scores.push_back(r.factors * *u);
  }
  for (const Eigen::VectorXf& other : scores) {
    EXPECT_LT((other - scores[0]).cwiseAbs().maxCoeff(),
              1e-5f * scores[0].cwiseAbs().maxCoeff());
  }
}

TEST(ToEigenbasisTest, KeepsScoresAndMakesTheGramMatrixDiagonal) {
  ResourceFactors r;
  r.factors = RandomResources(40, 6).factors;
  r.factors.col(0) += r.factors.col(3);
  const FactorMatrix before = r.factors;
  const Eigen::MatrixXf rotation = ToEigenbasis(r);
  EXPECT_TRUE(r.factors.isApprox(before * rotation, 1e-5f));
  EXPECT_TRUE((r.factors * r.factors.transpose())
                  .isApprox(before * before.transpose(), 1e-5f));
  const Eigen::MatrixXf diagonal = r.spectrum.asDiagonal();
  EXPECT_TRUE((r.factors.transpose() * r.factors).isApprox(diagonal, 1e-5f));
}

struct BadEngagement {
  std::string name;
  Engagement engagement;
  absl::StatusCode code;
};

class FoldInRejects : public testing::TestWithParam<BadEngagement> {};

TEST_P(FoldInRejects, BadEngagement) {
  EXPECT_THAT(FoldIn(ThreeResources(), {GetParam().engagement}),
              HasCode(GetParam().code));
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Table, FoldInRejects,
    testing::ValuesIn(std::vector<BadEngagement>{
        {"NoRow", {ResourceRow::kNone, 1}, absl::StatusCode::kOutOfRange},
        {"RowPastEnd", {ResourceRow{3}, 1}, absl::StatusCode::kOutOfRange},
        {"ZeroWeight", {ResourceRow{0}, 0}, absl::StatusCode::kInvalidArgument},
        {"NegativeWeight",
         {ResourceRow{0}, -1},
         absl::StatusCode::kInvalidArgument},
        {"NanWeight",
         {ResourceRow{0}, kNan},
         absl::StatusCode::kInvalidArgument},
        {"InfWeight",
         {ResourceRow{0}, kInf},
         absl::StatusCode::kInvalidArgument},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace evenlight
