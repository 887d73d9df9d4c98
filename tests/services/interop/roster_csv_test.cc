#include "services/interop/roster_csv.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(RosterCsvTest, WhatIsWrittenIsReadBack) {
  const School school = {"s1", "School, first", "North", Tier::kTeachingPoint};
  const SchoolClass school_class = {"c1", "Class 1", "s1", 4};
  Person learner;
  learner.actor = {ActorKind::kLearner, "l1"};
  learner.school = "s1";
  learner.classes = {"c1", "c2"};
  learner.grade = 4;
  learner.language = "zh-CN";
  learner.accessibility_needs = 1u << 1 | 1u << 6;
  learner.bandwidth_kbps = 800;
  Person teacher;
  teacher.actor = {ActorKind::kTeacher, "l1"};
  std::ostringstream out;
  WriteRosterCsv({school}, {school_class}, {learner, teacher}, &out);

  std::istringstream in(out.str());
  const auto file = ReadRosterCsv(&in);
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(file->refused, SizeIs(0));
  ASSERT_THAT(file->schools, SizeIs(1));
  ASSERT_THAT(file->classes, SizeIs(1));
  ASSERT_THAT(file->people, SizeIs(2));
  EXPECT_EQ(file->schools[0].value, school);
  EXPECT_EQ(file->classes[0].value, school_class);
  EXPECT_EQ(file->people[0].value, learner);
  EXPECT_EQ(file->people[1].value, teacher);
}

TEST(RosterCsvTest, WrongRowsAreRefusedAndTheOthersKept) {
  std::istringstream in(
      "type,id,tier,grade,accessibility,classes\n"
      "school,s1,Urban,,,\n"
      "school,s2,moon,,,\n"
      "pupil,l1,,,,\n"
      "class,c1,,13,,\n"
      "learner,l1,,,captions;wings,\n"
      "learner,l1,,,,c/1\n"
      "learner,,,,,\n"
      "school,s1,village,,,\n"
      "learner,l1,,,captions,c1\n");
  const auto file = ReadRosterCsv(&in);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->schools, SizeIs(1));
  EXPECT_THAT(file->people, SizeIs(1));
  ASSERT_THAT(file->refused, SizeIs(7));
  const char* const reasons[] = {
      "tier \"moon\" is not one of urban", "type \"pupil\"", "grade \"13\"",
      "accessibility \"wings\"",           "class \"c/1\"",  "id \"\"",
      "school \"s1\" had line 2 already"};
  for (int k = 0; k < 7; ++k) {
    EXPECT_EQ(file->refused[k].line, k + 3);
    EXPECT_THAT(file->refused[k].reason, HasSubstr(reasons[k]));
  }
}

TEST(RosterCsvTest, AMissingColumnIsAnErrorOfTheFile) {
  std::istringstream in("id,tier\ns1,urban\n");
  const auto file = ReadRosterCsv(&in);
  EXPECT_THAT(file, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr("no column `type`; the file has id, tier"));
}

}  // namespace
}  // namespace evenlight
