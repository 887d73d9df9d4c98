#include "services/cli/simulate_policy.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/loop_report.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SimulatePolicyTest : public testing::Test {
 protected:
  SimulatePolicyTest() {
    options_.students = {"irt", " kss"};
    options_.policies = {"evenlight", "random"};
    options_.num_seeds = 2;
    options_.num_learners = 10;
  }

  int Run(bool is_json = false) {
    out_.str("");
    err_.str("");
    const Console console = {.out = out_,
                             .err = err_,
                             .is_json = is_json,
                             .has_bar = false,
                             .sleep = {}};
    return SimulatePolicy(options_, console);
  }

  std::string Path(const std::string& file) const {
    return absl::StrCat(directory_.path(), "/", file);
  }

  std::string Text(const std::string& file) const {
    std::ifstream in(Path(file));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  SimulatePolicyOptions options_;
  TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(SimulatePolicyTest, PrintsALineForEachCellThenTheMatrix) {
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  const std::string text = out_.str();
  for (const std::string student : {"irt", "kss"}) {
    for (const std::string policy : {"evenlight", "random"}) {
      EXPECT_THAT(text, HasSubstr(absl::StrCat("policy=", policy, " student=",
                                               student, " gain_per_hour=")));
    }
  }
  EXPECT_THAT(text, AllOf(HasSubstr(" low="), HasSubstr(" high="),
                          HasSubstr(" ratio_to_best_baseline="),
                          HasSubstr(" minutes_over_cap=0.0 in_band="),
                          HasSubstr(" worst_tier=")));
  EXPECT_THAT(text, HasSubstr("\ngain per hour"));
  EXPECT_THAT(err_.str(), HasSubstr("closed loop 100%"));
}

TEST_F(SimulatePolicyTest, TheSameSeedPrintsTheSameWithAnyNumberOfThreads) {
  options_.num_threads = 1;
  ASSERT_EQ(Run(), kExitOk);
  const std::string first = out_.str();
  options_.num_threads = 3;
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_EQ(out_.str(), first);
  options_.seed = 2;
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_NE(out_.str(), first);
}

TEST_F(SimulatePolicyTest, JsonHasNothingForPeople) {
  ASSERT_EQ(Run(true), kExitOk);
  std::istringstream lines(out_.str());
  std::string line;
  int num_lines = 0;
  while (std::getline(lines, line)) {
    ++num_lines;
    EXPECT_EQ(line.front(), '{');
    EXPECT_EQ(line.back(), '}');
  }
  EXPECT_EQ(num_lines, 4);
}

TEST_F(SimulatePolicyTest, WritesAReportAndCurves) {
  options_.out_file = Path("loop.json");
  ASSERT_EQ(Run(), kExitOk) << err_.str();
  EXPECT_THAT(Text("loop.json"),
              AllOf(HasSubstr("\"seeds\":2"), HasSubstr("\"minutes\":10"),
                    HasSubstr("\"curve\":[0.")));
  EXPECT_THAT(Text("loop.irt.svg"),
              AllOf(HasSubstr("<svg"), HasSubstr("evenlight")));
  EXPECT_THAT(Text("loop.kss.svg"), HasSubstr("<svg"));
}

TEST_F(SimulatePolicyTest, WithoutABaselineThereIsNoRatio) {
  options_.policies = {"evenlight"};
  ASSERT_EQ(Run(), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr(" ratio_to_best_baseline=nan "));
  EXPECT_THAT(out_.str(), Not(HasSubstr("*")));
}

TEST_F(SimulatePolicyTest, AnUnknownNameIsAnsweredWithThoseThereAre) {
  options_.students = {"human"};
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(),
              HasSubstr("there is no student model `human`; there are kss, "
                        "bkt, irt, forgetting, wrong_prerequisites"));
  options_.students = {};
  options_.policies = {"magic"};
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(),
              HasSubstr("there is no policy `magic`; there are evenlight"));
}

TEST_F(SimulatePolicyTest, NothingIsRunIfTheReportCannotBeWritten) {
  options_.out_file = Path("missing/loop.json");
  EXPECT_EQ(Run(), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write"));
  EXPECT_EQ(out_.str(), "");
}

LoopCell Cell(const std::string& policy, double gain) {
  LoopCell cell = {policy, "irt", {}};
  cell.seeds.resize(1);
  cell.seeds[0].gain_per_hour = gain;
  cell.seeds[0].curve = {.4, .5, .55, .6, .62, .65, .7, .7};
  return cell;
}

TEST(LoopReportTest, TheMatrixMarksTheBestBaseline) {
  EXPECT_EQ(LoopMatrix({Cell("evenlight", .3), Cell("random", .1),
                        Cell("curriculum", .2)}),
            "gain per hour                          irt \n"
            "evenlight                           0.3000 \n"
            "random                              0.1000 \n"
            "curriculum                          0.2000*\n");
}

TEST(LoopReportTest, TheChartHasACurveForEachPolicyOverDays) {
  const std::vector<LoopCell> cells = {Cell("evenlight", .3),
                                       Cell("random", .1)};
  const Chart chart = MasteryChart("irt", cells);
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_TRUE(chart.series[0].is_strong);
  EXPECT_TRUE(chart.series[1].is_dashed);
  ASSERT_EQ(chart.series[0].points.size(), 8u);
  EXPECT_EQ(chart.series[0].points.front().x, 0);
  EXPECT_EQ(chart.series[0].points.back().y, .7);
  for (size_t point = 1; point < 8; ++point) {
    EXPECT_GT(chart.series[0].points[point].x,
              chart.series[0].points[point - 1].x);
  }
}

}  // namespace
}  // namespace evenlight
