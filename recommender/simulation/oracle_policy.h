// What could be reached if the student model were known, one step ahead.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_ORACLE_POLICY_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_ORACLE_POLICY_H_

#include "recommender/simulation/course.h"
#include "recommender/simulation/loop_policy.h"

namespace evenlight {

// Takes, of an easy, a middling and a hard exercise and the film of each kc in
// scope, that whose outcome, in the mean over right and wrong, raises
// P(correct) most per minute: the sum over the goal's kcs, and a third of that
// over what they need. Short-sighted, so no upper bound.
class OraclePolicy : public LoopPolicy {
 public:
  // Both outlive it; `student` is as the learner is at each Choose().
  OraclePolicy(const StudentModel* student, const Course* course)
      : student_(*student), course_(*course) {}

  ResourceIndex Choose(const LoopView& view, Random* random) override;

 private:
  double Value(const LoopView& view, const StudentModel& student) const;
  double ValueAfter(const LoopView& view, ResourceIndex resource) const;

  const StudentModel& student_;
  const Course& course_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_ORACLE_POLICY_H_
