// The course of the closed loop: ten kcs with the prerequisites that the
// catalog states, and for each a film and twenty exercises from easy to hard.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_COURSE_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_COURSE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/catalog.h"
#include "recommender/simulation/student_model.h"

namespace evenlight {

inline constexpr int kNumCourseKcs = 10;
inline constexpr int kNumCourseExercises = 20;  // Of each kc.

// By kc, the kcs that it needs.
using PrerequisiteGraph = std::vector<std::vector<int>>;

// The ten concepts of KSS (Liu et al., KDD 2019) as EduSim has them.
PrerequisiteGraph KssGraph();

// Immutable. Kc number n of student models is KcIndex n of the catalog.
struct Course {
  std::shared_ptr<const Catalog> catalog;
  PrerequisiteGraph stated;        // What the catalog says.
  std::vector<StudentItem> items;  // By ResourceIndex: the truth of each.

  const StudentItem& item(ResourceIndex resource) const {
    return items[ToInt(resource)];
  }
};

// Equal seeds give equal courses. Difficulties lie in about [-1.7, 1.7]; the
// catalog does not tell them.
Course MakeCourse(int64_t seed);

// `kcs` and all that they need, directly or not, in the order of kcs.
std::vector<int> WithPrerequisites(const PrerequisiteGraph& graph,
                                   absl::Span<const int> kcs);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_COURSE_H_
