// A student after Bayesian Knowledge Tracing (Corbett & Anderson, UMUAI 1994):
// every kc is known or not, and each practice may turn it on.
//
// The switch itself is not kept, but P(known) given all answers so far, from
// which the next answer is drawn. Both give the same sequences of answers with
// the same probabilities, and P(known) is what BKT calls the learner's state.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_BKT_STUDENT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_BKT_STUDENT_H_

#include <memory>
#include <vector>

#include "recommender/models/bkt.h"
#include "recommender/simulation/course.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

// One thread. `graph` and `kcs` outlive it.
class BktStudent : public StudentModel {
 public:
  // `p_known` at first, by kc. The chance to learn is that of `kcs` times
  // 0.2 + 0.8 prod over prerequisites P(known). A harder question is guessed
  // less and slipped on more, by its log-odds (KT-IDEM, Pardos & Heffernan,
  // UMAP 2011).
  BktStudent(const PrerequisiteGraph* graph, const std::vector<BktParams>* kcs,
             std::vector<double> p_known);

  double PCorrect(StudentItem item, absl::Time now) const override;
  // A wrong answer is evidence of not knowing and lowers P(known); over both
  // outcomes practice never lowers it while nothing is forgotten.
  void Answer(StudentItem item, bool is_correct, absl::Time now) override;
  void Watch(int kc, absl::Time now) override;
  std::unique_ptr<StudentModel> Clone() const override;

  double p_known(int kc) const { return p_known_[kc]; }

 private:
  BktParams ParamsOf(StudentItem item) const;

  const PrerequisiteGraph* graph_;
  const std::vector<BktParams>* kcs_;
  std::vector<double> p_known_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_BKT_STUDENT_H_
