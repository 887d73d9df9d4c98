// Whether a newly trained model may be published, as a pure policy.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_GATES_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_GATES_H_

#include <string>

#include "recommender/evaluation/ranking_metrics.h"
#include "recommender/evaluation/tracing_metrics.h"

namespace evenlight {

// What LR-H's log loss may exceed another's by, in nats per answer. On
// assist2009 LR-H is better than Best-LR by 0.015 and than BKT by 0.051.
inline constexpr double kLogLossMargin = 0.01;

// What the NDCG@20 of what ranks may fall below popularity's, and what another
// must be above the factors' to take their place.
inline constexpr double kNdcgMargin = 0.005;

// One gate and how it was decided.
struct Gate {
  std::string name;
  double value = 0;  // What was measured.
  double limit = 0;  // What it may not exceed.
  bool passed = true;
};

// Why one that did not pass refuses a model, for a person.
std::string Describe(const Gate& gate);

// Closed if the excess is above kLogLossMargin beyond two of its standard
// errors: a small class is not refused for its noise.
Gate LogLossGate(std::string name, const LossDifference& excess);

// Learnt score weights change what every learner is shown. They must tell what
// is taken up better than the hand-set ones beyond two standard errors, and not
// order it worse by more than kNdcgMargin.
Gate LearntLossGate(const LossDifference& excess);
Gate LearntNdcgGate(double learnt_ndcg, double hand_set_ndcg);

// True if what ranks is worth publishing; without learners to judge by it is
// not. Never a reason to refuse: a model may have popularity alone.
bool IsWorthIt(const RankingMetrics& ranker, const RankingMetrics& popularity);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_GATES_H_
