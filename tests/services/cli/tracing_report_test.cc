#include "services/cli/tracing_report.h"

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/console.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TracingScore Score(const char* model, int fold) {
  TracingScore score = {.model = model,
                        .fold = fold,
                        .is_calibrated = true,
                        .num_threads = 2,
                        .num_answers = 240,
                        .num_unseen_answers = 7};
  score.figures = {.auc = .77854,
                   .accuracy = .7,
                   .log_loss = .52034,
                   .calibration_error = .00824,
                   .first_answers_auc = .6,
                   .unseen_question_auc = std::nan(""),
                   .learner_auc = .65,
                   .train_seconds = 1.23456,
                   .p50_us = .12345,
                   .p99_us = 3,
                   .bytes_per_learner = 1234.4};
  score.deviations = score.figures;
  score.deviations.auc = .0051;
  return score;
}

std::string LineOf(const TracingScore& score) {
  std::ostringstream out;
  const Console console = {.out = out, .err = out, .sleep = {}};
  console.Figures(FiguresOf(score));
  return out.str();
}

TEST(TracingReportTest, ARowIsOneLineOfPairs) {
  EXPECT_EQ(LineOf(Score("lrh", 3)),
            "model=lrh fold=3 auc=0.7785 accuracy=0.7000 log_loss=0.5203 "
            "ece=0.0082 first5_auc=0.6000 unseen_auc=nan unseen_answers=7 "
            "learner_auc=0.6500 train_seconds=1.2346 threads=2 us_p50=0.123 "
            "us_p99=3.000 bytes_per_learner=1234 online=no calibrated=yes "
            "answers=240\n");
}

TEST(TracingReportTest, TheMeanHasDeviationsOfWhatTellsHowGoodAModelIs) {
  const std::string line = LineOf(Score("lrh", 0));
  EXPECT_THAT(line,
              HasSubstr("model=lrh fold=mean auc=0.7785 auc_sd=0.0051 acc"));
  EXPECT_THAT(line, HasSubstr(" unseen_auc=nan unseen_auc_sd=nan unseen_answ"));
  EXPECT_THAT(line, HasSubstr(" learner_auc=0.6500 learner_auc_sd="));
  EXPECT_THAT(line, Not(HasSubstr("train_seconds_sd")));
  EXPECT_THAT(line, Not(HasSubstr("us_p50_sd")));
}

TEST(TracingReportTest, ADroppedResidualDoesNotPassForOne) {
  TracingScore fold = Score("lrh2gru", 1);
  EXPECT_THAT(LineOf(fold), HasSubstr(" residual=no "));
  fold.num_residuals = 1;
  EXPECT_THAT(LineOf(fold), HasSubstr(" residual=yes "));
  TracingScore mean = Score("lrh2gru", 0);
  mean.num_residuals = 4;
  mean.num_folds = 5;
  EXPECT_THAT(LineOf(mean), HasSubstr(" residual=4/5 "));
  EXPECT_THAT(LineOf(Score("lrh", 1)), Not(HasSubstr("residual=")));
}

TEST(TracingReportTest, RowsSayWhatLearnsOnline) {
  TracingScore score = Score("lrh", 1);
  score.online = OnlineLearning::kLearner;
  EXPECT_THAT(LineOf(score), HasSubstr(" online=learner "));
  score.online = OnlineLearning::kShared;
  EXPECT_THAT(LineOf(score), HasSubstr(" online=shared "));
}

TEST(TracingReportTest, TheReportIsOneLineOfJson) {
  TracingScore fold = Score("lrh", 1);
  fold.curve = {{1, .6, .58}};
  TracingScore mean = Score("lrh", 0);
  mean.reliability = {{10, .1, .2}};
  const std::string report = TracingReport({{"seed", 1}}, {fold, mean});
  EXPECT_THAT(report, HasSubstr("{\"seed\":1,\"scores\":[{\"model\":"
                                "\"lrh\",\"fold\":1,\"auc\":0.7785,"));
  EXPECT_THAT(report, HasSubstr("\"unseen_auc\":null,"));
  EXPECT_THAT(report,
              HasSubstr("\"learning_curve\":[{\"epoch\":1,\"train\":0.6000,"
                        "\"validation\":0.5800}]},"));
  EXPECT_THAT(report,
              HasSubstr("\"reliability\":[{\"answers\":10,\"mean_p\":0.1000,"
                        "\"share_correct\":0.2000}]}]}\n"));
}

}  // namespace
}  // namespace evenlight
