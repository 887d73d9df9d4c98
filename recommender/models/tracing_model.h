// The knowledge-tracing half of a ModelSet: which kcs and questions it knows,
// their BKT parameters and difficulties, LR-H, and what corrects it.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_H_
#define EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/bkt.h"
#include "recommender/models/lrh.h"
#include "recommender/models/residual.h"

namespace evenlight {

// Straightens probabilities: log-odds z become slope z + bias (Platt 1999).
struct Calibration {
  float slope = 1;  // > 0
  float bias = 0;

  friend bool operator==(const Calibration&, const Calibration&) = default;
};

// What a TracingModel is made of. Rows are positions in `kcs` and `questions`.
struct TracingParams {
  std::vector<KcId> kcs;
  std::vector<BktParams> bkt;       // [num_kcs]
  std::vector<float> kc_p_correct;  // [num_kcs], in [0, 1]
  std::vector<ResourceId> questions;
  std::vector<float> question_p_correct;  // [num_questions], in [0, 1]
  float mean_p_correct = 0.65f;
  LrhWeights lrh;
  ResidualWeights residual;  // Added to the log-odds of LR-H; may be empty.
  Calibration calibration;   // Of their sum.
  // The step of a learner's own correction after each answer, in log-odds per
  // unit of error, [0, 1]; 0: learners have none.
  float correction_rate = 0;
};

// Immutable. A default-constructed one knows nothing and predicts from priors.
class TracingModel {
 public:
  TracingModel() = default;

  // The vectors of `params` agree in length; ids are distinct.
  explicit TracingModel(TracingParams params);

  // True if LR-H was trained; else predictions come from BKT's priors.
  bool is_trained() const { return !params_.lrh.kcs.empty(); }

  KcRow FindKc(KcKey kc) const;
  QuestionRow FindQuestion(ResourceKey question) const;

  // Parameters of a kc; the defaults for kNone.
  const BktParams& Bkt(KcRow kc) const;

  // The share of right answers that learners in general give: of the question,
  // else the mean of its kcs, else of all. In [0, 1]. `kcs` may hold kNone.
  float ExpectedCorrect(QuestionRow question,
                        absl::Span<const KcRow> kcs) const;

  const TracingParams& params() const { return params_; }

 private:
  TracingParams params_;
  absl::flat_hash_map<KcKey, KcRow> kc_rows_;
  absl::flat_hash_map<ResourceKey, QuestionRow> question_rows_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_H_
