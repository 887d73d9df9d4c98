#include "recommender/state/mastery.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>

namespace evenlight {
namespace {

// Strength of P(known) against the learner's own answers, in answers.
constexpr double kPriorAnswers = 4;
// Beta needs positive shapes; at p = 0 or 1 one of them may be 0. So small a
// shape leaves the mass where it belongs.
constexpr double kMinShape = 1e-2;
// Beyond this the interval is narrower than a thousandth, and the inversion
// gets slow.
constexpr double kMaxShape = 1e6;

// FSRS's curve: d, and f = 0.9^(-1/d) - 1.
constexpr double kDecay = 0.5;
constexpr double kFactor = 19.0 / 81.0;
constexpr double kFirstStabilityDays = 2;
constexpr double kMinStabilityDays = 0.5;
constexpr double kMaxStabilityDays = 365;

// Of LevelOf().
constexpr float kProficientShare = 0.8f;
constexpr float kProficientCorrect = 0.7f;
constexpr float kFamiliarShare = 0.5f;
constexpr float kFamiliarCorrect = 0.5f;

double StabilityDays(int32_t num_correct, int32_t num_incorrect) {
  // By logarithms: the product of very many answers would not be finite.
  const double log_stability = std::log(kFirstStabilityDays) +
                               num_correct * std::log(1.5) +
                               num_incorrect * std::log(0.5);
  return std::clamp(std::exp(log_stability), kMinStabilityDays,
                    kMaxStabilityDays);
}

}  // namespace

Mastery MasteryOf(const TracingModel& model, const LearnerState& state,
                  KcKey kc, absl::Time now) {
  const KcState* practice = state.FindKc(kc);
  if (practice == nullptr) {
    return {.p_known = model.Bkt(model.FindKc(kc)).p_init};
  }
  Mastery mastery = {.p_known = practice->p_known,
                     .num_correct = practice->num_correct,
                     .num_incorrect = practice->num_incorrect,
                     .last_time = practice->last_time,
                     .is_practised = true};
  if (practice->last_time != absl::InfinitePast()) {
    mastery.recall = Recall(now - practice->last_time, practice->num_correct,
                            practice->num_incorrect);
  }
  return mastery;
}

float Uncertainty(const Mastery& mastery) {
  // Promotion to long double would double the time for digits nobody sees, and
  // an inversion that stops early is near enough.
  using Policy = boost::math::policies::policy<
      boost::math::policies::promote_double<false>,
      boost::math::policies::evaluation_error<
          boost::math::policies::ignore_error>,
      boost::math::policies::overflow_error<
          boost::math::policies::ignore_error>>;
  const double p = std::clamp<double>(mastery.p_known, 0, 1);
  const boost::math::beta_distribution<double, Policy> beta(
      std::clamp(kPriorAnswers * p + mastery.num_correct, kMinShape, kMaxShape),
      std::clamp(kPriorAnswers * (1 - p) + mastery.num_incorrect, kMinShape,
                 kMaxShape));
  const double width = quantile(beta, 0.95) - quantile(beta, 0.05);
  return static_cast<float>(width / 2);
}

float Recall(absl::Duration elapsed, int32_t num_correct,
             int32_t num_incorrect) {
  const double days = std::max(0.0, absl::ToDoubleHours(elapsed) / 24) /
                      StabilityDays(num_correct, num_incorrect);
  return static_cast<float>(std::pow(1 + kFactor * days, -kDecay));
}

absl::Time DueTime(const Mastery& mastery) {
  if (mastery.last_time == absl::InfinitePast()) return absl::InfiniteFuture();
  // The stability is the time after which recall is 0.9.
  static_assert(kDueRecall == 0.9f);
  return mastery.last_time +
         absl::Hours(24) *
             StabilityDays(mastery.num_correct, mastery.num_incorrect);
}

MasteryLevel LevelOf(const Mastery& mastery, float p_correct,
                     float mastered_from) {
  const int64_t num_answers =
      int64_t{mastery.num_correct} + mastery.num_incorrect;
  const auto is_at_least = [&](float share, float correct) {
    return mastery.p_known >= share * mastered_from && p_correct >= correct;
  };
  if (!mastery.is_practised) return MasteryLevel::kNone;
  if (num_answers >= kMinProficientAnswers) {
    if (mastery.p_known >= mastered_from) {
      return mastery.recall < kDueRecall ? MasteryLevel::kProficient
                                         : MasteryLevel::kMastered;
    }
    if (is_at_least(kProficientShare, kProficientCorrect)) {
      return MasteryLevel::kProficient;
    }
  }
  return is_at_least(kFamiliarShare, kFamiliarCorrect)
             ? MasteryLevel::kFamiliar
             : MasteryLevel::kAttempted;
}

}  // namespace evenlight
