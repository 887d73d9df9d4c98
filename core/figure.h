// A figure of the running process, as its parts tell it when they are asked;
// what shows figures to operators is services/server/metrics_port.h.

#ifndef EVENLIGHT_CORE_FIGURE_H_
#define EVENLIGHT_CORE_FIGURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/histogram.h"

namespace evenlight {

// Counters only grow, from the process's start on.
enum class FigureKind { kCounter, kGauge, kHistogram };

// A value. No label ever holds the id of a person, a class or a resource.
struct Figure {
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
    std::optional<Histogram> histogram = std::nullopt;  // kHistogram
  };

  std::string name;  // As Prometheus names them: `<noun>_<unit>[_total]`.
  std::string help;  // One sentence without a full stop.
  FigureKind kind = FigureKind::kGauge;
  std::vector<Sample> samples;  // None alike in all labels.
};

// With one sample, which has no labels.
inline Figure Counter(std::string name, std::string help, double value) {
  return {
      std::move(name), std::move(help), FigureKind::kCounter, {{{}, value}}};
}
inline Figure Gauge(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), FigureKind::kGauge, {{{}, value}}};
}
inline Figure Distribution(std::string name, std::string help,
                           Histogram histogram) {
  return {std::move(name),
          std::move(help),
          FigureKind::kHistogram,
          {{{}, 0, std::move(histogram)}}};
}

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_FIGURE_H_
