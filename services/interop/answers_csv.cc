#include "services/interop/answers_csv.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/status_macros.h"
#include "services/interop/csv.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

// Where each value stands in a row.
struct Columns {
  std::optional<int> learner, correct, question, kcs, order, time;
  std::optional<int> test_fold, valid_fold;
  std::optional<int> split;  // If it is asked for.
};

absl::Status Missing(absl::string_view what, const CsvTable& table) {
  return absl::InvalidArgumentError(
      absl::StrCat("no column ", what, "; the file has ",
                   absl::StrJoin(table.columns(), ", ")));
}

absl::StatusOr<Columns> FindColumns(CsvTable* table, bool needs_split) {
  Columns c;
  ASSIGN_OR_RETURN(c.learner, table->Find({"learner", "user"}));
  ASSIGN_OR_RETURN(c.correct, table->Find({"correct"}));
  ASSIGN_OR_RETURN(c.question, table->Find({"question", "exercise_id"}));
  ASSIGN_OR_RETURN(c.kcs, table->Find({"kcs", "skill", "kc"}));
  ASSIGN_OR_RETURN(c.order, table->Find({"order", "t"}));
  ASSIGN_OR_RETURN(c.time, table->Find({"time"}));
  ASSIGN_OR_RETURN(c.test_fold, table->Find({"test_fold"}));
  ASSIGN_OR_RETURN(c.valid_fold, table->Find({"valid_fold"}));
  if (!c.learner) return Missing("`learner` or `user`", *table);
  if (!c.correct) return Missing("`correct`", *table);
  if (!c.question && !c.kcs) {
    return Missing("`question`, `exercise_id`, `kcs`, `skill` or `kc`", *table);
  }
  if (c.test_fold && c.valid_fold) {
    return absl::InvalidArgumentError(
        "columns `test_fold` and `valid_fold` both name the fold; keep one");
  }
  if (needs_split) {
    ASSIGN_OR_RETURN(c.split, table->Find({"split"}));
    if (!c.split) return Missing("`split`", *table);
  }
  return c;
}

struct Row {
  LearnerId learner;
  int32_t fold = 0;
  Answer answer;
};

absl::StatusOr<int32_t> ParseFold(const Columns& columns,
                                  const std::vector<std::string>& fields) {
  if (columns.test_fold) {
    return ParseIntegerIn("test_fold", fields[*columns.test_fold], 0,
                          kNumFolds);
  }
  if (!columns.valid_fold) return 0;
  ASSIGN_OR_RETURN(
      const int32_t valid_fold,
      ParseIntegerIn("valid_fold", fields[*columns.valid_fold], 0, kNumFolds));
  return valid_fold == 0 ? 0 : valid_fold % kNumFolds + 1;
}

absl::StatusOr<AnswerSplit> ParseSplit(absl::string_view text) {
  if (text == "train") return AnswerSplit::kTrain;
  if (text == "val") return AnswerSplit::kValidation;
  if (text == "test") return AnswerSplit::kTest;
  return absl::InvalidArgumentError(absl::StrCat(
      "split ", QuotedValue(text), " is none of train, val, test"));
}

absl::StatusOr<std::vector<KcId>> ParseKcs(absl::string_view text) {
  std::vector<KcId> kcs;
  for (std::string& kc : SplitList(text)) {
    RETURN_IF_ERROR(CheckId("kc", kc));
    if (std::find(kcs.begin(), kcs.end(), kc) == kcs.end()) {
      kcs.push_back(std::move(kc));
    }
  }
  if (kcs.empty()) return absl::InvalidArgumentError("names no kc");
  if (kcs.size() > kMaxKcsOfAnswer) {
    return absl::InvalidArgumentError(absl::StrCat(
        kcs.size(), " kcs; at most ", kMaxKcsOfAnswer, " are allowed"));
  }
  return kcs;
}

absl::StatusOr<Row> ParseRow(const Columns& columns, const CsvTable& table) {
  ASSIGN_OR_RETURN(const std::vector<std::string> fields, table.Fields());
  Row row;
  row.answer.line = table.reader().line();
  row.learner = fields[*columns.learner];
  RETURN_IF_ERROR(CheckId("learner", row.learner));
  ASSIGN_OR_RETURN(row.answer.is_correct,
                   ParseBool("correct", fields[*columns.correct]));
  if (columns.kcs) {
    ASSIGN_OR_RETURN(row.answer.kcs, ParseKcs(fields[*columns.kcs]));
  }
  if (columns.question) {
    row.answer.question = fields[*columns.question];
    RETURN_IF_ERROR(CheckId("question", row.answer.question));
    if (!columns.kcs) row.answer.kcs = {row.answer.question};
  } else if (row.answer.kcs.size() == 1) {
    row.answer.question = row.answer.kcs[0];
  } else {
    return absl::InvalidArgumentError(
        "several kcs, and no question column to name the question");
  }
  if (columns.order) {
    ASSIGN_OR_RETURN(row.answer.order,
                     ParseInteger("order", fields[*columns.order]));
  }
  if (columns.time) {
    ASSIGN_OR_RETURN(row.answer.time, ParseTime("time", fields[*columns.time]));
  }
  if (columns.split) {
    ASSIGN_OR_RETURN(row.answer.split, ParseSplit(fields[*columns.split]));
  }
  ASSIGN_OR_RETURN(row.fold, ParseFold(columns, fields));
  return row;
}

// Collects rows by learner.
class Collector {
 public:
  explicit Collector(AnswersFile* file) : file_(*file) {}

  absl::Status Add(Row row) {
    const auto [found, is_new] =
        by_learner_.try_emplace(row.learner, file_.set.learners.size());
    if (is_new) {
      file_.set.learners.push_back({std::move(row.learner), row.fold, {}});
    }
    LearnerAnswers& learner = file_.set.learners[found->second];
    if (learner.fold != row.fold) {
      return absl::InvalidArgumentError(absl::StrCat(
          "learner ", QuotedValue(learner.learner), " is in fold ", row.fold,
          " here and was in fold ", learner.fold, " before"));
    }
    learner.answers.push_back(std::move(row.answer));
    ++file_.num_answers;
    return absl::OkStatus();
  }

 private:
  AnswersFile& file_;
  absl::flat_hash_map<LearnerId, size_t> by_learner_;
};

void PutInOrder(AnswerSet* set) {
  for (LearnerAnswers& learner : set->learners) {
    std::stable_sort(learner.answers.begin(), learner.answers.end(),
                     [](const Answer& a, const Answer& b) {
                       return std::tie(a.time, a.order) <
                              std::tie(b.time, b.order);
                     });
  }
}

absl::StatusOr<AnswersFile> ReadAnswers(std::istream* in, bool needs_split) {
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvTable> table, CsvTable::Open(in));
  ASSIGN_OR_RETURN(const Columns columns,
                   FindColumns(table.get(), needs_split));

  AnswersFile file;
  file.set.has_order = columns.order.has_value();
  file.set.has_time = columns.time.has_value();
  file.set.has_folds = columns.test_fold || columns.valid_fold;
  file.ignored_columns = table->UnusedColumns();
  Collector collector(&file);
  while (table->Next()) {
    absl::StatusOr<Row> row = ParseRow(columns, *table);
    const absl::Status added =
        row.ok() ? collector.Add(*std::move(row)) : row.status();
    if (!added.ok()) {
      file.refused.push_back(table->reader().Refuse(added.message()));
    }
  }
  PutInOrder(&file.set);
  return file;
}

}  // namespace

absl::StatusOr<AnswersFile> ReadAnswersCsv(std::istream* in) {
  return ReadAnswers(in, /*needs_split=*/false);
}

absl::StatusOr<AnswersFile> ReadSplitAnswersCsv(std::istream* in) {
  return ReadAnswers(in, /*needs_split=*/true);
}

}  // namespace evenlight
