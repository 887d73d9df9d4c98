#include "services/interop/akt_folds.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "core/status_macros.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

// --- One file ---

struct Line {
  int64_t number = 0;  // In the file, from 1.
  std::string text;
};

absl::Status AtLine(const Line& line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line.number, ": ", what));
}

// All lines but empty ones at the end: one in the middle is a list of nothing.
std::vector<Line> ReadLines(std::istream* in) {
  std::vector<Line> lines;
  std::string text;
  while (std::getline(*in, text)) {
    absl::string_view kept = absl::StripSuffix(text, "\r");
    if (lines.empty()) absl::ConsumePrefix(&kept, "\xEF\xBB\xBF");
    lines.push_back(
        {static_cast<int64_t>(lines.size()) + 1, std::string(kept)});
  }
  while (!lines.empty() && lines.back().text.empty()) lines.pop_back();
  return lines;
}

absl::StatusOr<std::vector<int64_t>> ParseNumbers(const Line& line,
                                                  absl::string_view what) {
  std::vector<int64_t> numbers;
  const absl::string_view text = absl::StripSuffix(line.text, ",");
  if (text.empty()) return numbers;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const absl::StatusOr<int64_t> number = ParseInteger(what, part);
    if (!number.ok()) return AtLine(line, number.status().message());
    numbers.push_back(*number);
  }
  return numbers;
}

absl::StatusOr<std::vector<int64_t>> ParseList(const Line& line,
                                               absl::string_view what,
                                               size_t size) {
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, ParseNumbers(line, what));
  if (numbers.size() != size) {
    return AtLine(line, absl::StrCat(numbers.size(), " numbers of ", what,
                                     " for ", size, " answers"));
  }
  return numbers;
}

// The lines of one learner: four if `has_skills`, else three.
absl::StatusOr<AktSequence> ParseSequence(absl::Span<const Line> lines,
                                          bool has_skills) {
  AktSequence sequence;
  ASSIGN_OR_RETURN(const std::vector<int64_t> head,
                   ParseNumbers(lines[0], has_skills ? "user" : "count"));
  if (head.size() != (has_skills ? 2 : 1)) {
    return AtLine(lines[0], has_skills ? "not an index and a user"
                                       : "not one count of answers");
  }
  if (has_skills) {
    sequence.user = absl::StrCat(head[1]);
    sequence.learner = absl::StrCat(head[1], "-", head[0]);
  }

  const Line& last = lines.back();
  ASSIGN_OR_RETURN(const std::vector<int64_t> answers,
                   ParseNumbers(last, "answer"));
  if (!has_skills && head[0] != static_cast<int64_t>(answers.size())) {
    return AtLine(lines[0], absl::StrCat("count ", head[0], " for ",
                                         answers.size(), " answers"));
  }
  ASSIGN_OR_RETURN(const std::vector<int64_t> questions,
                   ParseList(lines[1], "question", answers.size()));
  ASSIGN_OR_RETURN(
      const std::vector<int64_t> kcs,
      ParseList(lines[has_skills ? 2 : 1], "skill", answers.size()));
  for (size_t row = 0; row < answers.size(); ++row) {
    if (answers[row] != 0 && answers[row] != 1) {
      return AtLine(
          last, absl::StrCat("answer ", answers[row], " is neither 0 nor 1"));
    }
    Answer& answer = sequence.answers.emplace_back();
    answer.question = absl::StrCat(questions[row]);
    answer.kcs = {absl::StrCat(kcs[row])};
    answer.is_correct = answers[row] == 1;
    answer.order = static_cast<int64_t>(row);
    answer.line = lines[1].number;
  }
  sequence.text = absl::StrJoin(
      lines, "\n",
      [](std::string* out, const Line& line) { out->append(line.text); });
  return sequence;
}

// --- All files ---

using Sequences = std::vector<AktSequence>;

// How often each text is there.
using Counts = std::map<std::string, int64_t>;

void Add(const Sequences& sequences, int64_t times, Counts& counts) {
  for (const AktSequence& sequence : sequences) counts[sequence.text] += times;
}

// By how many sequences `counts` differ from `sequences`.
int64_t NumDifferent(Counts counts, const Sequences& sequences) {
  Add(sequences, -1, counts);
  int64_t num_different = 0;
  for (const auto& [text, count] : counts) num_different += std::abs(count);
  return num_different;
}

class FoldsReader {
 public:
  FoldsReader(std::string directory, absl::string_view name)
      : directory_(std::move(directory)), name_(name) {}

  absl::StatusOr<AktFolds> Read() {
    folds_.set.has_order = true;
    folds_.set.has_folds = true;
    for (int fold = 1; fold <= kNumFolds; ++fold) {
      Files& files = files_[fold - 1];
      ASSIGN_OR_RETURN(files.train, ReadFile("train", fold));
      ASSIGN_OR_RETURN(files.valid, ReadFile("valid", fold));
      ASSIGN_OR_RETURN(files.test, ReadFile("test", fold));
    }
    AddTested();
    AddOthers();
    NoteFiles();
    NoteUsers();
    return std::move(folds_);
  }

 private:
  struct Files {
    Sequences train, valid, test;
  };

  absl::StatusOr<Sequences> ReadFile(absl::string_view kind, int fold) {
    const std::string file = absl::StrCat(name_, "_", kind, fold, ".csv");
    const std::filesystem::path path = std::filesystem::path(directory_) / file;
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      return absl::NotFoundError(
          absl::StrCat("cannot open ", path.string(), "; there must be ", name_,
                       "_train1.csv to ", name_, "_test5.csv"));
    }
    folds_.files.push_back(path.string());
    absl::StatusOr<Sequences> sequences = ReadAktFile(&in);
    if (!sequences.ok()) {
      return absl::Status(
          sequences.status().code(),
          absl::StrCat(file, " ", sequences.status().message()));
    }
    return sequences;
  }

  void AddTested() {
    for (int fold = 1; fold <= kNumFolds; ++fold) {
      const Sequences& test = files_[fold - 1].test;
      for (size_t row = 0; row < test.size(); ++row) {
        AddLearner(test[row], fold, absl::StrCat("test", fold, "-", row + 1));
      }
    }
  }

  // What a train or valid file has more often than all test files together.
  void AddOthers() {
    for (int fold = 1; fold <= kNumFolds; ++fold) {
      AddOthersOf(files_[fold - 1].train, absl::StrCat("train", fold));
      AddOthersOf(files_[fold - 1].valid, absl::StrCat("valid", fold));
    }
  }

  void AddOthersOf(const Sequences& sequences, absl::string_view file) {
    Counts seen;
    for (size_t row = 0; row < sequences.size(); ++row) {
      const std::string& text = sequences[row].text;
      if (++seen[text] <= known_[text]) continue;
      AddLearner(sequences[row], 0, absl::StrCat(file, "-", row + 1));
    }
  }

  void AddLearner(const AktSequence& sequence, int fold, std::string place) {
    ++known_[sequence.text];
    if (!sequence.user.empty()) folds_of_user_[sequence.user].insert(fold);
    if (sequence.answers.empty()) return;
    const bool is_named =
        !sequence.learner.empty() && names_.insert(sequence.learner).second;
    folds_.num_answers += static_cast<int64_t>(sequence.answers.size());
    folds_.set.learners.push_back(
        {is_named ? sequence.learner : std::move(place), fold,
         sequence.answers});
  }

  void NoteFiles() {
    for (int fold = 1; fold <= kNumFolds; ++fold) {
      const Files& files = files_[fold - 1];
      const int next = fold % kNumFolds + 1;
      Counts expected;
      Add(files_[next - 1].test, 1, expected);
      Note(NumDifferent(std::move(expected), files.valid),
           absl::StrCat("valid", fold), absl::StrCat("test", next));
      expected = known_;
      Add(files.test, -1, expected);
      Add(files.valid, -1, expected);
      Note(NumDifferent(std::move(expected), files.train),
           absl::StrCat("train", fold),
           absl::StrCat("all but test", fold, " and valid", fold));
    }
  }

  void Note(int64_t num_different, absl::string_view file,
            absl::string_view expected) {
    if (num_different == 0) return;
    folds_.notes.push_back(absl::StrCat(
        file, " is not ", expected, ": ", num_different,
        " learners differ; validation of test fold k is fold k mod 5 + 1"));
  }

  void NoteUsers() {
    int64_t num_users = 0;
    std::string first;
    for (const auto& [user, folds] : folds_of_user_) {
      if (folds.size() < 2) continue;
      if (num_users++ == 0) first = user;
    }
    if (num_users == 0) return;
    folds_.notes.push_back(
        absl::StrCat(num_users, " users are in several folds, such as user ",
                     first, ": tests know something of them from training"));
  }

  const std::string directory_;
  const std::string name_;
  Files files_[kNumFolds];
  AktFolds folds_;
  Counts known_;  // Learners of folds_.
  std::set<std::string> names_;
  std::map<std::string, std::set<int>> folds_of_user_;
};

}  // namespace

absl::StatusOr<std::vector<AktSequence>> ReadAktFile(std::istream* in) {
  const std::vector<Line> lines = ReadLines(in);
  std::vector<AktSequence> sequences;
  if (lines.empty()) return sequences;
  const bool has_skills =
      absl::StrContains(absl::StripSuffix(lines[0].text, ","), ',');
  const size_t size = has_skills ? 4 : 3;
  for (size_t begin = 0; begin < lines.size(); begin += size) {
    const auto rest = absl::MakeConstSpan(lines).subspan(begin);
    if (rest.size() < size) {
      return AtLine(rest.back(),
                    absl::StrCat("the file ends after ", rest.size(),
                                 " of the ", size, " lines of a learner"));
    }
    ASSIGN_OR_RETURN(AktSequence sequence,
                     ParseSequence(rest.first(size), has_skills));
    sequences.push_back(std::move(sequence));
  }
  return sequences;
}

absl::StatusOr<AktFolds> ReadAktFolds(const std::string& directory,
                                      absl::string_view name) {
  return FoldsReader(directory, name).Read();
}

}  // namespace evenlight
