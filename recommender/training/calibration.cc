#include "recommender/training/calibration.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

constexpr double kCorrectionRates[] = {0.02, 0.05, 0.1, 0.2};

// Where LogLoss() cuts probabilities: beyond, it would not see a change.
constexpr double kMinProbability = 1e-6;
// Flatter, and predictions would all but say the same of everybody.
constexpr double kMinSlope = 0.05;
// A straightening that gains less than its two parameters cost is noise
// (Akaike, IEEE Transactions on Automatic Control 1974).
constexpr double kMinGain = 2;
constexpr int kMaxSteps = 50;
constexpr int kMaxHalvings = 40;

struct Point {
  double slope = 1;
  double bias = 0;
};

// log(1 + exp(x)) without overflow.
double Softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// The sum of log losses of slope z + bias, and half the squared distance from
// {1, 0}; convex in both.
class PlattLoss {
 public:
  explicit PlattLoss(absl::Span<const Prediction> predictions) {
    log_odds_.reserve(predictions.size());
    for (const Prediction& prediction : predictions) {
      const double p = std::clamp<double>(prediction.p_correct, kMinProbability,
                                          1 - kMinProbability);
      log_odds_.push_back(std::log(p / (1 - p)));
      is_correct_.push_back(prediction.is_correct ? 1 : 0);
    }
  }

  double At(Point point) const {
    double loss =
        0.5 * ((point.slope - 1) * (point.slope - 1) + point.bias * point.bias);
    for (size_t row = 0; row < log_odds_.size(); ++row) {
      const double y = point.slope * log_odds_[row] + point.bias;
      loss += Softplus(y) - is_correct_[row] * y;
    }
    return loss;
  }

  // Newton's step from `point`: minus the inverse Hessian times the gradient.
  // The penalty keeps the Hessian regular.
  Point NewtonStep(Point point) const {
    double slope_gradient = point.slope - 1;
    double bias_gradient = point.bias;
    double slope_slope = 1;
    double slope_bias = 0;
    double bias_bias = 1;
    for (size_t row = 0; row < log_odds_.size(); ++row) {
      const double z = log_odds_[row];
      const double p = 1 / (1 + std::exp(-(point.slope * z + point.bias)));
      const double miss = p - is_correct_[row];
      const double curvature = p * (1 - p);
      slope_gradient += miss * z;
      bias_gradient += miss;
      slope_slope += curvature * z * z;
      slope_bias += curvature * z;
      bias_bias += curvature;
    }
    const double determinant =
        slope_slope * bias_bias - slope_bias * slope_bias;
    return {
        (slope_bias * bias_gradient - bias_bias * slope_gradient) / determinant,
        (slope_bias * slope_gradient - slope_slope * bias_gradient) /
            determinant};
  }

 private:
  std::vector<double> log_odds_;
  std::vector<double> is_correct_;
};

// The best of ever smaller parts of `step`; `point` itself if none is better.
Point MoveAlong(const PlattLoss& loss, Point point, Point step) {
  const double before = loss.At(point);
  double share = 1;
  for (int halving = 0; halving < kMaxHalvings; ++halving, share /= 2) {
    const Point next = {std::max(point.slope + share * step.slope, kMinSlope),
                        point.bias + share * step.bias};
    if (loss.At(next) < before) return next;
  }
  return point;
}

}  // namespace

Calibration FitPlatt(absl::Span<const Prediction> predictions) {
  const PlattLoss loss(predictions);
  Point point;
  for (int step = 0; step < kMaxSteps; ++step) {
    const Point next = MoveAlong(loss, point, loss.NewtonStep(point));
    const double moved =
        std::abs(next.slope - point.slope) + std::abs(next.bias - point.bias);
    point = next;
    if (moved < 1e-7) break;
  }
  return {static_cast<float>(point.slope), static_cast<float>(point.bias)};
}

Calibration FitCalibration(const TracingModel& model,
                           absl::Span<const TrackPart> parts, int num_threads) {
  if (!model.is_trained()) return {};
  const std::vector<Prediction> predictions =
      PredictAnswers(WithCalibration(model, {}), parts, num_threads);
  if (CalibrationError(predictions) <= kMaxCalibrationError) return {};
  const Calibration calibration = FitPlatt(predictions);
  const PlattLoss loss(predictions);
  const double gain =
      loss.At({}) - loss.At({calibration.slope, calibration.bias});
  return gain < kMinGain ? Calibration() : calibration;
}

float ChooseCorrectionRate(const TracingModel& model,
                           absl::Span<const TrackPart> parts, int num_threads) {
  if (!model.is_trained()) return 0;
  const std::vector<Prediction> without =
      PredictAnswers(WithCorrectionRate(model, 0), parts, num_threads);
  float best = 0;
  double best_gain = 0;
  for (const double candidate : kCorrectionRates) {
    const auto rate = static_cast<float>(candidate);
    const LossDifference gain = CompareLogLoss(
        without,
        PredictAnswers(WithCorrectionRate(model, rate), parts, num_threads));
    if (gain.mean > std::max(best_gain, 2 * gain.standard_error)) {
      best_gain = gain.mean;
      best = rate;
    }
  }
  return best;
}

TracingModel WithCalibration(const TracingModel& model,
                             Calibration calibration) {
  TracingParams params = model.params();
  params.calibration = calibration;
  return TracingModel(std::move(params));
}

TracingModel WithCorrectionRate(const TracingModel& model, float rate) {
  TracingParams params = model.params();
  params.correction_rate = rate;
  return TracingModel(std::move(params));
}

}  // namespace evenlight
