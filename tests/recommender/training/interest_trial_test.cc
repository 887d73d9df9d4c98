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
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Builds tracks of views, in order, and their id tables.
class Viewers {
 public:
  void Add(int32_t grade, const std::vector<ResourceId>& before,
           const std::vector<ResourceId>& in_window) {
    LearnerTrack track;
    track.learner = absl::StrCat("l", dataset_.learners.size());
    track.grade = grade;
    for (const ResourceId& id : before) View(id, track);
    track.num_before_window = static_cast<int64_t>(track.interactions.size());
    for (const ResourceId& id : in_window) View(id, track);
    dataset_.learners.push_back(std::move(track));
  }

  const Dataset& dataset() const { return dataset_; }

 private:
  void View(const ResourceId& id, LearnerTrack& track) {
    Interaction interaction;
    interaction.position.time =
        absl::UnixEpoch() + absl::Minutes(track.interactions.size());
    interaction.verb = Verb::kViewed;
    interaction.resource = ResourceKeyOf(id);
    dataset_.ids.resources.emplace(interaction.resource, id);
    track.interactions.push_back(interaction);
  }

  Dataset dataset_;
};

ResourceRow Row(int32_t row) { return ResourceRow{row}; }

TEST(CollectEngagementsTest, AfterHoldsOnlyWhatIsNewAndHasARow) {
  Viewers viewers;
  viewers.Add(0, {"b", "a"}, {"a", "c", "never-before"});
  viewers.Add(0, {"c"}, {});
  const EngagementHistory history = CollectEngagements(
      LaterWindow(viewers.dataset().learners), viewers.dataset().ids, 2);
  EXPECT_THAT(history.resources, ElementsAre("a", "b", "c"));
  ASSERT_EQ(history.before.num_learners(), 2);
  ASSERT_THAT(history.before.Of(0), SizeIs(2));
  EXPECT_EQ(history.before.Of(0)[0].resource, Row(0));
  EXPECT_GT(history.before.Of(0)[0].weight, 0);
  EXPECT_THAT(history.after[0], ElementsAre(Row(2)));
  EXPECT_THAT(history.after[1], IsEmpty());
}

TEST(CollectEngagementsTest, FoldInSeesTheLatestAsAtServing) {
  Viewers viewers;
  std::vector<ResourceId> many;
  for (int resource = 0; resource < 100; ++resource) {
    many.push_back(absl::StrCat(1000 - resource));
  }
  viewers.Add(0, many, {});
  viewers.Add(0, {"1000"}, {});
  const EngagementHistory history = CollectEngagements(
      LaterWindow(viewers.dataset().learners), viewers.dataset().ids, 2);
  EXPECT_THAT(history.before.Of(0), SizeIs(100));
  EXPECT_THAT(history.latest.Of(0), SizeIs(100));
  EXPECT_THAT(history.latest.Of(1), SizeIs(1));
}

TEST(RefitInterestTest, CountsLearnersByResourceAndGrade) {
  Viewers viewers;
  viewers.Add(3, {"a", "b", "a"}, {});
  viewers.Add(3, {"b"}, {});
  viewers.Add(5, {"a"}, {});
  viewers.Add(0, {"a"}, {});
  const auto params = RefitInterest(viewers.dataset(), false, {});
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
  const auto params = RefitInterest(viewers.dataset(), true, {});
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->resources, ElementsAre("a", "b"));
  EXPECT_EQ(params->factors.factors.rows(), 2);
}

TEST(RefitInterestTest, AtMostFiveHundredAreKeptOfAGrade) {
  Viewers viewers;
  for (int resource = 0; resource < 600; ++resource) {
    viewers.Add(1, {absl::StrCat("r", resource)}, {});
  }
  const auto params = RefitInterest(viewers.dataset(), false, {});
  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->grades.at(1), SizeIs(500));
}

TEST(RefitInterestTest, NoEngagementGivesAnEmptyModel) {
  const auto params = RefitInterest(Dataset(), true, {});
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
  FactorOptions options;
  options.num_factors = 8;
  const auto trial = TryInterest(TwoKinds(), options);
  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->factors.num_learners, 90);
  EXPECT_EQ(trial->popularity.num_learners, 90);
  EXPECT_EQ(trial->item_knn.num_learners, 90);
  EXPECT_EQ(trial->ease.num_learners, 90);
  EXPECT_GT(trial->item_knn.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->ease.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->factors.recall, trial->popularity.recall + 0.1);
  EXPECT_GT(trial->factors.ndcg, trial->popularity.ndcg);
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
  const auto params = RefitInterest(dataset, true, options);
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

TEST(RefitInterestTest, CalibratesOnUnseenPairs) {
  FactorOptions options;
  options.num_factors = 8;
  const auto params = RefitInterest(TwoKinds(), true, options);
  ASSERT_THAT(params, IsOk());
  EXPECT_GT(params->score_deviation, 0);
  EXPECT_LT(params->score_deviation, 1);
  EXPECT_LT(params->score_mean, 0.9f);
  EXPECT_NE(params->score_mean, 0);
}

}  // namespace
}  // namespace evenlight
