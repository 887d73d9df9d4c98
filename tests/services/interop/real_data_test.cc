// The readers on public research data; see shared/data/README.md.

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/interop/answers_csv.h"
#include "services/interop/interactions.h"
#include "services/interop/kcs_csv.h"
#include "services/interop/track_events.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RealDataTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* directory = std::getenv("EVENLIGHT_DATA");
    directory_ = directory != nullptr ? directory : "../shared/data";
    if (!std::ifstream(directory_ + "/README.md")) {
      ASSERT_FALSE(MustHaveTestData()) << "no data at " << directory_;
      GTEST_SKIP() << "no data at " << directory_ << "; set EVENLIGHT_DATA";
    }
  }

  std::ifstream Open(const std::string& path) {
    return std::ifstream(directory_ + "/" + path, std::ios::binary);
  }

 private:
  std::string directory_;
};

TEST_F(RealDataTest, Assist2009IsReadWhole) {
  std::ifstream in = Open("tracing/assist2009/answers.csv");
  const auto file = ReadAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->num_answers, 273767);
  EXPECT_THAT(file->set.learners, SizeIs(3730));
  EXPECT_THAT(file->refused, IsEmpty());
  EXPECT_THAT(QuestionsOf(file->set), SizeIs(16867));
  EXPECT_TRUE(file->set.has_order);
  std::map<int, int64_t> by_fold;
  for (const LearnerAnswers& learner : file->set.learners) {
    by_fold[learner.fold] += static_cast<int64_t>(learner.answers.size());
  }
  // As `cut -d, -f6 answers.csv | sort | uniq -c` prints it.
  EXPECT_EQ(by_fold, (std::map<int, int64_t>{{0, 29},
                                             {1, 51848},
                                             {2, 51565},
                                             {3, 57239},
                                             {4, 55732},
                                             {5, 57354}}));
}

TEST_F(RealDataTest, Assist2015HasValidFolds) {
  std::ifstream in = Open("tracing/assist2015/answers.csv");
  const auto file = ReadAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->num_answers, 683801);
  EXPECT_THAT(file->set.learners, SizeIs(19840));
  EXPECT_THAT(file->refused, IsEmpty());
  EXPECT_THAT(KcsOf(file->set), SizeIs(100));
}

TEST_F(RealDataTest, JunyiAnswersHaveNoOrder) {
  std::ifstream in = Open("tracing/junyi/answers.csv");
  const auto file = ReadAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->num_answers, 353835);
  EXPECT_THAT(file->set.learners, SizeIs(10000));
  EXPECT_THAT(KcsOf(file->set), SizeIs(706));
  EXPECT_FALSE(file->set.has_order);
  EXPECT_THAT(file->ignored_columns, ElementsAre("split"));
}

TEST_F(RealDataTest, JunyiPrerequisitesHaveTwoSelfLoops) {
  std::ifstream in = Open("tracing/junyi/prerequisite_edges_ids.csv");
  const auto file = ReadKcsCsv(&in);
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE(file->is_edges);
  EXPECT_EQ(file->num_edges, 981);
  EXPECT_THAT(file->refused, IsEmpty());
  int num_self_loops = 0;
  for (const auto& kc : file->kcs) {
    for (const KcId& prerequisite : kc.value.prerequisites) {
      if (prerequisite == kc.value.id) ++num_self_loops;
    }
  }
  EXPECT_EQ(num_self_loops, 2);
}

TEST_F(RealDataTest, GowallaInteractionsAreReadWhole) {
  std::ifstream in = Open("resources/gowalla/train.txt");
  const InteractionsFile file = ReadInteractions(&in);
  EXPECT_THAT(file.lines, SizeIs(29858));
  EXPECT_EQ(file.num_interactions, 810128);
  EXPECT_THAT(file.refused, IsEmpty());
}

}  // namespace
}  // namespace evenlight
