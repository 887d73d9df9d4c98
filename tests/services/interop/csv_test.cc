#include "services/interop/csv.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;

TEST(CsvTest, WhatIsFormattedIsParsedBack) {
  const std::vector<std::vector<std::string>> rows = {
      {"a", "b"},       {"", ""},     {"with, comma", "x"},
      {"a \"quote\""},  {" blanks "}, {"\xE6\x95\xB0", "9"},
      {"", "x", "", ""}};
  for (const auto& row : rows) {
    const auto parsed = ParseCsvLine(FormatCsvLine(row));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(*parsed, row) << FormatCsvLine(row);
  }
}

TEST(CsvTest, BlanksAroundUnquotedFieldsAreDropped) {
  const auto parsed = ParseCsvLine(" a ,\tb c , \" d \"");
  ASSERT_THAT(parsed, IsOk());
  EXPECT_THAT(*parsed, ElementsAre("a", "b c", " d "));
}

TEST(CsvTest, QuotesThatDoNotMatchAreRefused) {
  for (const char* line : {"\"a", "a\"b", "\"a\"b,c", "a,\""}) {
    EXPECT_THAT(ParseCsvLine(line), HasCode(absl::StatusCode::kInvalidArgument))
        << line;
  }
}

TEST(CsvTest, ListsAreSplitAtSemicolons) {
  EXPECT_THAT(SplitList(" a;b ;;c; "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(SplitList(""), ElementsAre());
}

}  // namespace
}  // namespace evenlight
