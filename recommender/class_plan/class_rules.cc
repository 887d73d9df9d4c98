#include "recommender/class_plan/class_rules.h"

namespace evenlight {

Refusal CheckPin(const Catalog& catalog, ResourceIndex resource,
                 absl::Time now) {
  const ResourceFacts& facts = catalog.filter_index().facts(resource);
  if (facts.is_hidden) return Refusal::kHidden;
  if (now < facts.publish_time) return Refusal::kNotPublished;
  if (now >= facts.expire_time) return Refusal::kExpired;
  if (facts.kind == ResourceKind::kLessonPlan) return Refusal::kLessonPlan;
  return Refusal::kNone;
}

}  // namespace evenlight
