#include "recommender/training/interest_trial.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/cold_factors.h"
#include "recommender/models/resource_features.h"
#include "recommender/state/engagement.h"
#include "recommender/training/engagement_history.h"
#include "recommender/training/interest_refit.h"
#include "tests/recommender/training/viewers.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

ResourceRow Row(int32_t row) { return ResourceRow{row}; }

TEST(RefitInterestTest, CountsLearnersByResourceAndGrade) {
  Viewers viewers;
  viewers.Add(3, {"a", "b", "a"}, {});
  viewers.Add(3, {"b"}, {});
  viewers.Add(5, {"a"}, {});
  viewers.Add(0, {"a"}, {});
  const auto params =
      RefitInterest(viewers.dataset(), InterestKind::kPopularity, {}, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->popularity, ElementsAre(3, 2));
  ASSERT_EQ(params->grades.size(), 2);
  EXPECT_THAT(params->grades.at(3),
              ElementsAre(std::pair(Row(1), 2.0f), std::pair(Row(0), 1.0f)));
  EXPECT_THAT(params->grades.at(5), ElementsAre(std::pair(Row(0), 1.0f)));
  EXPECT_EQ(params->factors.factors.rows(), 0);
}

TEST(RefitInterestTest, HoldsEngagementsOfTheWindowToo) {
  Viewers viewers;
  viewers.Add(0, {"a"}, {"b"});
  const auto params =
      RefitInterest(viewers.dataset(), InterestKind::kFactors, {}, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->resources, ElementsAre("a", "b"));
  EXPECT_EQ(params->factors.factors.rows(), 2);
}

TEST(RefitInterestTest, AtMostFiveHundredAreKeptOfAGrade) {
  Viewers viewers;
  for (int resource = 0; resource < 600; ++resource) {
    viewers.Add(1, {absl::StrCat("r", resource)}, {});
  }
  const auto params =
      RefitInterest(viewers.dataset(), InterestKind::kPopularity, {}, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->grades.at(1), SizeIs(500));
}

TEST(RefitInterestTest, NoEngagementGivesAnEmptyModel) {
  const auto params =
      RefitInterest(Dataset(), InterestKind::kFactors, {}, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->resources, IsEmpty());
  EXPECT_EQ(params->score_deviation, 1);
}

// Two kinds of learners; what is popular overall is of the larger kind.
Dataset TwoKinds() {
  Viewers viewers;
  for (int learner = 0; learner < 90; ++learner) {
    const char* kind = learner % 3 == 0 ? "x" : "y";
    std::vector<ResourceId> before;
    std::vector<ResourceId> after;
    for (int resource = 0; resource < 40; ++resource) {
      const int turn = (resource * 7 + learner * 11) % 40;
      const ResourceId id = absl::StrCat(kind, resource);
      if (turn < 20) before.push_back(id);
      if (turn >= 20 && turn < 26) after.push_back(id);
    }
    viewers.Add(0, before, after);
  }
  return viewers.dataset();
}

TEST(TryInterestTest, FactorsFindWhatLearnersOfTheSameKindUse) {
  InterestTrialOptions options;
  options.factors.num_factors = 8;
  std::vector<InterestEpoch> epochs;
  options.on_epoch = [&](const InterestEpoch& epoch) {
    epochs.push_back(epoch);
  };
  const auto trial = TryInterest(TwoKinds(), options);
  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->factors.num_learners, 90);
  EXPECT_EQ(trial->popularity.num_learners, 90);
  EXPECT_EQ(trial->item_knn.num_learners, 90);
  EXPECT_EQ(trial->ease.num_learners, 90);
  EXPECT_EQ(trial->decayed_popularity.num_learners, 90);
  EXPECT_EQ(trial->grouped_popularity.num_learners, 90);
  EXPECT_GT(trial->item_knn.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->ease.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->factors.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->factors.ndcg, trial->popularity.ndcg);

  // Each setting's epochs are told, with what they came to.
  ASSERT_GT(epochs.size(), 6u);
  const auto best = std::max_element(
      epochs.begin(), epochs.end(), [](const auto& a, const auto& b) {
        return a.validation.ndcg < b.validation.ndcg;
      });
  EXPECT_EQ(best->setting.num_epochs, trial->setting.num_epochs);
  EXPECT_EQ(best->setting.regularization, trial->setting.regularization);
  EXPECT_GT(best->loss, 0);
}

TEST(TryInterestTest, PopularityIsThatOfSubjectAndGradeAndOfLate) {
  Viewers viewers;
  // Two grades of their own tastes; what is new in the window is what the grade
  // uses.
  for (int learner = 0; learner < 40; ++learner) {
    const bool is_third = learner % 4 == 0;
    viewers.Add(is_third ? 3 : 5, {is_third ? "a" : "c", "e"},
                {is_third ? "b" : "d"});
  }
  for (int learner = 0; learner < 40; ++learner) {
    viewers.Add(learner % 4 == 0 ? 3 : 5, {learner % 4 == 0 ? "b" : "d"}, {});
  }
  InterestTrialOptions options;
  options.factors.num_factors = 2;
  const auto trial = TryInterest(viewers.dataset(), options);
  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->popularity.num_learners, 40);
  EXPECT_GT(trial->grouped_popularity.ndcg, trial->popularity.ndcg + 0.05);
  EXPECT_EQ(trial->grouped_popularity.ndcg, 1);
}

TEST(TryInterestTest, WithoutNewEngagementsNobodyIsJudged) {
  Viewers viewers;
  viewers.Add(0, {"a", "b"}, {"a"});
  const auto trial = TryInterest(viewers.dataset(), {});
  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->factors.num_learners, 0);
}

TEST(RefitInterestTest, FeaturesTellWhoWantsWhatIsNewerThanTheModel) {
  Dataset dataset = TwoKinds();
  const auto features_of = [](char kind) {
    Resource resource;
    resource.subject = std::string(1, kind);
    return resource;
  };
  for (const auto& [key, id] : dataset.ids.resources) {
    dataset.ids.features[key] = DescribeResource(features_of(id[0]));
  }
  FactorOptions options;
  options.num_factors = 8;
  const auto params =
      RefitInterest(dataset, InterestKind::kFactors, options, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->cold_features, SizeIs(3));  // Two, and that there is one.
  ASSERT_EQ(params->cold.rows(), 3);
  const auto scores_of = [&](const ResourceId& liked, char kind) {
    const auto row =
        std::find(params->resources.begin(), params->resources.end(), liked);
    const auto learner = FoldIn(
        params->factors,
        {{static_cast<ResourceRow>(row - params->resources.begin()), 1}});
    Eigen::RowVectorXf factors = Eigen::RowVectorXf::Zero(8);
    EXPECT_TRUE(AddColdFactors(*params, features_of(kind), factors));
    return factors.dot(*learner);
  };
  EXPECT_GT(scores_of("x1", 'x'), 2 * std::abs(scores_of("x1", 'y')));
  EXPECT_GT(scores_of("y1", 'y'), 2 * std::abs(scores_of("y1", 'x')));
}

// How well scores tell what was used from what was not.
double SquaredError(const InterestParams& params, const Dataset& dataset) {
  std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  for (TrackPart& part : parts) {
    part.from = static_cast<int64_t>(part.interactions.size());
  }
  const EngagementHistory history = CollectEngagements(parts, dataset.ids, 1);
  double sum = 0;
  for (int64_t learner = 0; learner < history.before.num_learners();
       ++learner) {
    const auto used = history.before.Of(learner);
    std::vector<float> errors = ScoresByNeighbours(params.neighbours, used);
    for (const Engagement& engagement : used) {
      errors[ToInt(engagement.resource)] -= 1;
    }
    for (const double error : errors) sum += error * error;
  }
  return sum;
}

TEST(RefitInterestTest, NeighboursAreScaledToTellTakenUpFromNot) {
  const Dataset dataset = TwoKinds();
  FactorOptions options;
  options.num_factors = 8;
  for (const InterestKind kind :
       {InterestKind::kItemKnn, InterestKind::kEase}) {
    SCOPED_TRACE(Name(kind));
    const auto params = RefitInterest(dataset, kind, options, nullptr);
    ASSERT_THAT(params, IsOk());
    EXPECT_EQ(params->neighbours.num_resources(), 80);
    EXPECT_EQ(params->factors.factors.rows(), 80);  // For what is newer.
    EXPECT_GT(params->score_mean, 0);
    EXPECT_LT(params->score_mean, 0.5f);
    const double error = SquaredError(*params, dataset);
    for (const float factor : {0.9f, 1.1f}) {
      InterestParams other = *params;
      for (auto& neighbour : other.neighbours.neighbours) {
        neighbour.similarity *= factor;
      }
      EXPECT_GT(SquaredError(other, dataset), error);
    }
  }
}

TEST(RefitInterestTest, AFewEpochsFromThePreviousVersionEqualManyFromChance) {
  const Dataset dataset = TwoKinds();
  FactorOptions options;
  options.num_factors = 8;
  options.num_epochs = 12;
  std::vector<double> losses;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    losses.push_back(epoch.loss);
    return true;
  };
  Dataset earlier = dataset;
  earlier.learners.resize(80);
  auto previous =
      RefitInterest(earlier, InterestKind::kFactors, options, nullptr);
  ASSERT_THAT(previous, IsOk());
  const InterestModel model(*std::move(previous));
  EXPECT_TRUE(CanStartFrom(&model, 8));
  EXPECT_FALSE(CanStartFrom(&model, 9));
  EXPECT_FALSE(CanStartFrom(nullptr, 8));

  losses.clear();
  ASSERT_THAT(RefitInterest(dataset, InterestKind::kFactors, options, nullptr),
              IsOk());
  const std::vector<double> cold = losses;
  losses.clear();
  ASSERT_THAT(RefitInterest(dataset, InterestKind::kFactors, options, &model),
              IsOk());
  ASSERT_EQ(cold.size(), 12u);
  ASSERT_EQ(losses.size(), static_cast<size_t>(kWarmEpochs));
  EXPECT_LT(losses.back(), 1.01 * cold.back());
  EXPECT_GT(cold[kWarmEpochs - 1], 1.01 * cold.back());
}

TEST(RefitInterestTest, CalibratesOnUnseenPairs) {
  FactorOptions options;
  options.num_factors = 8;
  const auto params =
      RefitInterest(TwoKinds(), InterestKind::kFactors, options, nullptr);
  ASSERT_THAT(params, IsOk());
  EXPECT_GT(params->score_deviation, 0);
  EXPECT_LT(params->score_deviation, 1);
  EXPECT_LT(params->score_mean, 0.9f);
  EXPECT_NE(params->score_mean, 0);
}

}  // namespace
}  // namespace evenlight
