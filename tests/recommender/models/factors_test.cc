#include "recommender/models/factors.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

// Three resources in two factors: two point apart, the third lies between.
ResourceFactors ThreeResources() {
  ResourceFactors r;
  r.factors = FactorMatrix{{1.0f, 0.0f}, {0.0f, 1.0f}, {0.6f, 0.8f}};
  r.gram = r.factors.transpose() * r.factors;
  r.unobserved_weight = 0.1f;
  r.regularization = 0.05f;
  return r;
}

// The objective of FoldIn(), term by term as its comment states it.
double Loss(const ResourceFactors& r, const std::vector<Engagement>& history,
            const Eigen::VectorXf& u) {
  const double num_engagements = static_cast<double>(history.size());
  const double num_resources = static_cast<double>(r.factors.rows());
  double loss = r.regularization *
                    (num_engagements + r.unobserved_weight * num_resources) *
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
  r.gram = r.factors.transpose() * r.factors;
  r.unobserved_weight = 0.1f;
  r.regularization = 0.5f;
  const auto u = FoldIn(r, {{ResourceRow{0}, 3.0f}});
  ASSERT_THAT(u, IsOk());
  // c v / (c v^2 + w G + lambda (1 + 2 w)) = 6 / (12 + .5 + .6).
  EXPECT_FLOAT_EQ((*u)[0], 6.0f / 13.1f);
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
