// The tracing models on real answers, by the published protocol.

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "recommender/training/tracing_experiment.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

// Columns user, t, question, skill, correct, test_fold, in this order.
AnswerSet ReadAssist2009(std::istream& file) {
  AnswerSet answers;
  answers.has_order = true;
  answers.has_folds = true;
  absl::flat_hash_map<LearnerId, size_t> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> cells =
        absl::StrSplit(absl::StripSuffix(line, "\r"), ',');
    const auto [row, is_new] =
        rows.try_emplace(cells.at(0), answers.learners.size());
    if (is_new) answers.learners.emplace_back().learner = cells[0];
    LearnerAnswers& learner = answers.learners[row->second];
    EXPECT_TRUE(absl::SimpleAtoi(cells.at(5), &learner.fold));
    Answer& answer = learner.answers.emplace_back();
    answer.question = cells[2];
    answer.kcs = {cells[3]};
    answer.is_correct = cells[4] == "1";
  }
  return answers;
}

// Measured elsewhere with another implementation, five folds, chunks of 200:
// LR-H .7785, Best-LR .7616, BKT .7109; here LR-H .7790, Best-LR .7618.
TEST(Assist2009Test, ModelsReachTheirMeasuredAuc) {
  const std::string path = TestDataPath("tracing/assist2009/answers.csv");
  EVENLIGHT_NEEDS_DATA(path);
  std::ifstream file(path);
  const AnswerSet answers = ReadAssist2009(file);
  ASSERT_EQ(answers.learners.size(), 3730);

  TracingExperimentOptions options;
  options.models = {"lrh", "bestlr", "bkt"};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  for (const TracingScore& score : *scores) {
    if (score.fold != 0) continue;
    std::cout << "model=" << score.model << " auc=" << score.figures.auc << "+-"
              << score.deviations.auc << " log_loss=" << score.figures.log_loss
              << " ece=" << score.figures.calibration_error
              << " train_seconds=" << score.figures.train_seconds << "\n";
    if (score.model == "lrh") {
      EXPECT_GE(score.figures.auc, 0.777);
      EXPECT_LE(score.figures.calibration_error, 0.012);
    }
    if (score.model == "bestlr") {
      EXPECT_NEAR(score.figures.auc, 0.7616, 0.004);
    }
    if (score.model == "bkt") {
      EXPECT_NEAR(score.figures.auc, 0.7109, 0.004);
    }
  }
}

// Five folds, measured: LR-H .7791, with the residual .7836.
TEST(Assist2009Test, TheResidualIsWorthMoreThanNoise) {
  const std::string path = TestDataPath("tracing/assist2009/answers.csv");
  EVENLIGHT_NEEDS_DATA(path);
  std::ifstream file(path);
  TracingExperimentOptions options;
  options.models = {"lrh", "lrh2gru"};
  options.folds = {1};
  const auto scores = RunTracingExperiment(ReadAssist2009(file), options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 4);  // Each model's fold and mean.
  const TracingScore& lrh = scores->at(0);
  const TracingScore& residual = scores->at(2);
  EXPECT_GT(residual.figures.auc, lrh.figures.auc + 0.002);
  EXPECT_LT(residual.figures.log_loss, lrh.figures.log_loss - 0.001);
}

}  // namespace
}  // namespace evenlight
