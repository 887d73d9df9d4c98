#include "services/cli/tracing_source.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "services/cli/open_file.h"
#include "services/interop/akt_folds.h"
#include "services/interop/answers_csv.h"

namespace evenlight {
namespace {

absl::StatusOr<TracingSource> ReadAnswersFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(path));
  ASSIGN_OR_RETURN(AnswersFile file, ReadAnswersCsv(&in));
  TracingSource source;
  source.set = std::move(file.set);
  source.num_answers = file.num_answers;
  source.num_refused = static_cast<int64_t>(file.refused.size());
  source.name = std::filesystem::path(path).filename().string();
  ASSIGN_OR_RETURN(source.digest, Sha256HexOfFile(path));
  if (!file.refused.empty()) {
    source.notes.push_back(
        absl::StrCat(file.refused.size(), " rows refused; the first is line ",
                     file.refused[0].line, ": ", file.refused[0].reason));
  }
  if (!file.ignored_columns.empty()) {
    source.notes.push_back(absl::StrCat(
        "columns ignored: ", absl::StrJoin(file.ignored_columns, ", ")));
  }
  return source;
}

absl::StatusOr<TracingSource> ReadFoldFiles(const std::string& directory,
                                            const std::string& name) {
  ASSIGN_OR_RETURN(AktFolds folds, ReadAktFolds(directory, name));
  TracingSource source;
  source.set = std::move(folds.set);
  source.num_answers = folds.num_answers;
  source.name = name;
  source.notes = std::move(folds.notes);
  std::string digests;
  for (const std::string& file : folds.files) {
    ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(file));
    digests += digest;
  }
  source.digest = Sha256Hex(digests);
  return source;
}

void NoteOrder(TracingSource& source) {
  if (source.is_ordered()) return;
  source.notes.push_back(
      "the answers have neither order nor time: each learner's are taken as "
      "they stand in the file");
}

// Folds that a file counts from 0 leave one of ours empty: the fifth, or, of
// valid_fold, the first.
void NoteFolds(TracingSource& source) {
  if (!source.set.has_folds) return;
  int64_t num_learners[kNumFolds + 1] = {};
  for (const LearnerAnswers& learner : source.set.learners) {
    ++num_learners[learner.fold];
  }
  if (num_learners[0] == 0) return;
  for (int fold = 1; fold <= kNumFolds; ++fold) {
    if (num_learners[fold] > 0) continue;
    source.notes.push_back(absl::StrCat(
        "test fold ", fold, " has no learner, and ", num_learners[0],
        " learners of fold 0 are always for training; if the file counts "
        "folds from 0, add 1"));
  }
}

}  // namespace

absl::StatusOr<TracingSource> ReadTracingSource(
    const EvaluateTracingOptions& options) {
  if (options.answers_file.empty() == options.akt_directory.empty()) {
    return absl::InvalidArgumentError(
        "give either an answers file or a directory of AKT folds");
  }
  ASSIGN_OR_RETURN(TracingSource source,
                   options.answers_file.empty()
                       ? ReadFoldFiles(options.akt_directory, options.akt_name)
                       : ReadAnswersFile(options.answers_file));
  NoteOrder(source);
  NoteFolds(source);
  return source;
}

}  // namespace evenlight
