#include "recommender/training/als_trainer.h"

#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

// Learners of two kinds, each using about half of their own kind's resources.
EngagementTable TwoKinds(int num_learners, int num_resources) {
  std::mt19937 random(7);
  EngagementTable table;
  table.num_resources = num_resources;
  for (int learner = 0; learner < num_learners; ++learner) {
    std::vector<Engagement> engagements;
    for (int resource = learner % 2; resource < num_resources; resource += 2) {
      if (random() % 2 == 0) {
        engagements.push_back(
            {ResourceRow{resource}, 1 + static_cast<float>(random() % 3)});
      }
    }
    table.AddLearner(engagements);
  }
  return table;
}

AlsOptions SmallOptions() {
  AlsOptions options;
  options.num_factors = 8;
  options.unobserved_weight = 0.1f;
  options.num_epochs = 6;
  return options;
}

// The objective of TrainAls(), term by term as its comment states it, with the
// learners' factors that are best for `resources`.
double Loss(const ResourceFactors& resources, const EngagementTable& table) {
  const double w = resources.unobserved_weight;
  const double lambda = resources.regularization;
  std::vector<double> uses(table.num_resources);
  double loss = 0;
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    const auto history = table.Of(learner);
    const Eigen::VectorXf u = *FoldIn(resources, history);
    for (const Engagement& e : history) {
      const double miss = 1.0 - resources.factors.row(ToInt(e.resource)).dot(u);
      loss += e.weight * miss * miss;
      ++uses[ToInt(e.resource)];
    }
    loss += w * (resources.factors * u).squaredNorm();
    loss += lambda *
            (static_cast<double>(history.size()) + w * table.num_resources) *
            u.squaredNorm();
  }
  for (int row = 0; row < table.num_resources; ++row) {
    loss += lambda *
            (uses[row] + w * static_cast<double>(table.num_learners())) *
            resources.factors.row(row).squaredNorm();
  }
  return loss;
}

TEST(TrainAlsTest, EachEpochLowersTheObjective) {
  const EngagementTable table = TwoKinds(40, 20);
  AlsOptions options = SmallOptions();
  double last = std::numeric_limits<double>::infinity();
  for (options.num_epochs = 1; options.num_epochs <= 5; ++options.num_epochs) {
    const auto factors = TrainAls(table, options);
    ASSERT_THAT(factors, IsOk());
    const double loss = Loss(*factors, table);
    EXPECT_LE(loss, last * (1 + 1e-5)) << options.num_epochs;
    last = loss;
  }
}

// Of resources in the first and in the last chunk of rows.
TEST(TrainAlsTest, NoNearbyResourceFactorsHaveALowerObjective) {
  const EngagementTable table = TwoKinds(40, 300);
  AlsOptions options = SmallOptions();
  options.num_factors = 3;
  options.num_epochs = 40;
  const auto factors = TrainAls(table, options);
  ASSERT_THAT(factors, IsOk());
  const double best = Loss(*factors, table);
  for (const int row : {0, 299}) {
    for (int factor = 0; factor < 3; ++factor) {
      for (const float step : {-0.1f, 0.1f}) {
        ResourceFactors nearby = *factors;
        nearby.factors(row, factor) += step;
        nearby.gram = nearby.factors.transpose() * nearby.factors;
        EXPECT_LT(best, Loss(nearby, table)) << row << " " << factor;
      }
    }
  }
}

TEST(TrainAlsTest, RanksTheUnseenOfTheOwnKindFirst) {
  const EngagementTable table = TwoKinds(60, 20);
  // Two kinds need two factors; more would learn single engagements by heart.
  AlsOptions options = SmallOptions();
  options.num_factors = 2;
  const auto factors = TrainAls(table, options);
  ASSERT_THAT(factors, IsOk());
  const Eigen::VectorXf u = *FoldIn(*factors, table.Of(0));
  const Eigen::VectorXf scores = factors->factors * u;
  std::vector<bool> is_seen(20);
  for (const Engagement& e : table.Of(0)) is_seen[ToInt(e.resource)] = true;
  for (int own = 0; own < 20; own += 2) {
    if (is_seen[own]) continue;
    for (int other = 1; other < 20; other += 2) {
      EXPECT_GT(scores[own], scores[other]) << own << " and " << other;
    }
  }
}

TEST(TrainAlsTest, IsEqualToTheByteForAnyNumberOfThreads) {
  // Several chunks of rows on both sides.
  const EngagementTable table = TwoKinds(700, 600);
  AlsOptions options = SmallOptions();
  options.num_epochs = 2;
  const auto one = TrainAls(table, options);
  options.num_threads = 4;
  const auto four = TrainAls(table, options);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(four, IsOk());
  EXPECT_TRUE(one->factors == four->factors);
  EXPECT_TRUE(one->gram == four->gram);
}

TEST(TrainAlsTest, AnotherSeedStartsElsewhere) {
  const EngagementTable table = TwoKinds(40, 20);
  AlsOptions options = SmallOptions();
  options.num_epochs = 1;
  const auto one = TrainAls(table, options);
  options.seed = 2;
  const auto two = TrainAls(table, options);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  EXPECT_FALSE(one->factors == two->factors);
}

TEST(TrainAlsTest, GramIsThatOfTheFactors) {
  const auto factors = TrainAls(TwoKinds(40, 20), SmallOptions());
  ASSERT_THAT(factors, IsOk());
  const Eigen::MatrixXf gram = factors->factors.transpose() * factors->factors;
  EXPECT_TRUE(factors->gram.isApprox(gram, 1e-5f));
}

TEST(TrainAlsTest, AResourceThatNobodyUsedHasNoFactors) {
  EngagementTable table = TwoKinds(10, 4);
  table.num_resources = 5;
  const auto factors = TrainAls(table, SmallOptions());
  ASSERT_THAT(factors, IsOk());
  EXPECT_EQ(factors->factors.row(4).norm(), 0);
}

TEST(TrainAlsTest, NoEngagementsGiveNoRows) {
  const auto factors = TrainAls(EngagementTable(), SmallOptions());
  ASSERT_THAT(factors, IsOk());
  EXPECT_EQ(factors->factors.rows(), 0);
}

TEST(TrainAlsTest, ABadWeightIsInvalid) {
  EngagementTable table;
  table.num_resources = 1;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  table.AddLearner({Engagement{ResourceRow{0}, nan}});
  EXPECT_THAT(TrainAls(table, SmallOptions()),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace evenlight
