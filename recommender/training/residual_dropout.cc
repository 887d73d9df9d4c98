#include "recommender/training/residual_dropout.h"

#include <algorithm>
#include <cmath>

namespace evenlight {
namespace {

// Rates are rounded to 1/256, so that eight values share a random number.
uint64_t ThresholdOf(float rate) {
  return static_cast<uint64_t>(std::lround(std::clamp(rate, 0.f, .9f) * 256));
}

}  // namespace

template <typename Scalar>
void FillMask(float rate, Eigen::Index rows, Eigen::Index cols,
              std::mt19937_64& random,
              Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& mask) {
  const uint64_t threshold = ThresholdOf(rate);
  if (threshold == 0) {
    mask.resize(0, 0);
    return;
  }
  const Scalar kept = Scalar(256) / static_cast<Scalar>(256 - threshold);
  mask.resize(rows, cols);
  Scalar* const values = mask.data();
  const Eigen::Index size = mask.size();
  for (Eigen::Index begin = 0; begin < size; begin += 8) {
    uint64_t bytes = random();
    const Eigen::Index end = std::min<Eigen::Index>(size, begin + 8);
    for (Eigen::Index value = begin; value < end; ++value, bytes >>= 8) {
      values[value] = (bytes & 255) < threshold ? Scalar(0) : kept;
    }
  }
}

template void FillMask(float, Eigen::Index, Eigen::Index, std::mt19937_64&,
                       Eigen::MatrixXf&);
template void FillMask(float, Eigen::Index, Eigen::Index, std::mt19937_64&,
                       Eigen::MatrixXd&);

}  // namespace evenlight
