#include "recommender/training/weight_trainer.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace evenlight {
namespace {

constexpr int kNumUnknowns = kNumScoreParts + kNumPlaces;
constexpr int kMaxSteps = 100;
constexpr double kSmallestStep = 1e-9;
// Of |beta|^2 / 2: keeps beta finite if data can be told apart without error.
constexpr double kScaleRegularization = 1e-3;
// An odds ratio beyond this is noise that would drown all other gains.
constexpr double kMaxPlaceOdds = 10;

using PartVector = Eigen::Matrix<double, kNumScoreParts, 1>;
using Unknowns = Eigen::Matrix<double, kNumUnknowns, 1>;  // beta, then theta.
using Curvature = Eigen::Matrix<double, kNumUnknowns, kNumUnknowns>;

PartVector ToVector(const ScoreParts& parts) {
  return Eigen::Map<const Eigen::Matrix<float, kNumScoreParts, 1>>(parts.data())
      .cast<double>();
}

int PlaceOf(const Exposure& shown) {
  return std::clamp(shown.place, 0, kNumPlaces - 1);
}

// log(1 + exp(-margin)) without overflow.
double LogLoss(double margin) {
  return std::max(-margin, 0.0) + std::log1p(std::exp(-std::abs(margin)));
}

// Calls `visit(i, j, share)` for every pair of which i was taken up and j was
// not; the shares of a list add up to 1.
template <typename Visit>
void ForPairs(const ExposedList& list, Visit visit) {
  const auto num_taken =
      std::count_if(list.shown.begin(), list.shown.end(),
                    [](const Exposure& e) { return e.is_taken_up; });
  const auto num_left = static_cast<int64_t>(list.shown.size()) - num_taken;
  const double share = 1.0 / static_cast<double>(num_taken * num_left);
  for (const Exposure& i : list.shown) {
    if (!i.is_taken_up) continue;
    for (const Exposure& j : list.shown) {
      if (!j.is_taken_up) visit(i, j, share);
    }
  }
}

class Objective {
 public:
  Objective(absl::Span<const ExposedList> lists, const ScoreParts& hand_set,
            const WeightOptions& options)
      : lists_(lists) {
    const PartVector h = ToVector(hand_set);
    penalty_.setZero();
    penalty_.topLeftCorner<kNumScoreParts, kNumScoreParts>() =
        options.regularization *
            (Eigen::Matrix<double, kNumScoreParts, kNumScoreParts>::Identity() -
             h * h.transpose() / h.squaredNorm()) +
        kScaleRegularization *
            Eigen::Matrix<double, kNumScoreParts, kNumScoreParts>::Identity();
    penalty_.diagonal().tail<kNumPlaces>().setConstant(
        options.place_regularization);
  }

  double Value(const Unknowns& at) const {
    double value = 0.5 * at.dot(penalty_ * at);
    for (const ExposedList& list : lists_) {
      ForPairs(list, [&](const Exposure& i, const Exposure& j, double share) {
        value += share * LogLoss(Margin(at, i, j));
      });
    }
    return value;
  }

  void Differentiate(const Unknowns& at, Unknowns& gradient,
                     Curvature& curvature) const {
    gradient = penalty_ * at;
    // Only the upper half is summed.
    curvature = penalty_;
    for (const ExposedList& list : lists_) {
      ForPairs(list, [&](const Exposure& i, const Exposure& j, double share) {
        const double p_wrong = 1 / (1 + std::exp(Margin(at, i, j)));
        const PartVector difference = ToVector(i.parts) - ToVector(j.parts);
        AddPair(difference, PlaceOf(i), PlaceOf(j), share * p_wrong,
                share * p_wrong * (1 - p_wrong), gradient, curvature);
      });
    }
    curvature.triangularView<Eigen::StrictlyLower>() = curvature.transpose();
  }

 private:
  static double Margin(const Unknowns& at, const Exposure& i,
                       const Exposure& j) {
    const PartVector difference = ToVector(i.parts) - ToVector(j.parts);
    return at.head<kNumScoreParts>().dot(difference) +
           at[kNumScoreParts + PlaceOf(i)] - at[kNumScoreParts + PlaceOf(j)];
  }

  static void AddPair(const PartVector& difference, int place_i, int place_j,
                      double slope, double bend, Unknowns& gradient,
                      Curvature& curvature) {
    gradient.head<kNumScoreParts>() -= slope * difference;
    curvature.topLeftCorner<kNumScoreParts, kNumScoreParts>() +=
        bend * difference * difference.transpose();
    if (place_i == place_j) return;
    const int i = kNumScoreParts + place_i;
    const int j = kNumScoreParts + place_j;
    gradient[i] -= slope;
    gradient[j] += slope;
    curvature.col(i).head<kNumScoreParts>() += bend * difference;
    curvature.col(j).head<kNumScoreParts>() -= bend * difference;
    curvature(i, i) += bend;
    curvature(j, j) += bend;
    curvature(std::min(i, j), std::max(i, j)) -= bend;
  }

  absl::Span<const ExposedList> lists_;
  Curvature penalty_;
};

Unknowns Projected(Unknowns at) {
  at.head<kNumScoreParts>() = at.head<kNumScoreParts>().cwiseMax(0);
  return at;
}

// A Newton step among the weights that may move: those at 0 that would fall
// below it stay.
Unknowns NewtonStep(const Unknowns& at, Unknowns gradient,
                    Curvature curvature) {
  for (int part = 0; part < kNumScoreParts; ++part) {
    if (at[part] > 0 || gradient[part] <= 0) continue;
    gradient[part] = 0;
    curvature.row(part).setZero();
    curvature.col(part).setZero();
    curvature(part, part) = 1;
  }
  return -curvature.ldlt().solve(gradient);
}

Unknowns Minimise(const Objective& objective, Unknowns at) {
  double value = objective.Value(at);
  Unknowns gradient;
  Curvature curvature;
  for (int step = 0; step < kMaxSteps; ++step) {
    objective.Differentiate(at, gradient, curvature);
    const Unknowns direction = NewtonStep(at, gradient, curvature);
    double length = 1;
    Unknowns next = Projected(at + direction);
    double next_value = objective.Value(next);
    // Armijo's condition along the projection.
    while (next_value > value + 1e-4 * gradient.dot(next - at) &&
           length > kSmallestStep) {
      length /= 2;
      next = Projected(at + length * direction);
      next_value = objective.Value(next);
    }
    if (next_value >= value) return at;
    const bool is_done = (next - at).cwiseAbs().maxCoeff() < kSmallestStep;
    at = next;
    value = next_value;
    if (is_done) break;
  }
  return at;
}

float Dot(const ScoreParts& a, const ScoreParts& b) {
  return static_cast<float>(ToVector(a).dot(ToVector(b)));
}

double Discount(size_t position) {
  return 1 / std::log2(static_cast<double>(position) + 2);
}

}  // namespace

WeightFit FitWeights(absl::Span<const ExposedList> lists,
                     const ScoreParts& hand_set, const WeightOptions& options) {
  Unknowns start = Unknowns::Zero();
  start.head<kNumScoreParts>() = ToVector(hand_set);
  const Unknowns best = Minimise(Objective(lists, hand_set, options), start);
  WeightFit fit;
  fit.scale = best.head<kNumScoreParts>().sum();
  for (int part = 0; fit.scale > 0 && part < kNumScoreParts; ++part) {
    fit.weights[part] = static_cast<float>(best[part] / fit.scale);
  }
  for (int place = 0; place < kNumPlaces; ++place) {
    fit.places[place] = best[kNumScoreParts + place] - best[kNumScoreParts];
  }
  return fit;
}

double PairLoss(const WeightFit& fit, const ExposedList& list) {
  double loss = 0;
  const auto log_odds = [&](const Exposure& shown) {
    return fit.scale * double{Dot(fit.weights, shown.parts)} +
           fit.places[PlaceOf(shown)];
  };
  ForPairs(list, [&](const Exposure& i, const Exposure& j, double share) {
    loss += share * LogLoss(log_odds(i) - log_odds(j));
  });
  return loss;
}

double TakenUpNdcg(const ScoreParts& weights,
                   const std::array<double, kNumPlaces>& places,
                   const ExposedList& list) {
  std::vector<std::pair<float, double>> order;  // Score and gain.
  std::vector<double> gains;
  for (const Exposure& shown : list.shown) {
    const double odds = std::exp(places[PlaceOf(shown)]);
    const double gain =
        shown.is_taken_up
            ? 1 / std::clamp(odds, 1 / kMaxPlaceOdds, kMaxPlaceOdds)
            : 0;
    order.emplace_back(Dot(weights, shown.parts), gain);
    gains.push_back(gain);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::sort(gains.rbegin(), gains.rend());
  double found = 0;
  double ideal = 0;
  for (size_t position = 0; position < order.size(); ++position) {
    found += order[position].second * Discount(position);
    ideal += gains[position] * Discount(position);
  }
  return ideal > 0 ? found / ideal : 0;
}

}  // namespace evenlight
