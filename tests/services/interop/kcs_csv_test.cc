#include "services/interop/kcs_csv.h"

#include <sstream>

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

absl::StatusOr<KcsFile> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadKcsCsv(&in);
}

TEST(KcsCsvTest, EntriesAreReadWithTheirPrerequisites) {
  const auto file = Read(
      "title,kc,grade,prerequisites,subject,note\n"
      "\"Adding, to 10\",add,1,,mathematics,x\n"
      ",mul,3,add;count;add,mathematics,\n");
  ASSERT_THAT(file, IsOk());
  EXPECT_FALSE(file->is_edges);
  ASSERT_THAT(file->kcs, SizeIs(2));
  EXPECT_EQ(file->kcs[0].value.title, "Adding, to 10");
  EXPECT_EQ(file->kcs[0].value.grade, 1);
  EXPECT_EQ(file->kcs[1].value.title, "mul");
  EXPECT_EQ(file->kcs[1].value.subject, "mathematics");
  EXPECT_THAT(file->kcs[1].value.prerequisites, ElementsAre("add", "count"));
  EXPECT_FALSE(file->kcs[1].value.imported);
  EXPECT_THAT(file->ignored_columns, ElementsAre("note"));
}

TEST(KcsCsvTest, EdgesAreGatheredByKc) {
  for (const char* header :
       {"prerequisite_id,exercise_id", "prerequisite,kc"}) {
    const auto file =
        Read(absl::StrCat(header, "\r\na,b\r\nc,b\r\na,b\r\nb,b\r\n"));
    ASSERT_THAT(file, IsOk());
    EXPECT_TRUE(file->is_edges);
    EXPECT_EQ(file->num_edges, 3);
    ASSERT_THAT(file->kcs, SizeIs(3));
    EXPECT_EQ(file->kcs[0].value.id, "b");
    EXPECT_THAT(file->kcs[0].value.prerequisites, ElementsAre("a", "c", "b"));
    EXPECT_TRUE(file->kcs[0].value.imported);
    EXPECT_THAT(file->kcs[1].value.prerequisites, IsEmpty());
  }
}

TEST(KcsCsvTest, WrongRowsAreRefusedAndTheOthersKept) {
  const auto file = Read(
      "kc,grade,prerequisites\na,1,\nb c,1,\nc,13,\nd,1,x/y\na,2,\ne\nf,,a\n");
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(file->kcs, SizeIs(2));
  EXPECT_EQ(file->kcs[1].value.id, "f");
  ASSERT_THAT(file->refused, SizeIs(5));
  EXPECT_THAT(file->refused[1].reason, HasSubstr("grade \"13\""));
  EXPECT_THAT(file->refused[3].reason, HasSubstr("had line 2 already"));
  EXPECT_EQ(file->refused[4].line, 7);
}

TEST(KcsCsvTest, AWrongHeaderNamesBothFormsAndTheColumns) {
  const auto file = Read("name,needs\na,b\n");
  EXPECT_THAT(file, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr("the file has name, needs"));
}

}  // namespace
}  // namespace evenlight
