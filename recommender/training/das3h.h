// DAS3H, a baseline that forgets: Choffin, Popineau, Bourda & Vie, EDM 2019.
// Logistic regression on what was practised within windows of time:
//
//   log-odds = b + w_question + mean over kcs (w_kc +
//     sum over windows (v_kc log(1 + wins) + a_kc log(1 + attempts)))
//
// with counts of the kc in the last hour, day, 7 days, 30 days, and ever. Two
// things differ from the paper: learners have no parameter, being new ones, and
// kcs are averaged, as in LR-H, where the paper adds them.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_DAS3H_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_DAS3H_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/lrh_trainer.h"
#include "recommender/training/tracing_replay.h"

namespace evenlight {

inline constexpr int kNumDas3hWindows = 5;

// When a learner practised which kc, and how. A value.
class Das3hHistory {
 public:
  // LR-H's input with the windows' counts in place of the kcs' slopes: of each
  // window, by length, log(1 + wins) and log(1 + attempts). The window begins
  // so long before the answer, that moment included.
  LrhInput Input(const TracingModel& model, const Interaction& answer) const;

  // `answer` is not earlier than any before.
  void Add(const Interaction& answer);

  // What it holds: times and counts.
  int64_t num_bytes() const;

 private:
  struct Practice {
    std::vector<absl::Time> times;
    std::vector<int32_t> wins;  // Up to and with each of them.
  };
  absl::flat_hash_map<KcKey, Practice> kcs_;
};

// Weights for the rows of `base`, by the trainer of LR-H. Of more than
// 2,000,000 answers to train on, or 500,000 to validate on, about so many are
// used, in whole parts.
LrhFit FitDas3h(const TracingModel& base, absl::Span<const TrackPart> train,
                absl::Span<const TrackPart> validation, int64_t seed,
                std::function<void(double done)> progress);

// `base` outlives it.
std::unique_ptr<AnswerPredictor> Das3hPredictor(const TracingModel* base,
                                                LrhWeights weights);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_DAS3H_H_
