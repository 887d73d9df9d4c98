// What a teacher decides about a class list. It comes before any score, and no
// score out-votes it.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_RULES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_RULES_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "recommender/ranking/eligibility.h"

namespace evenlight {

struct ClassPin {
  ResourceIndex resource = ResourceIndex::kNone;
  std::string reason;  // The teacher's words; may be empty.
};

// Defaults decide nothing.
struct ClassRules {
  // On the list whatever they add, in this order, each once and not banned.
  std::vector<ClassPin> pins;
  std::vector<ResourceId> bans;  // Never, also not for one learner alone.
  // Of the list together. The service adds nothing beyond it; pins stay. 0: no
  // limit.
  float max_minutes = 0;
  // How much of the best there is for them alone each learner should get, in
  // [0, 1]: what gives less does not serve them, and serving as many as can be
  // comes before the sum of gains. A share, since who has little left to learn
  // cannot gain much in kcs. 0: no floor, kServedShare serves.
  float floor = 0;
};

// Why nobody at all may be given `resource`, whoever pins it: kHidden,
// kNotPublished, kExpired or kLessonPlan; else kNone.
Refusal CheckPin(const Catalog& catalog, ResourceIndex resource,
                 absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_RULES_H_
