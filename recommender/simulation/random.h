// Seeded randomness for simulations: a stream per learner, class or purpose, so
// that changing one does not move the others.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_RANDOM_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_RANDOM_H_

#include <cstdint>
#include <random>
#include <vector>

namespace evenlight {

// One thread.
class Random {
 public:
  // The same seed, purpose and stream give the same numbers.
  Random(int64_t seed, uint32_t purpose, uint32_t stream) {
    std::seed_seq sequence{static_cast<uint32_t>(seed),
                           static_cast<uint32_t>(seed >> 32), purpose, stream};
    engine_.seed(sequence);
  }

  // In [0, 1).
  double Uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  bool Chance(double p) { return Uniform() < p; }

  // In [0, size); `size` is positive.
  int Below(int size) { return static_cast<int>(Uniform() * size); }

  double Normal(double mean, double deviation) {
    return mean + deviation * normal_(engine_);
  }

  // One of `values`, which is not empty.
  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(static_cast<int>(values.size()))];
  }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_RANDOM_H_
