#include "services/interop/answers_csv.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::StatusOr<AnswersFile> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadAnswersCsv(&in);
}

// Every answer as `learner:question:kc+kc:correct`, learner by learner.
std::vector<std::string> Shown(const AnswersFile& file) {
  std::vector<std::string> shown;
  for (const LearnerAnswers& learner : file.set.learners) {
    for (const Answer& answer : learner.answers) {
      std::string kcs;
      for (const KcId& kc : answer.kcs) {
        absl::StrAppend(&kcs, kcs.empty() ? "" : "+", kc);
      }
      shown.push_back(absl::StrCat(learner.learner, ":", answer.question, ":",
                                   kcs, ":", answer.is_correct ? 1 : 0));
    }
  }
  return shown;
}

struct HeaderCase {
  const char* what;
  std::string text;
};

class AnswersHeaderTest : public testing::TestWithParam<HeaderCase> {};

TEST_P(AnswersHeaderTest, GivesTheSameAnswers) {
  const auto file = Read(GetParam().text);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre("l1:q1:k1:1", "l1:q2:k2:0"));
  EXPECT_THAT(file->refused, IsEmpty());
  EXPECT_EQ(file->num_answers, 2);
}

INSTANTIATE_TEST_SUITE_P(
    All, AnswersHeaderTest,
    testing::Values(
        HeaderCase{"LongNames",
                   "learner,question,kcs,correct\nl1,q1,k1,1\nl1,q2,k2,0\n"},
        HeaderCase{"ShortNames",
                   "user,exercise_id,skill,correct\nl1,q1,k1,1\nl1,q2,k2,0\n"},
        HeaderCase{"KcColumn",
                   "user,question,kc,correct\nl1,q1,k1,1\nl1,q2,k2,0\n"},
        HeaderCase{"AnyOrder",
                   "correct,kc,user,question\n1,k1,l1,q1\n0,k2,l1,q2\n"},
        HeaderCase{"UpperCase",
                   "Learner,Question,KCs,Correct\nl1,q1,k1,1\nl1,q2,k2,0\n"},
        HeaderCase{"ByteOrderMark",
                   "\xEF\xBB\xBFlearner,question,kcs,correct\n"
                   "l1,q1,k1,1\nl1,q2,k2,0\n"},
        HeaderCase{"CrLf",
                   "learner,question,kcs,correct\r\nl1,q1,k1,1\r\n"
                   "l1,q2,k2,0\r\n"},
        HeaderCase{"NoLastNewline",
                   "learner,question,kcs,correct\nl1,q1,k1,1\nl1,q2,k2,0"},
        HeaderCase{"EmptyLines",
                   "learner,question,kcs,correct\n\nl1,q1,k1,1\n\nl1,q2,k2,0"},
        HeaderCase{"Quotes",
                   "\"learner\",question,kcs,correct\n"
                   "\"l1\",\"q1\",k1,1\nl1,q2,\"k2\",0\n"},
        HeaderCase{"Words",
                   "learner,question,kcs,correct\nl1,q1,k1,true\n"
                   "l1,q2,k2,FALSE\n"},
        HeaderCase{"OtherColumns",
                   "learner,question,school,kcs,correct\n"
                   "l1,q1,s,k1,1\nl1,q2,s,k2,0\n"}),
    [](const auto& info) { return info.param.what; });

TEST(AnswersCsvTest, WithoutAQuestionTheKcIsTheQuestion) {
  const auto file = Read("user,skill,correct\nl1,k1,1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre("l1:k1:k1:1"));
}

TEST(AnswersCsvTest, WithoutKcsTheQuestionIsTheKc) {
  const auto file = Read("user,exercise_id,correct\nl1,q1,1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre("l1:q1:q1:1"));
}

TEST(AnswersCsvTest, SeveralKcsAreEachTakenOnce) {
  const auto file = Read("learner,question,kcs,correct\nl1,q1,k2; k1;k2;,1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre("l1:q1:k2+k1:1"));
}

TEST(AnswersCsvTest, OtherColumnsAreNamed) {
  const auto file = Read("user,skill,School,correct,split\nl1,k1,s,1,x\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->ignored_columns, ElementsAre("school", "split"));
}

TEST(AnswersCsvTest, TheSplitIsReadIfItIsAskedFor) {
  std::istringstream in(
      "user,kc,correct,split\nl1,k1,1,train\nl1,k2,1,val\nl1,k3,0,test\n"
      "l1,k4,1,dev\n");
  const auto file = ReadSplitAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(file->set.learners.size(), 1u);
  const std::vector<Answer>& answers = file->set.learners[0].answers;
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].split, AnswerSplit::kTrain);
  EXPECT_EQ(answers[1].split, AnswerSplit::kValidation);
  EXPECT_EQ(answers[2].split, AnswerSplit::kTest);
  ASSERT_EQ(file->refused.size(), 1u);
  EXPECT_EQ(file->refused[0].line, 5);
  EXPECT_TRUE(file->ignored_columns.empty());
}

TEST(AnswersCsvTest, AMissingSplitIsAnErrorIfItIsAskedFor) {
  std::istringstream in("user,kc,correct\nl1,k1,1\n");
  EXPECT_THAT(ReadSplitAnswersCsv(&in),
              HasCode(absl::StatusCode::kInvalidArgument));
}

struct WrongHeaderCase {
  const char* what;
  std::string header;
  std::string message;
};

class WrongHeaderTest : public testing::TestWithParam<WrongHeaderCase> {};

TEST_P(WrongHeaderTest, IsAnErrorOfTheFile) {
  const auto file = Read(absl::StrCat(GetParam().header, "\nl1,q1,1\n"));
  EXPECT_THAT(file, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongHeaderTest,
    testing::Values(
        WrongHeaderCase{"Empty", "", "no column `learner` or `user`"},
        WrongHeaderCase{"NoLearner", "who,skill,correct",
                        "the file has who, skill, correct"},
        WrongHeaderCase{"NoCorrect", "user,skill,score", "`correct`"},
        WrongHeaderCase{"NoQuestionNorKc", "user,text,correct", "`skill`"},
        WrongHeaderCase{"TwoLearners", "user,learner,skill,correct",
                        "`user` and `learner` mean the same"},
        WrongHeaderCase{"TwoFolds", "user,skill,correct,test_fold,valid_fold",
                        "both name the fold"},
        WrongHeaderCase{"Twice", "user,skill,correct,user", "stands twice"},
        WrongHeaderCase{"NotUtf8", "user,skill,correct,\xff", "not UTF-8"},
        WrongHeaderCase{"StrayQuote", "user,\"skill,correct",
                        "quotes do not match"}),
    [](const auto& info) { return info.param.what; });

TEST(AnswersCsvTest, AnEmptyFileIsAnError) {
  EXPECT_THAT(Read(""), HasCode(absl::StatusCode::kInvalidArgument));
}

struct WrongRowCase {
  const char* what;
  std::string row;
  std::string reason;
};

class WrongRowTest : public testing::TestWithParam<WrongRowCase> {};

// The rows before and after a wrong one are kept.
TEST_P(WrongRowTest, IsRefusedWithItsLineAndReason) {
  const auto file =
      Read(absl::StrCat("learner,question,kcs,correct,order,time,test_fold\n",
                        "l1,q1,k1,1,0,1000,1\n", GetParam().row,
                        "\nl2,q2,k2,0,1,2026-01-01T08:00:00+08:00,2\n"));
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre("l1:q1:k1:1", "l2:q2:k2:0"));
  ASSERT_THAT(file->refused, SizeIs(1));
  EXPECT_EQ(file->refused[0].line, 3);
  EXPECT_THAT(file->refused[0].reason, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongRowTest,
    testing::Values(
        WrongRowCase{"TooFewColumns", "l1,q1,k1,1", "4 columns where the"},
        WrongRowCase{"TooManyColumns", "l1,q1,k1,1,2,3,1,x", "8 columns"},
        WrongRowCase{"Correct", "l1,q1,k1,yes,2,3,1", "correct \"yes\""},
        WrongRowCase{"EmptyCorrect", "l1,q1,k1,,2,3,1", "correct \"\""},
        WrongRowCase{"Order", "l1,q1,k1,1,two,3,1", "order \"two\""},
        WrongRowCase{"Time", "l1,q1,k1,1,2,yesterday,1", "time \"yesterday\""},
        WrongRowCase{"TimeBefore1970", "l1,q1,k1,1,2,-5,1", "from 1970"},
        WrongRowCase{"TimeNan", "l1,q1,k1,1,2,nan,1", "time \"nan\""},
        WrongRowCase{"FoldTooLarge", "l1,q1,k1,1,2,3,6", "test_fold \"6\""},
        WrongRowCase{"FoldChanges", "l1,q1,k1,1,2,3,4",
                     "is in fold 4 here and was in fold 1 before"},
        WrongRowCase{"LearnerId", "l 1,q1,k1,1,2,3,1", "learner \"l 1\""},
        WrongRowCase{"LongId",
                     absl::StrCat("l1,", std::string(65, 'q'), ",k1,1,2,3,1"),
                     "1-64 characters"},
        WrongRowCase{"EmptyQuestion", "l1,,k1,1,2,3,1", "question \"\""},
        WrongRowCase{"NoKc", "l1,q1,;,1,2,3,1", "names no kc"},
        WrongRowCase{"KcId", "l1,q1,k1;\xE6\x95\xB0,1,2,3,1", "kc \""},
        WrongRowCase{"TooManyKcs",
                     "l1,q1,1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17,1,2,3,1",
                     "17 kcs; at most 16"},
        WrongRowCase{"NotUtf8", "l1,q\xC3\x28,k1,1,2,3,1", "not UTF-8"},
        WrongRowCase{"ZeroByte", std::string("l1,q\0,k1,1,2,3,1", 16), "zero"},
        WrongRowCase{"StrayQuote", "l1,\"q1,k1,1,2,3,1", "quotes"}),
    [](const auto& info) { return info.param.what; });

TEST(AnswersCsvTest, WithoutOrderAndTimeTheFilesOrderIsKept) {
  const auto file =
      Read("user,skill,correct\nl1,b,1\nl2,z,1\nl1,a,0\nl1,c,0\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_FALSE(file->set.has_order);
  EXPECT_FALSE(file->set.has_time);
  EXPECT_THAT(Shown(*file),
              ElementsAre("l1:b:b:1", "l1:a:a:0", "l1:c:c:0", "l2:z:z:1"));
}

TEST(AnswersCsvTest, AnswersAreOrderedByOrder) {
  const auto file = Read("user,skill,correct,t\nl,b,1,10\nl,a,0,9\nl,c,0,-1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE(file->set.has_order);
  EXPECT_THAT(Shown(*file), ElementsAre("l:c:c:0", "l:a:a:0", "l:b:b:1"));
}

TEST(AnswersCsvTest, AnswersAreOrderedByTimeThenByOrder) {
  const auto file = Read(
      "user,skill,correct,time,order\n"
      "l,b,1,2026-01-01T00:00:01Z,0\n"
      "l,c,1,1767225600,2\n"
      "l,a,0,2026-01-01T01:00:00+01:00,1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE(file->set.has_time);
  EXPECT_THAT(Shown(*file), ElementsAre("l:a:a:0", "l:c:c:1", "l:b:b:1"));
}

TEST(AnswersCsvTest, TimesKeepMicroseconds) {
  const auto file = Read("user,skill,correct,time\nl,a,1,1767225600.123456\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(absl::ToUnixMicros(file->set.learners[0].answers[0].time),
            1767225600123456);
}

// Test fold k is valid fold k - 1, and test fold 1 is valid fold 5.
TEST(AnswersCsvTest, ValidFoldsBecomeTestFolds) {
  const auto file = Read(
      "user,skill,correct,valid_fold\na,k,1,1\nb,k,1,2\nc,k,1,3\nd,k,1,4\n"
      "e,k,1,5\nf,k,1,0\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE(file->set.has_folds);
  std::vector<int> folds;
  for (const auto& learner : file->set.learners) folds.push_back(learner.fold);
  EXPECT_THAT(folds, ElementsAre(2, 3, 4, 5, 1, 0));
}

}  // namespace
}  // namespace evenlight
