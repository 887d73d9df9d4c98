// A second opinion on what may be given to a learner: from the catalog's
// entries and the state alone, without the gate's columns, marks and shelves.
// Good for tests of whatever gives lists.

#ifndef EVENLIGHT_TESTS_SUPPORT_SECOND_OPINION_H_
#define EVENLIGHT_TESTS_SUPPORT_SECOND_OPINION_H_

#include "absl/time/time.h"
#include "core/recommendation.h"
#include "recommender/models/model_binding.h"
#include "recommender/state/learner_state.h"
#include "recommender/state/mastery.h"

namespace evenlight {

// Slow. Thread-compatible. Everything that is pointed to outlives it.
class SecondOpinion {
 public:
  struct Input {
    const ServingSnapshot* snapshot;
    const LearnerState* state;
    LearnerProfile profile;
    ResourceFilter filter;
    Phase phase = Phase::kSelfStudy;
    float mastered_p_known = 0.95f;
    absl::Time now;
  };

  explicit SecondOpinion(Input input);

  // For any reason but a review; as a review; for `reason`; for either.
  bool MayBeNew(ResourceIndex i) const;
  bool MayBeReview(ResourceIndex i) const;
  bool MayBe(ResourceIndex i, Reason reason) const;
  bool MayBeGiven(ResourceIndex i) const;

  // For a teacher who prepares a lesson for the learner.
  bool MayBeTaught(ResourceIndex i) const;

  // Of how many MayBeGiven() is true.
  int NumEligible() const;

  // Practised and known; known may also be presumed, by a prior.
  bool IsMastered(KcIndex kc) const;
  bool IsKnown(KcIndex kc) const;

  // One that is not known, or, before a kc that goes mostly wrong, one that was
  // not practised enough and can be.
  bool HasUnmetPrerequisite(ResourceIndex i) const;

 private:
  bool IsStuck(KcIndex kc) const;
  bool IsToBeChecked(KcIndex kc) const;
  Mastery At(KcIndex kc) const;
  const ResourceState* StateOf(ResourceIndex i) const;
  bool IsOpen(const Resource& r) const;
  bool FitsRequest(const Resource& r) const;
  bool FitsNeeds(const Resource& r) const;
  bool Passes(ResourceIndex i) const;
  bool IsMet(ResourceIndex i) const;
  bool IsMastered(ResourceIndex i) const;
  // Mastered, with so many answers that only reviews are left.
  bool IsSettled(ResourceIndex i) const;
  bool IsDue(ResourceIndex i) const;
  bool IsOldMistake(ResourceIndex i) const;

  const Input input_;
  const Catalog& catalog_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_SECOND_OPINION_H_
