#include "services/cli/svg_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace evenlight {
namespace {

// Okabe & Ito's colours, which people who see few colours tell apart, and two
// more that are darker.
constexpr std::array<const char*, 9> kColors = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000",
    "#e69f00", "#56b4e9", "#8a8a8a", "#7a4fb5"};

constexpr double kLeft = 80;
constexpr double kTop = 50;
constexpr double kSide = 420;  // Of the plot, which is a square.
constexpr double kBottom = kTop + kSide;
constexpr double kRight = kLeft + kSide;
constexpr double kWidth = kRight + 190;  // Beside it the legend.
constexpr double kHeight = kBottom + 60;
constexpr int kMaxTicks = 7;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// An interval of values and the pixels that it covers.
struct Axis {
  std::vector<double> ticks;
  double from = 0;
  double to = 0;

  double At(double value) const {
    const double share =
        (value - ticks.front()) / (ticks.back() - ticks.front());
    return from + share * (to - from);
  }
};

bool IsFinite(const ChartPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

std::vector<double> WholeTicks(double low, double high) {
  const double step = std::ceil(std::max(1.0, high - low) / (2 * kMaxTicks));
  std::vector<double> ticks = {std::floor(low)};
  while (ticks.back() < high || ticks.size() < 2) {
    ticks.push_back(ticks.back() + step);
  }
  return ticks;
}

std::vector<double> TicksOfSeries(const Chart& chart, double ChartPoint::*side,
                                  bool is_whole) {
  if (chart.is_unit_square) return {0, 0.2, 0.4, 0.6, 0.8, 1};
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (!IsFinite(point)) continue;
      low = std::min(low, point.*side);
      high = std::max(high, point.*side);
    }
  }
  if (low > high) return {0, 1};
  return is_whole ? WholeTicks(low, high) : TicksOf(low, high, kMaxTicks);
}

std::string Line(double x1, double y1, double x2, double y2,
                 absl::string_view style) {
  return absl::StrFormat(
      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1,
      x2, y2, style);
}

std::string Text(double x, double y, absl::string_view text,
                 absl::string_view style) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y,
                         style, Escaped(text));
}

constexpr char kGrid[] = "stroke=\"#dddddd\"";
constexpr char kFrame[] = "stroke=\"#333333\"";
constexpr char kMiddle[] = "text-anchor=\"middle\"";

std::string Frame(const Chart& chart, const Axis& x, const Axis& y) {
  std::string svg;
  for (const double tick : x.ticks) {
    absl::StrAppend(
        &svg, Line(x.At(tick), kTop, x.At(tick), kBottom, kGrid),
        Text(x.At(tick), kBottom + 18, absl::StrCat(tick), kMiddle));
  }
  for (const double tick : y.ticks) {
    absl::StrAppend(&svg, Line(kLeft, y.At(tick), kRight, y.At(tick), kGrid),
                    Text(kLeft - 8, y.At(tick) + 4, absl::StrCat(tick),
                         "text-anchor=\"end\""));
  }
  const double middle = kTop + kSide / 2;
  absl::StrAppend(&svg, Line(kLeft, kBottom, kRight, kBottom, kFrame),
                  Line(kLeft, kTop, kLeft, kBottom, kFrame),
                  Text(kLeft, kTop - 20, chart.title, "font-size=\"15\""),
                  Text(kLeft + kSide / 2, kBottom + 42, chart.x_label, kMiddle),
                  Text(22, middle, chart.y_label,
                       absl::StrFormat("%s transform=\"rotate(-90 22 %.1f)\"",
                                       kMiddle, middle)));
  if (chart.is_unit_square) {
    svg += Line(x.At(0), y.At(0), x.At(1), y.At(1),
                "stroke=\"#999999\" stroke-dasharray=\"2 4\"");
  }
  return svg;
}

const char* ColorOf(const ChartSeries& series) {
  return kColors[static_cast<size_t>(series.color) % kColors.size()];
}

std::string StyleOf(const ChartSeries& series) {
  return absl::StrFormat("fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s",
                         ColorOf(series), series.is_strong ? "2.6" : "1.2",
                         series.is_dashed ? " stroke-dasharray=\"5 4\"" : "");
}

std::string Curve(const ChartSeries& series, const Axis& x, const Axis& y) {
  std::string points;
  std::string dots;
  for (const ChartPoint& point : series.points) {
    if (!IsFinite(point)) continue;
    absl::StrAppendFormat(&points, "%.1f,%.1f ", x.At(point.x), y.At(point.y));
    absl::StrAppendFormat(
        &dots, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\"/>\n",
        x.At(point.x), y.At(point.y), ColorOf(series));
  }
  return absl::StrCat("<polyline points=\"", points, "\" ", StyleOf(series),
                      "/>\n", dots);
}

std::string Legend(const Chart& chart) {
  std::string svg;
  double y = kTop + 8;
  for (const ChartSeries& series : chart.series) {
    absl::StrAppend(&svg, Line(kRight + 16, y, kRight + 44, y, StyleOf(series)),
                    Text(kRight + 52, y + 4, series.name, ""));
    y += 20;
  }
  return svg;
}

}  // namespace

std::vector<double> TicksOf(double low, double high, int max_ticks) {
  if (high <= low) high = low + std::max(1e-3, std::abs(low) * 1e-3);
  // Steps of 1, 2 or 5 times a power of 10: the least that gives few enough.
  double power = std::pow(10, std::floor(std::log10(high - low)) - 1);
  for (;; power *= 10) {
    for (const double digit : {1, 2, 5}) {
      const double step = digit * power;
      const double first = std::floor(low / step + 1e-9);
      const double last = std::ceil(high / step - 1e-9);
      if (last - first + 1 > max_ticks) continue;
      std::vector<double> ticks;
      for (double row = first; row <= last; ++row) {
        // As text, so that 0.3 is not 0.30000000000000004.
        ticks.push_back(std::stod(absl::StrFormat("%.12g", row * step)));
      }
      return ticks;
    }
  }
}

std::string ToSvg(const Chart& chart) {
  const Axis x = {TicksOfSeries(chart, &ChartPoint::x, chart.has_whole_x),
                  kLeft, kRight};
  const Axis y = {TicksOfSeries(chart, &ChartPoint::y, false), kBottom, kTop};
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
      "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      kWidth, kHeight, kWidth, kHeight);
  svg += Frame(chart, x, y);
  for (const ChartSeries& series : chart.series) svg += Curve(series, x, y);
  return absl::StrCat(svg, Legend(chart), "</svg>\n");
}

}  // namespace evenlight
