#include "services/cli/evaluate_tracing.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/tracing_report.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EvaluateTracingTest : public testing::Test {
 protected:
  std::string Path(const std::string& file) const {
    return absl::StrCat(directory_.path(), "/", file);
  }

  std::string Text(const std::string& file) const {
    std::ifstream in(Path(file));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // An answers CSV with folds; with times if `has_time`.
  std::string WriteCsv(bool has_time) {
    std::ofstream csv(Path("a.csv"));
    csv << "learner,question,kc,correct,test_fold,"
        << (has_time ? "time" : "order") << "\n";
    for (int row = 0; row < 600; ++row) {
      const int learner = row % 20;
      csv << "l" << learner << ",q" << row % 11 << ",k" << row % 3 << ","
          << (row % 7 % 2) << "," << learner % 5 + 1 << "," << row * 60 << "\n";
    }
    return Path("a.csv");
  }

  // The same with the folds from `first_fold` on, in a column `fold_column`.
  std::string WriteCsvWithFolds(const std::string& fold_column,
                                int first_fold) {
    std::ofstream csv(Path("a.csv"));
    csv << "learner,kc,correct,order," << fold_column << "\n";
    for (int row = 0; row < 600; ++row) {
      const int learner = row % 20;
      csv << "l" << learner << ",k" << row % 3 << "," << (row % 7 % 2) << ","
          << row << "," << learner % 5 + first_fold << "\n";
    }
    return Path("a.csv");
  }

  // The AKT files "x", two learners of five answers in each test file.
  void WriteFolds() {
    const auto learner = [](int number) {
      return absl::StrCat("5\n", number, ",2,3,4,5\n1,0,1,1,0\n");
    };
    for (int fold = 1; fold <= 5; ++fold) {
      for (const std::string kind : {"test", "valid", "train"}) {
        std::ofstream out(Path(absl::StrCat("x_", kind, fold, ".csv")));
        for (int number = 1; number <= 10; ++number) {
          const int of_number = number % 5 + 1;
          const bool is_test = of_number == fold;
          const bool is_valid = of_number == fold % 5 + 1;
          if (kind == (is_test ? "test" : is_valid ? "valid" : "train")) {
            out << learner(number);
          }
        }
      }
    }
  }

  TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = {}};
};

TEST_F(EvaluateTracingTest, PrintsEveryFigureInTheFormThatScriptsRead) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"questionmean"};
  options.folds = {1, 2};
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  std::istringstream lines(out_.str());
  std::string first, second, mean, none;
  std::getline(lines, first);
  std::getline(lines, second);
  std::getline(lines, mean);
  EXPECT_FALSE(std::getline(lines, none));
  EXPECT_THAT(first, HasSubstr("model=questionmean fold=1 auc=0."));
  EXPECT_THAT(first, Not(HasSubstr("auc_sd=")));
  EXPECT_THAT(second, HasSubstr("fold=2 "));
  EXPECT_THAT(mean, HasSubstr("model=questionmean fold=mean auc=0."));
  for (const char* name :
       {" auc_sd=", " accuracy=", " log_loss=", " ece=", " first5_auc=",
        " unseen_auc=nan", " unseen_answers=0 ",
        " learner_auc=", " train_seconds=", " threads=1 ",
        " us_p50=", " us_p99=", " bytes_per_learner=0 ", " online=no",
        " calibrated=no", " answers=240"}) {
    EXPECT_THAT(mean, HasSubstr(name));
  }
}

TEST_F(EvaluateTracingTest, WhatTheAnswersCannotTellIsNullInJson) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"mean"};
  options.out_file = Path("r.json");
  console_.is_json = true;
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"unseen_auc\":null"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("nan")));
  EXPECT_THAT(Text("r.json"), HasSubstr("\"unseen_auc\":null"));
  EXPECT_THAT(Text("r.json"), HasSubstr("\"reliability\":[{\"answers\":"));
  EXPECT_THAT(Text("r.json"), Not(HasSubstr("nan")));
}

TEST_F(EvaluateTracingTest, ChartsLieBesideTheReport) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"mean", "bestlr"};
  options.folds = {3};
  options.out_file = Path("r.json");
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(Text("r.reliability.svg"), HasSubstr(">bestlr<"));
  EXPECT_THAT(Text("r.learning_curve.svg"), HasSubstr("fold 3"));
  EXPECT_THAT(Text("r.learning_curve.svg"), HasSubstr(">bestlr validation<"));
  EXPECT_THAT(Text("r.json"), HasSubstr("\"learning_curve\":[{\"epoch\":1,"));
}

TEST_F(EvaluateTracingTest, AMisspeltColumnOfFoldsIsNamed) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsvWithFolds("testfold", 1);
  options.models = {"mean"};
  options.folds = {1};
  options.out_file = Path("r.json");
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("folds=seeded_hash"));
  EXPECT_THAT(err_.str(), HasSubstr("note: columns ignored: testfold\n"));
  EXPECT_THAT(Text("r.json"),
              HasSubstr("\"notes\":\"columns ignored: testfold\""));
}

TEST_F(EvaluateTracingTest, FoldsFromZeroAreNoticed) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsvWithFolds("test_fold", 0);
  options.models = {"mean"};
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("note: test fold 5 has no learner, and 4 "
                                    "learners of fold 0"));
  EXPECT_THAT(err_.str(), HasSubstr("add 1"));
  err_.str("");
  options.answers_file = WriteCsvWithFolds("valid_fold", 0);
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("note: test fold 1 has no learner"));
  err_.str("");
  options.answers_file = WriteCsvWithFolds("test_fold", 1);
  EXPECT_EQ(EvaluateTracing(options, console_), kExitOk);
  EXPECT_THAT(err_.str(), Not(HasSubstr("note:")));
}

TEST_F(EvaluateTracingTest, RowsWithoutOrderAreSaidToBeTakenAsTheyStand) {
  std::ofstream csv(Path("a.csv"));
  csv << "learner,kc,correct,test_fold\n";
  for (int row = 0; row < 100; ++row) {
    csv << "l" << row % 10 << ",k," << row % 3 % 2 << "," << row % 5 + 1
        << "\n";
  }
  csv.close();
  EvaluateTracingOptions options;
  options.answers_file = Path("a.csv");
  options.models = {"mean"};
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(" ordered=no\n"));
  EXPECT_THAT(err_.str(), HasSubstr("note: the answers have neither order nor "
                                    "time"));
  EXPECT_THAT(err_.str(), HasSubstr("as they stand"));
}

// A run may take an hour: what cannot be written is told before it.
TEST_F(EvaluateTracingTest, WhereNothingCanBeWrittenIsToldFirst) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"mean"};
  options.out_file = Path("nowhere/r.json");
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("cannot write " + options.out_file +
                                    ": No such file or directory\n"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("evenlightd")));
  EXPECT_THAT(err_.str(), Not(HasSubstr("learners=")));

  err_.str("");
  std::filesystem::create_directory(Path("r.learning_curve.svg"));
  options.out_file = Path("r.json");
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(),
              HasSubstr("cannot write " + Path("r.learning_curve.svg") +
                        ": Is a directory\n"));
  EXPECT_FALSE(std::filesystem::exists(Path("r.json")));
  EXPECT_FALSE(std::filesystem::exists(Path("r.reliability.svg")));
}

TEST_F(EvaluateTracingTest, ARunThatFailsLeavesAnEarlierReport) {
  std::ofstream(Path("r.json")) << "earlier";
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"akt"};
  options.out_file = Path("r.json");
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_EQ(Text("r.json"), "earlier");
}

TEST_F(EvaluateTracingTest, NamesOfModelsMayHaveBlanksAround) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.folds = {1};
  options.models = {"mean", " kcmean "};
  EXPECT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("model=kcmean fold=1"));
  for (const std::string name : {"", "lhr"}) {
    err_.str("");
    options.models = {"mean", name};
    EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
    EXPECT_THAT(err_.str(), HasSubstr("model `" + name + "` is none of mean"));
  }
}

TEST_F(EvaluateTracingTest, AFileWithoutAnswersIsNamedAsSuch) {
  std::ofstream(Path("a.csv")) << "learner,kc,correct\n";
  EvaluateTracingOptions options;
  options.answers_file = Path("a.csv");
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("there are no answers"));
}

TEST_F(EvaluateTracingTest, AktFoldsAreTheirOwnSource) {
  WriteFolds();
  EvaluateTracingOptions options;
  options.akt_directory = directory_.path();
  options.akt_name = "x";
  options.models = {"mean", "bkt"};
  options.out_file = Path("r.json");
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("model=bkt fold=5 "));
  EXPECT_THAT(out_.str(), HasSubstr(" answers=50\n"));
  EXPECT_THAT(err_.str(), HasSubstr("learners=10 "));
  EXPECT_THAT(err_.str(), Not(HasSubstr("note:")));
  EXPECT_THAT(Text("r.json"), HasSubstr("\"file\":\"x\""));
  EXPECT_THAT(Text("r.json"), HasSubstr("\"folds\":\"file\""));
  EXPECT_THAT(Text("r.json"), Not(HasSubstr(directory_.path())));
}

TEST_F(EvaluateTracingTest, AFoldFileThatIsMissingIsNamed) {
  WriteFolds();
  std::filesystem::remove(Path("x_valid4.csv"));
  EvaluateTracingOptions options;
  options.akt_directory = directory_.path();
  options.akt_name = "x";
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("x_valid4.csv"));
}

TEST_F(EvaluateTracingTest, OneSourceIsNeeded) {
  EXPECT_EQ(EvaluateTracing({}, console_), kExitError);
  EvaluateTracingOptions both;
  both.answers_file = WriteCsv(false);
  both.akt_directory = directory_.path();
  EXPECT_EQ(EvaluateTracing(both, console_), kExitError);
}

TEST_F(EvaluateTracingTest, WithoutTimesDas3hSaysWhyItIsNotThere) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.models = {"das3h"};
  EXPECT_EQ(EvaluateTracing(options, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("no times"));
  options.answers_file = WriteCsv(true);
  EXPECT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("model=das3h fold=mean"));
}

TEST_F(EvaluateTracingTest, AllModelsAreEvaluatedIfNoneIsNamed) {
  EvaluateTracingOptions options;
  options.answers_file = WriteCsv(false);
  options.folds = {1};
  options.online = true;
  ASSERT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("note: das3h is left out"));
  for (const char* model :
       {"mean", "questionmean", "bkt", "bestlr", "dkt", "lrh", "lrh2gru"}) {
    EXPECT_THAT(out_.str(),
                HasSubstr(absl::StrCat("model=", model, " fold=mean")));
  }
  EXPECT_THAT(out_.str(), HasSubstr(" online=learner"));
  EXPECT_THAT(out_.str(), HasSubstr(" online=shared"));
}

}  // namespace
}  // namespace evenlight
