// KSS, the knowledge-structure simulator: how far each concept is developed
// depends on what it builds on. Re-implemented from its description (Liu,
// Tong, Liu, Zhao, Chen, Ma & Wang, KDD 2019, section 4.1; EduSim).
//
//   P(correct) = c + (1 - c) / (1 + exp(-1.7 a (theta - b))),  c = 0.25, a = 1
//   studying k: theta_k += d,  d = 0.5 (5 - theta_k) exp(-sum over
//               prerequisites p of k of (5 - theta_p)),  theta <= 5,
//               and half of d goes on to each successor, and so forth
//
// The paper leaves the discrimination a to the question; EduSim's code has 5
// for all of them. Nothing is forgotten.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_KSS_STUDENT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_KSS_STUDENT_H_

#include <memory>
#include <vector>

#include "recommender/simulation/course.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

// One thread. `graph` and `difficulties` outlive it.
class KssStudent : public StudentModel {
 public:
  // `levels` are those at first, theta by kc, at most 5; `difficulties` are b
  // of the kcs' average questions.
  KssStudent(const PrerequisiteGraph* graph,
             const std::vector<double>* difficulties,
             std::vector<double> levels);

  double PCorrect(StudentItem item, absl::Time now) const override;
  // An answer teaches the same whether it is right or wrong.
  void Answer(StudentItem item, bool is_correct, absl::Time now) override;
  void Watch(int kc, absl::Time now) override;
  std::unique_ptr<StudentModel> Clone() const override;

  double level(int kc) const { return levels_[kc]; }

 private:
  void Study(int kc);
  void Promote(int kc, double rise);

  const PrerequisiteGraph* graph_;
  const std::vector<double>* difficulties_;
  std::vector<double> levels_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_KSS_STUDENT_H_
