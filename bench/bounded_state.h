// A learner's state under other bounds than those it is served with: what the
// bounds save, and what they cost in accuracy.

#ifndef EVENLIGHT_BENCH_BOUNDED_STATE_H_
#define EVENLIGHT_BENCH_BOUNDED_STATE_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "core/interaction.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct StateBounds {
  static constexpr size_t kAll = std::numeric_limits<size_t>::max();

  std::string name;
  // Those of the last events are kept. No less than kMaxResourceStates of
  // questions, and not all: as served.
  size_t max_questions = kMaxResourceStates;
  size_t max_kcs = kAll;
  // Averages, P(known), corrections and recurrent states are rounded to half
  // precision after every answer.
  bool is_half = false;
};

// What a state takes, and what of it is the recurrent residual's.
struct StateBytes {
  int64_t lrh_and_bkt = 0;
  int64_t residual = 0;
};

// One learner. `model` outlives it. One thread.
class BoundedState {
 public:
  BoundedState(const TracingModel* model, StateBounds bounds)
      : model_(*model), bounds_(bounds) {}

  // The probability of a right answer before it is given; then folds it.
  float PredictAndFold(const Interaction& answer);

  // As state_io.h encodes it, a half-precision value in two bytes of the four.
  StateBytes Bytes() const;

 private:
  void MakeRoom(ResourceKey question);
  void ForgetQuestions();
  void ForgetKcs();
  void Round();

  const TracingModel& model_;
  const StateBounds bounds_;
  LearnerState state_;
  // With no bound on questions: those that Fold() would let go.
  std::map<ResourceKey, ResourceState> set_aside_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_BOUNDED_STATE_H_
