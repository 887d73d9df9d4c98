// What is said about a class list, in English or Chinese.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_

#include <cstdint>
#include <string>

#include "core/catalog.h"
#include "core/recommendation.h"

namespace evenlight {

// `has_gain` says whether anybody gains anything by it: without it no sentence
// claims help.

// Why `resource` is on the list: whom it fits, and with what it helps.
std::string ExplainItem(const Catalog& catalog, ResourceIndex resource,
                        int32_t num_learners_fit, bool has_gain,
                        ReasonLanguage language);

// What the learners of a group have in common.
std::string ExplainGroup(const Catalog& catalog, ResourceIndex resource,
                         int32_t num_learners, bool has_gain,
                         ReasonLanguage language);

// Why a learner is not served by the list. `instead` may be kNone.
std::string ExplainUnserved(const Catalog& catalog, ResourceIndex instead,
                            bool has_gain, ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_
