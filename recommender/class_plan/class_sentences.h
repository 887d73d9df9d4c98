// What is said about a class list, in English or Chinese.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/catalog.h"
#include "core/recommendation.h"
#include "recommender/class_plan/class_plan.h"

namespace evenlight {

// `has_gain` says whether anybody gains anything by it: without it no sentence
// claims help.

// Why the item is on the list: whom it fits, and with what it helps.
// `pin_reason` is the teacher's, of a pinned item.
std::string ExplainItem(const Catalog& catalog, const ClassItem& item,
                        bool has_gain, absl::string_view pin_reason,
                        ReasonLanguage language);

// What the learners of a group have in common.
std::string ExplainGroup(const Catalog& catalog, ResourceIndex resource,
                         int32_t num_learners, bool has_gain,
                         ReasonLanguage language);

// Why a learner is not served by the list. `instead` may be kNone.
std::string ExplainUnserved(const Catalog& catalog, ResourceIndex instead,
                            bool has_gain, ReasonLanguage language);

// Why a learner should be seen: they lack `num_missing` prerequisites, the
// first of them `kc`; or, if they lack none, struggle with `kc`.
std::string ExplainToSee(const Catalog& catalog, KcIndex kc,
                         int32_t num_missing, ReasonLanguage language);

// What there is to say about a list as a whole.
enum class ClassNotice : uint8_t {
  kNobodyKnown,         // No learner has events.
  kPinsFillList,        // As many pins as places, or more.
  kPinsPassMinutes,     // The pins alone take longer than the list may.
  kNothingFitsMinutes,  // The list is empty: everything takes longer.
  kAllBanned,           // The list is empty: what passes is banned.
  kAllDone,             // The list is empty: what passes is met or mastered.
  kNothingPasses,       // The list is empty: nothing passes the filters.
};
std::string ExplainNotice(ClassNotice notice, ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_SENTENCES_H_
