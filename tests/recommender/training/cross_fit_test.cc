#include "recommender/training/cross_fit.h"

#include <cmath>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr int kNumLearners = 40;
constexpr int kAnswersEach = 10;

// Two parts of each learner; a question of their own, always answered right, is
// all that there is to learn.
std::vector<LrhExample> Examples() {
  std::vector<LrhExample> examples;
  for (int part = 0; part < 2 * kNumLearners; ++part) {
    for (int answer = 0; answer < kAnswersEach; ++answer) {
      LrhExample& example = examples.emplace_back();
      example.part = part;
      example.is_correct = true;
      example.input.question = static_cast<QuestionRow>(part / 2);
      example.input.kcs = {{KcRow(0), {}}};
    }
  }
  return examples;
}

std::vector<int32_t> LearnerOfPart() {
  std::vector<int32_t> learners;
  for (int part = 0; part < 2 * kNumLearners; ++part) {
    learners.push_back(part / 2);
  }
  return learners;
}

LrhTrainOptions Options() {
  LrhTrainOptions options;
  options.num_questions = kNumLearners;
  options.num_kcs = 1;
  options.max_epochs = 3;
  return options;
}

// A learner's own question would raise their log-odds above what all share: the
// in-sample fit shows that, the cross fit must not.
TEST(CrossFitTest, NobodyIsPredictedByWeightsThatSawThem) {
  const auto examples = Examples();
  const auto cross = CrossFitLogOdds(examples, LearnerOfPart(), Options(), 1);
  const auto in_sample =
      LogOddsOf(TrainLrh(examples, {}, Options()).weights, examples);
  ASSERT_EQ(cross.size(), examples.size());
  for (size_t row = 0; row < examples.size(); ++row) {
    EXPECT_LT(cross[row], in_sample[row] - 0.2f);
  }
  // One value per group: nothing of the learner or the question is in them.
  EXPECT_EQ(std::set<float>(cross.begin(), cross.end()).size(), 4);
}

TEST(CrossFitTest, IsEqualWithOneThreadAndTwo) {
  const auto examples = Examples();
  EXPECT_EQ(CrossFitLogOdds(examples, LearnerOfPart(), Options(), 1),
            CrossFitLogOdds(examples, LearnerOfPart(), Options(), 2));
}

TEST(CrossFitTest, OneLearnerOrNoneIsFinite) {
  EXPECT_TRUE(CrossFitLogOdds({}, {}, Options(), 2).empty());
  auto examples = Examples();
  examples.resize(2 * kAnswersEach);
  for (const float log_odds :
       CrossFitLogOdds(examples, LearnerOfPart(), Options(), 2)) {
    EXPECT_TRUE(std::isfinite(log_odds));
  }
}

}  // namespace
}  // namespace evenlight
