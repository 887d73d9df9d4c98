#include "bench/check.h"

#include <cstdio>
#include <cstdlib>

namespace evenlight {

void Check(bool is_ok, const std::string& what) {
  if (is_ok) return;
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

void PrintFigure(const std::string& figure, double value, const char* unit) {
  std::printf("figure=%s value=%.4g unit=%s\n", figure.c_str(), value, unit);
  std::fflush(stdout);
}

void PrintFigure(const std::string& figure, double value, const char* unit,
                 double floor) {
  std::printf("figure=%s value=%.4g unit=%s floor=%.4g ratio=%.3g\n",
              figure.c_str(), value, unit, floor, value / floor);
  std::fflush(stdout);
}

}  // namespace evenlight
