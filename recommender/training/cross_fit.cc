#include "recommender/training/cross_fit.h"

#include <array>

#include "core/parallel_for.h"

namespace evenlight {
namespace {

constexpr int kNumGroups = 4;

// The finalizer of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

int GroupOf(int32_t learner, int64_t seed) {
  return static_cast<int>(
      Mix(Mix(static_cast<uint64_t>(seed)) ^ static_cast<uint32_t>(learner)) %
      kNumGroups);
}

// Examples by group, the first groups once more at the end: what is not of one
// group is then in one piece, so that no fit needs a copy of its own.
struct Groups {
  std::vector<LrhExample> examples;
  // First example of each of the 2 kNumGroups - 1 pieces, and the end.
  std::array<int64_t, 2 * kNumGroups> begin{};

  absl::Span<const LrhExample> AllBut(int group) const {
    return absl::MakeConstSpan(examples).subspan(
        begin[group + 1], begin[group + kNumGroups] - begin[group + 1]);
  }
};

Groups GroupExamples(absl::Span<const LrhExample> examples,
                     const std::vector<int>& group_of_example) {
  Groups groups;
  groups.examples.reserve(examples.size() * 7 / 4 + examples.size() / 8);
  for (int piece = 0; piece < 2 * kNumGroups - 1; ++piece) {
    groups.begin[piece] = static_cast<int64_t>(groups.examples.size());
    for (size_t row = 0; row < examples.size(); ++row) {
      if (group_of_example[row] == piece % kNumGroups) {
        groups.examples.push_back(examples[row]);
      }
    }
  }
  groups.begin.back() = static_cast<int64_t>(groups.examples.size());
  return groups;
}

}  // namespace

std::vector<float> CrossFitLogOdds(absl::Span<const LrhExample> examples,
                                   absl::Span<const int32_t> learner_of_part,
                                   const LrhTrainOptions& options,
                                   int num_threads) {
  std::vector<int> group_of_example;
  group_of_example.reserve(examples.size());
  for (const LrhExample& example : examples) {
    group_of_example.push_back(
        GroupOf(learner_of_part[example.part], options.seed));
  }
  const Groups groups = GroupExamples(examples, group_of_example);
  LrhTrainOptions quiet = options;
  quiet.progress = nullptr;  // It may not be called by several threads.
  std::vector<float> log_odds(examples.size());
  ParallelFor(num_threads, kNumGroups, 1, [&](int64_t begin, int64_t) {
    const int group = static_cast<int>(begin);
    const LrhFit fit = TrainLrh(groups.AllBut(group), {}, quiet);
    for (size_t row = 0; row < examples.size(); ++row) {
      if (group_of_example[row] != group) continue;
      log_odds[row] = LogOdds(fit.weights, examples[row].input);
    }
  });
  return log_odds;
}

std::vector<float> LogOddsOf(const LrhWeights& weights,
                             absl::Span<const LrhExample> examples) {
  std::vector<float> log_odds;
  log_odds.reserve(examples.size());
  for (const LrhExample& example : examples) {
    log_odds.push_back(LogOdds(weights, example.input));
  }
  return log_odds;
}

}  // namespace evenlight
