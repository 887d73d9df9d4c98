// A synthetic district: schools of several tiers, classes, teachers, learners,
// a curriculum and resources. Every name says that it is synthetic.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_DISTRICT_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_DISTRICT_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/resource.h"
#include "core/roster.h"
#include "recommender/simulation/student.h"

namespace evenlight {

struct DistrictOptions {
  int num_learners = 2000;  // In [20, 200000].
  int64_t seed = 7;
  int weeks = 6;  // Of events before `end`, in [1, 52].
  absl::Time end = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00Z.
};

// What the service cannot see of a resource.
struct ResourceTruth {
  int kc = 0;             // The main one, an index into District::kcs.
  double difficulty = 0;  // A level, as Student::PCorrect() takes it.
  double quality = 0.5;   // In [0, 1]: how much it teaches and pleases.
};

// What the service cannot see of a learner.
struct LearnerTruth {
  int school_class = 0;  // An index into District::classes.
  StudentTraits traits;
  double diligence = 1;        // About 1: sessions beside the average.
  double access = 1;           // In (0, 1]: how often a device is at hand.
  double video_taste = 0.5;    // In [0, 1]: film rather than text.
  int favourite_provider = 0;  // An index into kSyntheticProviders.
};

inline constexpr std::array<const char*, 3> kSyntheticProviders = {
    "Synthetic Open Lessons", "Synthetic County Studio",
    "Synthetic Teachers' Commons"};

// How a tier differs. Invented, with the direction that surveys report: fewer
// devices, less bandwidth, smaller classes, a lower start.
struct TierSetting {
  Tier tier;
  const char* id;  // As in ids of schools.
  const char* title;
  double share_of_learners;
  int class_size;
  int classes_per_school;
  int num_grades;  // Grades 1 to this.
  int bandwidth_kbps;
  double access;
  double ability;  // Mean of StudentTraits::ability.
};
inline constexpr TierSetting kTierSettings[] = {
    {Tier::kUrban, "urban", "Urban", .30, 40, 9, 9, 20000, 1.00, 0.15},
    {Tier::kCountyTown, "town", "County Town", .28, 42, 9, 9, 12000, .95, .05},
    {Tier::kTownship, "township", "Township", .22, 32, 9, 9, 4000, .80, -.05},
    {Tier::kVillage, "village", "Village", .14, 20, 6, 6, 1500, .65, -.15},
    {Tier::kTeachingPoint, "point", "Teaching Point", .06, 8, 3, 3, 500, .5,
     -.20}};

// Learners stand class by class. `learner_truth[k]` is that of `learners[k]`,
// `resource_truth[k]` that of `resources[k]`.
struct District {
  DistrictOptions options;
  std::vector<School> schools;
  std::vector<SchoolClass> classes;
  std::vector<Person> learners;
  std::vector<Person> teachers;         // One for each class, in their order.
  std::vector<KnowledgeComponent> kcs;  // Prerequisites without a cycle.
  std::vector<Resource> resources;

  std::vector<StudentKc> student_kcs;  // By kc.
  std::vector<LearnerTruth> learner_truth;
  std::vector<ResourceTruth> resource_truth;
};

// Equal options give an equal district.
//
// INVALID_ARGUMENT: an option is outside its range.
absl::StatusOr<District> MakeDistrict(const DistrictOptions& options);

// Steps of MakeDistrict(), each filling its part.
void AddCurriculum(District* district);
void AddResources(District* district);
void AddRoster(District* district);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_DISTRICT_H_
