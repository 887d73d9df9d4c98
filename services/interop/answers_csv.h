// Data sets of answers as CSV, one row per answer: what researchers publish and
// schools export.
//
//   learner  `learner` or `user`                          required
//   correct  `correct`: 0, 1, true, false                 required
//   question `question` or `exercise_id`   absent: the kc is the question
//   kcs      `kcs`, `skill` or `kc`, parted by `;`
//                                          absent: the question is the kc
//   order    `order` or `t`: a whole number
//   time     `time`: RFC 3339 or Unix seconds
//   fold     `test_fold`: 1-5, 0 is always for training; or `valid_fold`: test
//            fold k is valid fold k - 1, and test fold 1 is valid fold 5
//   split    `split`: train, val or test    read only if asked for
//
// Other columns are ignored and named.

#ifndef EVENLIGHT_SERVICES_INTEROP_ANSWERS_CSV_H_
#define EVENLIGHT_SERVICES_INTEROP_ANSWERS_CSV_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/answers.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// The most kcs that one answer may name, as evenlight.v1.Answered.
inline constexpr int kMaxKcsOfAnswer = 16;

struct AnswersFile {
  AnswerSet set;
  int64_t num_answers = 0;
  std::vector<RefusedRow> refused;
  std::vector<std::string> ignored_columns;
};

// Each learner's answers are put in order: by time, then by order; where the
// file has neither, or both are equal, as they stand.
//
// INVALID_ARGUMENT: the header lacks a required column; the message names the
// columns found. A row that is broken is refused, the others are kept.
absl::StatusOr<AnswersFile> ReadAnswersCsv(std::istream* in);

// The same, with the split, which is then required.
absl::StatusOr<AnswersFile> ReadSplitAnswersCsv(std::istream* in);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_ANSWERS_CSV_H_
