#include "recommender/training/weight_trial.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/ranking/policy.h"
#include "tests/recommender/training/planted_lists.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr auto kSelfStudy = static_cast<size_t>(Phase::kSelfStudy);

PhaseExposures Exposures(const ScoreParts& taken_up_by, int num_lists) {
  PhaseExposures exposures;
  exposures.lists =
      MakeLists({.weights = taken_up_by,
                 .shown_by = RankingPolicy::DefaultWeights()[kSelfStudy]},
                num_lists);
  exposures.num_lists = num_lists + 7;
  return exposures;
}

WeightTrial TrySelfStudy(const PhaseExposures& exposures) {
  ExposureLog log;
  log[kSelfStudy] = exposures;
  return TryWeights(log, RankingPolicy::DefaultWeights(), {}).back();
}

TEST(WeightTrialTest, WeightsThatTellBetterServe) {
  const WeightTrial trial =
      TrySelfStudy(Exposures({0, .1f, .1f, .2f, .4f, .2f, 0}, 1500));
  EXPECT_TRUE(trial.serves) << trial.reason;
  ASSERT_TRUE(trial.comparison.has_value());
  EXPECT_EQ(trial.comparison->num_lists, 300);
  EXPECT_LT(trial.comparison->learnt_log_loss,
            trial.comparison->hand_set_log_loss);
  EXPECT_GT(trial.comparison->learnt_ndcg, trial.comparison->hand_set_ndcg);
  EXPECT_EQ(trial.gates.size(), 2);
  const LearntWeights weights = WeightsThatServe({&trial, 1});
  EXPECT_EQ(weights[kSelfStudy], trial.fit.weights);
  EXPECT_EQ(weights[static_cast<size_t>(Phase::kUnspecified)],
            trial.fit.weights);
  EXPECT_FALSE(weights[static_cast<size_t>(Phase::kInClass)].has_value());
}

TEST(WeightTrialTest, HandSetWeightsThatAreRightStay) {
  const WeightTrial trial = TrySelfStudy(
      Exposures(RankingPolicy::DefaultWeights()[kSelfStudy], 1500));
  EXPECT_FALSE(trial.serves);
  EXPECT_THAT(trial.reason, HasSubstr("not passed: log loss"));
  EXPECT_FALSE(WeightsThatServe({&trial, 1})[kSelfStudy].has_value());
}

TEST(WeightTrialTest, SaysHowManyListsAreMissing) {
  const WeightTrial trial = TrySelfStudy(Exposures({1}, 999));
  EXPECT_FALSE(trial.serves);
  EXPECT_FALSE(trial.comparison.has_value());
  EXPECT_THAT(trial.reason, HasSubstr("1 lists are missing"));
  EXPECT_THAT(trial.reason, HasSubstr("999 of 1006, 1000 are needed"));
}

TEST(WeightTrialTest, EveryPhaseIsTriedByItself) {
  ExposureLog log;
  log[static_cast<size_t>(Phase::kInClass)] =
      Exposures({0, 0, 0, 0, 1, 0, 0}, 1000);
  const std::vector<WeightTrial> trials =
      TryWeights(log, RankingPolicy::DefaultWeights(), {});
  ASSERT_EQ(trials.size(), 4);
  for (const WeightTrial& trial : trials) {
    EXPECT_EQ(trial.serves, trial.phase == Phase::kInClass)
        << NameOf(trial.phase);
    EXPECT_EQ(
        trial.hand_set,
        RankingPolicy::DefaultWeights()[static_cast<size_t>(trial.phase)]);
  }
}

}  // namespace
}  // namespace evenlight
