#include "recommender/class_plan/facility_location.h"

#include <algorithm>
#include <queue>

namespace evenlight {
namespace {

// What a column added when `num_chosen` columns were chosen.
struct Bound {
  double key = 0;  // `added`, or that per minute.
  double added = 0;
  int32_t column = 0;
  size_t num_chosen = 0;

  // The queue's top is the largest; of equals the lower column.
  friend bool operator<(const Bound& a, const Bound& b) {
    return a.key != b.key ? a.key < b.key : a.column > b.column;
  }
};

class Greedy {
 public:
  Greedy(const GainMatrix& gains, absl::Span<const int32_t> given,
         const ChoiceLimits& limits, bool is_per_minute)
      : gains_(gains),
        limits_(limits),
        is_per_minute_(is_per_minute),
        best_(Eigen::VectorXf::Zero(gains.rows())) {
    for (const int32_t column : given) Take(column, Added(column));
    for (int32_t column = 0; column < gains.cols(); ++column) {
      if (std::find(given.begin(), given.end(), column) == given.end()) {
        queue_.push(BoundOf(column));
      }
    }
  }

  std::vector<Chosen> Choose() {
    while (static_cast<int32_t>(chosen_.size()) < limits_.num_places &&
           !queue_.empty()) {
      const Bound top = queue_.top();
      queue_.pop();
      if (!Fits(top.column)) continue;  // Nor will it later.
      if (top.num_chosen != chosen_.size()) {
        queue_.push(BoundOf(top.column));
        continue;
      }
      if (top.added > 0 && top.added >= limits_.min_added) {
        Take(top.column, top.added);
      } else if (!is_per_minute_) {
        break;  // By minutes a longer one may still add enough.
      }
    }
    return std::move(chosen_);
  }

 private:
  double Added(int32_t column) const {
    return (gains_.col(column) - best_).cwiseMax(0).cast<double>().sum();
  }

  Bound BoundOf(int32_t column) const {
    const double added = Added(column);
    return {is_per_minute_ ? added / limits_.minutes[column] : added, added,
            column, chosen_.size()};
  }

  bool Fits(int32_t column) const {
    return limits_.max_minutes <= 0 ||
           minutes_ + limits_.minutes[column] <= limits_.max_minutes;
  }

  void Take(int32_t column, double added) {
    chosen_.push_back({column, added});
    best_ = best_.cwiseMax(gains_.col(column)).eval();
    if (limits_.max_minutes > 0) minutes_ += limits_.minutes[column];
  }

  const GainMatrix& gains_;
  const ChoiceLimits& limits_;
  const bool is_per_minute_;
  Eigen::VectorXf best_;  // [num_learners]
  float minutes_ = 0;
  std::priority_queue<Bound> queue_;
  std::vector<Chosen> chosen_;
};

}  // namespace

double Objective(const GainMatrix& gains, absl::Span<const Chosen> chosen) {
  Eigen::VectorXf best = Eigen::VectorXf::Zero(gains.rows());
  for (const Chosen& one : chosen) {
    best = best.cwiseMax(gains.col(one.column)).eval();
  }
  return best.cast<double>().sum();
}

float MinutesOf(absl::Span<const Chosen> chosen, const ChoiceLimits& limits) {
  float minutes = 0;
  for (const Chosen& one : chosen) minutes += limits.minutes[one.column];
  return minutes;
}

std::vector<Chosen> ChooseGreedily(const GainMatrix& gains,
                                   absl::Span<const int32_t> given,
                                   const ChoiceLimits& limits) {
  std::vector<Chosen> chosen = Greedy(gains, given, limits, false).Choose();
  if (limits.max_minutes <= 0) return chosen;
  std::vector<Chosen> by_minute = Greedy(gains, given, limits, true).Choose();
  return Objective(gains, by_minute) > Objective(gains, chosen) ? by_minute
                                                                : chosen;
}

}  // namespace evenlight
