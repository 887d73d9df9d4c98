#include "recommender/training/success_trial.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "recommender/training/tracing_experiment.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

constexpr int kNumPairs = 8;

// Exercises p0 to p7, each with one q that is right if p was, nine times in
// ten. Answers of p are for training; of q, most are and some are not.
AnswerSet Planted() {
  std::mt19937_64 random(1);
  AnswerSet answers;
  for (int learner = 0; learner < 300; ++learner) {
    LearnerAnswers& of_learner = answers.learners.emplace_back();
    of_learner.learner = absl::StrCat("l", learner);
    for (int pair = 0; pair < kNumPairs; ++pair) {
      const bool is_right = std::bernoulli_distribution(0.6)(random);
      for (const std::string kind : {"p", "q"}) {
        Answer& answer = of_learner.answers.emplace_back();
        answer.question = absl::StrCat(kind, pair);
        answer.kcs = {answer.question};
        const bool flips = std::bernoulli_distribution(0.1)(random);
        answer.is_correct = kind == "p" ? is_right : is_right != flips;
        const int part = (learner + pair) % 10;
        answer.split = kind == "p" || part < 6 ? AnswerSplit::kTrain
                       : part < 8              ? AnswerSplit::kValidation
                                               : AnswerSplit::kTest;
      }
    }
  }
  return answers;
}

std::shared_ptr<const ServingSnapshot> PlantedGraph() {
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs;
  for (int pair = 0; pair < kNumPairs; ++pair) {
    for (const std::string kind : {"p", "q"}) {
      auto kc = std::make_shared<KnowledgeComponent>();
      kc->id = absl::StrCat(kind, pair);
      if (kind == "q") kc->prerequisites = {absl::StrCat("p", pair)};
      kcs.push_back(std::move(kc));
    }
  }
  return Bind(
      std::make_shared<Catalog>(
          1, std::vector<std::shared_ptr<const Resource>>(), std::move(kcs)),
      std::make_shared<ModelSet>());
}

TEST(SuccessTrialTest, OutcomesOnPrerequisitesTellWhatBiasesCannot) {
  const SplitTracks tracks(Planted());
  ASSERT_THAT(tracks.Check(), IsOk());
  const SuccessTrial trial = TrySuccess(*PlantedGraph(), tracks);
  std::map<std::string, SuccessScore> scores;
  for (const SuccessScore& score : trial.scores) scores[score.model] = score;
  ASSERT_EQ(scores.size(), 5u);
  EXPECT_EQ(scores[kMeanModel].metrics.auc, 0.5);
  EXPECT_LT(scores[kBiasesModel].metrics.auc, 0.7);
  EXPECT_GT(scores[kPrerequisitesModel].metrics.auc, 0.85);
  EXPECT_LT(scores[kPrerequisitesModel].against_biases.mean, -0.1);
  EXPECT_EQ(scores[kBiasesModel].against_biases.mean, 0);
  EXPECT_GT(trial.outcome_weights[0], 0.5);
  EXPECT_LT(trial.outcome_weights[1], -0.5);
  EXPECT_EQ(trial.num_with_outcomes, scores[kMeanModel].metrics.num_answers);
  EXPECT_EQ(scores[kPrerequisitesModel].reliability.size(), 10u);
}

TEST(SplitTracksTest, PartsAreThoseOfTheDataSet) {
  AnswerSet answers;
  LearnerAnswers& learner = answers.learners.emplace_back();
  learner.learner = "l";
  for (const auto& [question, split] :
       std::vector<std::pair<std::string, AnswerSplit>>{
           {"q1", AnswerSplit::kTest},
           {"q2", AnswerSplit::kTrain},
           {"q3", AnswerSplit::kValidation},
           {"q4", AnswerSplit::kTrain}}) {
    Answer& answer = learner.answers.emplace_back();
    answer.question = question;
    answer.kcs = {question};
    answer.split = split;
  }
  answers.learners.emplace_back().learner = "nobody";
  const SplitTracks tracks(answers);
  ASSERT_EQ(tracks.num_learners(), 2);
  ASSERT_EQ(tracks.Train(0).size(), 2u);
  EXPECT_EQ(tracks.Train(0)[0].question, ResourceKeyOf("q2"));
  EXPECT_EQ(tracks.Train(0)[1].question, ResourceKeyOf("q4"));
  ASSERT_EQ(tracks.Validation(0).size(), 1u);
  ASSERT_EQ(tracks.Test(0).size(), 1u);
  EXPECT_EQ(tracks.Test(0)[0].question, ResourceKeyOf("q1"));
  ASSERT_EQ(tracks.TrainParts().size(), 1u);
  ASSERT_EQ(tracks.ValidationParts().size(), 1u);
  EXPECT_EQ(tracks.ValidationParts()[0].from, 2);
  EXPECT_EQ(tracks.ValidationParts()[0].interactions.size(), 3u);
}

TEST(SplitTracksTest, WithoutTestAnswersThereIsNothingToPredict) {
  AnswerSet answers = Planted();
  for (LearnerAnswers& learner : answers.learners) {
    for (Answer& answer : learner.answers) answer.split = AnswerSplit::kTrain;
  }
  EXPECT_THAT(SplitTracks(answers).Check(),
              HasCode(absl::StatusCode::kInvalidArgument));
  for (LearnerAnswers& learner : answers.learners) {
    for (Answer& answer : learner.answers) answer.split = AnswerSplit::kTest;
  }
  EXPECT_THAT(SplitTracks(answers).Check(),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace evenlight
