// What is kept of one learner: a fold of their track, nothing else.
//
// Counts, averages of answers and times do not depend on a model. P(known),
// the residual averages, corrections and recurrent states do, and belong to
// `model_version`: under another version the state is refolded from the track.

#ifndef EVENLIGHT_RECOMMENDER_STATE_LEARNER_STATE_H_
#define EVENLIGHT_RECOMMENDER_STATE_LEARNER_STATE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/event.h"
#include "core/ids.h"

namespace evenlight {

// The outcome of an answer in a short memory of the last few.
enum class Outcome : int8_t { kNone = -1, kIncorrect = 0, kCorrect = 1 };

// Rates of the exponential averages of (correct - 0.65).
inline constexpr std::array<float, 3> kAverageRates = {0.5f, 0.8f, 0.95f};

// A learner's practice of one knowledge component.
struct KcState {
  KcKey kc{};
  int32_t num_correct = 0;
  int32_t num_incorrect = 0;
  int32_t run = 0;           // > 0 right answers in a row, < 0 wrong.
  int32_t last_answer = -1;  // LearnerState::num_answers() before the last.
  std::array<Outcome, 3> recent = {Outcome::kNone, Outcome::kNone,
                                   Outcome::kNone};  // Newest first.
  std::array<float, 3> averages{};                   // By kAverageRates.
  float residual_average = 0;  // Rate .8; depends on the model.
  float p_known = 0;           // BKT before the next answer; the same.
  float correction = 0;        // Log-odds, [-1, 1]; the same.
  // Last practice; InfinitePast if only the order of events is known.
  absl::Time last_time = absl::InfinitePast();
};

// What a learner did with one resource or question. An answer counts for the
// question and, where that is another, for the resource that it was part of.
struct ResourceState {
  ResourceKey resource{};
  int32_t num_correct = 0;
  int32_t num_incorrect = 0;
  int32_t last_answer = -1;  // As in KcState.
  Outcome last_outcome = Outcome::kNone;
  bool is_viewed = false;  // Viewed or attended.
  bool is_completed = false;
  bool is_bookmarked = false;
  bool is_dismissed = false;  // Until completed or answered later.
  DismissReason dismiss_reason = DismissReason::kUnspecified;
  int8_t stars = 0;  // 0: not rated.
  // Last event with it, in real time; InfinitePast if only the order is known.
  absl::Time last_time = absl::InfinitePast();
  int64_t last_event = 0;  // LearnerState::num_events then; for recency.
};

// The most resources kept in full; of older ones only that they were met. The
// one whose last event is oldest leaves first, dismissed ones after all others.
inline constexpr int kMaxResourceStates = 512;
// The most of those. When they are full, a new one takes the place of the next
// higher value (or of the lowest): keys are fingerprints, so any of them may be
// forgotten, long ago more likely than lately, and may then be proposed again.
inline constexpr int kMaxOlderResources = 2048;

// A value. The default is a learner without events.
struct LearnerState {
  int64_t model_version = 0;
  TrackPosition last;      // The last event folded in.
  int64_t num_events = 0;  // Folded in.
  int32_t num_correct = 0;
  int32_t num_incorrect = 0;
  int32_t run = 0;
  std::array<float, 3> averages{};           // By kAverageRates.
  std::array<float, 2> residual_averages{};  // Rates .8, .95.
  std::array<Outcome, 5> recent = {Outcome::kNone, Outcome::kNone,
                                   Outcome::kNone, Outcome::kNone,
                                   Outcome::kNone};  // Newest first.
  // The previous answer.
  ResourceKey last_question{};
  absl::InlinedVector<KcKey, 2> last_kcs;
  int32_t same_question_run = 0;
  absl::Time last_answer_time = absl::InfinitePast();

  // The learner's own correction of the log-odds of every answer, [-1, 1].
  float correction = 0;
  // Of the model's recurrent residual: the learner's and, by row of `kcs`, each
  // kc's. Empty if the model has none.
  std::vector<float> hidden;     // [num_units]
  std::vector<float> kc_hidden;  // [kcs.size() x num_units]

  std::vector<KcState> kcs;              // By kc.
  std::vector<ResourceState> resources;  // By resource.
  // Low halves of the keys of resources that left `resources`, by value.
  std::vector<uint32_t> older_resources;

  int32_t num_answers() const { return num_correct + num_incorrect; }

  // nullptr if there is none. The pointer lives until the state changes.
  const KcState* FindKc(KcKey kc) const;
  const ResourceState* FindResource(ResourceKey resource) const;

  // The recurrent state of `kc`, one of `kcs`: [num_units], or empty if there
  // is none. Lives until the state changes.
  absl::Span<const float> HiddenOf(const KcState& kc) const;

  // True if the learner viewed, attended, completed or answered it, also long
  // ago.
  bool HasMet(ResourceKey resource) const;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_LEARNER_STATE_H_
