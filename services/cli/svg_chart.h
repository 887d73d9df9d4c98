// A line chart as SVG: axes, ticks, a legend, nothing that moves. For people
// who would rather look.

#ifndef EVENLIGHT_SERVICES_CLI_SVG_CHART_H_
#define EVENLIGHT_SERVICES_CLI_SVG_CHART_H_

#include <string>
#include <vector>

namespace evenlight {

struct ChartPoint {
  double x = 0;
  double y = 0;
};

// Series with the same `color`, counted from 0, have the same one.
struct ChartSeries {
  std::string name;
  int color = 0;
  bool is_dashed = false;
  bool is_strong = false;  // Drawn thicker than the others.
  std::vector<ChartPoint> points =
      {};  // Those that are not finite are left out.
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool is_unit_square = false;  // Both axes from 0 to 1, with the diagonal.
  bool has_whole_x = false;     // Ticks of x at whole numbers only.
  std::vector<ChartSeries> series = {};
};

// Without points it is an empty frame.
std::string ToSvg(const Chart& chart);

// Round numbers that cover [low, high], at most `max_ticks` of them.
std::vector<double> TicksOf(double low, double high, int max_ticks);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SVG_CHART_H_
