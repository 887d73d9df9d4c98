#include "recommender/ranking/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/filter_index.h"
#include "recommender/state/mastery.h"
#include "recommender/state/prediction.h"

namespace evenlight {
namespace {

// Watching teaches less than practising the same minutes (the testing effect);
// half is hand-set.
constexpr float kMediumRise = 0.5f;
// A rise of this much a minute gives half of the part.
constexpr float kHalfGainPerMinute = 0.03f;
// Quality is shrunk by so many learners of no opinion.
constexpr float kQualityPrior = 20.0f;
constexpr float kNeutral = 0.5f;
// An old mistake is due, but less than anything that fades.
constexpr float kMistakeDue = 0.3f;
constexpr absl::Duration kNew = absl::Hours(24 * 30);

float& At(ScoreParts& parts, ScorePart part) {
  return parts[static_cast<size_t>(part)];
}

}  // namespace

float Band(const RankingPolicy& policy, float p_correct) {
  if (p_correct < policy.band_low) return p_correct / policy.band_low;
  if (p_correct <= policy.band_high) return 1;
  return (1 - p_correct) / (1 - policy.band_high);
}

float ExpectedRise(const LearnerView& view, KcIndex kc) {
  const ServingSnapshot& snapshot = view.snapshot();
  const BktParams& bkt = snapshot.models->tracing.Bkt(snapshot.kc_row(kc));
  const float p = view.kc(kc).p_known;
  return std::max(0.0f, (1 - p) * bkt.p_learn - p * bkt.p_forget);
}

float ExpectedRise(const LearnerView& view, ResourceIndex resource) {
  float rise = 0;
  for (const KcIndex kc : view.catalog().KcsOf(resource)) {
    rise += ExpectedRise(view, kc);
  }
  const bool is_practice =
      IsPractice(view.catalog().filter_index().facts(resource).kind);
  return rise * view.Readiness(resource) * (is_practice ? 1 : kMediumRise);
}

float QualityOf(const ServingSnapshot& snapshot, ResourceIndex resource) {
  const float num_learners = snapshot.popularity[ToInt(resource)];
  return (num_learners + kNeutral * kQualityPrior) /
         (num_learners + kQualityPrior);
}

ScorePart PartOf(Reason reason) {
  switch (reason) {
    case Reason::kNextStep:
      return ScorePart::kReady;
    case Reason::kReview:
      return ScorePart::kDue;
    case Reason::kSimilarLearners:
    case Reason::kSimilarResources:
      return ScorePart::kInterest;
    case Reason::kPopular:
    case Reason::kNewLearner:
      return ScorePart::kQuality;
    case Reason::kNewResource:
    case Reason::kNotTried:
    case Reason::kAssigned:
    case Reason::kUnspecified:
      return ScorePart::kNovelty;
  }
  return ScorePart::kNovelty;
}

Scorer::Scorer(const LearnerView* view, const RankingPolicy* policy,
               Phase phase, const LearnerInterest* interest)
    : view_(view),
      policy_(policy),
      interest_(interest),
      weights_(WeightsFor(*policy, *view->snapshot().models, phase)),
      answer_time_(view->state().last_answer_time == absl::InfinitePast()
                       ? absl::InfinitePast()
                       : view->now()),
      p_of_kcs_(view->catalog().num_kcs(),
                std::numeric_limits<float>::quiet_NaN()) {}

Score Scorer::Features(ResourceIndex resource) const {
  Score score;
  const float readiness = view_->Readiness(resource);
  At(score.parts, ScorePart::kReady) = readiness;
  if (IsPractice(view_->catalog().filter_index().facts(resource).kind)) {
    score.p_correct = PCorrect(resource);
    At(score.parts, ScorePart::kBand) = Band(*policy_, *score.p_correct);
  } else {
    At(score.parts, ScorePart::kBand) = kNeutral * readiness;
  }
  At(score.parts, ScorePart::kGain) = Gain(resource);
  At(score.parts, ScorePart::kDue) = Due(resource);
  At(score.parts, ScorePart::kInterest) = Interest(resource);
  At(score.parts, ScorePart::kQuality) = QualityOf(view_->snapshot(), resource);
  At(score.parts, ScorePart::kNovelty) = Novelty(resource);
  for (float& part : score.parts) part = std::clamp(part, 0.0f, 1.0f);
  return score;
}

float Scorer::Total(const ScoreParts& parts) const {
  float total = 0;
  for (size_t part = 0; part < parts.size(); ++part) {
    total += weights_[part] * parts[part];
  }
  return total;
}

Score Scorer::Evaluate(ResourceIndex resource) const {
  Score score = Features(resource);
  score.total = Total(score.parts);
  return score;
}

float Scorer::PCorrect(ResourceIndex resource) const {
  const KcIndex kc = AverageQuestionOf(resource);
  if (kc == KcIndex::kNone) return Predict(resource);
  float& p_correct = p_of_kcs_[ToInt(kc)];
  if (std::isnan(p_correct)) p_correct = Predict(resource);
  return p_correct;
}

KcIndex Scorer::AverageQuestionOf(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = view_->catalog().KcsOf(resource);
  const ResourceKey key = view_->catalog().key(resource);
  const bool is_average =
      kcs.size() == 1 &&
      view_->snapshot().question_row(resource) == QuestionRow::kNone &&
      view_->state().last_question != key &&
      view_->state().FindResource(key) == nullptr;
  return is_average ? kcs.front() : KcIndex::kNone;
}

float Scorer::Predict(ResourceIndex resource) const {
  const Catalog& catalog = view_->catalog();
  absl::InlinedVector<KcKey, 4> kcs;
  for (const KcIndex kc : catalog.KcsOf(resource)) {
    kcs.push_back(catalog.key(kc));
  }
  return PredictAnswer(view_->snapshot().models->tracing, view_->state(),
                       catalog.key(resource), kcs, answer_time_);
}

float Scorer::Gain(ResourceIndex resource) const {
  // Minutes are > 0 by validation; a broken catalog must not divide by 0.
  const float minutes =
      std::max(view_->catalog().filter_index().facts(resource).minutes, 0.1f);
  const float per_minute = ExpectedRise(*view_, resource) / minutes;
  return per_minute / (per_minute + kHalfGainPerMinute);
}

// Half as soon as it is due, so that reviews come back on schedule rather than
// when nearly all is forgotten; the rest grows as recall falls.
float Scorer::Due(ResourceIndex resource) const {
  if (!IsPractice(view_->catalog().filter_index().facts(resource).kind))
    return 0;
  float due = view_->HasMistake(resource) ? kMistakeDue : 0;
  for (const KcIndex kc : view_->catalog().KcsOf(resource)) {
    const KcView& kc_view = view_->kc(kc);
    if (!kc_view.is_due) continue;
    due = std::max(due, 1 - kc_view.recall / (2 * kDueRecall));
  }
  return due;
}

// The model's own estimate: its targets are 1 for what learners took up and 0
// for the rest. Not a share of unseen pairs below it, which is near 1 for
// every candidate and ranks nothing. A resource of which the model knows
// nothing, not even features, is as interesting as an average unseen one.
float Scorer::Interest(ResourceIndex resource) const {
  if (interest_ == nullptr || !interest_->is_known()) return kNeutral;
  const float score =
      InterestIn(*interest_, view_->snapshot(), resource)
          .value_or(view_->snapshot().models->interest.params().score_mean);
  return std::clamp(score, 0.0f, 1.0f);
}

// Half for what was not met, the rest while it is new in the catalog.
float Scorer::Novelty(ResourceIndex resource) const {
  if (view_->HasMet(resource)) return 0;
  const absl::Duration age =
      view_->now() -
      view_->catalog().filter_index().facts(resource).create_time;
  if (age >= kNew) return kNeutral;
  const float freshness = 1 - static_cast<float>(absl::FDivDuration(
                                  std::max(age, absl::Duration()), kNew));
  return kNeutral + (1 - kNeutral) * freshness;
}

}  // namespace evenlight
