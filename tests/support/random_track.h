// Random tracks and a model for them: for properties that must hold whatever a
// learner does. Not a model of learning; see recommender/simulation for that.

#ifndef EVENLIGHT_TESTS_SUPPORT_RANDOM_TRACK_H_
#define EVENLIGHT_TESTS_SUPPORT_RANDOM_TRACK_H_

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/interaction.h"
#include "recommender/models/tracing_model.h"

namespace evenlight {

// Knows kcs k0-k5 and questions q0-q19 with LR-H weights; a track made below
// also meets others.
inline TracingModel RandomTracingModel(int seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> weight(-1, 1);
  std::uniform_real_distribution<float> p(0.05f, 0.45f);
  TracingParams params;
  for (int kc = 0; kc < 6; ++kc) {
    params.kcs.push_back(absl::StrCat("k", kc));
    params.bkt.push_back(
        {p(random), p(random), p(random), p(random), p(random)});
    params.kc_p_correct.push_back(p(random));
    params.lrh.kcs.push_back(weight(random));
    for (int slope = 0; slope < kNumLrhSlopes; ++slope) {
      params.lrh.slopes.push_back(weight(random));
    }
  }
  for (int question = 0; question < 20; ++question) {
    params.questions.push_back(absl::StrCat("q", question));
    params.question_p_correct.push_back(p(random) + 0.4f);
    params.lrh.questions.push_back(weight(random));
  }
  for (float& shared : params.lrh.shared) shared = weight(random);
  return TracingModel(params);
}

// The same with all that corrects LR-H: a recurrent residual, calibration and
// the learner's own correction.
inline TracingModel RandomCorrectedModel(int seed, bool has_kc_gru = true) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> weight(-0.7f, 0.7f);
  TracingParams params = RandomTracingModel(seed).params();
  ResidualWeights& residual = params.residual;
  residual.shape = {
      .num_kcs = static_cast<int32_t>(params.kcs.size()),
      .num_questions = static_cast<int32_t>(params.questions.size()),
      .kc_dim = 4,
      .question_dim = 3,
      .num_units = 5,
      .num_features = 20,
      .has_kc_gru = has_kc_gru};
  residual.values.resize(NumValues(residual.shape));
  for (float& value : residual.values) value = weight(random);
  for (int feature = 0; feature < residual.shape.num_features; ++feature) {
    residual.feature_mean.push_back(weight(random));
    residual.feature_scale.push_back(1 + weight(random));
  }
  params.calibration = {.slope = 0.8f, .bias = -0.1f};
  params.correction_rate = 0.3f;
  return TracingModel(params);
}

// `num_events` of every verb that is folded, most of them answers, with one to
// three of eight kcs, `num_resources` resources, gaps from a second to a month,
// and, if `has_order_only`, now and then a time that is only an order.
inline std::vector<Interaction> RandomTrack(int seed, int num_events,
                                            int num_resources,
                                            bool has_order_only = true) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  const Verb others[] = {Verb::kViewed,     Verb::kCompleted, Verb::kRated,
                         Verb::kBookmarked, Verb::kDismissed, Verb::kAttended};
  absl::Time time = absl::FromUnixSeconds(1700000000);
  std::vector<Interaction> track(num_events);
  for (Interaction& event : track) {
    time += absl::Seconds(1LL << below(22)) + absl::Microseconds(below(1000));
    event.position = {time, absl::StrCat("e", random())};
    event.verb = below(3) > 0 ? Verb::kAnswered : others[below(6)];
    event.time_is_order = has_order_only && below(10) == 0;
    event.question = ResourceKeyOf(absl::StrCat("q", below(num_resources)));
    event.resource = below(5) > 0 ? event.question
                                  : ResourceKeyOf(absl::StrCat("r", below(5)));
    const int first_kc = below(8);
    for (int kc = 0; kc <= below(3); ++kc) {
      event.kcs.push_back(KcKeyOf(absl::StrCat("k", (first_kc + kc) % 8)));
    }
    event.is_correct = below(3) > 0;
    event.stars = 1 + below(5);
    event.dismiss_reason = static_cast<DismissReason>(below(5));
  }
  return track;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_RANDOM_TRACK_H_
