#include "recommender/training/resource_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace evenlight {
namespace {

// In [0, 1), the same with every standard library.
double Uniform(std::mt19937_64& random) {
  return std::ldexp(static_cast<double>(random() >> 11), -53);
}

// Which of `count` are held out.
std::vector<bool> Choose(int64_t count, double fraction,
                         std::mt19937_64& random) {
  const double share = fraction * static_cast<double>(count);
  const double floor = std::floor(share);
  const int64_t wanted =
      static_cast<int64_t>(floor) + (Uniform(random) < share - floor ? 1 : 0);
  std::vector<bool> is_chosen(count);
  // Knuth's selection sampling: each in turn, with the probability that makes
  // all sets equally likely.
  int64_t left = std::min(wanted, count - 1);
  for (int64_t row = 0; row < count && left > 0; ++row) {
    if (Uniform(random) * static_cast<double>(count - row) <
        static_cast<double>(left)) {
      is_chosen[row] = true;
      --left;
    }
  }
  return is_chosen;
}

}  // namespace

std::vector<int64_t> JudgedLearners(const ResourceSplit& split) {
  std::vector<int64_t> learners;
  for (int64_t learner = 0; learner < split.train.num_learners(); ++learner) {
    if (!split.train.Of(learner).empty() && !split.held_out[learner].empty()) {
      learners.push_back(learner);
    }
  }
  return learners;
}

ResourceSplit HoldOut(const ResourceSplit& split, double fraction,
                      int64_t seed) {
  ResourceSplit part;
  part.train.num_resources = split.train.num_resources;
  part.resource_ages = split.resource_ages;
  for (int64_t learner = 0; learner < split.train.num_learners(); ++learner) {
    const auto engagements = split.train.Of(learner);
    const auto count = static_cast<int64_t>(engagements.size());
    std::seed_seq words = {static_cast<uint32_t>(seed),
                           static_cast<uint32_t>(seed >> 32),
                           static_cast<uint32_t>(learner)};
    std::mt19937_64 random(words);
    const std::vector<bool> is_chosen = Choose(count, fraction, random);
    std::vector<Engagement> kept;
    std::vector<ResourceRow>& held_out = part.held_out.emplace_back();
    for (int64_t row = 0; row < count; ++row) {
      if (is_chosen[row]) {
        held_out.push_back(engagements[row].resource);
        continue;
      }
      kept.push_back(engagements[row]);
      if (!split.entry_ages.empty()) {
        part.entry_ages.push_back(
            split.entry_ages[split.train.begin[learner] + row]);
      }
    }
    part.train.AddLearner(kept);
    std::sort(held_out.begin(), held_out.end());
  }
  return part;
}

}  // namespace evenlight
