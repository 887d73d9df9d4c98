// A student who forgets between sessions and has good and bad days: the student
// of synthetic districts (student.h), with noise on the level of each day.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_FORGETTING_STUDENT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_FORGETTING_STUDENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "recommender/simulation/student.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

// One thread. `kcs` outlives it.
class ForgettingStudent : public StudentModel {
 public:
  // `seed` and `stream` set the base levels, and by how much the level of a day
  // differs: N(0, 0.4) in log-odds, in turn for 32 days.
  ForgettingStudent(const StudentTraits& traits,
                    const std::vector<StudentKc>* kcs, int64_t seed,
                    uint32_t stream);

  double PCorrect(StudentItem item, absl::Time now) const override;
  // A wrong answer teaches 0.7 of a right one.
  void Answer(StudentItem item, bool is_correct, absl::Time now) override;
  void Watch(int kc, absl::Time now) override;
  std::unique_ptr<StudentModel> Clone() const override;

 private:
  Student student_;
  std::vector<double> form_;  // By day, modulo its size.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_FORGETTING_STUDENT_H_
