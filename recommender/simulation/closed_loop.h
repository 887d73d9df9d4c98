// The closed loop: every policy teaches the same learners of every student
// model, and what they gain is compared (robust evaluation matrix, Doroudi,
// Aleven & Brunskill, L@S 2017).

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_CLOSED_LOOP_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_CLOSED_LOOP_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/models/model_set.h"
#include "recommender/simulation/course.h"
#include "recommender/simulation/district.h"
#include "recommender/simulation/loop_learner.h"
#include "recommender/simulation/loop_policy.h"
#include "recommender/simulation/student_world.h"

namespace evenlight {

inline constexpr size_t kNumLoopTiers = std::size(kTierSettings);

// What an earlier cohort did: all that models are learnt from. Borrowed.
struct Cohort {
  const Course& course;
  absl::Span<const std::vector<Interaction>> tracks;  // By learner, in order.
  int64_t seed = 0;
};

// From a cohort to the models that serve. Called from several threads; equal
// cohorts must give equal models.
using FitModels = std::function<absl::StatusOr<ModelSet>(const Cohort&)>;

struct ClosedLoopOptions {
  std::vector<std::string> students = StudentNames();
  std::vector<std::string> policies = DefaultLoopPolicies();
  int num_seeds = 20;      // In [1, 1000]: schools, each with its own learners.
  int num_learners = 200;  // In [1, 100000]: of each school.
  int minutes_cap =
      static_cast<int>(kLoopMinutesCap);  // Of a session, [4, 120].
  int64_t seed = 1;                       // Of all randomness.
  int num_threads = 1;
  FitModels fit_models;
  std::function<void(double done)> progress;  // May be empty. One at a time.
};

// One policy with the learners of one school.
struct SeedFigures {
  double gain_per_hour = 0;  // Mean over learners.
  double minutes_over_cap = 0;
  int64_t num_resources = 0;
  int64_t num_practice = 0;
  int64_t num_in_band = 0;
  int64_t num_unmet = 0;
  std::array<double, kNumLoopTiers> tier_gains{};  // Sums, per hour.
  std::array<int64_t, kNumLoopTiers> tier_learners{};
  std::vector<double> curve;  // LearnerRun::curve, mean over learners.
};

struct LoopCell {
  std::string policy;
  std::string student;
  std::vector<SeedFigures> seeds;
};

// A learner's goal, three kcs, and what else the number of a learner decides:
// their tier, in the shares of synthetic districts, and ability. All policies
// have the same learners.
struct LoopLearner {
  std::vector<KcIndex> goal;
  size_t tier = 0;     // An index into kTierSettings.
  double ability = 0;  // The tier's mean and N(0, 0.6).
};
LoopLearner MakeLoopLearner(int64_t seed, int number, int num_learners);

// The earlier cohort: as many learners as `num_learners`, at least 100, half of
// whom studied at random and half in the order of the curriculum.
std::vector<std::vector<Interaction>> RunCohort(const Course& course,
                                                const StudentWorld& world,
                                                int num_learners,
                                                int minutes_cap);

// Cells by student, then policy, both in the order of `options`. They do not
// depend on the number of threads, nor on which other cells are asked for.
//
// INVALID_ARGUMENT: an unknown or repeated name, or an option outside its
// range.
absl::StatusOr<std::vector<LoopCell>> RunClosedLoop(
    const ClosedLoopOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_CLOSED_LOOP_H_
