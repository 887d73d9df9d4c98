#include "services/interop/akt_folds.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<std::vector<AktSequence>> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadAktFile(&in);
}

// Every answer as `learner:question:kc:correct`.
std::vector<std::string> Shown(const std::vector<AktSequence>& sequences) {
  std::vector<std::string> shown;
  for (const AktSequence& sequence : sequences) {
    for (const Answer& answer : sequence.answers) {
      shown.push_back(absl::StrCat(sequence.learner, ":", answer.question, ":",
                                   answer.kcs.at(0), ":",
                                   answer.is_correct ? 1 : 0));
    }
  }
  return shown;
}

TEST(AktFileTest, FourLinesHaveAUserAndSkills) {
  const auto file = Read("3,70\n11,12\n5,6\n1,0\n4,71\n11\n5\n0\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file),
              ElementsAre("70-3:11:5:1", "70-3:12:6:0", "71-4:11:5:0"));
}

TEST(AktFileTest, WithThreeLinesTheQuestionIsTheKc) {
  const auto file = Read("2\n11,12\n1,0\n1\n13\n1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre(":11:11:1", ":12:12:0", ":13:13:1"));
}

TEST(AktFileTest, OtherLineEndsAndTrailingCommasAreTaken) {
  const auto file = Read(
      "\xEF\xBB\xBF"
      "2\r\n11,12,\r\n1,0,\r\n\r\n\r\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(Shown(*file), ElementsAre(":11:11:1", ":12:12:0"));
}

TEST(AktFileTest, ALearnerWithoutAnswersHasNone) {
  const auto file = Read("0\n\n\n1\n13\n1\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->size(), 2u);
  EXPECT_THAT(Shown(*file), ElementsAre(":13:13:1"));
}

TEST(AktFileTest, AnEmptyFileHasNoLearner) {
  const auto file = Read("\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(*file, IsEmpty());
}

struct BrokenCase {
  const char* what;
  std::string text;
  std::string message;
};

class BrokenAktFileTest : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenAktFileTest, NamesTheLine) {
  const auto file = Read(GetParam().text);
  EXPECT_THAT(file, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenAktFileTest,
    testing::Values(
        BrokenCase{"NoNumber", "2\n11,x\n1,0\n", "line 2: question \"x\""},
        BrokenCase{"NoNumberInTheHead", "two\n11,12\n1,0\n",
                   "line 1: count \"two\""},
        BrokenCase{"NoAnswer", "2\n11,12\n1,2\n",
                   "line 3: answer 2 is neither 0 nor 1"},
        BrokenCase{"Count", "3\n11,12\n1,0\n", "line 1: count 3 for 2 answers"},
        BrokenCase{"FewQuestions", "2\n11\n1,0\n",
                   "line 2: 1 numbers of question for 2 answers"},
        BrokenCase{"FewSkills", "1,2\n11,12\n5\n1,0\n",
                   "line 3: 1 numbers of skill for 2 answers"},
        BrokenCase{"CutOff", "1\n11\n1\n2\n11,12\n",
                   "line 5: the file ends after 2 of the 3 lines"},
        BrokenCase{"OtherFormWithin", "1\n11\n1\n1,2\n11\n1\n",
                   "line 4: not one count of answers"},
        BrokenCase{"Huge", "1\n99999999999999999999\n1\n", "line 2"}),
    [](const auto& info) { return info.param.what; });

// Fifteen files of one learner each but where a test says otherwise.
class AktFoldsTest : public testing::Test {
 protected:
  AktFoldsTest() {
    for (int fold = 1; fold <= 5; ++fold) {
      Write("test", fold, Learner(fold));
      Write("valid", fold, Learner(fold % 5 + 1));
      std::string train;
      for (int other = 2; other <= 4; ++other) {
        train += Learner((fold + other - 1) % 5 + 1);
      }
      Write("train", fold, train);
    }
  }

  static std::string Learner(int user) {
    return absl::StrCat("1,", user, "\n", 10 + user, "\n3\n1\n");
  }

  void Write(const std::string& kind, int fold, const std::string& text) {
    std::ofstream(absl::StrCat(directory_.path(), "/x_", kind, fold, ".csv"))
        << text;
  }

  std::map<std::string, int> FoldsOfLearners(const AktFolds& folds) {
    std::map<std::string, int> of_learner;
    for (const LearnerAnswers& learner : folds.set.learners) {
      of_learner[learner.learner] = learner.fold;
    }
    EXPECT_EQ(of_learner.size(), folds.set.learners.size());
    return of_learner;
  }

  TemporaryDirectory directory_;
};

TEST_F(AktFoldsTest, LearnersAreInTheFoldThatTestsThem) {
  const auto folds = ReadAktFolds(directory_.path(), "x");
  ASSERT_THAT(folds, IsOk());
  EXPECT_EQ(FoldsOfLearners(*folds),
            (std::map<std::string, int>{
                {"1-1", 1}, {"2-1", 2}, {"3-1", 3}, {"4-1", 4}, {"5-1", 5}}));
  EXPECT_THAT(folds->notes, IsEmpty());
  EXPECT_EQ(folds->files.size(), 15u);
  EXPECT_EQ(folds->num_answers, 5);
  EXPECT_TRUE(folds->set.has_folds);
  EXPECT_TRUE(folds->set.has_order);
}

TEST_F(AktFoldsTest, LearnersThatAreNeverTestedAreInFoldZeroOnce) {
  for (int fold = 1; fold <= 5; ++fold) {
    std::string train;
    for (int other = 2; other <= 4; ++other) {
      train += Learner((fold + other - 1) % 5 + 1);
    }
    Write("train", fold, train + Learner(9));
  }
  const auto folds = ReadAktFolds(directory_.path(), "x");
  ASSERT_THAT(folds, IsOk());
  EXPECT_EQ(FoldsOfLearners(*folds).at("9-1"), 0);
  EXPECT_EQ(folds->set.learners.size(), 6u);
  EXPECT_THAT(folds->notes, IsEmpty());
}

TEST_F(AktFoldsTest, OtherValidationFilesAreNoted) {
  Write("valid", 2, Learner(5));
  const auto folds = ReadAktFolds(directory_.path(), "x");
  ASSERT_THAT(folds, IsOk());
  ASSERT_FALSE(folds->notes.empty());
  EXPECT_THAT(folds->notes[0],
              HasSubstr("valid2 is not test3: 2 learners differ"));
  EXPECT_EQ(folds->set.learners.size(), 5u);
}

TEST_F(AktFoldsTest, LearnersThatLookAlikeStayApart) {
  Write("test", 1, Learner(1) + Learner(1) + Learner(2));
  const auto folds = ReadAktFolds(directory_.path(), "x");
  ASSERT_THAT(folds, IsOk());
  const auto of_learner = FoldsOfLearners(*folds);
  EXPECT_EQ(of_learner.at("1-1"), 1);
  EXPECT_EQ(of_learner.at("test1-2"), 1);
  EXPECT_EQ(of_learner.at("2-1"), 1);
  EXPECT_EQ(of_learner.at("test2-1"), 2);
  EXPECT_THAT(folds->notes.back(), HasSubstr("such as user 2"));
}

TEST_F(AktFoldsTest, FilesWithoutUsersNameLearnersByPlace) {
  for (int fold = 1; fold <= 5; ++fold) {
    Write("test", fold, "1\n11\n1\n");
    Write("valid", fold, "1\n11\n1\n");
    Write("train", fold, "1\n11\n1\n1\n11\n1\n1\n11\n1\n");
  }
  const auto folds = ReadAktFolds(directory_.path(), "x");
  ASSERT_THAT(folds, IsOk());
  EXPECT_EQ(FoldsOfLearners(*folds),
            (std::map<std::string, int>{{"test1-1", 1},
                                        {"test2-1", 2},
                                        {"test3-1", 3},
                                        {"test4-1", 4},
                                        {"test5-1", 5}}));
  EXPECT_THAT(folds->notes, IsEmpty());
}

TEST_F(AktFoldsTest, ErrorsNameTheFile) {
  EXPECT_THAT(ReadAktFolds(directory_.path(), "y"),
              HasCode(absl::StatusCode::kNotFound));
  Write("train", 4, "1\nx\n1\n");
  const auto folds = ReadAktFolds(directory_.path(), "x");
  EXPECT_THAT(folds, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(folds.status().message()),
              HasSubstr("x_train4.csv line 2: question \"x\""));
}

struct PublishedCase {
  const char* directory;
  const char* name;
  size_t num_learners;
  int64_t num_answers;
  int num_never_tested;
};

class PublishedAktFoldsTest : public testing::TestWithParam<PublishedCase> {};

TEST_P(PublishedAktFoldsTest, AreReadInFull) {
  const std::string directory = TestDataPath(GetParam().directory);
  EVENLIGHT_NEEDS_DATA(directory);
  const auto folds = ReadAktFolds(directory, GetParam().name);
  ASSERT_THAT(folds, IsOk());
  EXPECT_EQ(folds->set.learners.size(), GetParam().num_learners);
  EXPECT_EQ(folds->num_answers, GetParam().num_answers);
  EXPECT_THAT(folds->notes, IsEmpty());
  std::set<std::string> names;
  int num_never_tested = 0;
  for (const LearnerAnswers& learner : folds->set.learners) {
    EXPECT_TRUE(IsValidId(learner.learner)) << learner.learner;
    names.insert(learner.learner);
    num_never_tested += learner.fold == 0;
  }
  EXPECT_EQ(num_never_tested, GetParam().num_never_tested);
  EXPECT_EQ(names.size(), GetParam().num_learners);
}

INSTANTIATE_TEST_SUITE_P(
    All, PublishedAktFoldsTest,
    testing::Values(PublishedCase{"tracing/assist2009_akt", "assist2009_pid",
                                  4151, 325637, 1},
                    PublishedCase{"tracing/statics_akt", "statics", 333, 189297,
                                  3}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace evenlight
