// A learner's event as the models see it: keys instead of ids, nothing that
// they do not use. Both serving and training fold these.

#ifndef EVENLIGHT_CORE_INTERACTION_H_
#define EVENLIGHT_CORE_INTERACTION_H_

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"

namespace evenlight {

struct Interaction {
  TrackPosition position;  // Time, then event id.
  Verb verb = Verb::kUnspecified;
  bool time_is_order = false;
  ResourceKey resource{};
  ResourceKey question{};  // Answered: the question; equals `resource` if the
                           // resource is the question.
  absl::InlinedVector<KcKey, 2> kcs;  // Answered: each once.
  bool is_correct = false;            // Answered: score >= kCorrectScore.
  float minutes = 0;                  // Time spent.
  int32_t stars = 0;                  // Rated.
  DismissReason dismiss_reason = DismissReason::kUnspecified;
};

// `event` is a learner's, with a verb that IsFolded().
Interaction ToInteraction(const Event& event);

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_INTERACTION_H_
