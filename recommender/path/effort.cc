#include "recommender/path/effort.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace evenlight {
namespace {

constexpr int kGridSize = 128;
// Predictions are never so sure that an answer is out of the question.
constexpr float kMinProbability = 0.02f;

using Mass = std::array<double, kGridSize>;

float LogOdds(float p) {
  p = std::clamp(p, kMinProbability, 1 - kMinProbability);
  return std::log(p / (1 - p));
}

float Sigmoid(float log_odds) { return 1 / (1 + std::exp(-log_odds)); }

int32_t NumRight(const Standing& standing) {
  float p_known = standing.p_known;
  for (int32_t num = 1; num <= kMaxAnswers; ++num) {
    p_known = UpdateKnown(standing.params, p_known, true);
    if (p_known >= standing.target) return num;
  }
  return kMaxAnswers + 1;
}

// Adds `mass` at `p_known`; what reached the target leaves the grid.
void Add(double mass, float p_known, float target, Mass& grid) {
  if (p_known >= target) return;
  const float position = p_known / target * kGridSize;
  const int low = std::min(static_cast<int>(position), kGridSize - 1);
  const int high = std::min(low + 1, kGridSize - 1);
  const double share = position - static_cast<float>(low);
  grid[low] += mass * (1 - share);
  grid[high] += mass * share;
}

}  // namespace

Effort EffortUntil(const Standing& standing) {
  const BktParams& params = standing.params;
  const float target = standing.target;
  const float own = LogOdds(standing.p_correct) -
                    LogOdds(PredictCorrect(params, standing.p_known));
  const auto answer = [&](double mass, float p_known, Mass& grid) {
    const float right = Sigmoid(LogOdds(PredictCorrect(params, p_known)) + own);
    Add(mass * right, UpdateKnown(params, p_known, true), target, grid);
    Add(mass * (1 - right), UpdateKnown(params, p_known, false), target, grid);
  };
  Mass grid{};
  answer(1, standing.p_known, grid);
  double expected = 1;
  for (int t = 1; t < kMaxAnswers; ++t) {
    Mass next{};
    double left = 0;
    for (int cell = 0; cell < kGridSize; ++cell) {
      if (grid[cell] <= 0) continue;
      left += grid[cell];
      answer(grid[cell], target * static_cast<float>(cell) / kGridSize, next);
    }
    expected += left;
    if (left < 1e-4) break;
    grid = next;
  }
  return {NumRight(standing), static_cast<float>(expected)};
}

}  // namespace evenlight
