#include "recommender/training/resource_experiment.h"

#include <algorithm>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/training/resource_settings.h"

namespace evenlight {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Learners of two kinds, each with resources of one half; held out is one of
// them that each left out.
ResourceSplit TwoHalves() {
  ResourceSplit split;
  split.train.num_resources = 24;
  for (int32_t learner = 0; learner < 48; ++learner) {
    const int32_t half = learner % 2 * 12;
    std::vector<Engagement> engagements;
    for (int32_t row = 0; row < 12; ++row) {
      if (row == learner / 2 % 12 || (row + learner) % 4 == 1) continue;
      engagements.push_back({static_cast<ResourceRow>(half + row), 1});
    }
    split.train.AddLearner(engagements);
    split.held_out.push_back(
        {static_cast<ResourceRow>(half + learner / 2 % 12)});
  }
  return split;
}

ResourceExperimentOptions SmallOptions() {
  ResourceExperimentOptions options;
  options.ranker.num_factors = 8;
  options.num_epochs = 3;
  return options;
}

TEST(HoldOutTest, PartsTheTrainingEngagementsAndLooksAtNothingElse) {
  const ResourceSplit split = TwoHalves();
  const ResourceSplit part = HoldOut(split, 0.3, 1);
  ASSERT_EQ(part.train.num_learners(), split.train.num_learners());
  for (int64_t learner = 0; learner < 48; ++learner) {
    std::multiset<ResourceRow> both(part.held_out[learner].begin(),
                                    part.held_out[learner].end());
    for (const Engagement& engagement : part.train.Of(learner)) {
      both.insert(engagement.resource);
    }
    std::multiset<ResourceRow> whole;
    for (const Engagement& engagement : split.train.Of(learner)) {
      whole.insert(engagement.resource);
    }
    EXPECT_EQ(both, whole);
    const double share = 0.3 * static_cast<double>(whole.size());
    EXPECT_GT(static_cast<double>(part.held_out[learner].size()), share - 1);
    EXPECT_LT(static_cast<double>(part.held_out[learner].size()), share + 1);
  }
}

TEST(HoldOutTest, IsRepeatableFromTheSeed) {
  const ResourceSplit split = TwoHalves();
  EXPECT_EQ(HoldOut(split, 0.3, 1).held_out, HoldOut(split, 0.3, 1).held_out);
  EXPECT_NE(HoldOut(split, 0.3, 1).held_out, HoldOut(split, 0.3, 2).held_out);
}

TEST(HoldOutTest, OneEngagementAlwaysStays) {
  ResourceSplit split;
  split.train.num_resources = 2;
  split.train.AddLearner({{ResourceRow{0}, 1}});
  split.train.AddLearner({});
  split.held_out.resize(2);
  for (int64_t seed = 0; seed < 20; ++seed) {
    const ResourceSplit part = HoldOut(split, 0.9, seed);
    EXPECT_THAT(part.train.Of(0), SizeIs(1));
    EXPECT_THAT(part.held_out[0], IsEmpty());
  }
}

TEST(HoldOutTest, AgesStayWithTheirEntries) {
  ResourceSplit split = TwoHalves();
  for (const Engagement& entry : split.train.entries) {
    split.entry_ages.push_back(absl::Hours(ToInt(entry.resource)));
  }
  const ResourceSplit part = HoldOut(split, 0.3, 1);
  ASSERT_EQ(part.entry_ages.size(), part.train.entries.size());
  for (size_t entry = 0; entry < part.entry_ages.size(); ++entry) {
    EXPECT_EQ(part.entry_ages[entry],
              absl::Hours(ToInt(part.train.entries[entry].resource)));
  }
}

TEST(ResourceExperimentTest, EveryModelButPopularityFindsTheHalves) {
  const auto experiment = RunResourceExperiment(TwoHalves(), SmallOptions());
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  ASSERT_THAT(experiment->scores, SizeIs(4));
  for (const ResourceScore& score : experiment->scores) {
    EXPECT_EQ(score.figures.num_learners, 48);
    // At most four of the own half are left, the held-out one among them.
    if (score.model != kPopularity) {
      EXPECT_GT(score.figures.ndcg20.mean, 0.4) << score.model;
    }
  }
}

TEST(ResourceExperimentTest, ValidationChoosesAmongWhatWasTried) {
  ResourceExperimentOptions options = SmallOptions();
  options.validate_fraction = 0.2;
  options.num_random = 2;
  const auto experiment = RunResourceExperiment(TwoHalves(), options);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  for (const ResourceScore& score : experiment->scores) {
    const size_t num_random = score.model == kPopularity ? 0 : 2;
    EXPECT_EQ(score.trials.size(),
              DefaultSettings(score.model, false).size() + num_random);
    const auto best =
        std::max_element(score.trials.begin(), score.trials.end(),
                         [](const RankerTrial& a, const RankerTrial& b) {
                           return a.ndcg20 < b.ndcg20;
                         });
    EXPECT_GE(1.01 * score.validation_ndcg20, best->ndcg20);
    EXPECT_TRUE(std::any_of(score.trials.begin(), score.trials.end(),
                            [&](const RankerTrial& one) {
                              return KnobsOf(score.model, one.setting) ==
                                         KnobsOf(score.model, score.setting) &&
                                     one.ndcg20 == score.validation_ndcg20;
                            }));
    EXPECT_LE(score.setting.num_epochs, 3);
  }
}

// What is held out may change as it likes: nothing that is chosen moves.
TEST(ResourceExperimentTest, ChoicesDoNotReadTheTest) {
  ResourceExperimentOptions options = SmallOptions();
  options.models = {"ials", "itemknn"};
  options.validate_fraction = 0.2;
  options.num_random = 2;
  ResourceSplit split = TwoHalves();
  const auto before = RunResourceExperiment(split, options);
  for (std::vector<ResourceRow>& rows : split.held_out) {
    rows = {rows[0] == ResourceRow{23} ? ResourceRow{0} : ResourceRow{23}};
  }
  const auto after = RunResourceExperiment(split, options);
  ASSERT_TRUE(before.ok() && after.ok());
  for (size_t model = 0; model < 2; ++model) {
    EXPECT_EQ(KnobsOf("ials", before->scores[model].setting),
              KnobsOf("ials", after->scores[model].setting));
    EXPECT_EQ(KnobsOf("itemknn", before->scores[model].setting),
              KnobsOf("itemknn", after->scores[model].setting));
  }
}

TEST(ResourceExperimentTest, IsTheSameWithAnyNumberOfThreads) {
  ResourceExperimentOptions options = SmallOptions();
  options.validate_fraction = 0.2;
  const auto one = RunResourceExperiment(TwoHalves(), options);
  options.ranker.num_threads = 3;
  const auto three = RunResourceExperiment(TwoHalves(), options);
  ASSERT_TRUE(one.ok() && three.ok());
  for (size_t model = 0; model < one->scores.size(); ++model) {
    EXPECT_EQ(one->scores[model].figures.ndcg100.mean,
              three->scores[model].figures.ndcg100.mean);
    EXPECT_EQ(one->scores[model].spread.gini, three->scores[model].spread.gini);
  }
}

TEST(ResourceExperimentTest, EaseIsLeftOutOfALargeCatalogAndSaysSo) {
  ResourceExperimentOptions options = SmallOptions();
  options.models = {"popularity", "ease"};
  ResourceSplit split = TwoHalves();
  split.train.num_resources = 20'001;
  const auto experiment = RunResourceExperiment(split, options);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  EXPECT_THAT(experiment->scores, SizeIs(1));
  ASSERT_THAT(experiment->left_out, SizeIs(1));
  EXPECT_EQ(experiment->left_out[0].model, "ease");
  EXPECT_THAT(experiment->left_out[0].reason.message(), HasSubstr("20001"));
}

TEST(ResourceExperimentTest, RefusesWhatIsWrong) {
  const auto message = [](const ResourceSplit& split,
                          const ResourceExperimentOptions& options) {
    return std::string(
        RunResourceExperiment(split, options).status().message());
  };
  ResourceExperimentOptions options = SmallOptions();
  options.models = {"ials", "bert"};
  EXPECT_THAT(message(TwoHalves(), options), HasSubstr("model `bert`"));
  options = SmallOptions();
  options.validate_fraction = 1;
  EXPECT_THAT(message(TwoHalves(), options), HasSubstr("fraction 1"));
  options.validate_fraction = 0;
  options.num_random = 1;
  EXPECT_THAT(message(TwoHalves(), options), HasSubstr("a search needs"));
  ResourceSplit nothing;
  EXPECT_THAT(message(nothing, SmallOptions()), HasSubstr("no learner"));
  ResourceSplit single = TwoHalves();
  single.train = EngagementTable();
  single.train.num_resources = 24;
  single.train.AddLearner({{ResourceRow{1}, 1}});
  single.held_out = {{ResourceRow{0}}};
  options = SmallOptions();
  options.validate_fraction = 0.1;
  EXPECT_THAT(message(single, options), HasSubstr("validation part"));
}

}  // namespace
}  // namespace evenlight
