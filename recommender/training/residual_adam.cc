#include "recommender/training/residual_adam.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel_for.h"

namespace evenlight {
namespace {

constexpr int64_t kPiece = 16384;
constexpr float kMeanRate = 0.9f;
constexpr float kSquareRate = 0.999f;
constexpr float kEpsilon = 1e-8f;
// On assist2009, with 11 answers per question, 1 overfits after five epochs.
constexpr float kRareRate = 0.1f;

using Piece = Eigen::Map<Eigen::ArrayXf>;
using ConstPiece = Eigen::Map<const Eigen::ArrayXf>;

}  // namespace

Adam::Adam(const Sizes& sizes, int num_threads)
    : sizes_(sizes),
      num_threads_(num_threads),
      sum_(sizes.num_values),
      means_(sizes.num_values, 0),
      squares_(sizes.num_values, 0) {}

void Adam::Move(const Rates& rates, int64_t begin, int64_t end,
                absl::Span<float> values) {
  if (begin >= end) return;
  const ConstPiece sum(&sum_[begin], end - begin);
  Piece means(&means_[begin], end - begin);
  Piece squares(&squares_[begin], end - begin);
  Piece weights(&values[begin], end - begin);
  means += (1 - kMeanRate) * (rates.gradient * sum - means);
  squares += (1 - kSquareRate) * ((rates.gradient * sum).square() - squares);
  weights -= rates.step * means / ((rates.square * squares).sqrt() + kEpsilon);
}

void Adam::MoveRare(const Rates& rates, int64_t begin, int64_t end,
                    absl::Span<float> values) {
  if (begin >= end) return;
  const ConstPiece sum(&sum_[begin], end - begin);
  Piece squares(&squares_[begin], end - begin);
  Piece weights(&values[begin], end - begin);
  squares += (rates.gradient * sum).square();
  weights -=
      rates.rare_step * rates.gradient * sum / (squares.sqrt() + kEpsilon);
}

void Adam::Step(absl::Span<const std::vector<float>> gradients, float max_norm,
                float learning_rate, absl::Span<float> values) {
  const auto size = static_cast<int64_t>(values.size());
  std::vector<double> squared_norms((size + kPiece - 1) / kPiece);
  ParallelFor(num_threads_, size, kPiece, [&](int64_t begin, int64_t end) {
    Piece sum(&sum_[begin], end - begin);
    sum = ConstPiece(&gradients[0][begin], end - begin);
    for (const std::vector<float>& gradient : gradients.subspan(1)) {
      sum += ConstPiece(&gradient[begin], end - begin);
    }
    squared_norms[begin / kPiece] = sum.square().sum();
  });
  const double norm = std::sqrt(
      std::accumulate(squared_norms.begin(), squared_norms.end(), 0.0));
  if (!std::isfinite(norm)) return;

  ++num_steps_;
  const auto steps = static_cast<float>(num_steps_);
  Rates rates;
  if (norm > max_norm) rates.gradient = max_norm / static_cast<float>(norm);
  rates.step = learning_rate / (1 - std::pow(kMeanRate, steps));
  rates.square = 1 / (1 - std::pow(kSquareRate, steps));
  rates.rare_step = kRareRate * learning_rate;
  ParallelFor(num_threads_, size, kPiece, [&](int64_t begin, int64_t end) {
    const int64_t rare_begin = std::clamp(sizes_.rare_begin, begin, end);
    const int64_t rare_end = std::clamp(sizes_.rare_end, begin, end);
    Move(rates, begin, rare_begin, values);
    MoveRare(rates, rare_begin, rare_end, values);
    Move(rates, rare_end, end, values);
  });
}

}  // namespace evenlight
