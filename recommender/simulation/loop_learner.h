// One learner of the closed loop: a policy chooses, the student model answers
// and learns, the event is folded, and so on until the minutes are over.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_LEARNER_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_LEARNER_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/models/model_binding.h"
#include "recommender/simulation/course.h"
#include "recommender/simulation/loop_policy.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

// The cap of a learner's minutes on a day; every policy has all of them. Six
// times ten minutes are some thirty resources for ten kcs, about as many as an
// episode of EduSim has steps.
inline constexpr float kLoopMinutesCap = 10;

struct LoopSession {
  int day = 0;
  int hour = 0;
  Phase phase = Phase::kSelfStudy;
};

// Twelve days, at most one session a day, each as long as the cap.
inline constexpr std::array<LoopSession, 6> kLoopSchedule = {
    {{0, 10, Phase::kInClass},
     {1, 16, Phase::kPostClass},
     {2, 19, Phase::kSelfStudy},
     {5, 7, Phase::kPreClass},
     {7, 16, Phase::kPostClass},
     {11, 19, Phase::kSelfStudy}}};

// The band of useful difficulty that is reported.
inline constexpr double kLoopBandLow = 0.65;
inline constexpr double kLoopBandHigh = 0.92;

// What a policy is run in. Borrowed.
struct LoopSetting {
  const Course& course;
  const ServingSnapshot& snapshot;
  absl::Span<const LoopSession> schedule = kLoopSchedule;
  float minutes_cap = kLoopMinutesCap;  // Of each session.
};

struct LearnerRun {
  // The student model's mean P(correct) over the goal, on average questions:
  // before, after each session, and a day after the last one.
  std::vector<double> curve;
  double hours = 0;             // The cap of all sessions.
  double minutes_over_cap = 0;  // What was chosen beyond it.
  int num_resources = 0;
  int num_practice = 0;
  int num_in_band = 0;  // Of practice: P(correct) when asked.
  // On a kc that the serving model does not call mastered, with a stated
  // prerequisite that it does not call known either.
  int num_unmet = 0;
  std::vector<Interaction> track;

  double gain() const { return curve.back() - curve.front(); }
};

// `goal` is not empty. `student` ends as it is after the course. Equal
// arguments give equal runs.
LearnerRun RunLearner(const LoopSetting& setting, std::vector<KcIndex> goal,
                      LoopPolicy* policy, StudentModel* student,
                      Random* random);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_LEARNER_H_
