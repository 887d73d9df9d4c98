#include "services/cli/tracing_charts.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TracingScore Score(const char* model, int fold) {
  return {.model = model,
          .fold = fold,
          .reliability = {{10, .1, .2}, {30, .6, .5}, {40, .9, .95}},
          .curve = fold == 0 ? LearningCurve()
                             : LearningCurve{{1, .6, .58}, {2, .55, .57}}};
}

TEST(TracingChartsTest, ReliabilityIsOfAllFoldsWithoutSmallBins) {
  std::vector<TracingScore> scores = {Score("a", 1), Score("a", 0),
                                      Score("b", 1), Score("b", 0)};
  scores.push_back(Score("b", 0));
  scores.back().online = OnlineLearning::kShared;
  const Chart chart = ReliabilityChart(scores);
  ASSERT_THAT(chart.series, SizeIs(2));
  EXPECT_EQ(chart.series[1].name, "b");
  EXPECT_NE(chart.series[0].color, chart.series[1].color);
  ASSERT_THAT(chart.series[0].points, SizeIs(2));
  EXPECT_EQ(chart.series[0].points[0].x, .6);
  EXPECT_EQ(chart.series[0].points[0].y, .5);
}

TEST(TracingChartsTest, LearningCurvesAreOfTheFirstFoldAndSayWhich) {
  const Chart chart = LearningCurveChart(
      {Score("a", 3), Score("a", 4), Score("a", 0), Score("b", 3)});
  EXPECT_THAT(chart.title, HasSubstr("fold 3"));
  ASSERT_THAT(chart.series, SizeIs(4));
  EXPECT_EQ(chart.series[0].name, "a validation");
  EXPECT_EQ(chart.series[1].name, "a training");
  EXPECT_TRUE(chart.series[1].is_dashed);
  EXPECT_EQ(chart.series[0].points[1].y, .57);
  EXPECT_EQ(chart.series[1].points[1].y, .55);
  EXPECT_THAT(LearningCurveChart({}).series, SizeIs(0));
}

TEST(TracingChartsTest, OursStandOutFromBaselines) {
  const std::vector<TracingScore> scores = {Score("lrh", 0), Score("bkt", 0),
                                            Score("lrh2gru", 0)};
  const Chart chart = ReliabilityChart(scores);
  ASSERT_THAT(chart.series, SizeIs(3));
  EXPECT_TRUE(chart.series[0].is_strong);
  EXPECT_FALSE(chart.series[1].is_strong);
  EXPECT_TRUE(chart.series[2].is_strong);
}

}  // namespace
}  // namespace evenlight
