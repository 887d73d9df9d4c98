#include "core/log.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

namespace evenlight {
namespace {

// What `body` writes to standard error.
template <typename Body>
std::string Captured(Body body) {
  testing::internal::CaptureStderr();
  body();
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, LineIsOneJsonObjectWithItsFields) {
  const std::string line = Captured([] {
    Log(LogLevel::kWarning, "model_refused",
        {{"tenant", "t1"}, {"version", int64_t{7}}, {"seconds", 0.5}});
  });
  ASSERT_EQ(line.back(), '\n');
  rapidjson::Document json;
  ASSERT_FALSE(json.Parse(line.c_str()).HasParseError()) << line;
  EXPECT_STREQ(json["level"].GetString(), "warning");
  EXPECT_STREQ(json["event"].GetString(), "model_refused");
  EXPECT_STREQ(json["tenant"].GetString(), "t1");
  EXPECT_EQ(json["version"].GetInt64(), 7);
  EXPECT_EQ(json["seconds"].GetDouble(), 0.5);
  EXPECT_TRUE(json["time"].IsString());
}

TEST(LogTest, AnyTextComesBackFromTheJson) {
  const std::string text = "a\"b\\c\nd\t\x01 \xe5\xad\xa6";
  const std::string line = Captured([&] {
    Log(LogLevel::kInfo, "x", {{"text", text}});
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  rapidjson::Document json;
  ASSERT_FALSE(json.Parse(line.c_str()).HasParseError()) << line;
  EXPECT_EQ(json["text"].GetString(), text);
}

TEST(LogTest, NotUtf8AndNotANumberStillMakeJson) {
  const std::string line = Captured([] {
    Log(LogLevel::kInfo, "x",
        {{"text", "a\xff\xfez"},
         {"number", std::numeric_limits<double>::quiet_NaN()}});
  });
  rapidjson::Document json;
  ASSERT_FALSE(json.Parse<rapidjson::kParseValidateEncodingFlag>(line.c_str())
                   .HasParseError())
      << line;
  EXPECT_STREQ(json["text"].GetString(), "a??z");
  EXPECT_TRUE(json["number"].IsNull());
}

TEST(LogTest, LinesBelowTheLevelAreDropped) {
  SetLogLevel(LogLevel::kError);
  const std::string lines = Captured([] {
    Log(LogLevel::kWarning, "dropped");
    Log(LogLevel::kError, "kept");
  });
  SetLogLevel(LogLevel::kInfo);
  EXPECT_THAT(lines, testing::HasSubstr("kept"));
  EXPECT_THAT(lines, testing::Not(testing::HasSubstr("dropped")));
}

TEST(LogTest, LinesOfManyThreadsStayWhole) {
  const std::string lines = Captured([] {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([] {
        for (int line = 0; line < 100; ++line) {
          Log(LogLevel::kInfo, "x", {{"line", line}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  int num_lines = 0;
  for (const absl::string_view line :
       absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    rapidjson::Document json;
    ASSERT_FALSE(json.Parse(line.data(), line.size()).HasParseError()) << line;
    ++num_lines;
  }
  EXPECT_EQ(num_lines, 400);
}

}  // namespace
}  // namespace evenlight
