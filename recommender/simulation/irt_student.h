// A student after item response theory who learns: performance factors
// (Pavlik, Cen & Koedinger, AIED 2009) with a guess.
//
//   P(correct) = c + (1 - c) sigmoid(theta_k - difficulty),  c = 0.15
//   theta_k   += g r for a right answer or a film, h r for a wrong one,
//   r          = 0.2 + 0.8 min over prerequisites p of sigmoid(theta_p)
//
// with g = 0.3, h = 0.1: of the size that the paper reports. Nothing is
// forgotten.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_IRT_STUDENT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_IRT_STUDENT_H_

#include <memory>
#include <vector>

#include "recommender/simulation/course.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

// One thread. `graph` outlives it.
class IrtStudent : public StudentModel {
 public:
  // `levels` are those at first, theta by kc.
  IrtStudent(const PrerequisiteGraph* graph, std::vector<double> levels);

  double PCorrect(StudentItem item, absl::Time now) const override;
  void Answer(StudentItem item, bool is_correct, absl::Time now) override;
  void Watch(int kc, absl::Time now) override;
  std::unique_ptr<StudentModel> Clone() const override;

 private:
  double Readiness(int kc) const;

  const PrerequisiteGraph* graph_;
  std::vector<double> levels_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_IRT_STUDENT_H_
