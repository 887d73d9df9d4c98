#include "recommender/training/residual_batch.h"

#include <random>

namespace evenlight {
namespace {

template <typename Scalar>
Eigen::Matrix<Scalar, Eigen::Dynamic, 1> ToVector(
    const std::vector<float>& values) {
  return Eigen::Map<const Eigen::VectorXf>(
             values.data(), static_cast<Eigen::Index>(values.size()))
      .template cast<Scalar>();
}

template <typename Scalar>
Scalar ShareOf(const LrhInput& input) {
  return input.kcs.empty() ? Scalar(0)
                           : 1 / static_cast<Scalar>(input.kcs.size());
}

template <typename Scalar>
GruStateWeights<Scalar> StateOf(const BlockMaps<const Scalar>& w,
                                ResidualBlock state, ResidualBlock bias) {
  return {w(state), {w(bias).data(), w(bias).size()}};
}

template <typename Scalar>
GruStateGradient<Scalar> StateOf(const BlockMaps<Scalar>& gradient,
                                 ResidualBlock state, ResidualBlock bias) {
  return {gradient(state), {gradient(bias).data(), gradient(bias).size()}};
}

}  // namespace

template <typename Scalar>
ResidualPass<Scalar>::ResidualPass(const ResidualWeights& weights)
    : shape_(weights.shape),
      feature_mean_(ToVector<Scalar>(weights.feature_mean)),
      feature_scale_(ToVector<Scalar>(weights.feature_scale)),
      kc_dim_(BlockOf(shape_, ResidualBlock::kKcEmbedding).rows),
      question_dim_(BlockOf(shape_, ResidualBlock::kQuestionVector).rows),
      units_(shape_.num_units),
      kc_units_(shape_.has_kc_gru ? shape_.num_units : 0) {}

template <typename Scalar>
bool ResidualPass<Scalar>::Knows(QuestionRow row) const {
  return row != QuestionRow::kNone && shape_.num_questions > 0;
}

template <typename Scalar>
bool ResidualPass<Scalar>::Knows(KcRow row) const {
  return row != KcRow::kNone && shape_.num_kcs > 0;
}

template <typename Scalar>
absl::Span<const Scalar> ResidualPass<Scalar>::Forward(
    absl::Span<const Scalar> values, const ResidualBatch& batch) {
  const Weights w(shape_, values);
  const int num_answers = batch.packed.num_answers();
  FillInputs(w, batch);

  joined_.resize(units_ + kc_units_, num_answers);
  auto u = joined_.topRows(units_);
  u.noalias() = w(ResidualBlock::kInput) * input_;
  u.colwise() += w(ResidualBlock::kInputBias).col(0);
  u = u.cwiseMax(Scalar(0));
  gru_.gates.noalias() = w(ResidualBlock::kGruInput) * u;
  gru_.gates.colwise() += w(ResidualBlock::kGruInputBias).col(0);
  ForwardGru(batch.packed.steps,
             StateOf(w, ResidualBlock::kGruState, ResidualBlock::kGruStateBias),
             gru_);
  if (kc_units_ > 0) ForwardKcs(w, batch.packed);
  ForwardHead(w, batch);
  return absl::MakeConstSpan(residual_.data(), num_answers);
}

template <typename Scalar>
void ResidualPass<Scalar>::FillInputs(const Weights& w,
                                      const ResidualBatch& batch) {
  const int num_answers = batch.packed.num_answers();
  const auto input_rows = w(ResidualBlock::kInput).cols();
  const auto head_rows = w(ResidualBlock::kHidden).cols();
  const ResidualDropout& dropout = batch.dropout;
  std::mt19937_64 random(dropout.seed);
  FillMask(dropout.questions, question_dim_, num_answers, random,
           question_mask_);
  FillMask(dropout.layers, input_rows, num_answers, random, input_mask_);
  FillMask(dropout.layers, head_rows, num_answers, random, head_mask_);
  FillMask(dropout.layers, units_, num_answers, random, hidden_mask_);

  input_.resize(input_rows, num_answers);
  head_.resize(head_rows, num_answers);
  for (int answer = 0; answer < num_answers; ++answer) {
    FillInput(w, batch.examples[batch.packed.rows[answer]], answer);
  }
  if (input_mask_.size() > 0) input_.array() *= input_mask_.array();
}

// All of the head's input but the states.
template <typename Scalar>
void ResidualPass<Scalar>::FillInput(const Weights& w,
                                     const LrhExample& example, int column) {
  const LrhInput& input = example.input;
  auto in = input_.col(column);
  in.setZero();
  auto of_kcs = in.head(kc_dim_);
  auto of_question = in.segment(kc_dim_, question_dim_);
  auto of_answer = in.segment(kc_dim_ + question_dim_, kc_dim_);
  Scalar difficulty = 0;
  if (Knows(input.question)) {
    const int row = ToInt(input.question);
    difficulty = w(ResidualBlock::kQuestionDifficulty)(0, row);
    of_question = w(ResidualBlock::kQuestionVector).col(row);
    if (question_mask_.size() > 0) {
      of_question.array() *= question_mask_.col(column).array();
    }
  }
  const auto share = ShareOf<Scalar>(input);
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!Knows(kc.row)) continue;
    const int row = ToInt(kc.row);
    of_kcs += share * w(ResidualBlock::kKcEmbedding).col(row) +
              share * difficulty * w(ResidualBlock::kKcVariation).col(row);
    of_answer +=
        share *
        w(ResidualBlock::kKcAnswer).col(2 * row + (example.is_correct ? 1 : 0));
  }
  in[2 * kc_dim_ + question_dim_] = Scalar(example.is_correct ? 1 : -1);
  const int num_features = shape_.num_features;
  in.tail(num_features) =
      (Eigen::Map<const Eigen::VectorXf>(input.shared.data(), num_features)
           .template cast<Scalar>() -
       feature_mean_)
          .cwiseQuotient(feature_scale_);

  auto head = head_.col(column);
  head.head(kc_dim_ + question_dim_) = in.head(kc_dim_ + question_dim_);
  head.tail(num_features) = in.tail(num_features);
}

template <typename Scalar>
void ResidualPass<Scalar>::ForwardKcs(const Weights& w,
                                      const PackedAnswers& packed) {
  joined_.bottomRows(units_) = gru_.after;
  from_joined_.noalias() = w(ResidualBlock::kKcGruInput) * joined_;
  from_joined_.colwise() += w(ResidualBlock::kKcGruInputBias).col(0);
  kc_gru_.gates.resize(3 * units_, packed.num_practices());
  for (int practice = 0; practice < packed.num_practices(); ++practice) {
    kc_gru_.gates.col(practice) =
        from_joined_.col(packed.practice_answers[practice]);
  }
  ForwardGru(
      packed.practice_steps,
      StateOf(w, ResidualBlock::kKcGruState, ResidualBlock::kKcGruStateBias),
      kc_gru_);
}

template <typename Scalar>
void ResidualPass<Scalar>::ForwardHead(const Weights& w,
                                       const ResidualBatch& batch) {
  const PackedAnswers& packed = batch.packed;
  const int states = kc_dim_ + question_dim_;
  head_.middleRows(states, units_) = gru_.before;
  auto of_kcs = head_.middleRows(states + units_, kc_units_);
  of_kcs.setZero();
  for (int answer = 0; kc_units_ > 0 && answer < packed.num_answers();
       ++answer) {
    for (const Practice& practice : packed.PracticesOf(answer)) {
      of_kcs.col(answer) += static_cast<Scalar>(practice.share) *
                            kc_gru_.before.col(practice.column);
    }
  }
  if (head_mask_.size() > 0) head_.array() *= head_mask_.array();

  hidden_.noalias() = w(ResidualBlock::kHidden) * head_;
  hidden_.colwise() += w(ResidualBlock::kHiddenBias).col(0);
  hidden_ = hidden_.cwiseMax(Scalar(0));
  if (hidden_mask_.size() > 0) hidden_.array() *= hidden_mask_.array();
  residual_.noalias() = hidden_.transpose() * w(ResidualBlock::kOutput).col(0);
  for (int answer = 0; answer < packed.num_answers(); ++answer) {
    residual_[answer] += BiasOf(w, batch.examples[packed.rows[answer]].input);
  }
}

template <typename Scalar>
Scalar ResidualPass<Scalar>::BiasOf(const Weights& w,
                                    const LrhInput& input) const {
  Scalar bias = w(ResidualBlock::kOutputBias)(0, 0);
  if (Knows(input.question)) {
    bias += w(ResidualBlock::kQuestionBias)(0, ToInt(input.question));
  }
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!Knows(kc.row)) continue;
    bias +=
        ShareOf<Scalar>(input) * w(ResidualBlock::kKcBias)(0, ToInt(kc.row));
  }
  return bias;
}

template <typename Scalar>
void ResidualPass<Scalar>::Backward(absl::Span<const Scalar> values,
                                    const ResidualBatch& batch,
                                    absl::Span<const Scalar> d_residual,
                                    absl::Span<Scalar> gradient_values) {
  const Weights w(shape_, values);
  const Gradient gradient(shape_, gradient_values);
  const PackedAnswers& packed = batch.packed;
  const int states = kc_dim_ + question_dim_;

  BackwardHead(w, d_residual, gradient);
  d_joined_.setZero(units_ + kc_units_, packed.num_answers());
  if (kc_units_ > 0) BackwardKcs(w, packed, gradient);

  d_after_.setZero(units_, packed.num_answers());
  if (kc_units_ > 0) d_after_ = d_joined_.bottomRows(units_);
  d_before_ = d_head_.middleRows(states, units_);
  AddToStepBefore(packed.steps, d_before_, d_after_);
  BackwardGru(
      packed.steps,
      StateOf(w, ResidualBlock::kGruState, ResidualBlock::kGruStateBias), gru_,
      d_after_,
      StateOf(gradient, ResidualBlock::kGruState,
              ResidualBlock::kGruStateBias));
  BackwardInput(w, gradient);

  for (int answer = 0; answer < packed.num_answers(); ++answer) {
    BackwardExample(w, batch.examples[packed.rows[answer]], answer,
                    d_residual[answer], gradient);
  }
}

template <typename Scalar>
void ResidualPass<Scalar>::BackwardHead(const Weights& w,
                                        absl::Span<const Scalar> d_residual,
                                        const Gradient& gradient) {
  const Eigen::Map<const Vector> d(
      d_residual.data(), static_cast<Eigen::Index>(d_residual.size()));
  gradient(ResidualBlock::kOutput).noalias() += hidden_ * d;
  gradient(ResidualBlock::kOutputBias)(0, 0) += d.sum();
  d_hidden_.noalias() = w(ResidualBlock::kOutput) * d.transpose();
  // What was left out is 0 as what relu cut is.
  d_hidden_.array() *= (hidden_.array() > 0).template cast<Scalar>();
  if (hidden_mask_.size() > 0) d_hidden_.array() *= hidden_mask_.array();

  gradient(ResidualBlock::kHidden).noalias() += d_hidden_ * head_.transpose();
  gradient(ResidualBlock::kHiddenBias) += d_hidden_.rowwise().sum();
  const int learnt = kc_dim_ + question_dim_ + units_ + kc_units_;
  d_head_.noalias() =
      w(ResidualBlock::kHidden).leftCols(learnt).transpose() * d_hidden_;
  if (head_mask_.size() > 0) {
    d_head_.array() *= head_mask_.topRows(learnt).array();
  }
}

template <typename Scalar>
void ResidualPass<Scalar>::BackwardKcs(const Weights& w,
                                       const PackedAnswers& packed,
                                       const Gradient& gradient) {
  d_before_.setZero(units_, packed.num_practices());
  const auto d_means =
      d_head_.middleRows(kc_dim_ + question_dim_ + units_, units_);
  for (int answer = 0; answer < packed.num_answers(); ++answer) {
    for (const Practice& practice : packed.PracticesOf(answer)) {
      d_before_.col(practice.column) =
          static_cast<Scalar>(practice.share) * d_means.col(answer);
    }
  }
  d_after_.setZero(units_, packed.num_practices());
  AddToStepBefore(packed.practice_steps, d_before_, d_after_);
  BackwardGru(
      packed.practice_steps,
      StateOf(w, ResidualBlock::kKcGruState, ResidualBlock::kKcGruStateBias),
      kc_gru_, d_after_,
      StateOf(gradient, ResidualBlock::kKcGruState,
              ResidualBlock::kKcGruStateBias));

  d_from_joined_.setZero(3 * units_, packed.num_answers());
  for (int practice = 0; practice < packed.num_practices(); ++practice) {
    d_from_joined_.col(packed.practice_answers[practice]) +=
        kc_gru_.gates.col(practice);
  }
  gradient(ResidualBlock::kKcGruInput).noalias() +=
      d_from_joined_ * joined_.transpose();
  gradient(ResidualBlock::kKcGruInputBias) += d_from_joined_.rowwise().sum();
  d_joined_.noalias() =
      w(ResidualBlock::kKcGruInput).transpose() * d_from_joined_;
}

template <typename Scalar>
void ResidualPass<Scalar>::BackwardInput(const Weights& w,
                                         const Gradient& gradient) {
  const auto u = joined_.topRows(units_);
  gradient(ResidualBlock::kGruInput).noalias() += gru_.gates * u.transpose();
  gradient(ResidualBlock::kGruInputBias) += gru_.gates.rowwise().sum();
  d_hidden_ = d_joined_.topRows(units_);
  d_hidden_.noalias() += w(ResidualBlock::kGruInput).transpose() * gru_.gates;
  d_hidden_.array() *= (u.array() > 0).template cast<Scalar>();

  gradient(ResidualBlock::kInput).noalias() += d_hidden_ * input_.transpose();
  gradient(ResidualBlock::kInputBias) += d_hidden_.rowwise().sum();
  const int learnt = 2 * kc_dim_ + question_dim_;
  d_input_.noalias() =
      w(ResidualBlock::kInput).leftCols(learnt).transpose() * d_hidden_;
  if (input_mask_.size() > 0) {
    d_input_.array() *= input_mask_.topRows(learnt).array();
  }
  const int embedded = kc_dim_ + question_dim_;
  d_input_.topRows(embedded) += d_head_.topRows(embedded);
}

// Embeddings and biases.
template <typename Scalar>
void ResidualPass<Scalar>::BackwardExample(const Weights& w,
                                           const LrhExample& example,
                                           int column, Scalar d_residual,
                                           const Gradient& gradient) {
  const LrhInput& input = example.input;
  const auto d_of_kcs = d_input_.col(column).head(kc_dim_);
  const auto d_of_question =
      d_input_.col(column).segment(kc_dim_, question_dim_);
  const auto d_of_answer = d_input_.col(column).tail(kc_dim_);
  const bool knows_question = Knows(input.question);
  const int question = ToInt(input.question);
  Scalar difficulty = 0;
  if (knows_question) {
    difficulty = w(ResidualBlock::kQuestionDifficulty)(0, question);
    auto of_question = gradient(ResidualBlock::kQuestionVector).col(question);
    if (question_mask_.size() > 0) {
      of_question += d_of_question.cwiseProduct(question_mask_.col(column));
    } else {
      of_question += d_of_question;
    }
    gradient(ResidualBlock::kQuestionBias)(0, question) += d_residual;
  }
  const auto share = ShareOf<Scalar>(input);
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!Knows(kc.row)) continue;
    const int row = ToInt(kc.row);
    gradient(ResidualBlock::kKcBias)(0, row) += share * d_residual;
    gradient(ResidualBlock::kKcEmbedding).col(row) += share * d_of_kcs;
    gradient(ResidualBlock::kKcVariation).col(row) +=
        share * difficulty * d_of_kcs;
    gradient(ResidualBlock::kKcAnswer)
        .col(2 * row + (example.is_correct ? 1 : 0)) += share * d_of_answer;
    if (knows_question) {
      gradient(ResidualBlock::kQuestionDifficulty)(0, question) +=
          share * w(ResidualBlock::kKcVariation).col(row).dot(d_of_kcs);
    }
  }
}

template <typename Scalar>
Scalar AddQuestionPenalty(const ResidualShape& shape, Scalar penalty,
                          const ResidualBatch& batch,
                          absl::Span<const Scalar> values,
                          absl::Span<Scalar> gradient_values) {
  if (shape.num_questions == 0 || penalty == 0) return 0;
  const BlockMaps<const Scalar> w(shape, values);
  const BlockMaps<Scalar> gradient(shape, gradient_values);
  Scalar sum = 0;
  for (const int64_t row : batch.packed.rows) {
    const QuestionRow question = batch.examples[row].input.question;
    if (question == QuestionRow::kNone) continue;
    for (const ResidualBlock block :
         {ResidualBlock::kQuestionDifficulty, ResidualBlock::kQuestionBias,
          ResidualBlock::kQuestionVector}) {
      const auto learnt = w(block).col(ToInt(question));
      gradient(block).col(ToInt(question)) += 2 * penalty * learnt;
      sum += penalty * learnt.squaredNorm();
    }
  }
  return sum;
}

template class ResidualPass<float>;
template class ResidualPass<double>;
template float AddQuestionPenalty(const ResidualShape&, float,
                                  const ResidualBatch&, absl::Span<const float>,
                                  absl::Span<float>);
template double AddQuestionPenalty(const ResidualShape&, double,
                                   const ResidualBatch&,
                                   absl::Span<const double>,
                                   absl::Span<double>);

}  // namespace evenlight
