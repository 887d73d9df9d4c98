// A simulated learner's knowledge: the ground truth behind synthetic answers.
//
// A logistic response on a level that practice raises and time lowers:
//
//   P(correct) = guess + (1 - guess - slip) sigmoid(level - difficulty)
//   level      = base + learned R(t, S) - 1.5 max(0, 0.5 - readiness)
//   R(t, S)    = (1 + f t / S)^-d,   d = 0.5, f = 0.9^(-1/d) - 1
//
// R is the forgetting curve of FSRS (Ye et al., KDD 2022 and later versions): S
// days after practice 90 % is left. Nothing here is fitted to real learners.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/simulation/random.h"

namespace evenlight {

// What does not change about a learner.
struct StudentTraits {
  double ability = 0;          // Added to every base level; about N(0, 0.8).
  double learning_rate = 0.5;  // Level won by one answer to a fresh kc.
  double p_slip = 0.06;
  double p_guess = 0.15;
};

// What does not change about a kc. Indexes are positions in one curriculum.
struct StudentKc {
  int grade = 0;
  std::vector<int> prerequisites;
};

// One thread. `kcs` outlives it.
class Student {
 public:
  // `seed` and `stream` set the base levels.
  Student(const StudentTraits& traits, int grade,
          const std::vector<StudentKc>* kcs, int64_t seed, uint32_t stream);

  // In [p_guess, 1 - p_slip]. `difficulty` is a level: 0 is middling.
  double PCorrect(int kc, double difficulty, absl::Time now) const;

  // In (0, 1): what an answer would show without slip and guess.
  double Mastery(int kc, absl::Time now) const;

  // Learns from work on `kc`; `amount` is 1 for an answer. Never lowers what
  // is known at `now`.
  void Practise(int kc, double amount, absl::Time now);

  // The practised kc that has faded most since; -1 if none was practised.
  int MostFaded(absl::Time now) const;

 private:
  // What practice has added; a kc never practised has none.
  struct Knowledge {
    double learned = 0;  // A level, at `last`.
    double stability_days = 3;
    absl::Time last = absl::InfinitePast();
  };

  static double Retention(const Knowledge& knowledge, absl::Time now);
  double Level(int kc, absl::Time now) const;
  double Readiness(int kc, absl::Time now) const;

  const StudentTraits traits_;
  const std::vector<StudentKc>& kcs_;
  std::vector<double> bases_;  // By kc.
  absl::flat_hash_map<int, Knowledge> practised_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_H_
