// What a learner's state says about every kc and resource of one catalog at one
// moment, worked out once per request: sources, gate and score all read it.

#ifndef EVENLIGHT_RECOMMENDER_STATE_LEARNER_VIEW_H_
#define EVENLIGHT_RECOMMENDER_STATE_LEARNER_VIEW_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/bkt.h"
#include "recommender/models/model_binding.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct KcView {
  float p_known = 0;    // [0, 1]; the model's prior if never practised.
  float recall = 1;     // [0, 1]; 1 if only the order of events is known.
  float readiness = 1;  // [0, 1]; see LearnerView::Readiness().
  // All prerequisites stand open to it, or itself mastered: they are mastered
  // or presumed, and not doubted.
  bool is_ready = true;
  bool is_mastered = false;  // Practised, and P(known) is high enough.
  // Mastered, with at least kMinSettledAnswers answers: only reviews bring it
  // back.
  bool is_settled = false;
  // Never practised, but the model's prior is high enough: opens what builds on
  // it, is offered itself, and nobody says that it is mastered.
  bool is_presumed = false;
  bool is_practised = false;
  bool is_due = false;  // Mastered, and recall below kDueRecall.
  // Not mastered, with at least kMinStuckAnswers answers, more of them wrong
  // than right.
  bool is_stuck = false;
  // Last practice; InfinitePast if never or only the order is known.
  absl::Time last_time = absl::InfinitePast();
};

// From which P(known) on a kc counts as mastered: `mastered_p_known`, or
// nearly all that a learner who is always right can reach where the kc's own
// parameters end below that. Without it such a kc could never be mastered and
// would block what builds on it for ever.
float MasteredFrom(const BktParams& params, float mastered_p_known);

// A mastered kc opens what builds on it, but is itself offered until it has so
// many answers, as nobody is called a master before (kMinProficientAnswers of
// mastery.h): two right ones to easy questions can lift P(known) over the
// threshold, as BKT does not know that they were easy.
inline constexpr int32_t kMinSettledAnswers = 3;

// After so many answers, mostly wrong, more of the same is not the way: what a
// kc builds on is looked at first (wheel-spinning, Beck & Gong, AIED 2013). A
// prerequisite of a stuck kc is doubted while it is not settled and the catalog
// has a question on it that the learner has not met.
inline constexpr int32_t kMinStuckAnswers = 3;

// How many other answers, or how much time, must lie between a mistake and
// asking the same question again.
inline constexpr int kMistakeGapAnswers = 10;
inline constexpr absl::Duration kMistakeGap = absl::Hours(24);

// Immutable; refers to `snapshot` and `state`, which outlive it.
class LearnerView {
 public:
  // `mastered_p_known` is RankingPolicy::mastered_p_known.
  LearnerView(const ServingSnapshot* snapshot, const LearnerState* state,
              absl::Time now, float mastered_p_known);

  const ServingSnapshot& snapshot() const { return *snapshot_; }
  const Catalog& catalog() const { return *snapshot_->catalog; }
  const LearnerState& state() const { return *state_; }
  absl::Time now() const { return now_; }
  bool is_new() const { return state_->num_events == 0; }

  const KcView& kc(KcIndex kc) const { return kcs_[ToInt(kc)]; }

  // Kcs of the catalog that the learner practised, each once.
  absl::Span<const KcIndex> practised() const { return practised_; }

  // Resources whose question waits to be asked again: last answered wrong,
  // long enough ago, and not all kcs mastered. In the order of positions.
  absl::Span<const ResourceIndex> mistakes() const { return mistakes_; }
  bool HasMistake(ResourceIndex resource) const {
    return Has(resource, kMistake);
  }

  // True if it is done with: a question answered, anything else viewed,
  // attended or completed. A question opened but not answered is not.
  bool HasMet(ResourceIndex resource) const;
  bool IsDismissed(ResourceIndex resource) const {
    return Has(resource, kDismissed);
  }

  // True if it has kcs and all of them are mastered.
  bool IsMastered(ResourceIndex resource) const;

  // True if it has kcs and all of them are settled.
  bool IsSettled(ResourceIndex resource) const;

  // True if at least one of its kcs is due for review.
  bool IsDue(ResourceIndex resource) const;

  // How far the prerequisites of its unmastered kcs are mastered, in [0, 1]:
  // the product over them of min(1, P(known) / threshold), P(known) being the
  // model's prior where there was no practice; half for one that is doubted.
  // What the resource itself practises does not block it, nor do kcs in a cycle
  // with its own.
  float Readiness(ResourceIndex resource) const;

  // True if Readiness() is 1: nothing is missing.
  bool IsReady(ResourceIndex resource) const;

 private:
  enum Mark : uint8_t { kMet = 1, kDismissed = 2, kMistake = 4 };

  bool IsOpen(KcIndex kc) const {
    const KcView& view = kcs_[ToInt(kc)];
    return view.is_mastered || view.is_presumed;
  }
  // Of a prerequisite of `kc`.
  bool IsDoubted(KcIndex prerequisite, KcIndex kc) const;
  // Does it not stand in the way of `kc`?
  bool IsOpenTo(KcIndex prerequisite, KcIndex kc) const {
    return IsOpen(prerequisite) && !IsDoubted(prerequisite, kc);
  }
  // The factor of Readiness().
  float MasteryFor(KcIndex prerequisite, KcIndex kc) const;
  bool HasUnmetQuestion(KcIndex kc) const;
  bool Has(ResourceIndex resource, Mark mark) const {
    return (marks_[ToInt(resource)] & mark) != 0;
  }
  void ViewKcs(float mastered_p_known);
  void ViewReadiness();
  void MarkResources();
  void MarkOlder();
  bool IsMistake(ResourceIndex index, const ResourceState& resource) const;

  const ServingSnapshot* snapshot_;
  const LearnerState* state_;
  absl::Time now_;
  std::vector<KcView> kcs_;     // By KcIndex.
  std::vector<float> mastery_;  // By KcIndex; 1 if open, in [0, 1].
  std::vector<uint8_t> marks_;  // By ResourceIndex; bits of Mark.
  std::vector<KcIndex> practised_;
  std::vector<ResourceIndex> mistakes_;
  // Bit b is set if an older resource's low half ends in b: most lookups stop
  // here. Empty without older resources.
  std::vector<bool> older_filter_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_LEARNER_VIEW_H_
