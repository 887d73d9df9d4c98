// What each learner of a class would gain from each candidate.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_GAIN_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_GAIN_H_

#include <Eigen/Core>

#include "core/ids.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Row-major: a learner's gains are contiguous.
using GainMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Less than this, in kcs, is nothing: it rounds to 0.00 where it is shown, and
// it would take more than 160 such activities to teach a single kc.
inline constexpr float kMinGain = 0.006f;

// Does the gate pass `resource` as new or as a review?
bool IsEligible(const EligibilityGate& gate, ResourceIndex resource);

// The expected gain of one learner from `resource`, in kcs: the rise of mastery
// one BKT step ahead, and what a due review restores of recall, summed over
// kcs, less where prerequisites are missing or a question lies outside the band
// of useful difficulty. 0 if it is not eligible or gives less than kMinGain.
float Gain(const LearnerView& view, const EligibilityGate& gate,
           const RankingPolicy& policy, ResourceIndex resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_GAIN_H_
