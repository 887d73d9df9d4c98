#include "recommender/training/experiment_fold.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/tracing_experiment.h"
#include "tests/recommender/training/planted_data.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

// Through RunTracingExperiment(): what is fitted and chosen on which learners.

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

// A residual that is small and soon learnt.
TracingFitOptions QuickFit(int max_epochs) {
  TracingFitOptions fit;
  fit.residual = SmallResidual();
  fit.residual.max_epochs = max_epochs;
  return fit;
}

// Learners of one kc who are all alike, but those of folds 1 to `num_biased`,
// who are much better or much worse: what is trained from fold 3 on cannot know
// that a history matters.
AnswerSet BiasedLearners(int num_biased) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<float> uniform(0, 1);
  AnswerSet answers = SyntheticAnswers({.num_learners = 150});
  for (size_t row = 0; row < answers.learners.size(); ++row) {
    LearnerAnswers& learner = answers.learners[row];
    const bool is_biased = learner.fold <= num_biased;
    const float bias = !is_biased ? 0 : row % 2 == 0 ? 1.5f : -1.5f;
    for (Answer& answer : learner.answers) {
      answer.kcs = {"k"};
      answer.is_correct = uniform(random) < Sigmoid(bias);
    }
  }
  return answers;
}

// By how much LR-H's log loss on fold 1 falls with each learner's correction.
double GainOfCorrection(const AnswerSet& answers) {
  TracingExperimentOptions options;
  options.models = {"lrh"};
  options.folds = {1};
  options.online = true;
  const auto scores = RunTracingExperiment(answers, options);
  EXPECT_THAT(scores, IsOk());
  double loss[2] = {};
  for (const TracingScore& score : *scores) {
    if (score.online == OnlineLearning::kShared) continue;
    loss[score.online == OnlineLearning::kLearner] = score.figures.log_loss;
  }
  return loss[0] - loss[1];
}

TEST(ValidationFoldTest, IsTheNextAndTheFirstAfterTheLast) {
  const std::vector<int> folds = {1, 2, 3, 4, 5};
  std::vector<int> validation;
  for (const int fold : folds) validation.push_back(ValidationFoldOf(fold));
  EXPECT_EQ(validation, (std::vector<int>{2, 3, 4, 5, 1}));
}

TEST(ValidationFoldTest, TheRestButTheTestedFoldIsForTraining) {
  const ExperimentData data =
      ReadAnswers(SyntheticAnswers({.num_learners = 50}), 0);
  const auto folds_of = [&](const std::vector<TrackPart>& parts) {
    std::set<int> folds;
    for (const TrackPart& part : parts) folds.insert(data.folds[part.learner]);
    return folds;
  };
  const FoldParts parts = SplitFold(data, 5, 0);
  EXPECT_EQ(folds_of(parts.test), std::set<int>{5});
  EXPECT_EQ(folds_of(parts.validation), std::set<int>{1});
  EXPECT_EQ(folds_of(parts.train), (std::set<int>{2, 3, 4}));
}

TEST(ExperimentFoldTest, ALearnersOwnCorrectionFindsThatLearnersBias) {
  EXPECT_GT(GainOfCorrection(BiasedLearners(2)), 0.02);
}

// The rate is chosen where nobody is tested.
TEST(ExperimentFoldTest, WithoutAGainOnValidationNothingIsCorrected) {
  EXPECT_EQ(GainOfCorrection(BiasedLearners(1)), 0);
}

// An answer to an even question is right if the one before it was, to an odd
// one if that was wrong: a recurrent network can learn it, LR-H cannot.
AnswerSet FlippingLearners() {
  std::mt19937_64 random(7);
  AnswerSet answers = SyntheticAnswers({.num_learners = 60});
  for (LearnerAnswers& learner : answers.learners) {
    bool was_correct = random() % 2 == 0;
    for (Answer& answer : learner.answers) {
      const uint64_t question = random() % 8;
      answer.question = absl::StrCat("q", question);
      answer.kcs = {"k"};
      answer.is_correct = was_correct = (question % 2 == 0) == was_correct;
    }
  }
  return answers;
}

TEST(ExperimentFoldTest, RowsSayInHowManyFoldsTheResidualWasKept) {
  const AnswerSet answers = FlippingLearners();
  TracingExperimentOptions options;
  options.models = {"lrh", "lrh2gru"};
  options.folds = {1, 3};
  options.fit = QuickFit(20);
  const auto kept = RunTracingExperiment(answers, options);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(Find(*kept, "lrh2gru", 1).num_residuals, 1);
  EXPECT_EQ(Find(*kept, "lrh2gru", 0).num_residuals, 2);
  EXPECT_EQ(Find(*kept, "lrh2gru", 0).num_folds, 2);
  EXPECT_EQ(Find(*kept, "lrh", 0).num_residuals, 0);
  EXPECT_LT(Find(*kept, "lrh2gru", 1).figures.log_loss,
            Find(*kept, "lrh", 1).figures.log_loss);

  options.fit.residual.max_epochs = 0;
  const auto dropped = RunTracingExperiment(answers, options);
  ASSERT_THAT(dropped, IsOk());
  EXPECT_EQ(Find(*dropped, "lrh2gru", 0).num_residuals, 0);
  EXPECT_EQ(Find(*dropped, "lrh2gru", 1).figures.log_loss,
            Find(*dropped, "lrh", 1).figures.log_loss);
}

// 60 learners to train and validate with, and 500 of one answer each to test:
// the bins of a frozen model, and of one that learns of the learner alone, then
// hold first predictions only.
AnswerSet OneAnswerToTest(bool is_flipped) {
  AnswerSet answers = SyntheticAnswers({.num_learners = 60});
  for (LearnerAnswers& learner : answers.learners) {
    if (learner.fold == 1) learner.fold = 3;
  }
  AnswerSet tested = SyntheticAnswers(
      {.num_learners = 500, .answers_per_learner = 1, .seed = 2});
  for (LearnerAnswers& learner : tested.learners) {
    learner.learner = absl::StrCat("tested-", learner.learner);
    learner.fold = 1;
    Answer& answer = learner.answers[0];
    if (is_flipped) answer.is_correct = !answer.is_correct;
    answers.learners.push_back(learner);
  }
  return answers;
}

void ExpectSameCurve(const LearningCurve& a, const LearningCurve& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t row = 0; row < a.size(); ++row) {
    EXPECT_EQ(a[row].epoch, b[row].epoch);
    EXPECT_EQ(a[row].train, b[row].train);
    EXPECT_EQ(a[row].validation, b[row].validation);
  }
}

// How many bins hold other predictions.
int NumBinsThatDiffer(const TracingScore& a, const TracingScore& b) {
  int num_bins = 0;
  for (size_t bin = 0; bin < a.reliability.size(); ++bin) {
    if (a.reliability[bin].num_answers != b.reliability[bin].num_answers ||
        a.reliability[bin].mean_p != b.reliability[bin].mean_p) {
      ++num_bins;
    }
  }
  return num_bins;
}

TEST(ExperimentFoldTest, WhatIsTestedHasNoSayInWhatIsFitted) {
  TracingExperimentOptions options;
  options.models = {"mean", "bkt", "lrh", "lrh2gru"};
  options.folds = {1};
  options.fit = QuickFit(4);
  options.online = true;
  const auto before = RunTracingExperiment(OneAnswerToTest(false), options);
  const auto after = RunTracingExperiment(OneAnswerToTest(true), options);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(after, IsOk());
  ASSERT_EQ(before->size(), after->size());
  for (size_t row = 0; row < before->size(); ++row) {
    const TracingScore& a = (*before)[row];
    const TracingScore& b = (*after)[row];
    SCOPED_TRACE(absl::StrCat(a.model, " ", a.fold));
    ASSERT_EQ(a.num_answers, 500);
    ExpectSameCurve(a.curve, b.curve);
    EXPECT_EQ(a.is_calibrated, b.is_calibrated);
    EXPECT_EQ(a.num_residuals, b.num_residuals);
    EXPECT_NE(a.figures.log_loss, b.figures.log_loss);
    if (a.online == OnlineLearning::kShared) {
      // One learner's answer moves the next one's prediction: it would be seen.
      EXPECT_GT(NumBinsThatDiffer(a, b), 0);
    } else {
      EXPECT_EQ(NumBinsThatDiffer(a, b), 0);
    }
  }
}

}  // namespace
}  // namespace evenlight
