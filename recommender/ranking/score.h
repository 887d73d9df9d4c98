// The score of a resource for a learner: an explained weighted sum,
//
//   score = sum over parts of weight x part,    DESIGN section 6,
//
// with every part in [0, 1] (see ScorePart) and the weights of the phase,
// WeightsFor() of policy.h.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_SCORE_H_
#define EVENLIGHT_RECOMMENDER_RANKING_SCORE_H_

#include <optional>
#include <vector>

#include "core/recommendation.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_interest.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

struct Score {
  float total = 0;
  ScoreParts parts{};
  std::optional<float> p_correct;  // Of exercises and quizzes.
};

// The plateau of useful difficulty: 1 within [policy.band_low,
// policy.band_high], falling in a straight line to 0 at P(correct) 0 and 1.
float Band(const RankingPolicy& policy, float p_correct);

// The expected rise of P(known) of `kc` by one more practice, one step of BKT
// ahead: (1 - p) T - p F, not below 0. The answer itself moves P(known) up or
// down by evidence, but not on average.
float ExpectedRise(const LearnerView& view, KcIndex kc);

// The same summed over the kcs of `resource`, in kcs; half of it if the
// resource is not practice. Less if prerequisites are missing.
float ExpectedRise(const LearnerView& view, ResourceIndex resource);

// How much it is used, shrunk to 0.5 where little is known, in [0, 1].
float QualityOf(const ServingSnapshot& snapshot, ResourceIndex resource);

// The part that a reason stands on: without it the resource would rank lower.
ScorePart PartOf(Reason reason);

// Refers to what it is made of, which outlives it. One thread: it keeps what it
// worked out.
class Scorer {
 public:
  // Interest is InterestIn() within [0, 1]; the mean over unseen pairs if the
  // model knows nothing of the resource. `interest` is read when it scores;
  // null or not known: every interest is 0.5.
  Scorer(const LearnerView* view, const RankingPolicy* policy, Phase phase,
         const LearnerInterest* interest);

  // The parts, each alone; the total stays 0.
  Score Features(ResourceIndex resource) const;
  // The weighted sum of parts.
  float Total(const ScoreParts& parts) const;
  // Both.
  Score Evaluate(ResourceIndex resource) const;

  // Of a question, now. In [0, 1].
  float PCorrect(ResourceIndex resource) const;

  const ScoreParts& weights() const { return weights_; }

 private:
  // The kc of a question that differs in nothing else from the average one of
  // that kc: the model does not know it and the learner has not met it. kNone
  // of any other.
  KcIndex AverageQuestionOf(ResourceIndex resource) const;
  float Predict(ResourceIndex resource) const;
  float Gain(ResourceIndex resource) const;
  float Due(ResourceIndex resource) const;
  float Interest(ResourceIndex resource) const;
  float Novelty(ResourceIndex resource) const;

  const LearnerView* view_;
  const RankingPolicy* policy_;
  const LearnerInterest* interest_;
  ScoreParts weights_;
  absl::Time answer_time_;  // InfinitePast: gaps are not known.
  // By KcIndex: of the average question; nan: not worked out.
  mutable std::vector<float> p_of_kcs_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_SCORE_H_
