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

// What an eligible resource gives at least. So small that it decides nothing
// unless nothing else is there: a catalog without kcs still yields a list.
inline constexpr float kMinGain = 1e-4f;

// The expected gain of one learner from `resource`, in kcs: the rise of mastery
// one BKT step ahead, and what a due review restores of recall, summed over
// kcs, less where prerequisites are missing or a question lies outside the band
// of useful difficulty. At least kMinGain if the gate passes the resource as
// new or as a review; 0 if not.
float Gain(const LearnerView& view, const EligibilityGate& gate,
           const RankingPolicy& policy, ResourceIndex resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_GAIN_H_
