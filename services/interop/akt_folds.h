// The files in which the AKT paper (Ghosh, Heffernan & Lan, KDD 2020) and those
// after it publish data sets: NAME_train1.csv, NAME_valid1.csv, NAME_test1.csv,
// ..., NAME_test5.csv. A learner is some lines of numbers parted by commas:
//
//   four lines: index,user / questions / skills / answers
//   three lines: their count / questions / answers; the question is the kc
//
// Which of the two a file has, its first line tells: it has two numbers, or
// one.

#ifndef EVENLIGHT_SERVICES_INTEROP_AKT_FOLDS_H_
#define EVENLIGHT_SERVICES_INTEROP_AKT_FOLDS_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/answers.h"

namespace evenlight {

// The lines of one learner.
struct AktSequence {
  std::string text;     // All of them: files tell learners apart by it.
  std::string user;     // Empty with three lines, as is the next.
  std::string learner;  // `user-index`.
  std::vector<Answer> answers;
};

// Reads one file. A comma at the end of a line and empty lines at the end of
// the file are taken.
//
// INVALID_ARGUMENT: the message names the line: what is no number, an answer
// that is neither 0 nor 1, lines of one learner that differ in length, a
// learner cut off.
absl::StatusOr<std::vector<AktSequence>> ReadAktFile(std::istream* in);

struct AktFolds {
  AnswerSet set;
  int64_t num_answers = 0;
  std::vector<std::string> files;  // Paths of what was read.
  std::vector<std::string> notes;  // What differs from such files elsewhere.
};

// Reads all 15 files of `name` in `directory`. The learners of test file k are
// in fold k; those that only train or valid files have are in fold 0. Nobody is
// merged: a second `user-index`, and every learner of three lines, is named
// after the file and the place in it.
//
// What is tested and trained on follows from the folds alone. Elsewhere valid k
// is test k mod 5 + 1 and train k is all the rest; if not, and if a user is in
// several folds, a note says so.
//
// NOT_FOUND: a file is missing. INVALID_ARGUMENT: as above, after the file's
// name.
absl::StatusOr<AktFolds> ReadAktFolds(const std::string& directory,
                                      absl::string_view name);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_AKT_FOLDS_H_
