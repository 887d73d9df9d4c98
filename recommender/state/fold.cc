#include "recommender/state/fold.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "recommender/models/bkt.h"
#include "recommender/models/residual.h"
#include "recommender/state/features.h"
#include "recommender/state/prediction.h"

namespace evenlight {
namespace {

// What learners in general answer: averages start from it and lean to it.
constexpr float kBaseRate = 0.65f;

// What an interaction holds that names no resource.
constexpr ResourceKey kNoResource{};

void MoveAverage(float rate, float value, float& average) {
  average = rate * average + (1 - rate) * value;
}

void MoveRun(bool is_correct, int32_t& run) {
  if (is_correct) {
    run = run > 0 ? run + 1 : 1;
  } else {
    run = run < 0 ? run - 1 : -1;
  }
}

template <size_t kSize>
void Remember(bool is_correct, std::array<Outcome, kSize>& recent) {
  std::copy_backward(recent.begin(), recent.end() - 1, recent.end());
  recent[0] = is_correct ? Outcome::kCorrect : Outcome::kIncorrect;
}

// What LearnerState and KcState have in common. Neither holds the other's
// columns in a part of its own, so that both read as plain tables.
template <typename State>
void CountAnswer(bool is_correct, State& state) {
  ++(is_correct ? state.num_correct : state.num_incorrect);
  MoveRun(is_correct, state.run);
  Remember(is_correct, state.recent);
  const float above_base = (is_correct ? 1.0f : 0.0f) - kBaseRate;
  for (size_t rate = 0; rate < kAverageRates.size(); ++rate) {
    MoveAverage(kAverageRates[rate], above_base, state.averages[rate]);
  }
}

absl::Time RealTime(const Interaction& interaction) {
  return interaction.time_is_order ? absl::InfinitePast()
                                   : interaction.position.time;
}

// --- Knowledge components ---

KcState& FindOrAddKc(const TracingModel& model, KcKey kc, KcRow row,
                     LearnerState& state) {
  auto it =
      std::lower_bound(state.kcs.begin(), state.kcs.end(), kc,
                       [](const KcState& a, KcKey key) { return a.kc < key; });
  if (it == state.kcs.end() || it->kc != kc) {
    it = state.kcs.insert(it, KcState{.kc = kc});
    it->p_known = model.Bkt(row).p_init;
  }
  return *it;
}

void FoldKc(const TracingModel& model, const Interaction& interaction,
            std::pair<KcKey, KcRow> kc, float residual, LearnerState& state) {
  const bool is_correct = interaction.is_correct;
  KcState& practice = FindOrAddKc(model, kc.first, kc.second, state);
  CountAnswer(is_correct, practice);
  MoveAverage(0.8f, residual, practice.residual_average);
  practice.p_known =
      UpdateKnown(model.Bkt(kc.second), practice.p_known, is_correct);
  practice.last_answer = state.num_answers();
  practice.last_time = RealTime(interaction);
}

// --- Resources ---

// Remembers of `key` only that it was met.
void AddOlder(ResourceKey key, std::vector<uint32_t>& older) {
  const auto value = static_cast<uint32_t>(key);
  const auto it = std::lower_bound(older.begin(), older.end(), value);
  if (it != older.end() && *it == value) return;
  if (older.size() < kMaxOlderResources) {
    older.insert(it, value);
  } else if (it != older.end()) {
    *it = value;
  } else {
    // The next higher one, cyclically, is the lowest.
    older.erase(older.begin());
    older.push_back(value);
  }
}

// What leaves first, once there are too many.
size_t OldestResource(const std::vector<ResourceState>& resources) {
  constexpr int64_t kDismissed = int64_t{1} << 62;  // After all others.
  size_t oldest = 0;
  int64_t oldest_event = std::numeric_limits<int64_t>::max();
  for (size_t row = 0; row < resources.size(); ++row) {
    const int64_t event = resources[row].last_event +
                          (resources[row].is_dismissed ? kDismissed : 0);
    if (event < oldest_event) {
      oldest = row;
      oldest_event = event;
    }
  }
  return oldest;
}

// Makes room at `row` by letting the oldest go, and returns the row that is
// free: only what lies between the two moves.
size_t ReplaceOldest(size_t row, LearnerState& state) {
  std::vector<ResourceState>& resources = state.resources;
  const size_t oldest = OldestResource(resources);
  AddOlder(resources[oldest].resource, state.older_resources);
  const auto begin = resources.begin();
  if (oldest < row) {
    std::move(begin + oldest + 1, begin + row, begin + oldest);
    return row - 1;
  }
  std::move_backward(begin + row, begin + oldest, begin + oldest + 1);
  return row;
}

// Finds or adds `key` and marks it with this event.
ResourceState& Touch(ResourceKey key, const Interaction& interaction,
                     LearnerState& state) {
  std::vector<ResourceState>& resources = state.resources;
  auto it = std::lower_bound(
      resources.begin(), resources.end(), key,
      [](const ResourceState& a, ResourceKey k) { return a.resource < k; });
  if (it == resources.end() || it->resource != key) {
    if (resources.size() < kMaxResourceStates) {
      it = resources.insert(it, ResourceState{});
    } else {
      it = resources.begin() + ReplaceOldest(it - resources.begin(), state);
      *it = ResourceState{};
    }
    it->resource = key;
  }
  it->last_time = RealTime(interaction);
  it->last_event = state.num_events;
  return *it;
}

void ClearDismissal(ResourceState& resource) {
  resource.is_dismissed = false;
  resource.dismiss_reason = DismissReason::kUnspecified;
}

void CountAnswerOf(ResourceKey key, const Interaction& interaction,
                   LearnerState& state) {
  ResourceState& resource = Touch(key, interaction, state);
  ++(interaction.is_correct ? resource.num_correct : resource.num_incorrect);
  resource.last_answer = state.num_answers();
  resource.last_outcome =
      interaction.is_correct ? Outcome::kCorrect : Outcome::kIncorrect;
  ClearDismissal(resource);
}

// --- What corrects predictions ---

bool IsCorrected(const TracingModel& model) {
  const TracingParams& params = model.params();
  return model.is_trained() &&
         (params.correction_rate > 0 || !params.residual.empty());
}

// Gives the state recurrent states of the model's sizes: zeros at first.
void SizeHidden(size_t num_units, size_t num_kc_units, LearnerState& state) {
  if (state.hidden.size() != num_units) state.hidden.assign(num_units, 0);
  const size_t size = state.kcs.size() * num_kc_units;
  if (state.kc_hidden.size() != size) state.kc_hidden.assign(size, 0);
}

// Adds the kcs that the state does not have yet; rows of `kc_hidden` follow.
void AddKcs(const TracingModel& model, absl::Span<const KcKey> kcs,
            const LrhInput& input, LearnerState& state) {
  const ResidualWeights& residual = model.params().residual;
  const size_t num_units = residual.num_units();
  const size_t num_kc_units = residual.shape.has_kc_gru ? num_units : 0;
  SizeHidden(num_units, num_kc_units, state);
  for (size_t kc = 0; kc < kcs.size(); ++kc) {
    const size_t num_before = state.kcs.size();
    const KcState& found =
        FindOrAddKc(model, kcs[kc], input.kcs[kc].row, state);
    if (state.kcs.size() == num_before) continue;
    const auto row = static_cast<size_t>(&found - state.kcs.data());
    state.kc_hidden.insert(state.kc_hidden.begin() + row * num_kc_units,
                           num_kc_units, 0.0f);
  }
}

// The row of a kc that the state has.
size_t RowOf(KcKey kc, const LearnerState& state) {
  return static_cast<size_t>(state.FindKc(kc) - state.kcs.data());
}

void Correct(float step, float& correction) {
  constexpr float kMaxCorrection = 1;  // Log-odds; a nudge, no second model.
  correction = std::clamp(correction + step, -kMaxCorrection, kMaxCorrection);
}

// `step` is one against the gradient of the log loss: all of it is for the
// learner's correction, and its share in the mean for each kc's.
void MoveCorrections(float step, absl::Span<const KcKey> kcs,
                     LearnerState& state) {
  Correct(step, state.correction);
  const float share =
      step / static_cast<float>(std::max<size_t>(1, kcs.size()));
  for (const KcKey kc : kcs) {
    Correct(share, state.kcs[RowOf(kc, state)].correction);
  }
}

void MoveHidden(const ResidualWeights& residual, const LrhInput& input,
                const Interaction& interaction, LearnerState& state) {
  absl::InlinedVector<float*, 2> kc_hidden;
  if (residual.shape.has_kc_gru) {
    for (const KcKey kc : interaction.kcs) {
      kc_hidden.push_back(state.kc_hidden.data() +
                          RowOf(kc, state) * state.hidden.size());
    }
  }
  UpdateResidual(residual, input, interaction.is_correct,
                 absl::MakeSpan(state.hidden), kc_hidden);
}

LrhInput FeaturesBefore(const TracingModel& model,
                        const Interaction& interaction,
                        const LearnerState& state) {
  return Features(model, state, interaction.question, interaction.kcs,
                  RealTime(interaction));
}

// What was known before an answer. The probability is not worked out where
// nobody asks for it.
struct Moment {
  LrhInput input;
  float p_correct = 0;
};

Moment MomentBefore(const TracingModel& model, const Interaction& interaction,
                    const LearnerState& state) {
  Moment before = {FeaturesBefore(model, interaction, state), 0};
  before.p_correct =
      Sigmoid(PredictLogOdds(model, state, before.input, interaction.kcs));
  return before;
}

// Before the answer is counted.
void FoldCorrections(const TracingModel& model, const Interaction& interaction,
                     const Moment& before, LearnerState& state) {
  const TracingParams& params = model.params();
  AddKcs(model, interaction.kcs, before.input, state);
  if (params.correction_rate > 0) {
    const float error =
        (interaction.is_correct ? 1.0f : 0.0f) - before.p_correct;
    MoveCorrections(params.correction_rate * error, interaction.kcs, state);
  }
  if (!params.residual.empty()) {
    MoveHidden(params.residual, before.input, interaction, state);
  }
}

// --- Verbs ---

// `before` is null unless the model IsCorrected().
void FoldAnswer(const TracingModel& model, const Interaction& interaction,
                const Moment* before, LearnerState& state) {
  const ResourceKey question = interaction.question;
  absl::InlinedVector<KcRow, 2> rows;
  for (const KcKey kc : interaction.kcs) rows.push_back(model.FindKc(kc));
  const float residual =
      (interaction.is_correct ? 1.0f : 0.0f) -
      model.ExpectedCorrect(model.FindQuestion(question), rows);
  if (before != nullptr) FoldCorrections(model, interaction, *before, state);

  // The kcs and resources take the number of this answer from the state, so
  // the state counts it after them.
  for (size_t kc = 0; kc < rows.size(); ++kc) {
    FoldKc(model, interaction, {interaction.kcs[kc], rows[kc]}, residual,
           state);
  }
  CountAnswerOf(question, interaction, state);
  if (interaction.resource != question && interaction.resource != kNoResource) {
    CountAnswerOf(interaction.resource, interaction, state);
  }

  const bool is_repeat =
      state.num_answers() > 0 && state.last_question == question;
  state.same_question_run = is_repeat ? state.same_question_run + 1 : 1;
  state.last_question = question;
  state.last_kcs = interaction.kcs;
  state.last_answer_time = RealTime(interaction);
  CountAnswer(interaction.is_correct, state);
  MoveAverage(0.8f, residual, state.residual_averages[0]);
  MoveAverage(0.95f, residual, state.residual_averages[1]);
}

void FoldOther(const Interaction& interaction, LearnerState& state) {
  if (interaction.resource == kNoResource) return;
  ResourceState& resource = Touch(interaction.resource, interaction, state);
  switch (interaction.verb) {
    case Verb::kViewed:
    case Verb::kAttended:
      resource.is_viewed = true;
      break;
    case Verb::kCompleted:
      resource.is_completed = true;
      ClearDismissal(resource);
      break;
    case Verb::kRated:
      resource.stars = static_cast<int8_t>(std::clamp(interaction.stars, 0, 5));
      break;
    case Verb::kBookmarked:
      resource.is_bookmarked = true;
      break;
    case Verb::kDismissed:
      resource.is_dismissed = true;
      resource.dismiss_reason = interaction.dismiss_reason;
      break;
    default:
      break;
  }
}

void CountEvent(const Interaction& interaction, LearnerState& state) {
  ++state.num_events;
  state.last = interaction.position;
}

}  // namespace

void Fold(const TracingModel& model, const Interaction& interaction,
          LearnerState& state) {
  if (!IsFolded(interaction.verb)) return;
  CountEvent(interaction, state);
  if (interaction.verb != Verb::kAnswered) {
    FoldOther(interaction, state);
  } else if (!IsCorrected(model)) {
    FoldAnswer(model, interaction, nullptr, state);
  } else if (model.params().correction_rate > 0) {
    const Moment before = MomentBefore(model, interaction, state);
    FoldAnswer(model, interaction, &before, state);
  } else {
    const Moment before = {FeaturesBefore(model, interaction, state)};
    FoldAnswer(model, interaction, &before, state);
  }
}

float PredictAndFold(const TracingModel& model, const Interaction& answer,
                     LearnerState& state) {
  if (!model.is_trained()) {
    const float p_correct = PredictAnswer(model, state, answer.question,
                                          answer.kcs, RealTime(answer));
    Fold(model, answer, state);
    return p_correct;
  }
  const Moment before = MomentBefore(model, answer, state);
  CountEvent(answer, state);
  FoldAnswer(model, answer, IsCorrected(model) ? &before : nullptr, state);
  return before.p_correct;
}

void Fold(const TracingModel& model, absl::Span<const Interaction> interactions,
          LearnerState& state) {
  for (const Interaction& interaction : interactions) {
    Fold(model, interaction, state);
  }
}

}  // namespace evenlight
