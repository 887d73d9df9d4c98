#include "services/cli/evaluate_replay.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EvaluateReplayTest : public testing::Test {
 protected:
  EvaluateReplayTest() {
    options_.answers_file = absl::StrCat(directory_.path(), "/answers.csv");
    options_.num_threads = 1;
    options_.folds = {1, 2};
    WriteAnswers("order");
  }

  void WriteAnswers(const std::string& order_column) {
    std::ofstream answers(options_.answers_file);
    answers << "learner,question,kc,correct,test_fold," << order_column << "\n";
    for (int row = 0; row < 600; ++row) {
      const int learner = row % 20;
      answers << "l" << learner << ",q" << row % 33 << ",k" << row % 3 << ","
              << row % 7 % 2 << "," << learner % 5 + 1 << "," << row << "\n";
    }
  }

  int Run() {
    out_.str("");
    err_.str("");
    return EvaluateReplay(options_, {out_, err_, false, false, {}});
  }

  TemporaryDirectory directory_;
  EvaluateReplayOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(EvaluateReplayTest, PrintsSuccessRanksAndReliability) {
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  // Four learners of thirty answers in a fold.
  EXPECT_THAT(out_.str(),
              HasSubstr("figures=success fold=1 learners=4 answers=120 auc="));
  EXPECT_THAT(out_.str(),
              HasSubstr("figures=success fold=all learners=8 answers=240"));
  EXPECT_THAT(out_.str(),
              HasSubstr("figures=choices fold=all answers=240 eligible="));
  for (const char* row :
       {"part=band choices=all n=240", "part=band choices=eligible n=",
        "part=gain choices=all n=240", "part=gain choices=eligible n="}) {
    EXPECT_THAT(out_.str(),
                HasSubstr(absl::StrCat("figures=rank fold=all ", row)));
  }
  EXPECT_THAT(out_.str(), HasSubstr("figures=reliability fold=all from_p="));
}

TEST_F(EvaluateReplayTest, TheNumberOfLearnersIsBounded) {
  options_.num_learners = 1;
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("fold=all learners=2 answers=60"));
}

TEST_F(EvaluateReplayTest, AnyNumberOfThreadsPrintsTheSame) {
  options_.num_others = 5;
  ASSERT_EQ(Run(), kExitOk);
  const std::string first = out_.str();
  options_.num_threads = 3;
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_EQ(out_.str(), first);
  options_.seed = 2;
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_NE(out_.str(), first);
}

TEST_F(EvaluateReplayTest, TheReportHasEveryFold) {
  options_.out_file = absl::StrCat(directory_.path(), "/report.json");
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  std::ifstream in(options_.out_file);
  std::stringstream report;
  report << in.rdbuf();
  EXPECT_THAT(report.str(), HasSubstr("\"fold\":2"));
  EXPECT_THAT(report.str(), HasSubstr("\"fold\":\"all\""));
  EXPECT_THAT(report.str(), HasSubstr("\"ranks\":[{"));
  EXPECT_THAT(report.str(), HasSubstr("\"eligible\":"));
}

TEST_F(EvaluateReplayTest, WithoutAnOrderThereIsNothingToReplay) {
  WriteAnswers("whatever");
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("neither order nor time"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(EvaluateReplayTest, AFoldWithoutLearnersIsNamed) {
  {
    std::ofstream answers(options_.answers_file);
    answers << "learner,question,kc,correct,test_fold,order\n"
               "l1,q,k,1,1,1\nl2,q,k,0,2,1\n";
  }
  options_.folds = {3};
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("fold 3 has no learner to test with"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("figures=")));
}

}  // namespace
}  // namespace evenlight
