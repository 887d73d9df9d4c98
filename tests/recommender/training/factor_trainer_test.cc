#include "recommender/training/factor_trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "recommender/training/als_trainer.h"
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

FactorOptions SmallOptions() {
  FactorOptions options;
  options.num_factors = 8;
  options.unobserved_weight = 0.1f;
  options.regularization = 0.02f;
  options.num_epochs = 6;
  return options;
}

TrainedFactors Train(const EngagementTable& table,
                     const FactorOptions& options) {
  auto trained = TrainFactors(table, options);
  EXPECT_THAT(trained, IsOk());
  return *std::move(trained);
}

FactorMatrix Scores(const TrainedFactors& trained) {
  return trained.learners * trained.resources.factors.transpose();
}

// The objective of TrainFactors(), term by term as its comment states it.
// `prior` has the B g_i by row; empty: zeros.
double Objective(const EngagementTable& table, const FactorMatrix& learners,
                 const FactorMatrix& resources, const ResourceFactors& model,
                 const FactorMatrix& prior = {}) {
  const double w = model.unobserved_weight;
  const double lambda = model.regularization;
  const double nu = model.exponent;
  const Eigen::MatrixXd x = learners.cast<double>();
  const Eigen::MatrixXd y = resources.cast<double>();
  std::vector<double> met(table.num_resources);
  double loss = w * (x * y.transpose()).squaredNorm();
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    double n = 0;
    for (const Engagement& e : table.Of(learner)) {
      const double miss = 1 - x.row(learner).dot(y.row(ToInt(e.resource)));
      loss += e.weight * miss * miss;
      n += e.weight;
      met[ToInt(e.resource)] += e.weight;
    }
    loss += lambda * std::pow(n + w * table.num_resources, nu) *
            x.row(learner).squaredNorm();
  }
  for (int row = 0; row < table.num_resources; ++row) {
    Eigen::RowVectorXd away = y.row(row);
    if (prior.size() > 0) away -= prior.row(row).cast<double>();
    const auto num_learners = static_cast<double>(table.num_learners());
    loss +=
        lambda * std::pow(met[row] + w * num_learners, nu) * away.squaredNorm();
  }
  return loss;
}

double Objective(const EngagementTable& table, const TrainedFactors& trained) {
  return Objective(table, trained.learners, trained.resources.factors,
                   trained.resources);
}

// Two tables of one kind: a resource's features say its kind.
FeatureTable KindOf(int num_resources) {
  FeatureTable features;
  features.doubts = {10, 10};
  for (int resource = 0; resource < num_resources; ++resource) {
    features.features.push_back(resource % 2);
    features.begin.push_back(resource + 1);
  }
  return features;
}

TEST(FactorTrainerTest, EachEpochLowersTheObjective) {
  for (const float exponent : {1.0f, 0.5f}) {
    const EngagementTable table = TwoKinds(40, 20);
    FactorOptions options = SmallOptions();
    options.exponent = exponent;
    double last = std::numeric_limits<double>::infinity();
    options.on_epoch = [&](const FactorEpoch& epoch) {
      const double loss = Objective(table, epoch.factors());
      EXPECT_LE(loss, last * (1 + 1e-5)) << epoch.epoch;
      last = loss;
      return true;
    };
    Train(table, options);
  }
}

// With learners solved again for the same resources, what an epoch reports is
// the objective of the epoch before.
TEST(FactorTrainerTest, TheReportedLossIsTheObjective) {
  const EngagementTable table = TwoKinds(40, 20);
  FactorOptions options = SmallOptions();
  options.num_epochs = 40;
  double reported = 0;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    reported = epoch.loss;
    return true;
  };
  const TrainedFactors trained = Train(table, options);
  const double loss = Objective(table, trained);
  EXPECT_NEAR(reported, loss, 1e-3 * loss);
}

// Of rows in the first and in the last chunk.
TEST(FactorTrainerTest, NoNearbyFactorsHaveALowerObjective) {
  const EngagementTable table = TwoKinds(40, 300);
  FactorOptions options = SmallOptions();
  options.num_factors = 3;
  options.num_epochs = 60;
  const TrainedFactors trained = Train(table, options);
  const double best = Objective(table, trained);
  for (const int row : {0, 39, 299}) {
    for (int factor = 0; factor < 3; ++factor) {
      for (const float step : {-0.05f, 0.05f}) {
        TrainedFactors nearby = trained;
        nearby.resources.factors(row, factor) += step;
        EXPECT_LT(best, Objective(table, nearby)) << row << " " << factor;
        if (row >= 40) continue;
        nearby = trained;
        nearby.learners(row, factor) += step;
        EXPECT_LT(best, Objective(table, nearby)) << row << " " << factor;
      }
    }
  }
}

// By central differences, of a few coordinates of either side.
TEST(FactorTrainerTest, TheGradientIsZeroAtTheSolution) {
  const EngagementTable table = TwoKinds(30, 24);
  FactorOptions options = SmallOptions();
  options.num_factors = 2;
  options.num_epochs = 300;
  options.num_steps = 4;
  const TrainedFactors trained = Train(table, options);
  constexpr float kStep = 1e-2f;
  for (int row = 0; row < 24; row += 5) {
    for (int factor = 0; factor < 2; ++factor) {
      TrainedFactors up = trained;
      TrainedFactors down = trained;
      up.resources.factors(row, factor) += kStep;
      down.resources.factors(row, factor) -= kStep;
      const double slope =
          (Objective(table, up) - Objective(table, down)) / (2 * kStep);
      const double curvature = (Objective(table, up) + Objective(table, down) -
                                2 * Objective(table, trained)) /
                               (kStep * kStep);
      EXPECT_LT(std::abs(slope), 1e-3 * curvature) << row << " " << factor;
    }
  }
}

TEST(FactorTrainerTest, ReachesTheObjectiveOfTheExactSolver) {
  for (const int d : {5, 16, 48}) {
    const EngagementTable table = TwoKinds(300, 200);
    FactorOptions options = SmallOptions();
    options.num_factors = d;
    options.num_epochs = 8;
    const auto exact = TrainAls(table, options);
    ASSERT_THAT(exact, IsOk());
    const double of_exact = Objective(table, *exact);
    EXPECT_NEAR(Objective(table, Train(table, options)), of_exact,
                0.01 * of_exact);
    options.half_precision = true;
    EXPECT_NEAR(Objective(table, Train(table, options)), of_exact,
                0.01 * of_exact);
  }
}

TEST(FactorTrainerTest, RanksTheUnseenOfTheOwnKindFirst) {
  const EngagementTable table = TwoKinds(60, 20);
  // Two kinds need two factors; more would learn single engagements by heart.
  FactorOptions options = SmallOptions();
  options.num_factors = 2;
  options.num_epochs = 12;
  const TrainedFactors trained = Train(table, options);
  const Eigen::VectorXf u = *FoldIn(trained.resources, table.Of(0));
  const Eigen::VectorXf scores = trained.resources.factors * u;
  std::vector<bool> is_seen(20);
  for (const Engagement& e : table.Of(0)) is_seen[ToInt(e.resource)] = true;
  for (int own = 0; own < 20; own += 2) {
    if (is_seen[own]) continue;
    for (int other = 1; other < 20; other += 2) {
      EXPECT_GT(scores[own], scores[other]) << own << " and " << other;
    }
  }
}

TEST(FactorTrainerTest, IsEqualToTheByteForAnyNumberOfThreads) {
  // Several chunks of rows and several parts of the Gram matrix on both sides.
  const EngagementTable table = TwoKinds(1100, 900);
  const FeatureTable features = KindOf(900);
  for (const bool half : {false, true}) {
    FactorOptions options = SmallOptions();
    options.num_epochs = 2;
    options.features = &features;
    options.half_precision = half;
    const TrainedFactors one = Train(table, options);
    for (options.num_threads = 2; options.num_threads <= 3;
         ++options.num_threads) {
      const TrainedFactors more = Train(table, options);
      EXPECT_TRUE(one.resources.factors == more.resources.factors);
      EXPECT_TRUE(one.resources.spectrum == more.resources.spectrum);
      EXPECT_TRUE(one.learners == more.learners);
      EXPECT_TRUE(one.cold == more.cold);
    }
  }
}

// Rounding differs, what it learns does not.
TEST(FactorTrainerTest, VectorTargetsAgree) {
  const EngagementTable table = TwoKinds(200, 100);
  FactorOptions options = SmallOptions();
  options.num_factors = 24;
  const FactorMatrix best = Scores(Train(table, options));
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const FactorMatrix other = Scores(Train(table, options));
    hwy::SetSupportedTargetsForTest(0);
    EXPECT_LT((best - other).cwiseAbs().maxCoeff(),
              1e-3f * best.cwiseAbs().maxCoeff())
        << hwy::TargetName(target);
  }
}

TEST(FactorTrainerTest, AnotherSeedStartsElsewhere) {
  const EngagementTable table = TwoKinds(40, 20);
  FactorOptions options = SmallOptions();
  options.num_epochs = 1;
  const TrainedFactors one = Train(table, options);
  options.seed = 2;
  EXPECT_FALSE(one.resources.factors ==
               Train(table, options).resources.factors);
}

TEST(FactorTrainerTest, TheFactorsStandInTheirEigenbasis) {
  const ResourceFactors r = Train(TwoKinds(40, 20), SmallOptions()).resources;
  const Eigen::MatrixXf diagonal = r.spectrum.asDiagonal();
  EXPECT_TRUE((r.factors.transpose() * r.factors).isApprox(diagonal, 1e-4f));
}

// The initial factors are permuted alike, so that the starts are the same.
TEST(FactorTrainerTest, PermutedLearnersAndResourcesGiveAPermutedResult) {
  constexpr int kNumLearners = 90;
  constexpr int kNumResources = 70;
  const EngagementTable table = TwoKinds(kNumLearners, kNumResources);
  std::mt19937 random(11);
  std::vector<int> learner_at(kNumLearners);
  std::vector<int> place_of(kNumResources);
  std::iota(learner_at.begin(), learner_at.end(), 0);
  std::iota(place_of.begin(), place_of.end(), 0);
  std::shuffle(learner_at.begin(), learner_at.end(), random);
  std::shuffle(place_of.begin(), place_of.end(), random);

  FactorOptions options = SmallOptions();
  FactorMatrix start = FactorMatrix::Random(kNumResources, 8) * 0.1f;
  options.initial = &start;
  const FactorMatrix scores = Scores(Train(table, options));

  EngagementTable permuted;
  permuted.num_resources = kNumResources;
  for (const int learner : learner_at) {
    std::vector<Engagement> row;
    for (const Engagement& e : table.Of(learner)) {
      row.push_back({ResourceRow{place_of[ToInt(e.resource)]}, e.weight});
    }
    permuted.AddLearner(row);
  }
  FactorMatrix permuted_start(kNumResources, 8);
  for (int row = 0; row < kNumResources; ++row) {
    permuted_start.row(place_of[row]) = start.row(row);
  }
  options.initial = &permuted_start;
  const FactorMatrix other = Scores(Train(permuted, options));
  for (int learner = 0; learner < kNumLearners; ++learner) {
    for (int row = 0; row < kNumResources; ++row) {
      EXPECT_NEAR(other(learner, place_of[row]),
                  scores(learner_at[learner], row), 2e-3);
    }
  }
}

TEST(FactorTrainerTest, AWarmStartBeginsWhereTheLastEnded) {
  const EngagementTable table = TwoKinds(60, 40);
  FactorOptions options = SmallOptions();
  options.num_epochs = 30;
  const TrainedFactors last = Train(table, options);
  const double reached = Objective(table, last);
  options.num_epochs = 1;
  const double cold = Objective(table, Train(table, options));
  options.initial = &last.resources.factors;
  const double warm = Objective(table, Train(table, options));
  EXPECT_LT(warm, reached * 1.01);
  EXPECT_GT(cold, reached * 1.02);
}

TEST(FactorTrainerTest, StopsWhenTold) {
  FactorOptions options = SmallOptions();
  int last = 0;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    last = epoch.epoch;
    return epoch.epoch < 3;
  };
  Train(TwoKinds(40, 20), options);
  EXPECT_EQ(last, 3);
}

TEST(FactorTrainerTest, WeightTwoEqualsTwoEvents) {
  EngagementTable twice = TwoKinds(40, 20);
  EngagementTable heavy;
  heavy.num_resources = 20;
  EngagementTable doubled = heavy;
  for (int64_t learner = 0; learner < 40; ++learner) {
    std::vector<Engagement> one(twice.Of(learner).begin(),
                                twice.Of(learner).end());
    std::vector<Engagement> two = one;
    two.insert(two.end(), one.begin(), one.end());
    for (Engagement& e : one) e.weight *= 2;
    heavy.AddLearner(one);
    doubled.AddLearner(two);
  }
  const FactorMatrix a = Scores(Train(heavy, SmallOptions()));
  const FactorMatrix b = Scores(Train(doubled, SmallOptions()));
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-3f);
}

TEST(FactorTrainerTest, AResourceThatNobodyUsedHasNoFactors) {
  EngagementTable table = TwoKinds(10, 4);
  table.num_resources = 5;
  EXPECT_EQ(Train(table, SmallOptions()).resources.factors.row(4).norm(), 0);
}

TEST(FactorTrainerTest, OneLearnerAndOneResourceAreEnough) {
  EngagementTable table;
  table.num_resources = 1;
  table.AddLearner({Engagement{ResourceRow{0}, 1}});
  FactorOptions options = SmallOptions();
  options.regularization = 0.01f;
  const FactorMatrix scores = Scores(Train(table, options));
  EXPECT_GT(scores(0, 0), 0.8f);
  EXPECT_LT(scores(0, 0), 1.0f);
}

TEST(FactorTrainerTest, AllEventsMayBeOnOneResource) {
  EngagementTable table;
  table.num_resources = 50;
  for (int learner = 0; learner < 100; ++learner) {
    table.AddLearner({Engagement{ResourceRow{7}, 1}});
  }
  const TrainedFactors trained = Train(table, SmallOptions());
  EXPECT_TRUE(trained.resources.factors.allFinite());
  Eigen::Index best = 0;
  Scores(trained).row(3).maxCoeff(&best);
  EXPECT_EQ(best, 7);
}

// More than a block holds, so that it is gathered again in every pass.
TEST(FactorTrainerTest, ALearnerMayHaveAHundredThousandEvents) {
  EngagementTable table = TwoKinds(50, 5000);
  std::vector<Engagement> events;
  for (int i = 0; i < 100000; ++i) events.push_back({ResourceRow{i % 5000}, 1});
  table.AddLearner(events);
  FactorOptions options = SmallOptions();
  options.num_factors = 16;
  options.num_epochs = 30;
  options.num_threads = 2;
  const TrainedFactors trained = Train(table, options);
  const auto exact = FoldInExactly(
      trained.resources,
      trained.resources.factors.transpose() * trained.resources.factors,
      events);
  ASSERT_THAT(exact, IsOk());
  EXPECT_LT((trained.learners.row(50).transpose() - *exact).norm(),
            0.05f * exact->norm());
}

TEST(FactorTrainerTest, NoEngagementsGiveNoRows) {
  EXPECT_EQ(Train(EngagementTable(), SmallOptions()).resources.factors.rows(),
            0);
}

// Everybody of a kind likes it, and its features say which kind it is.
TEST(FactorTrainerTest, FeaturesPlaceAResourceThatNobodyHasMet) {
  const EngagementTable table = TwoKinds(60, 40);
  const FeatureTable features = KindOf(40);
  FactorOptions options = SmallOptions();
  options.num_factors = 4;
  options.num_epochs = 12;
  options.features = &features;
  const TrainedFactors trained = Train(table, options);
  ASSERT_EQ(trained.cold.rows(), 2);
  for (int learner = 0; learner < 4; ++learner) {
    const Eigen::VectorXf u = trained.learners.row(learner).transpose();
    const float own = ColdFactors(trained.cold, {learner % 2}).dot(u);
    const float other = ColdFactors(trained.cold, {1 - learner % 2}).dot(u);
    EXPECT_GT(own, other + 0.02f);
  }
}

// Each resource's kind is said twice, once by a feature that is trusted.
TEST(FactorTrainerTest, WhatIsDoubtedLessSaysMore) {
  const EngagementTable table = TwoKinds(60, 40);
  FeatureTable features;
  features.doubts = {1, 1, 30, 30};
  for (int resource = 0; resource < 40; ++resource) {
    features.features.push_back(resource % 2);
    features.features.push_back(2 + resource % 2);
    features.begin.push_back(2 * (resource + 1));
  }
  FactorOptions options = SmallOptions();
  options.num_epochs = 12;
  options.features = &features;
  const TrainedFactors trained = Train(table, options);
  // Ridge shares the mean between copies in inverse proportion to their doubts.
  for (int kind = 0; kind < 2; ++kind) {
    EXPECT_LT((trained.cold.row(kind) - 30 * trained.cold.row(2 + kind)).norm(),
              0.02f * trained.cold.row(kind).norm());
    EXPECT_GT(trained.cold.row(kind).norm(), 0.01f);
  }
}

TEST(FactorTrainerTest, BadTablesAndOptionsAreRefusedByName) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const auto table_with = [](Engagement bad) {
    EngagementTable table = TwoKinds(3, 4);
    table.AddLearner({Engagement{ResourceRow{2}, 1}, bad});
    return table;
  };
  struct Case {
    EngagementTable table;
    std::function<void(FactorOptions&)> spoil;
    std::string words;
  };
  const auto fine = [](FactorOptions&) {};
  const FeatureTable short_features = KindOf(3);
  FeatureTable certain = KindOf(4);
  certain.doubts[1] = 0;
  const FactorMatrix wrong_shape = FactorMatrix::Zero(4, 7);
  for (const Case& c : std::vector<Case>{
           {table_with({ResourceRow{1}, nan}), fine, "learner row 3"},
           {table_with({ResourceRow{1}, inf}), fine, "resource row 1"},
           {table_with({ResourceRow{1}, 0}), fine, "not positive"},
           {table_with({ResourceRow{4}, 1}), fine, "resource row 4"},
           {TwoKinds(3, 4), [](auto& o) { o.num_factors = 0; }, "num_factors"},
           {TwoKinds(3, 4), [](auto& o) { o.regularization = 0; },
            "regularization"},
           {TwoKinds(3, 4), [=](auto& o) { o.unobserved_weight = nan; },
            "unobserved_weight"},
           {TwoKinds(3, 4), [](auto& o) { o.exponent = 2; }, "exponent"},
           {TwoKinds(3, 4), [](auto& o) { o.num_epochs = 0; }, "num_epochs"},
           {TwoKinds(3, 4), [&](auto& o) { o.features = &short_features; },
            "features of 3 rows"},
           {TwoKinds(3, 4), [&](auto& o) { o.features = &certain; },
            "feature doubt 0"},
           {TwoKinds(3, 4), [&](auto& o) { o.initial = &wrong_shape; },
            "4 x 7"},
       }) {
    FactorOptions options = SmallOptions();
    c.spoil(options);
    const auto trained = TrainFactors(c.table, options);
    ASSERT_FALSE(trained.ok()) << c.words;
    EXPECT_THAT(trained.status().message(), testing::HasSubstr(c.words));
  }
}

}  // namespace
}  // namespace evenlight
