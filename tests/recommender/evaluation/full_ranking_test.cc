#include "recommender/evaluation/full_ranking.h"

#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "recommender/evaluation/ranking_metrics.h"

namespace evenlight {
namespace {

using testing::ElementsAre;

constexpr int32_t kNumResources = 500;
constexpr int64_t kNumLearners = 100;

class FullRankingTest : public testing::Test {
 protected:
  FullRankingTest() : learners_(kNumLearners) {
    std::iota(learners_.begin(), learners_.end(), 0);
    task_.num_resources = kNumResources;
    task_.learners = learners_;
    task_.seen = [](int64_t learner) {
      std::vector<ResourceRow> seen;
      for (int32_t row = static_cast<int32_t>(learner); row < kNumResources;
           row += 7) {
        seen.push_back(static_cast<ResourceRow>(row));
      }
      return seen;
    };
    // Few values, so that there are many ties.
    std::mt19937 random(5);
    scores_.resize(kNumLearners, kNumResources);
    for (Eigen::Index cell = 0; cell < scores_.size(); ++cell) {
      scores_.data()[cell] = static_cast<float>(random() % 40);
    }
  }

  std::vector<std::vector<ResourceRow>> Rank() const {
    return RankLearners(task_, [&](absl::Span<const int64_t> learners,
                                   FactorMatrix& scores) {
      for (size_t row = 0; row < learners.size(); ++row) {
        scores.row(static_cast<Eigen::Index>(row)) = scores_.row(learners[row]);
      }
    });
  }

  std::vector<int64_t> learners_;
  RankingTask task_;
  FactorMatrix scores_;
};

TEST_F(FullRankingTest, EqualsASortOfAllScores) {
  for (const int depth : {1, 20, 100, 1000}) {
    task_.depth = depth;
    const auto rankings = Rank();
    for (const int64_t learner : learners_) {
      EXPECT_EQ(rankings[learner],
                TopUnseen(absl::MakeConstSpan(
                              scores_.data() + learner * kNumResources,
                              kNumResources),
                          task_.seen(learner), depth));
    }
  }
}

TEST_F(FullRankingTest, IsTheSameWithAnyNumberOfThreads) {
  const auto one = Rank();
  task_.num_threads = 3;
  EXPECT_EQ(Rank(), one);
}

TEST_F(FullRankingTest, RanksNothingThatIsNotFinite) {
  task_.seen = [](int64_t) { return std::vector<ResourceRow>(); };
  scores_.setConstant(std::numeric_limits<float>::quiet_NaN());
  scores_(0, 3) = 1;
  scores_(0, 9) = 2;
  const auto rankings = Rank();
  EXPECT_THAT(rankings[0], ElementsAre(ResourceRow{9}, ResourceRow{3}));
  EXPECT_TRUE(rankings[1].empty());
}

TEST(FactorScorerTest, GivesProductsOfTheLearnersAskedFor) {
  FactorMatrix learners(2, 2);
  learners << 1, 2, 3, 4;
  FactorMatrix resources(3, 2);
  resources << 1, 0, 0, 1, 1, 1;
  FactorMatrix scores(1, 3);
  const std::vector<int64_t> second = {1};
  FactorScorer(learners, resources)(second, scores);
  EXPECT_EQ(scores(0, 0), 3);
  EXPECT_EQ(scores(0, 1), 4);
  EXPECT_EQ(scores(0, 2), 7);
}

// Whole panels of resources and a part of one, learners by fours and not.
TEST(FactorScorerTest, GivesTheSameScoresInBlocksOfAnySize) {
  const FactorMatrix learners = FactorMatrix::Random(40, 7);
  const FactorMatrix resources = FactorMatrix::Random(150, 7);
  const FactorMatrix expected = learners * resources.transpose();
  std::vector<int64_t> rows(40);
  std::iota(rows.begin(), rows.end(), 0);
  const BlockScorer scorer = FactorScorer(learners, resources);
  FactorMatrix whole(40, 150);
  scorer(rows, whole);
  EXPECT_LT((whole - expected).cwiseAbs().maxCoeff(), 1e-5f);
  for (const int size : {1, 3, 4, 32}) {
    FactorMatrix scores(size, 150);
    scorer(absl::MakeConstSpan(rows).subspan(5, size), scores);
    EXPECT_TRUE(scores == whole.middleRows(5, size)) << size;
  }
}

TEST(FactorScorerTest, VectorTargetsAgree) {
  const FactorMatrix learners = FactorMatrix::Random(4, 20);
  const FactorMatrix resources = FactorMatrix::Random(100, 20);
  const FactorMatrix expected = learners * resources.transpose();
  const std::vector<int64_t> rows = {0, 1, 2, 3};
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    FactorMatrix scores(4, 100);
    FactorScorer(learners, resources)(rows, scores);
    hwy::SetSupportedTargetsForTest(0);
    EXPECT_LT((scores - expected).cwiseAbs().maxCoeff(), 1e-5f)
        << hwy::TargetName(target);
  }
}

}  // namespace
}  // namespace evenlight
