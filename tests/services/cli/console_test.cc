#include "services/cli/console.h"

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

class ProgressTest : public testing::Test {
 protected:
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = {}};
};

TEST_F(ProgressTest, WithoutATerminalEveryTenPercentIsALine) {
  Progress progress(console_, "import");
  std::string lines;
  for (int step = 0; step <= 1000; ++step) progress.Update(step / 1000.0);
  progress.Finish();
  for (int percent = 0; percent <= 100; percent += 10) {
    absl::StrAppend(&lines, "import ", percent, "%\n");
  }
  EXPECT_EQ(err_.str(), lines);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ProgressTest, WithoutATerminalALeapIsOneLine) {
  Progress progress(console_, "import");
  progress.Update(0.05);
  progress.Update(0.79);
  EXPECT_EQ(err_.str(), "import 0%\nimport 70%\n");
}

TEST_F(ProgressTest, ABarIsDrawnOverItself) {
  console_.has_bar = true;
  Progress progress(console_, "import");
  progress.Update(0);
  progress.Update(0.25);
  const std::string none(40, ' ');
  const std::string quarter = std::string(10, '#') + std::string(30, ' ');
  EXPECT_EQ(err_.str(), absl::StrCat("\rimport       [", none, "]   0%",
                                     "\rimport       [", quarter, "]  25%"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ProgressTest, ABarIsDrawnOnlyWhenItMoves) {
  console_.has_bar = true;
  Progress progress(console_, "import");
  progress.Update(0.25);
  const std::string before = err_.str();
  progress.Update(0.254);
  EXPECT_EQ(err_.str(), before);
}

TEST_F(ProgressTest, TheLineOfABarEndsOnce) {
  console_.has_bar = true;
  std::string drawn;
  {
    Progress progress(console_, "import");
    progress.Update(1);
    drawn = err_.str();
    progress.Finish();
  }
  EXPECT_EQ(err_.str(), drawn + "\n");
}

TEST_F(ProgressTest, WithoutAnUpdateNothingIsSaid) {
  console_.has_bar = true;
  { const Progress progress(console_, "import"); }
  EXPECT_EQ(err_.str(), "");
}

TEST_F(ProgressTest, WhatIsBeyondTheEndsIsTheEnd) {
  Progress progress(console_, "import");
  progress.Update(-1);
  progress.Update(2);
  EXPECT_EQ(err_.str(), "import 0%\nimport 100%\n");
}

}  // namespace
}  // namespace evenlight
