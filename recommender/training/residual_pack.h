// Sequences of answers side by side, step by step, so that one step of all of
// them is one matrix product.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_PACK_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_PACK_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

// Consecutive examples that are one learner's.
struct AnswerSequence {
  int64_t begin = 0;
  int64_t size = 0;
};

// The runs of one part in `examples`, cut into pieces of at most `max_size`.
std::vector<AnswerSequence> SequencesOf(absl::Span<const LrhExample> examples,
                                        int64_t max_size);

// Where the columns of each step lie when the longest sequence comes first:
// step t has columns [begin[t], begin[t + 1]), and what the column begin[t] + s
// continues is begin[t - 1] + s.
struct PackedSteps {
  std::vector<int32_t> begin = {0};  // [num_steps + 1]

  int num_steps() const { return static_cast<int>(begin.size()) - 1; }
  int num_columns() const { return begin.back(); }
  int Width(int step) const { return begin[step + 1] - begin[step]; }
};

// An answer that moves the state of one kc: a column of `practice_steps`.
struct Practice {
  int32_t column = 0;
  // Of the mean over the kcs of the question.
  float share = 0;
};

struct PackedAnswers {
  // By column of `steps`: position in the examples that were packed.
  std::vector<int64_t> rows;
  PackedSteps steps;

  // One sequence per learner and kc. All kcs that are kNone are one.
  PackedSteps practice_steps;
  std::vector<int32_t> practice_answers;  // By column of practice_steps.
  // Those of answer a: practices[practice_begin[a], practice_begin[a + 1]).
  std::vector<Practice> practices;
  std::vector<int32_t> practice_begin = {0};

  int num_answers() const { return steps.num_columns(); }
  int num_practices() const { return practice_steps.num_columns(); }
  absl::Span<const Practice> PracticesOf(int answer) const {
    return absl::MakeConstSpan(practices).subspan(
        practice_begin[answer],
        practice_begin[answer + 1] - practice_begin[answer]);
  }
};

PackedAnswers PackAnswers(absl::Span<const LrhExample> examples,
                          absl::Span<const AnswerSequence> sequences);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_PACK_H_
