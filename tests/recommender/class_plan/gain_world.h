// Random gain matrices, and the exhaustive answers that a choice from a few
// columns is judged by.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_GAIN_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_GAIN_WORLD_H_

#include <algorithm>
#include <vector>

#include "recommender/class_plan/facility_location.h"
#include "tests/support/learning_world.h"

namespace evenlight {

// Multiples of 1/128: sums are exact, so that ties are ties.
inline GainMatrix RandomGains(Random& random, int num_learners, int num_columns,
                              double p_zero = 0.3) {
  GainMatrix gains(num_learners, num_columns);
  for (int learner = 0; learner < num_learners; ++learner) {
    for (int column = 0; column < num_columns; ++column) {
      gains(learner, column) =
          Chance(random, p_zero) ? 0.0f
                                 : static_cast<float>(Below(random, 128)) / 128;
    }
  }
  return gains;
}

inline std::vector<int32_t> RandomGiven(Random& random, int num_columns,
                                        int max_given) {
  std::vector<int32_t> columns(num_columns);
  for (int column = 0; column < num_columns; ++column) columns[column] = column;
  std::shuffle(columns.begin(), columns.end(), random);
  columns.resize(Below(random, max_given + 1));
  return columns;
}

inline std::vector<float> RandomMinutes(Random& random, int num_columns) {
  std::vector<float> minutes;
  for (int column = 0; column < num_columns; ++column) {
    minutes.push_back(static_cast<float>(1 + Below(random, 20)));
  }
  return minutes;
}

inline std::vector<int32_t> ColumnsOf(const std::vector<Chosen>& chosen) {
  std::vector<int32_t> columns;
  for (const Chosen& one : chosen) columns.push_back(one.column);
  return columns;
}

// F(S), as the header states it. Bit c of `set` is column c.
inline double ValueOf(const GainMatrix& gains, unsigned set) {
  double sum = 0;
  for (int learner = 0; learner < gains.rows(); ++learner) {
    float best = 0;
    for (int column = 0; column < gains.cols(); ++column) {
      if (set >> column & 1) best = std::max(best, gains(learner, column));
    }
    sum += best;
  }
  return sum;
}

inline int NumServedBy(const GainMatrix& gains, unsigned set) {
  int served = 0;
  for (int learner = 0; learner < gains.rows(); ++learner) {
    bool is_served = false;
    for (int column = 0; column < gains.cols(); ++column) {
      is_served |= (set >> column & 1) && gains(learner, column) > 0;
    }
    served += is_served ? 1 : 0;
  }
  return served;
}

// Calls `visit` with each set of columns within the limits that holds `given`.
template <typename Visit>
void ForEachChoice(const GainMatrix& gains, const std::vector<int32_t>& given,
                   const ChoiceLimits& limits, Visit visit) {
  unsigned must = 0;
  for (const int32_t column : given) must |= 1u << column;
  for (unsigned set = 0; set < 1u << gains.cols(); ++set) {
    if ((set & must) != must) continue;
    float minutes = 0;
    for (int column = 0; column < gains.cols(); ++column) {
      if (limits.max_minutes > 0 && (set >> column & 1)) {
        minutes += limits.minutes[column];
      }
    }
    const bool is_within =
        __builtin_popcount(set) <= limits.num_places &&
        (limits.max_minutes <= 0 || minutes <= limits.max_minutes);
    if (is_within || set == must) visit(set);
  }
}

// The largest F of all sets within the limits.
inline double BestOfAll(const GainMatrix& gains, const ChoiceLimits& limits,
                        const std::vector<int32_t>& given = {}) {
  double best = 0;
  ForEachChoice(gains, given, limits, [&](unsigned set) {
    best = std::max(best, ValueOf(gains, set));
  });
  return best;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_CLASS_PLAN_GAIN_WORLD_H_
