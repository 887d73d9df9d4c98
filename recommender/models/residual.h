// The 2GRU residual: what a small recurrent network adds to LR-H's log-odds.
// One GRU runs over all answers of a learner, a second one per kc over the
// answers on it (ours; the nearest relative is ReKT, Shen et al., ACM MM 2024;
// question embeddings in Rasch style after AKT, Ghosh, Heffernan & Lan, KDD
// 2020). How weights are found is recommender/training/residual_trainer.h.
//
// With d = num_units, E = kc_dim, Q = question_dim, F = num_features,
// averages over the kcs of the question, and [] for concatenation:
//
//   q  = [mean (e_kc + mu_q d_kc), v_q]                                [E + Q]
//   x  = (features - feature_mean) / feature_scale                     [F]
//   before the answer, with h the learner's and s_kc the kc's state:
//     residual = o . relu(H [q, h, mean s_kc, x] + b_H) + b_o + b_q + mean b_kc
//   after the answer y, +1 or -1:
//     u  = relu(I [q, mean a_kc,y, y, x] + b_I)                        [d]
//     h  <- GRU(u, h);  s_kc <- GRU_kc([u, h], s_kc) for each kc
//
// GRU(v, h): r, z = sigmoid(W v + b + U h + c) for their rows,
//            n = tanh(W v + b + r * (U h + c)), h' = (1 - z) n + z h
// (the gates in the order r, z, n; Cho et al., EMNLP 2014).

#ifndef EVENLIGHT_RECOMMENDER_MODELS_RESIDUAL_H_
#define EVENLIGHT_RECOMMENDER_MODELS_RESIDUAL_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/lrh.h"

namespace evenlight {

// The sizes of a network. A part of size 0 is left out.
struct ResidualShape {
  int32_t num_kcs = 0;
  int32_t num_questions = 0;  // 0: questions are not told apart.
  int32_t kc_dim = 32;
  int32_t question_dim = 16;
  int32_t num_units = 32;
  // The first columns of LrhInput::shared that it sees; 0: none.
  int32_t num_features = 0;
  bool has_kc_gru = true;

  friend bool operator==(const ResidualShape&, const ResidualShape&) = default;
};

// What is learnt, block by block. Stored in this order: append, do not reorder.
// Every block is a column-major matrix [rows x cols]; what belongs to a row of
// kcs or questions is one column of it.
enum class ResidualBlock : int {
  kKcEmbedding,         // e [E x num_kcs]
  kKcVariation,         // d [E x num_kcs]; times the question's difficulty.
  kKcAnswer,            // a [E x 2 num_kcs]; wrong, then right, for each kc.
  kQuestionDifficulty,  // mu [1 x num_questions]
  kQuestionVector,      // v [Q x num_questions]
  kQuestionBias,        // [1 x num_questions]
  kKcBias,              // [1 x num_kcs]
  kInput,               // I [d x (E + Q + E + 1 + F)]
  kInputBias,           // [d x 1]
  kGruInput,            // W [3 d x d]
  kGruState,            // U [3 d x d]
  kGruInputBias,        // b [3 d x 1]
  kGruStateBias,        // c [3 d x 1]
  kKcGruInput,          // [3 d x 2 d]
  kKcGruState,          // [3 d x d]
  kKcGruInputBias,      // [3 d x 1]
  kKcGruStateBias,      // [3 d x 1]
  kHidden,              // H [d x (E + Q + d + d + F)]; d once without kc GRU.
  kHiddenBias,          // [d x 1]
  kOutput,              // o [d x 1]
  kOutputBias,          // [1 x 1]
  kCount,
};
inline constexpr int kNumResidualBlocks =
    static_cast<int>(ResidualBlock::kCount);

// Where a block lies in ResidualWeights::values.
struct ResidualBlockView {
  int64_t offset = 0;
  int32_t rows = 0;
  int32_t cols = 0;
  int64_t size() const { return int64_t{rows} * cols; }
};
ResidualBlockView BlockOf(const ResidualShape& shape, ResidualBlock block);

// The sizes of all blocks together.
int64_t NumValues(const ResidualShape& shape);

// Immutable once in a ModelSet. Without values there is no residual.
struct ResidualWeights {
  ResidualShape shape;
  std::vector<float> values;         // [NumValues(shape)], by ResidualBlock.
  std::vector<float> feature_mean;   // [num_features]
  std::vector<float> feature_scale;  // [num_features], > 0

  bool empty() const { return values.empty(); }
  int num_units() const { return empty() ? 0 : shape.num_units; }
};

// What the residual adds to the log-odds of a right answer to `input`.
// `hidden` is the learner's state, [num_units]; `kc_hidden` the mean of the
// states of the question's kcs, [num_units], zeros for one never practised; not
// read without a kc GRU. Rows that are kNone add nothing.
float ResidualLogOdds(const ResidualWeights& weights, const LrhInput& input,
                      absl::Span<const float> hidden,
                      absl::Span<const float> kc_hidden);

// Moves the states past the answer. `input` is of the moment before it;
// `kc_hidden` has one state, [num_units], for each kc of `input`, in order;
// empty without a kc GRU.
void UpdateResidual(const ResidualWeights& weights, const LrhInput& input,
                    bool is_correct, absl::Span<float> hidden,
                    absl::Span<float* const> kc_hidden);

// Multiply-adds of predicting and updating for an answer with one kc.
int64_t MultiplyAdds(const ResidualShape& shape);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_RESIDUAL_H_
