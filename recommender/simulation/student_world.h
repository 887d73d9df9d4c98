// The student models by name, and what all learners of one simulated school
// have in common.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_WORLD_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/models/bkt.h"
#include "recommender/simulation/course.h"
#include "recommender/simulation/student.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

enum class StudentKind : uint8_t {
  kKss,
  kBkt,
  kIrt,
  kForgetting,
  // As kIrt, but with prerequisites of which the catalog states only some.
  kWrongPrerequisites,
};

// kss, bkt, irt, forgetting, wrong_prerequisites.
std::vector<std::string> StudentNames();
const char* Name(StudentKind kind);

// INVALID_ARGUMENT: there is none of that name; the message lists all.
absl::StatusOr<StudentKind> FindStudent(absl::string_view name);

// Immutable. What a kind does not use is drawn all the same.
struct StudentWorld {
  StudentKind kind = StudentKind::kKss;
  int64_t seed = 0;
  PrerequisiteGraph graph;           // The true one.
  std::vector<double> difficulties;  // Of KSS, by kc: 0 to 5, rising.
  std::vector<BktParams> bkt;        // By kc.
  std::vector<StudentKc> kcs;        // Of the forgetting student.
};

// Equal arguments give equal worlds.
StudentWorld MakeStudentWorld(StudentKind kind, const Course& course,
                              int64_t seed);

// Learner number `stream`. `ability` is a level about 0 that moves what is
// known at first. `world` outlives the student.
std::unique_ptr<StudentModel> MakeStudent(const StudentWorld& world,
                                          double ability, uint32_t stream);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_STUDENT_WORLD_H_
