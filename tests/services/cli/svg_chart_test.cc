#include "services/cli/svg_chart.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(TicksTest, AreRoundAndCover) {
  EXPECT_THAT(TicksOf(0, 1, 7), ElementsAre(0, .2, .4, .6, .8, 1));
  EXPECT_THAT(TicksOf(.521, .587, 7), ElementsAre(.52, .54, .56, .58, .6));
  EXPECT_THAT(TicksOf(1, 12, 7), ElementsAre(0, 2, 4, 6, 8, 10, 12));
  for (const double low : {-3.7, 0.0, 0.52, 1e5}) {
    for (const double width : {0.0, 1e-6, 0.3, 7.0, 123456.0}) {
      const std::vector<double> ticks = TicksOf(low, low + width, 7);
      ASSERT_GE(ticks.size(), 2u);
      EXPECT_LE(ticks.size(), 7u);
      EXPECT_LE(ticks.front(), low);
      EXPECT_GE(ticks.back(), low + width);
    }
  }
}

TEST(SvgChartTest, ShowsTitleAxesAndLegend) {
  const Chart chart = {
      .title = "A < B & \"C\"",
      .x_label = "across",
      .y_label = "up",
      .series = {
          {.name = "one", .points = {{0, 0}, {1, 2}}},
          {.name = "two", .color = 1, .is_dashed = true, .points = {{0, 1}}}}};
  const std::string svg = ToSvg(chart);
  EXPECT_THAT(svg, HasSubstr("A &lt; B &amp; &quot;C&quot;"));
  for (const char* text : {">across<", ">up<", ">one<", ">two<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_EQ(Count(svg, "<polyline"), 2);
  EXPECT_EQ(Count(svg, "<circle"), 3);
  EXPECT_EQ(Count(svg, "<svg "), 1);
  EXPECT_EQ(Count(svg, "</svg>"), 1);
}

TEST(SvgChartTest, TheUnitSquareHasItsDiagonal) {
  Chart chart;
  chart.is_unit_square = true;
  chart.series.resize(1);
  chart.series[0].points = {{0, 0}, {1, 1}};
  const std::string svg = ToSvg(chart);
  // From the lower left corner to the upper right one.
  EXPECT_THAT(svg,
              HasSubstr("x1=\"80.0\" y1=\"470.0\" x2=\"500.0\" y2=\"50.0\""));
  EXPECT_THAT(svg, HasSubstr("points=\"80.0,470.0 500.0,50.0 \""));
}

TEST(SvgChartTest, WhatIsNoNumberIsNotDrawn) {
  const double nan = std::nan("");
  for (const bool is_whole : {false, true}) {
    Chart chart;
    chart.has_whole_x = is_whole;
    chart.series.resize(1);
    chart.series[0].points = {{1, nan}, {2, .5}, {nan, 3}};
    const std::string svg = ToSvg(chart);
    EXPECT_EQ(Count(svg, "<circle"), 1);
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
  EXPECT_THAT(ToSvg({}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace evenlight
