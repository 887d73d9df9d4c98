#include "recommender/state/fold.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "recommender/models/bkt.h"

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

// --- Verbs ---

void FoldAnswer(const TracingModel& model, const Interaction& interaction,
                LearnerState& state) {
  const ResourceKey question = interaction.question;
  absl::InlinedVector<KcRow, 2> rows;
  for (const KcKey kc : interaction.kcs) rows.push_back(model.FindKc(kc));
  const float residual =
      (interaction.is_correct ? 1.0f : 0.0f) -
      model.ExpectedCorrect(model.FindQuestion(question), rows);

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

}  // namespace

void Fold(const TracingModel& model, const Interaction& interaction,
          LearnerState& state) {
  if (!IsFolded(interaction.verb)) return;
  ++state.num_events;
  state.last = interaction.position;
  if (interaction.verb == Verb::kAnswered) {
    FoldAnswer(model, interaction, state);
  } else {
    FoldOther(interaction, state);
  }
}

void Fold(const TracingModel& model, absl::Span<const Interaction> interactions,
          LearnerState& state) {
  for (const Interaction& interaction : interactions) {
    Fold(model, interaction, state);
  }
}

}  // namespace evenlight
