#include "recommender/training/tracing_experiment.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/training/tracing_fitter.h"
#include "tests/recommender/training/planted_data.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;

const TracingScore& Find(const std::vector<TracingScore>& scores,
                         const std::string& model, int fold) {
  const auto it = std::find_if(
      scores.begin(), scores.end(), [&](const TracingScore& score) {
        return score.model == model && score.fold == fold;
      });
  EXPECT_NE(it, scores.end()) << model << " " << fold;
  return *it;
}

// A residual that is small and soon learnt.
TracingFitOptions QuickFit(int max_epochs) {
  TracingFitOptions fit;
  fit.residual = SmallResidual();
  fit.residual.max_epochs = max_epochs;
  return fit;
}

// The message of what must be refused.
std::string RefusalOf(const AnswerSet& answers,
                      const TracingExperimentOptions& options) {
  const auto scores = RunTracingExperiment(answers, options);
  EXPECT_THAT(scores, HasCode(absl::StatusCode::kInvalidArgument));
  return std::string(scores.status().message());
}

TEST(TracingExperimentTest, ModelsOfTheLearnerBeatModelsOfTheQuestion) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 300});
  TracingExperimentOptions options;
  options.models = {"mean", "questionmean", "kcmean", "bkt", "bestlr", "lrh"};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 6 * 6);
  const auto auc = [&](const char* model) {
    return Find(*scores, model, 0).figures.auc;
  };
  EXPECT_DOUBLE_EQ(auc("mean"), 0.5);
  EXPECT_GT(auc("questionmean"), auc("kcmean") + 0.05);
  EXPECT_GT(auc("bkt"), auc("kcmean") + 0.1);
  EXPECT_GT(auc("lrh"), auc("kcmean") + 0.15);
  EXPECT_GT(auc("bestlr"), auc("bkt"));
  EXPECT_LT(Find(*scores, "lrh", 0).figures.log_loss,
            Find(*scores, "kcmean", 0).figures.log_loss - 0.05);
}

TEST(TracingExperimentTest, FoldZeroIsTheMeanOverFolds) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 50});
  TracingExperimentOptions options;
  options.models = {"bkt"};
  options.folds = {2, 4};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 3);
  const TracingScore& second = Find(*scores, "bkt", 2);
  const TracingScore& fourth = Find(*scores, "bkt", 4);
  const TracingScore& mean = Find(*scores, "bkt", 0);
  EXPECT_NEAR(mean.figures.auc, (second.figures.auc + fourth.figures.auc) / 2,
              1e-12);
  EXPECT_NEAR(mean.deviations.auc,
              std::abs(second.figures.auc - fourth.figures.auc) / std::sqrt(2),
              1e-12);
  EXPECT_EQ(second.deviations.auc, 0);
  EXPECT_EQ(second.num_answers, 10 * 60);
  EXPECT_EQ(mean.num_answers, 20 * 60);
}

TEST(TracingExperimentTest, IsEqualForAnyNumberOfThreads) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 40});
  TracingExperimentOptions options;
  options.models = {"bkt", "bestlr", "dkt", "lrh", "lrh2gru"};
  options.fit = QuickFit(3);
  options.online = true;
  options.num_threads = 1;
  const auto one = RunTracingExperiment(answers, options);
  options.num_threads = 3;
  const auto three = RunTracingExperiment(answers, options);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(three, IsOk());
  ASSERT_EQ(one->size(), three->size());
  for (size_t row = 0; row < one->size(); ++row) {
    EXPECT_EQ((*one)[row].model, (*three)[row].model);
    SCOPED_TRACE((*one)[row].model);
    EXPECT_EQ((*one)[row].figures.auc, (*three)[row].figures.auc);
    EXPECT_EQ((*one)[row].figures.log_loss, (*three)[row].figures.log_loss);
  }
}

// A learner's history is what makes BKT better than the kc's mean: without it,
// every answer is the first.
TEST(TracingExperimentTest, ChunksForgetWhatWasBefore) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 200});
  TracingExperimentOptions options;
  options.models = {"bkt"};
  options.folds = {1};
  options.chunk_size = 0;
  const auto whole = RunTracingExperiment(answers, options);
  options.chunk_size = 1;
  const auto single = RunTracingExperiment(answers, options);
  ASSERT_THAT(whole, IsOk());
  ASSERT_THAT(single, IsOk());
  EXPECT_GT(whole->front().figures.auc, single->front().figures.auc + 0.1);
  EXPECT_EQ(whole->front().num_answers, single->front().num_answers);
}

TEST(TracingExperimentTest, WithoutFoldsLearnersGoByASeededHash) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 100});
  answers.has_folds = false;
  for (LearnerAnswers& learner : answers.learners) learner.fold = 0;
  TracingExperimentOptions options;
  options.models = {"kcmean"};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  EXPECT_EQ(Find(*scores, "kcmean", 0).num_answers, 100 * 60);
}

TEST(TracingExperimentTest, LearnersOfFoldZeroAreNeverTested) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 50});
  for (LearnerAnswers& learner : answers.learners) {
    if (learner.fold == 3) learner.fold = 0;
  }
  TracingExperimentOptions options;
  options.models = {"mean"};
  options.folds = {1, 4, 5};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  EXPECT_EQ(Find(*scores, "mean", 0).num_answers, 30 * 60);
}

// What to do about it must be in the message.
TEST(TracingExperimentTest, AnEmptyFoldIsRefusedAndTheOthersAreNamed) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 50});
  for (LearnerAnswers& learner : answers.learners) {
    if (learner.fold == 3) learner.fold = 0;
  }
  answers.learners.push_back({"nobody", 3, {}});
  TracingExperimentOptions options;
  options.models = {"mean"};
  options.folds = {3};
  const std::string untested = RefusalOf(answers, options);
  EXPECT_THAT(untested, HasSubstr("fold 3 has no learner to test with"));
  EXPECT_THAT(untested, HasSubstr("0 (10), 1 (10), 2 (10), 4 (10), 5 (10)"));
  EXPECT_THAT(untested, HasSubstr("Folds are 1 to 5"));
  EXPECT_THAT(untested, HasSubstr("--folds"));
  EXPECT_THAT(untested, HasSubstr("test_fold"));
  options.folds = {1, 2};
  EXPECT_THAT(RefusalOf(answers, options),
              HasSubstr("fold 3 has no learner, and fold 2 chooses its models "
                        "on fold 3"));
}

TEST(TracingExperimentTest, NoAnswersAreAnErrorOfTheirOwn) {
  AnswerSet answers;
  EXPECT_EQ(RefusalOf(answers, {}), "there are no answers");
  answers.learners.push_back({"nobody", 1, {}});
  EXPECT_EQ(RefusalOf(answers, {}), "there are no answers");
}

TEST(TracingExperimentTest, RealTimesAreUsed) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  answers.has_time = true;
  for (LearnerAnswers& learner : answers.learners) {
    for (Answer& answer : learner.answers) {
      answer.time = absl::FromUnixSeconds(answer.order * 86400);
    }
  }
  TracingExperimentOptions options;
  options.models = {"lrh"};
  options.folds = {1};
  const auto timed = RunTracingExperiment(answers, options);
  answers.has_time = false;
  const auto ordered = RunTracingExperiment(answers, options);
  ASSERT_THAT(timed, IsOk());
  ASSERT_THAT(ordered, IsOk());
  EXPECT_NE(timed->front().figures.log_loss, ordered->front().figures.log_loss);
}

TEST(TracingExperimentTest, ReportsProgressToTheEnd) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  TracingExperimentOptions options;
  options.models = {"mean", "bkt"};
  std::vector<double> done;
  options.progress = [&](absl::string_view, double part) {
    done.push_back(part);
  };
  ASSERT_THAT(RunTracingExperiment(answers, options), IsOk());
  EXPECT_GE(done.size(), 10);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 1);
}

// Everything that does not measure time.
void ExpectSameFigures(const std::vector<TracingScore>& a,
                       const std::vector<TracingScore>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t row = 0; row < a.size(); ++row) {
    EXPECT_EQ(a[row].model, b[row].model);
    EXPECT_EQ(a[row].figures.auc, b[row].figures.auc) << a[row].model;
    EXPECT_EQ(a[row].figures.log_loss, b[row].figures.log_loss);
    EXPECT_EQ(a[row].figures.learner_auc, b[row].figures.learner_auc);
    EXPECT_EQ(a[row].figures.bytes_per_learner,
              b[row].figures.bytes_per_learner);
  }
}

TEST(TracingExperimentTest, TheOrderOfLearnersInTheFileChangesNothing) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 60});
  TracingExperimentOptions options;
  options.models = {"questionmean", "bkt", "bestlr", "lrh"};
  options.folds = {1, 2};
  options.online = true;
  const auto before = RunTracingExperiment(answers, options);
  std::mt19937 random(11);
  std::shuffle(answers.learners.begin(), answers.learners.end(), random);
  const auto after = RunTracingExperiment(answers, options);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(after, IsOk());
  ExpectSameFigures(*before, *after);
}

TEST(TracingExperimentTest, RowsSayWhatLearnsOnline) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 60});
  TracingExperimentOptions options;
  options.models = {"bkt", "lrh"};
  options.folds = {1};
  options.online = true;
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  std::vector<std::pair<std::string, OnlineLearning>> rows;
  for (const TracingScore& score : *scores) {
    if (score.fold != 0) rows.push_back({score.model, score.online});
  }
  EXPECT_EQ(rows, (std::vector<std::pair<std::string, OnlineLearning>>{
                      {"bkt", OnlineLearning::kNo},
                      {"lrh", OnlineLearning::kNo},
                      {"lrh", OnlineLearning::kLearner},
                      {"lrh", OnlineLearning::kShared}}));
}

// Learners of the test folds who answer what training never saw.
TEST(TracingExperimentTest, QuestionsThatTrainingLacksAreUnseen) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 60});
  for (LearnerAnswers& learner : answers.learners) {
    if (learner.fold != 1) continue;
    for (size_t row = 0; row < learner.answers.size(); row += 2) {
      learner.answers[row].question += "-new";
    }
  }
  TracingExperimentOptions options;
  options.models = {"questionmean"};
  options.folds = {1, 3};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  // All that is known of them is the kc.
  EXPECT_LT(Find(*scores, "questionmean", 1).figures.unseen_question_auc,
            Find(*scores, "questionmean", 1).figures.auc);
  EXPECT_EQ(Find(*scores, "questionmean", 1).num_unseen_answers, 12 * 30);
  // Fold 1 trains for fold 3: nothing is unseen there. The mean is over the
  // folds that can tell.
  EXPECT_TRUE(
      std::isnan(Find(*scores, "questionmean", 3).figures.unseen_question_auc));
  EXPECT_EQ(Find(*scores, "questionmean", 3).num_unseen_answers, 0);
  const TracingScore& mean = Find(*scores, "questionmean", 0);
  EXPECT_EQ(mean.figures.unseen_question_auc,
            Find(*scores, "questionmean", 1).figures.unseen_question_auc);
  EXPECT_TRUE(std::isnan(mean.deviations.unseen_question_auc));
  EXPECT_EQ(mean.num_unseen_answers, 12 * 30);
}

TEST(TracingExperimentTest, OnlyMeansKeepNothingOfALearner) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 50});
  TracingExperimentOptions options;
  options.models = {"mean", "bkt"};
  options.folds = {1};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  EXPECT_EQ(Find(*scores, "mean", 1).figures.bytes_per_learner, 0);
  EXPECT_GT(Find(*scores, "bkt", 1).figures.bytes_per_learner, 100);
  EXPECT_GT(Find(*scores, "bkt", 1).figures.p50_us, 0);
  EXPECT_GE(Find(*scores, "bkt", 1).figures.p99_us,
            Find(*scores, "bkt", 1).figures.p50_us);
}

TEST(TracingExperimentTest, TheMeansReliabilityIsOfAllAnswers) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 50});
  TracingExperimentOptions options;
  options.models = {"bkt"};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  const TracingScore& mean = Find(*scores, "bkt", 0);
  int64_t num_answers = 0;
  double num_correct = 0;
  for (const ReliabilityBin& bin : mean.reliability) {
    num_answers += bin.num_answers;
    num_correct += bin.share_correct * static_cast<double>(bin.num_answers);
  }
  double expected = 0;
  for (const LearnerAnswers& learner : answers.learners) {
    for (const Answer& answer : learner.answers) expected += answer.is_correct;
  }
  EXPECT_EQ(num_answers, mean.num_answers);
  EXPECT_NEAR(num_correct, expected, 1e-6);
}

TEST(TracingExperimentTest, WhatAFoldCannotTellIsMissingInTheMean) {
  TracingScore first = {.model = "m", .fold = 1, .num_answers = 1};
  TracingScore second = {.model = "m", .fold = 2, .num_answers = 2};
  first.figures.auc = 0.6;
  second.figures.auc = 0.8;
  second.figures.first_answers_auc = std::nan("");
  const TracingScore mean = MeanOfFolds({first, second});
  EXPECT_DOUBLE_EQ(mean.figures.auc, 0.7);
  EXPECT_TRUE(std::isnan(mean.figures.first_answers_auc));
  EXPECT_TRUE(std::isnan(mean.deviations.first_answers_auc));
  EXPECT_TRUE(std::isnan(MeanOfFolds({first}).deviations.auc));
  EXPECT_EQ(mean.num_answers, 3);
}

TEST(TracingExperimentTest, TwoMeansAreOverTheFoldsThatCanTell) {
  const double nan = std::nan("");
  for (double TracingFigures::*const figure :
       {&TracingFigures::unseen_question_auc, &TracingFigures::learner_auc}) {
    std::vector<TracingScore> folds(3, {.model = "m"});
    folds[0].figures.*figure = 0.6;
    folds[1].figures.*figure = nan;
    folds[2].figures.*figure = 0.8;
    const TracingScore mean = MeanOfFolds(folds);
    EXPECT_DOUBLE_EQ(mean.figures.*figure, 0.7);
    EXPECT_DOUBLE_EQ(mean.deviations.*figure, 0.1 * std::sqrt(2));
    EXPECT_TRUE(std::isnan(MeanOfFolds({folds[1]}).figures.*figure));
    EXPECT_TRUE(std::isnan(MeanOfFolds({folds[1]}).deviations.*figure));
  }
}

TEST(TracingExperimentTest, RowsSayHowManyThreadsFittedThem) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  TracingExperimentOptions options;
  options.models = {"mean"};
  options.folds = {1, 2};
  options.num_threads = 5;
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  for (const TracingScore& score : *scores) EXPECT_EQ(score.num_threads, 2);
}

struct SmallCase {
  const char* what;
  int num_learners;
  int num_answers;
  int outcome;  // 0 all wrong, 1 all right, 2 as they come.
};

// A share, or unknown where the answers of `fold` are all alike.
void ExpectShareIfKnown(const AnswerSet& answers, int fold, double value) {
  bool has[2] = {};
  for (const LearnerAnswers& learner : answers.learners) {
    if (learner.fold != fold) continue;
    for (const Answer& answer : learner.answers) has[answer.is_correct] = true;
  }
  if (!has[0] || !has[1]) {
    EXPECT_TRUE(std::isnan(value));
    return;
  }
  EXPECT_GE(value, 0);
  EXPECT_LE(value, 1);
}

class SmallExperimentTest : public testing::TestWithParam<SmallCase> {};

// Too little to learn from is no reason for a number that is none.
TEST_P(SmallExperimentTest, GivesSaneNumbers) {
  AnswerSet answers =
      SyntheticAnswers({.num_learners = GetParam().num_learners,
                        .answers_per_learner = GetParam().num_answers});
  for (LearnerAnswers& learner : answers.learners) {
    for (Answer& answer : learner.answers) {
      if (GetParam().outcome < 2) answer.is_correct = GetParam().outcome == 1;
    }
  }
  // A learner without answers is nobody.
  answers.learners.push_back({"nobody", 1, {}});
  TracingExperimentOptions options;
  options.models = {"mean",   "questionmean", "kcmean", "bkt",
                    "bestlr", "dkt",          "lrh",    "lrh2gru"};
  options.folds = {1};
  options.online = true;
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  for (const TracingScore& score : *scores) {
    SCOPED_TRACE(score.model);
    ExpectShareIfKnown(answers, 1, score.figures.auc);
    EXPECT_GE(score.figures.log_loss, 0);
    EXPECT_LT(score.figures.log_loss, 3);
    EXPECT_GE(score.figures.calibration_error, 0);
    EXPECT_GE(score.figures.p50_us, 0);
    if (GetParam().outcome < 2) {
      EXPECT_TRUE(std::isnan(score.figures.first_answers_auc));
      EXPECT_TRUE(std::isnan(score.figures.unseen_question_auc));
      EXPECT_TRUE(std::isnan(score.figures.learner_auc));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, SmallExperimentTest,
                         testing::Values(SmallCase{"AllRight", 10, 10, 1},
                                         SmallCase{"AllWrong", 10, 10, 0},
                                         SmallCase{"OneAnswerEach", 10, 1, 2},
                                         SmallCase{"OneLearnerPerRole", 3, 20,
                                                   2}),
                         [](const auto& info) { return info.param.what; });

TEST(TracingExperimentTest, TwoLearnersAreNotEnough) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 2});
  TracingExperimentOptions options;
  options.models = {"mean"};
  options.folds = {answers.learners[0].fold};
  EXPECT_THAT(RefusalOf(answers, options),
              HasSubstr("leaves no learner to train with"));
}

TEST(TracingExperimentTest, WindowsOfTimeNeedTimes) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  TracingExperimentOptions options;
  options.models = {"das3h"};
  const auto scores = RunTracingExperiment(answers, options);
  EXPECT_THAT(scores, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_NE(scores.status().message().find("no times"), std::string::npos);
  for (const bool has_time : {false, true}) {
    const std::vector<std::string> models = DefaultTracingModels(has_time);
    EXPECT_EQ(std::count(models.begin(), models.end(), "das3h"), has_time);
  }
}

TEST(TracingExperimentTest, NamesAnUnknownModelOrFold) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  TracingExperimentOptions options;
  options.models = {"akt"};
  EXPECT_THAT(RefusalOf(answers, options),
              HasSubstr("model `akt` is none of mean, questionmean"));
  options.models = {};
  EXPECT_EQ(RefusalOf(answers, options), "no model is named");
  options.models = {"mean"};
  options.folds = {6};
  EXPECT_THAT(RunTracingExperiment(answers, options),
              HasCode(absl::StatusCode::kInvalidArgument));
  options.folds = {1, 2, 1};
  EXPECT_THAT(RunTracingExperiment(answers, options),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace evenlight
