// Answers of learners as a data set holds them: for training, evaluation and
// import. Read from files by services/interop/answers_csv.h.

#ifndef EVENLIGHT_CORE_ANSWERS_H_
#define EVENLIGHT_CORE_ANSWERS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"

namespace evenlight {

// Learners are parted into folds 1 to so many, to be tested on each in turn.
inline constexpr int kNumFolds = 5;

// The part of an experiment that a data set itself gives an answer to.
enum class AnswerSplit : int8_t { kNone, kTrain, kValidation, kTest };

struct Answer {
  ResourceId question;
  std::vector<KcId> kcs;  // Never empty.
  bool is_correct = false;
  int64_t order = 0;                       // If AnswerSet::has_order.
  absl::Time time = absl::InfinitePast();  // If AnswerSet::has_time.
  int64_t line = 0;                        // In the file, from 1.
  AnswerSplit split = AnswerSplit::kNone;  // If it was asked for.
};

// One learner's answers, in order.
struct LearnerAnswers {
  LearnerId learner;
  int32_t fold = 0;  // 1 to kNumFolds: test fold; 0: always for training.
  std::vector<Answer> answers;
};

struct AnswerSet {
  bool has_order = false;  // Else the file's order is kept.
  bool has_time = false;
  bool has_folds = false;  // Else folds are a seeded hash of the learner.
  std::vector<LearnerAnswers> learners;  // In the order of first appearance.
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_ANSWERS_H_
