#include "recommender/training/popularity.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

EngagementTable Table() {
  EngagementTable table;
  table.num_resources = 4;
  table.AddLearner({{ResourceRow{0}, 1}, {ResourceRow{1}, 3}});
  table.AddLearner({{ResourceRow{1}, 1}});
  table.AddLearner({{ResourceRow{2}, 1}});
  return table;
}

TEST(PopularityTest, CountsLearnersWhateverTheWeights) {
  EXPECT_THAT(GlobalPopularity(Table()), ElementsAre(1, 2, 1, 0));
}

TEST(PopularityTest, HalvesWithTheHalfLife) {
  const std::vector<absl::Duration> ages = {absl::Hours(0), absl::Hours(24),
                                            absl::Hours(48), absl::Hours(-5)};
  EXPECT_THAT(DecayedPopularity(Table(), ages, absl::Hours(24)),
              ElementsAre(1, FloatEq(0.75f), 1, 0));
  EXPECT_EQ(DecayedPopularity(Table(), ages, absl::InfiniteDuration()),
            GlobalPopularity(Table()));
}

// Grade 7 uses resource 1, grade 8 resource 2; resources 0 and 1 are of one
// subject.
class GroupedPopularityTest : public testing::Test {
 protected:
  std::vector<float> Scores(int32_t grade,
                            const std::vector<Engagement>& history) const {
    std::vector<float> scores(4, 9);
    popularity_.Score(grade, history, absl::MakeSpan(scores));
    return scores;
  }

  const GroupedPopularity popularity_{
      Table(), {.grades = {7, 7, 8}, .subjects = {1, 1, 2, 2}}};
};

TEST_F(GroupedPopularityTest, WithoutAHistoryItIsThatOfTheGrade) {
  const std::vector<float> of7 = Scores(7, {});
  EXPECT_GT(of7[1], of7[0]);
  EXPECT_GT(of7[0], of7[2]);
  EXPECT_EQ(of7[3], 0);
  const std::vector<float> of8 = Scores(8, {});
  EXPECT_GT(of8[2], of8[1]);
  EXPECT_GT(of8[1], of8[0]);
}

// By hand: c of grade 7 is 1.01, 2.02, 0.01, 0; of subject 2 half of what the
// learner wants, and 0.01 / 3.04 of the other half.
TEST_F(GroupedPopularityTest, AHistoryMovesItToItsSubjects) {
  const std::vector<float> scores = Scores(7, {{ResourceRow{3}, 1}});
  const double of_subject2 = 0.5 + 0.5 * 0.01 / 3.04;
  EXPECT_NEAR(scores[2], of_subject2, 1e-6);
  EXPECT_NEAR(scores[1], (1 - of_subject2) * 2.02 / 3.03, 1e-6);
}

TEST_F(GroupedPopularityTest, AGradeNobodyIsOfHasThatOfAll) {
  const std::vector<float> scores = Scores(3, {});
  EXPECT_GT(scores[1], scores[0]);
  EXPECT_FLOAT_EQ(scores[0], scores[2]);
}

}  // namespace
}  // namespace evenlight
