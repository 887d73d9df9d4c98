#include "recommender/training/interest_choice.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RankingMetrics Judged(double ndcg) {
  RankingMetrics metrics;
  metrics.num_learners = ndcg < 0 ? 0 : 100;
  metrics.ndcg = ndcg < 0 ? 0 : ndcg;
  return metrics;
}

// NDCG of each; below 0: not tried.
struct Case {
  std::string name;
  double factors, item_knn, ease, popularity;
  std::string asked;
  InterestKind chosen;
};

class ChooseInterestTest : public testing::TestWithParam<Case> {};

TEST_P(ChooseInterestTest, FactorsUnlessAnotherIsClearlyBetter) {
  const Case& c = GetParam();
  InterestTrial trial;
  trial.factors = Judged(c.factors);
  trial.item_knn = Judged(c.item_knn);
  trial.ease = Judged(c.ease);
  trial.popularity = Judged(c.popularity);
  EXPECT_EQ(ChooseInterest(c.asked, trial), c.chosen);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ChooseInterestTest,
    testing::ValuesIn(std::vector<Case>{
        {"FactorsBest", .2, .1, .15, .1, "auto", InterestKind::kFactors},
        {"EaseBest", .14, .13, .15, .1, "auto", InterestKind::kEase},
        {"KnnBest", .14, .16, .15, .1, "auto", InterestKind::kItemKnn},
        {"WithinTheMargin", .14, .144, .1, .1, "auto", InterestKind::kFactors},
        {"EaseNotTried", .14, .16, -1, .1, "auto", InterestKind::kItemKnn},
        {"PopularityBest", .1, .1, .1, .2, "auto", InterestKind::kPopularity},
        {"PopularityAlittleBetter", .1, .1, .1, .104, "auto",
         InterestKind::kFactors},
        {"NobodyJudged", -1, -1, -1, -1, "auto", InterestKind::kPopularity},
        {"AskedForFactors", .1, .3, .2, .2, "factors", InterestKind::kFactors},
        {"AskedForEase", .3, .1, .1, .2, "ease", InterestKind::kEase},
        {"AskedThoughNobodyJudged", -1, -1, -1, -1, "item_knn",
         InterestKind::kItemKnn},
        {"AskedForPopularity", .3, .1, .1, .2, "popularity",
         InterestKind::kPopularity},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ChooseInterestTest, WhoIsBetterThanTheChosenIsNamed) {
  InterestTrial trial;
  trial.factors = Judged(.14);
  trial.item_knn = Judged(.13);
  trial.ease = Judged(.152);
  trial.popularity = Judged(.09);
  EXPECT_THAT(BetterThanChosen(trial, InterestKind::kFactors),
              ElementsAre("ease ranks the later window better than the factors "
                          "that will serve: NDCG@20 0.1520, not 0.1400"));
  EXPECT_THAT(BetterThanChosen(trial, InterestKind::kEase), ElementsAre());
}

TEST(ChooseInterestTest, AnUnknownNameIsRefusedWithThoseThatAreKnown) {
  EXPECT_TRUE(ValidateInterest("auto").ok());
  EXPECT_TRUE(ValidateInterest("ease").ok());
  EXPECT_THAT(ValidateInterest("slim").message(),
              HasSubstr("interest slim is not known; there are auto, factors, "
                        "item_knn, ease, popularity"));
}

}  // namespace
}  // namespace evenlight
