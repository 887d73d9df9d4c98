#include "recommender/training/bias_regression.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace evenlight {
namespace {

constexpr double kMaxCurvature = 0.25;  // Of the logistic loss.
constexpr double kSmallestMove = 1e-4;
constexpr int kMaxSweeps = 300;
constexpr double kPenalties[] = {0.25, 0.5, 1, 2, 4};

double Probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

double One(const BiasExample&) { return 1; }

// Keeps every example's log-odds while weights move.
class BiasFitter {
 public:
  // The log-odds begin with those of `offsets`, by example.
  BiasFitter(absl::Span<const BiasExample> examples,
             std::vector<double> offsets, const BiasOptions& options)
      : examples_(examples),
        penalty_(options.penalty),
        of_learner_(options.num_learners),
        of_question_(options.num_questions),
        log_odds_(std::move(offsets)) {
    weights_.learners.assign(options.num_learners, 0);
    weights_.questions.assign(options.num_questions, 0);
    for (size_t row = 0; row < examples.size(); ++row) {
      const BiasExample& example = examples[row];
      all_.push_back(row);
      if (example.learner >= 0) of_learner_[example.learner].push_back(row);
      if (example.question >= 0) of_question_[example.question].push_back(row);
    }
  }

  BiasWeights MoveBiases() {
    return Repeat([this] {
      double largest = Move(all_, One, 0, weights_.bias);
      largest = std::max(largest, MoveEach(of_question_, weights_.questions));
      return std::max(largest, MoveEach(of_learner_, weights_.learners));
    });
  }

  BiasWeights MoveFeatures() {
    return Repeat([this] {
      double largest = Move(all_, One, 0, weights_.bias);
      for (size_t row = 0; row < weights_.features.size(); ++row) {
        const auto value = [row](const BiasExample& example) {
          return double{example.features[row]};
        };
        largest = std::max(largest,
                           Move(all_, value, penalty_, weights_.features[row]));
      }
      return largest;
    });
  }

 private:
  using Rows = std::vector<size_t>;

  // `sweep` returns the largest move.
  template <typename Sweep>
  BiasWeights Repeat(Sweep sweep) {
    for (int number = 0; number < kMaxSweeps; ++number) {
      if (sweep() < kSmallestMove) break;
    }
    return weights_;
  }

  double MoveEach(const std::vector<Rows>& rows, std::vector<double>& weights) {
    double largest = 0;
    for (size_t row = 0; row < rows.size(); ++row) {
      largest = std::max(largest, Move(rows[row], One, penalty_, weights[row]));
    }
    return largest;
  }

  template <typename Value>
  double Move(const Rows& rows, Value value, double penalty, double& weight) {
    double slope = -penalty * weight;
    double curvature = penalty;
    for (const size_t row : rows) {
      const BiasExample& example = examples_[row];
      const double x = value(example);
      if (x == 0) continue;
      const double outcome = example.is_correct ? 1 : 0;
      slope += x * (outcome - Probability(log_odds_[row]));
      curvature += kMaxCurvature * x * x;
    }
    if (curvature <= 0) return 0;
    const double step = slope / curvature;
    for (const size_t row : rows) {
      log_odds_[row] += step * value(examples_[row]);
    }
    weight += step;
    return std::abs(step);
  }

  const absl::Span<const BiasExample> examples_;
  const double penalty_;
  Rows all_;
  std::vector<Rows> of_learner_;
  std::vector<Rows> of_question_;
  std::vector<double> log_odds_;  // By example.
  BiasWeights weights_;
};

double LossOf(const BiasWeights& weights,
              absl::Span<const BiasExample> examples) {
  double loss = 0;
  for (const BiasExample& example : examples) {
    const double sign = example.is_correct ? -1 : 1;
    loss += std::log1p(std::exp(sign * LogOdds(weights, example)));
  }
  return loss;
}

}  // namespace

double LogOdds(const BiasWeights& weights, const BiasExample& example) {
  double log_odds = weights.bias;
  if (example.learner >= 0) log_odds += weights.learners[example.learner];
  if (example.question >= 0) log_odds += weights.questions[example.question];
  for (size_t feature = 0; feature < weights.features.size(); ++feature) {
    log_odds += weights.features[feature] * example.features[feature];
  }
  return log_odds;
}

BiasWeights FitBiases(absl::Span<const BiasExample> examples,
                      const BiasOptions& options) {
  return BiasFitter(examples, std::vector<double>(examples.size()), options)
      .MoveBiases();
}

double ChoosePenalty(absl::Span<const BiasExample> examples,
                     absl::Span<const BiasExample> validation,
                     BiasOptions options) {
  double best = 1;
  if (validation.empty()) return best;
  double least = std::numeric_limits<double>::infinity();
  for (const double penalty : kPenalties) {
    options.penalty = penalty;
    const double loss = LossOf(FitBiases(examples, options), validation);
    if (!(loss < least)) continue;
    least = loss;
    best = penalty;
  }
  return best;
}

BiasWeights FitFeatures(absl::Span<const BiasExample> examples,
                        const BiasOptions& options) {
  BiasWeights weights = FitBiases(examples, options);
  std::vector<double> log_odds;
  log_odds.reserve(examples.size());
  for (const BiasExample& example : examples) {
    log_odds.push_back(LogOdds(weights, example));
  }
  const BiasWeights added =
      BiasFitter(examples, std::move(log_odds), options).MoveFeatures();
  weights.bias += added.bias;
  weights.features = added.features;
  return weights;
}

}  // namespace evenlight
