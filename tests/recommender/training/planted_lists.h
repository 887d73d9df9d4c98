// Lists whose learners take things up by known weights and a known bias of
// place: each list has its own readiness to take up anything, and is shown in
// the order of the hand-set score, as a service would.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_LISTS_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_LISTS_H_

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "recommender/training/exposure_log.h"

namespace evenlight {

struct PlantedLists {
  ScoreParts weights{};  // Of what is taken up.
  double scale = 8;      // Log odds per 1 of their score.
  double place = -0.3;   // Log odds that each place adds to the one above.
  ScoreParts shown_by{};
  bool has_constant_ready = false;  // The first part is 1 for all.
  int size = 8;
  int lists_per_learner = 5;
};

inline double ScoreBy(const ScoreParts& weights, const ScoreParts& parts) {
  return std::inner_product(weights.begin(), weights.end(), parts.begin(), 0.0);
}

// `num_lists` with both outcomes, an hour apart.
inline std::vector<ExposedList> MakeLists(const PlantedLists& planted,
                                          int num_lists, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<ExposedList> lists;
  while (static_cast<int>(lists.size()) < num_lists) {
    ExposedList list;
    list.learner =
        static_cast<int64_t>(lists.size()) / planted.lists_per_learner;
    list.time = absl::UnixEpoch() + absl::Hours(lists.size());
    list.shown.resize(planted.size);
    for (Exposure& shown : list.shown) {
      for (float& part : shown.parts) part = uniform(random);
      if (planted.has_constant_ready) shown.parts[0] = 1;
    }
    std::sort(list.shown.begin(), list.shown.end(),
              [&](const Exposure& a, const Exposure& b) {
                return ScoreBy(planted.shown_by, a.parts) >
                       ScoreBy(planted.shown_by, b.parts);
              });
    const double readiness = -5 + 3 * uniform(random);
    int num_taken = 0;
    for (int place = 0; place < planted.size; ++place) {
      Exposure& shown = list.shown[place];
      shown.place = place;
      const double log_odds =
          readiness + planted.place * place +
          planted.scale * ScoreBy(planted.weights, shown.parts);
      shown.is_taken_up = uniform(random) < 1 / (1 + std::exp(-log_odds));
      num_taken += shown.is_taken_up ? 1 : 0;
    }
    if (num_taken > 0 && num_taken < planted.size) lists.push_back(list);
  }
  return lists;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_LISTS_H_
