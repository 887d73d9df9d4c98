#include "recommender/class_plan/class_notices.h"

#include <algorithm>

#include "recommender/class_plan/gain.h"

namespace evenlight {
namespace {

// Of all that would fit somebody. What is left out by name comes last among the
// checks of the filter: it would have passed.
ClassNotice WhyEmpty(PlannedLearners learners) {
  bool is_banned = false, is_done = false;
  for (const auto& learner : learners) {
    const EligibilityGate& gate = learner->request_gate;
    for (const ResourceIndex resource : gate.scope().resources) {
      if (IsEligible(gate, resource)) return ClassNotice::kNothingFitsMinutes;
      const Refusal refusal = gate.CheckNew(resource);
      is_banned |= refusal == Refusal::kExcluded;
      is_done |= refusal == Refusal::kDismissed || refusal == Refusal::kMet ||
                 refusal == Refusal::kMastered;
    }
  }
  if (is_banned) return ClassNotice::kAllBanned;
  return is_done ? ClassNotice::kAllDone : ClassNotice::kNothingPasses;
}

}  // namespace

std::vector<ClassNotice> NoticesOf(const NoticeInput& input) {
  std::vector<ClassNotice> notices;
  if (std::all_of(input.learners.begin(), input.learners.end(),
                  [](const auto& learner) { return learner->view.is_new(); })) {
    notices.push_back(ClassNotice::kNobodyKnown);
  }
  if (input.num_pins >= input.num_places) {
    notices.push_back(ClassNotice::kPinsFillList);
  }
  if (input.max_minutes > 0 && input.pin_minutes > input.max_minutes) {
    notices.push_back(ClassNotice::kPinsPassMinutes);
  }
  if (input.num_items == 0) notices.push_back(WhyEmpty(input.learners));
  return notices;
}

}  // namespace evenlight
