#include "recommender/training/residual_pack.h"

#include <map>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/training/residual_examples.h"

namespace evenlight {
namespace {

TEST(SequencesOfTest, CutsAtPartsAndAtTheLargestSize) {
  const auto examples = RandomExamples(SmallShape(), {3, 1, 5}, 1);
  const auto sequences = SequencesOf(examples, 2);
  std::vector<std::pair<int64_t, int64_t>> cut;
  for (const auto& sequence : sequences) {
    cut.push_back({sequence.begin, sequence.size});
  }
  EXPECT_EQ(cut, (std::vector<std::pair<int64_t, int64_t>>{
                     {0, 2}, {2, 1}, {3, 1}, {4, 2}, {6, 2}, {8, 1}}));
}

TEST(PackAnswersTest, EachColumnContinuesTheOneBefore) {
  const auto examples = RandomExamples(SmallShape(), {3, 1, 5, 5}, 1);
  const auto packed = PackAnswers(examples, SequencesOf(examples, 1000));
  ASSERT_EQ(packed.num_answers(), examples.size());
  ASSERT_EQ(packed.steps.num_steps(), 5);
  for (int step = 1; step < packed.steps.num_steps(); ++step) {
    ASSERT_LE(packed.steps.Width(step), packed.steps.Width(step - 1));
    for (int column = 0; column < packed.steps.Width(step); ++column) {
      EXPECT_EQ(packed.rows[packed.steps.begin[step] + column],
                packed.rows[packed.steps.begin[step - 1] + column] + 1);
    }
  }
}

TEST(PackAnswersTest, EachPracticeContinuesTheLastOnItsKc) {
  const auto examples = RandomExamples(SmallShape(), {12, 1, 20, 7}, 2);
  const auto packed = PackAnswers(examples, SequencesOf(examples, 1000));
  // The column before each practice, by a slow way.
  std::vector<int> column_before(packed.num_practices(), -1);
  for (int step = 1; step < packed.practice_steps.num_steps(); ++step) {
    for (int at = 0; at < packed.practice_steps.Width(step); ++at) {
      column_before[packed.practice_steps.begin[step] + at] =
          packed.practice_steps.begin[step - 1] + at;
    }
  }
  std::map<int64_t, int> answer_of_row;
  for (int answer = 0; answer < packed.num_answers(); ++answer) {
    answer_of_row[packed.rows[answer]] = answer;
  }
  std::map<std::pair<int32_t, KcRow>, int64_t> last_row;
  for (size_t row = 0; row < examples.size(); ++row) {
    float sum = 0;
    std::vector<int64_t> expected;
    for (const LrhInput::Kc& kc : examples[row].input.kcs) {
      const auto key = std::make_pair(examples[row].part, kc.row);
      expected.push_back(last_row.contains(key) ? last_row[key] : -1);
      last_row[key] = static_cast<int64_t>(row);
    }
    std::vector<int64_t> found;
    for (const Practice& practice :
         packed.PracticesOf(answer_of_row[static_cast<int64_t>(row)])) {
      const int before = column_before[practice.column];
      found.push_back(
          before < 0 ? -1 : packed.rows[packed.practice_answers[before]]);
      sum += practice.share;
    }
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected) << row;
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

TEST(PackAnswersTest, AKcThatStandsTwiceMovesOnce) {
  std::vector<LrhExample> examples(2);
  examples[0].input.kcs = {{KcRow(1), {}}, {KcRow(1), {}}, {KcRow(2), {}}};
  const auto packed = PackAnswers(examples, SequencesOf(examples, 1000));
  ASSERT_EQ(packed.num_practices(), 2);
  ASSERT_EQ(packed.PracticesOf(0).size(), 2);
  EXPECT_NEAR(packed.PracticesOf(0)[0].share, 2.0 / 3, 1e-6);
  EXPECT_TRUE(packed.PracticesOf(1).empty());
}

TEST(PackAnswersTest, NothingIsNothing) {
  const auto packed = PackAnswers({}, {});
  EXPECT_EQ(packed.num_answers(), 0);
  EXPECT_EQ(packed.num_practices(), 0);
}

}  // namespace
}  // namespace evenlight
