#include "recommender/training/tracing_experiment.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const TracingScore& Find(const std::vector<TracingScore>& scores,
                         const std::string& model, int fold) {
  const auto it = std::find_if(
      scores.begin(), scores.end(), [&](const TracingScore& score) {
        return score.model == model && score.fold == fold;
      });
  EXPECT_NE(it, scores.end()) << model << " " << fold;
  return *it;
}

TEST(TracingExperimentTest, ModelsOfTheLearnerBeatModelsOfTheQuestion) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 300});
  TracingExperimentOptions options;
  options.models = {"mean", "kcmean", "bkt", "bestlr", "lrh"};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 5 * 6);
  const auto auc = [&](const char* model) {
    return Find(*scores, model, 0).auc;
  };
  EXPECT_DOUBLE_EQ(auc("mean"), 0.5);
  EXPECT_GT(auc("bkt"), auc("kcmean") + 0.1);
  EXPECT_GT(auc("lrh"), auc("kcmean") + 0.15);
  EXPECT_GT(auc("bestlr"), auc("bkt"));
  EXPECT_LT(Find(*scores, "lrh", 0).log_loss,
            Find(*scores, "kcmean", 0).log_loss - 0.05);
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
  EXPECT_NEAR(mean.auc, (second.auc + fourth.auc) / 2, 1e-12);
  EXPECT_GT(mean.auc_deviation, 0);
  EXPECT_EQ(second.auc_deviation, 0);
  EXPECT_EQ(second.num_answers, 10 * 60);
  EXPECT_EQ(mean.num_answers, 20 * 60);
}

TEST(TracingExperimentTest, IsEqualForAnyNumberOfThreads) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 40});
  TracingExperimentOptions options;
  options.num_threads = 1;
  const auto one = RunTracingExperiment(answers, options);
  options.num_threads = 3;
  const auto three = RunTracingExperiment(answers, options);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(three, IsOk());
  ASSERT_EQ(one->size(), three->size());
  for (size_t row = 0; row < one->size(); ++row) {
    EXPECT_EQ((*one)[row].model, (*three)[row].model);
    EXPECT_EQ((*one)[row].auc, (*three)[row].auc);
    EXPECT_EQ((*one)[row].log_loss, (*three)[row].log_loss);
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
  EXPECT_GT(whole->front().auc, single->front().auc + 0.1);
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
  options.folds = {1, 2, 4, 5};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  EXPECT_EQ(Find(*scores, "mean", 0).num_answers, 40 * 60);
  options.folds = {3};
  EXPECT_THAT(RunTracingExperiment(answers, options),
              HasCode(absl::StatusCode::kInvalidArgument));
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
  EXPECT_NE(timed->front().log_loss, ordered->front().log_loss);
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
  EXPECT_EQ(done.size(), 10);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 1);
}

TEST(TracingExperimentTest, NamesAnUnknownModelOrFold) {
  const AnswerSet answers = SyntheticAnswers({.num_learners = 20});
  TracingExperimentOptions options;
  options.models = {"dkt"};
  const auto model = RunTracingExperiment(answers, options);
  EXPECT_THAT(model, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_NE(model.status().message().find("dkt"), std::string::npos);
  options.models = {"mean"};
  options.folds = {6};
  EXPECT_THAT(RunTracingExperiment(answers, options),
              HasCode(absl::StatusCode::kInvalidArgument));
  options.folds = {1};
  EXPECT_THAT(RunTracingExperiment(AnswerSet(), options),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace evenlight
