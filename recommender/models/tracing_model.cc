#include "recommender/models/tracing_model.h"

#include <cassert>
#include <utility>

namespace evenlight {

TracingModel::TracingModel(TracingParams params) : params_(std::move(params)) {
  assert(params_.bkt.size() == params_.kcs.size());
  assert(params_.kc_p_correct.size() == params_.kcs.size());
  assert(params_.question_p_correct.size() == params_.questions.size());

  kc_rows_.reserve(params_.kcs.size());
  for (size_t row = 0; row < params_.kcs.size(); ++row) {
    kc_rows_.emplace(KcKeyOf(params_.kcs[row]), static_cast<KcRow>(row));
  }
  question_rows_.reserve(params_.questions.size());
  for (size_t row = 0; row < params_.questions.size(); ++row) {
    question_rows_.emplace(ResourceKeyOf(params_.questions[row]),
                           static_cast<QuestionRow>(row));
  }
}

KcRow TracingModel::FindKc(KcKey kc) const {
  const auto it = kc_rows_.find(kc);
  return it == kc_rows_.end() ? KcRow::kNone : it->second;
}

QuestionRow TracingModel::FindQuestion(ResourceKey question) const {
  const auto it = question_rows_.find(question);
  return it == question_rows_.end() ? QuestionRow::kNone : it->second;
}

const BktParams& TracingModel::Bkt(KcRow kc) const {
  static constexpr BktParams kDefault;
  return kc == KcRow::kNone ? kDefault : params_.bkt[ToInt(kc)];
}

float TracingModel::ExpectedCorrect(QuestionRow question,
                                    absl::Span<const KcRow> kcs) const {
  if (question != QuestionRow::kNone) {
    return params_.question_p_correct[ToInt(question)];
  }
  float sum = 0;
  int num_known = 0;
  for (const KcRow kc : kcs) {
    if (kc == KcRow::kNone) continue;
    sum += params_.kc_p_correct[ToInt(kc)];
    ++num_known;
  }
  return num_known == 0 ? params_.mean_p_correct
                        : sum / static_cast<float>(num_known);
}

}  // namespace evenlight
