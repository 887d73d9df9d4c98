// What one simulated learner does on a day: sessions of media and exercises.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_SESSION_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_SESSION_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/event.h"
#include "recommender/simulation/district.h"
#include "recommender/simulation/lesson_plan.h"
#include "recommender/simulation/random.h"
#include "recommender/simulation/student.h"

namespace evenlight {

// One thread. `district` and `plan` outlive it.
class SimulatedLearner {
 public:
  SimulatedLearner(const District& district, const LessonPlan& plan,
                   int learner);

  // Adds the day's events, in order, without ids. `p_session` is the chance of
  // each of up to two sessions; `assigned` is what the class was assigned last,
  // empty if nothing.
  void AddDay(int day, bool is_weekend, double p_session,
              const ResourceId& assigned, std::vector<Event>* events);

 private:
  void AddSession(int day, const ResourceId& assigned);
  int ChooseKc(int day);
  void Study(int kc);
  void Answer(int resource);
  void TakeQuiz();
  void AfterMedia(int resource);
  void MaybeDismiss(int kc);
  int ChooseMedia(int kc);
  int ChooseExercise(int kc);
  bool RunsHere(int resource) const;
  Event& Add(Verb verb, int resource, absl::Duration spent);

  const District& district_;
  const LessonPlan& plan_;
  const Person& person_;
  const LearnerTruth& truth_;
  Random random_;
  Student student_;
  absl::flat_hash_map<int, bool> answered_;  // Resource to last outcome.

  // Of the session going on.
  absl::Time now_;
  Phase phase_ = Phase::kUnspecified;
  std::vector<Event>* events_ = nullptr;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_SESSION_H_
