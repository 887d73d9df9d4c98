// What a class list is about: the kcs of the lesson, and those on the map of
// the class.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SCOPE_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SCOPE_H_

#include <vector>

#include "core/recommendation.h"
#include "recommender/class_plan/planned_learner.h"

namespace evenlight {

inline constexpr size_t kMaxMapKcs = 50;
// If the request names no kcs, the lesson is about so many.
inline constexpr size_t kLessonKcs = 3;

struct ClassScope {
  // Those that the request names; else the ones in the scope of the learners'
  // gates that most learners are ready for and have not mastered, who has begun
  // it counting twice; of equals the earlier of the curriculum.
  std::vector<KcIndex> lesson;
  // Those that the request names and their direct prerequisites; else those of
  // the scope that most learners practised, then are ready for. At most
  // kMaxMapKcs, prerequisites before what needs them.
  std::vector<KcIndex> map;
};

ClassScope ScopeOf(PlannedLearners learners, const ResourceFilter& filter);

// The direct prerequisites of `kcs` outside them, each once, in order.
std::vector<KcIndex> DirectPrerequisites(const Catalog& catalog,
                                         absl::Span<const KcIndex> kcs);

// Prerequisites before what needs them; each once.
void PutInCurriculumOrder(const Catalog& catalog, std::vector<KcIndex>& kcs);

// What the learners of a class know of one kc. The shares add up to 1.
struct ClassKc {
  KcIndex kc = KcIndex::kNone;
  float mean_p_known = 0;       // [0, 1]
  float share_mastered = 0;     // Practised and mastered.
  float share_in_progress = 0;  // Practised, not mastered.
  float share_not_started = 0;  // Never practised.
};

// One entry per kc. `learners` is not empty.
std::vector<ClassKc> MapMastery(PlannedLearners learners,
                                absl::Span<const KcIndex> kcs);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SCOPE_H_
