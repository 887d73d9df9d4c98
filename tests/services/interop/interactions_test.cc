#include "services/interop/interactions.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

InteractionsFile Read(const std::string& text) {
  std::istringstream in(text);
  return ReadInteractions(&in);
}

TEST(InteractionsTest, ALineIsALearnerAndTheirResources) {
  const InteractionsFile file = Read("l1 r1 r2\tr3 \r\nl2\n");
  ASSERT_THAT(file.lines, SizeIs(2));
  EXPECT_EQ(file.lines[0].value.learner, "l1");
  EXPECT_THAT(file.lines[0].value.resources, ElementsAre("r1", "r2", "r3"));
  EXPECT_EQ(file.lines[1].value.learner, "l2");
  EXPECT_THAT(file.lines[1].value.resources, IsEmpty());
  EXPECT_EQ(file.num_interactions, 3);
}

TEST(InteractionsTest, BrokenLinesInTheMiddleAreRefused) {
  const InteractionsFile file =
      Read("l1 r1\nl2 r/2\nl3 \xff\n   \nl1 r9\nl5 r5\n");
  ASSERT_THAT(file.lines, SizeIs(2));
  EXPECT_EQ(file.lines[1].line, 6);
  ASSERT_THAT(file.refused, SizeIs(4));
  EXPECT_EQ(file.refused[0].line, 2);
  EXPECT_THAT(file.refused[0].reason, HasSubstr("resource \"r/2\""));
  EXPECT_THAT(file.refused[1].reason, HasSubstr("not UTF-8"));
  EXPECT_THAT(file.refused[2].reason, HasSubstr("names no learner"));
  EXPECT_THAT(file.refused[3].reason, HasSubstr("had line 1 already"));
}

}  // namespace
}  // namespace evenlight
