#include "recommender/models/tracing_model.h"

#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TracingModel TwoKcs() {
  TracingParams params;
  params.kcs = {"add", "subtract"};
  params.bkt = {BktParams{}, {0.6f, 0.1f, 0.0f, 0.1f, 0.2f}};
  params.kc_p_correct = {0.8f, 0.4f};
  params.questions = {"q1"};
  params.question_p_correct = {0.9f};
  params.mean_p_correct = 0.7f;
  return TracingModel(params);
}

TEST(TracingModelTest, DefaultKnowsNothingAndGivesPriors) {
  const TracingModel model;
  EXPECT_FALSE(model.is_trained());
  EXPECT_EQ(model.FindKc(KcKeyOf("add")), KcRow::kNone);
  EXPECT_EQ(model.FindQuestion(ResourceKeyOf("q1")), QuestionRow::kNone);
  EXPECT_FLOAT_EQ(model.Bkt(KcRow::kNone).p_init, BktParams{}.p_init);
  EXPECT_FLOAT_EQ(model.ExpectedCorrect(QuestionRow::kNone, {}), 0.65f);
}

TEST(TracingModelTest, RowsArePositions) {
  const TracingModel model = TwoKcs();
  EXPECT_EQ(model.FindKc(KcKeyOf("subtract")), KcRow{1});
  EXPECT_EQ(model.FindQuestion(ResourceKeyOf("q1")), QuestionRow{0});
  EXPECT_EQ(model.FindKc(KcKeyOf("divide")), KcRow::kNone);
  EXPECT_FLOAT_EQ(model.Bkt(KcRow{1}).p_init, 0.6f);
}

TEST(TracingModelTest, ExpectsOfTheQuestionElseOfItsKcsElseOfAll) {
  const TracingModel model = TwoKcs();
  const std::vector<KcRow> both = {KcRow{0}, KcRow{1}};
  EXPECT_FLOAT_EQ(model.ExpectedCorrect(QuestionRow{0}, both), 0.9f);
  EXPECT_FLOAT_EQ(model.ExpectedCorrect(QuestionRow::kNone, both), 0.6f);
  EXPECT_FLOAT_EQ(
      model.ExpectedCorrect(QuestionRow::kNone, {KcRow::kNone, KcRow{1}}),
      0.4f);
  EXPECT_FLOAT_EQ(model.ExpectedCorrect(QuestionRow::kNone, {KcRow::kNone}),
                  0.7f);
}

}  // namespace
}  // namespace evenlight
