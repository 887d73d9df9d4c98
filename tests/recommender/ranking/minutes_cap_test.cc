#include "recommender/ranking/minutes_cap.h"

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

struct Case {
  std::string name;
  int grade;
  float used;
  float all;      // Below 0: no limit.
  float written;  // The same.
};

class MinutesCapTest : public testing::TestWithParam<Case> {};

TEST_P(MinutesCapTest, IsThatOfTheGradeLessWhatIsUsed) {
  const Case& c = GetParam();
  const MinutesLeft left = LeftToday({}, c.grade, c.used);
  if (c.all < 0) {
    EXPECT_TRUE(std::isinf(left.all));
  } else {
    EXPECT_EQ(left.all, c.all);
  }
  EXPECT_EQ(left.written, c.written);
}

INSTANTIATE_TEST_SUITE_P(Table, MinutesCapTest,
                         testing::ValuesIn(std::vector<Case>{
                             {"FirstGrade", 1, 0, -1, 0},
                             {"SecondGrade", 2, 15, -1, 0},
                             {"ThirdGrade", 3, 0, 60, 60},
                             {"SixthGradePartlyUsed", 6, 45, 15, 15},
                             {"SeventhGrade", 7, 10, 80, 80},
                             {"NinthGradeUsedUp", 9, 90, 0, 0},
                             {"MoreThanUsedUp", 9, 200, 0, 0},
                             {"TenthGrade", 10, 0, 120, 120},
                             {"AboveAll", 13, 0, 120, 120},
                             {"NotKnown", 0, 20, 100, 100},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(MinutesCapTest, CoversWhatIsSentHome) {
  const MinutesCapPolicy policy;
  EXPECT_TRUE(policy.Covers(Phase::kPreClass));
  EXPECT_TRUE(policy.Covers(Phase::kPostClass));
  EXPECT_FALSE(policy.Covers(Phase::kInClass));
  EXPECT_FALSE(policy.Covers(Phase::kSelfStudy));
}

}  // namespace
}  // namespace evenlight
