// A student model: the ground truth of one simulated learner, which answers
// questions and learns from them. Policies never see it; they see its events.
//
// Each of its implementations stands in a file of its own: kss_student.h,
// bkt_student.h, irt_student.h, forgetting_student.h.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_MODEL_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_MODEL_H_

#include <memory>

#include "absl/time/time.h"

namespace evenlight {

// A question as student models see it.
struct StudentItem {
  int kc = 0;             // An index into Course::kcs.
  double difficulty = 0;  // In log-odds against the kc's average question.
};

// One thread.
class StudentModel {
 public:
  virtual ~StudentModel() = default;

  // The probability of a right answer at `now`, in [0, 1].
  virtual double PCorrect(StudentItem item, absl::Time now) const = 0;

  // Learns from an answer, right or wrong, that was given at `now`.
  virtual void Answer(StudentItem item, bool is_correct, absl::Time now) = 0;

  // Learns from a film or a text about `kc`.
  virtual void Watch(int kc, absl::Time now) = 0;

  // The same student, to look ahead with.
  virtual std::unique_ptr<StudentModel> Clone() const = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_MODEL_H_
