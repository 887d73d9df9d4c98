// The one eligibility gate: every path to a learner (alone, in a class, pushed)
// asks it, and asks it again after the last stage that could change a list.
//
// The repeat policy, in plain words:
//   - a video, text or other medium that was viewed, attended or completed does
//     not come back;
//   - a question that was answered comes back only as a review: when a mastered
//     kc of it is fading, or when it was answered wrong, its kcs are still not
//     mastered, and a day or ten other answers have passed;
//   - what was opened but is a question without an answer may come back;
//   - what was dismissed, for whatever reason, does not come back, until the
//     learner takes it up again;
//   - what practises only mastered kcs, each answered kMinSettledAnswers times
//     (learner_view.h), comes back as a review or not at all.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_ELIGIBILITY_H_
#define EVENLIGHT_RECOMMENDER_RANKING_ELIGIBILITY_H_

#include <cstdint>
#include <vector>

#include "core/filter_index.h"
#include "core/recommendation.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Why a resource is not eligible.
enum class Refusal : uint8_t {
  kNone = 0,  // It is eligible.
  kHidden,
  kNotPublished,
  kExpired,
  kLessonPlan,  // For teachers.
  kPhase,       // It names the phases it fits, and this is none of them.
  kSubject,
  kGrade,
  kKind,
  kKcs,
  kLanguage,
  kMinutes,
  kAccessibility,
  kBandwidth,
  kExcluded,
  kDismissed,
  kMet,
  kMastered,  // And settled.
  kNotDue,    // As a review only.
};

// A word for logs and `removed_by`, such as "expired".
const char* Name(Refusal refusal);

// Immutable; refers to `view`, which outlives it.
class EligibilityGate {
 public:
  // What the filter leaves open about grade and bandwidth comes from
  // `profile`; accessibility needs add up.
  EligibilityGate(const LearnerView* view, const LearnerProfile& profile,
                  const ResourceFilter& filter, Phase phase);

  // May `resource` be given with `reason`? Reviews have rules of their own.
  Refusal Check(ResourceIndex resource, Reason reason) const {
    return reason == Reason::kReview ? CheckReview(resource)
                                     : CheckNew(resource);
  }

  // For every reason but a review.
  Refusal CheckNew(ResourceIndex resource) const;

  // For a review: a question, due or an old mistake.
  Refusal CheckReview(ResourceIndex resource) const;

  // For a teacher who prepares: what the learner did does not count, and lesson
  // plans pass, whatever the learner needs of them.
  Refusal CheckForTeacher(ResourceIndex resource) const;

  // Holds everything that may pass.
  const FilterIndex::Shelf& scope() const { return *scope_; }

  // The grade asked for; 0 if not known.
  int32_t grade() const { return grade_; }

 private:
  // What does not depend on what the learner did.
  Refusal CheckFilter(ResourceIndex resource) const;
  Refusal CheckRequest(ResourceIndex resource) const;
  Refusal CheckNeeds(const ResourceFacts& facts) const;
  Refusal CheckOpen(const ResourceFacts& facts) const;
  bool PractisesAnyOf(ResourceIndex resource) const;

  const FilterIndex* index_;
  const LearnerView* view_;
  Phase phase_;
  int32_t subject_;
  int32_t grade_;
  uint32_t kinds_;
  float max_minutes_;
  int32_t max_bandwidth_kbps_;
  AccessibilitySet accessibility_;
  bool has_kcs_;
  std::vector<KcIndex> kcs_;
  std::vector<bool> languages_;          // By language number.
  std::vector<ResourceIndex> excluded_;  // In order.
  const FilterIndex::Shelf* scope_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_ELIGIBILITY_H_
