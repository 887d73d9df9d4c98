#include "services/interop/interactions.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/status_macros.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

absl::StatusOr<LearnerInteractions> ParseLine(const LineReader& reader) {
  RETURN_IF_ERROR(reader.CheckText());
  const std::vector<std::string> words =
      absl::StrSplit(reader.text(), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.empty()) return absl::InvalidArgumentError("names no learner");
  RETURN_IF_ERROR(CheckId("learner", words[0]));
  for (size_t word = 1; word < words.size(); ++word) {
    RETURN_IF_ERROR(CheckId("resource", words[word]));
  }
  return LearnerInteractions{words[0], {words.begin() + 1, words.end()}};
}

}  // namespace

InteractionsFile ReadInteractions(std::istream* in) {
  InteractionsFile file;
  absl::flat_hash_map<LearnerId, int64_t> line_of;
  LineReader reader(in);
  while (reader.Next()) {
    absl::StatusOr<LearnerInteractions> parsed = ParseLine(reader);
    if (!parsed.ok()) {
      file.refused.push_back(reader.Refuse(parsed.status().message()));
      continue;
    }
    const auto [found, is_new] =
        line_of.try_emplace(parsed->learner, reader.line());
    if (!is_new) {
      file.refused.push_back(
          reader.Refuse(absl::StrCat("learner ", QuotedValue(parsed->learner),
                                     " had line ", found->second, " already")));
      continue;
    }
    file.num_interactions += static_cast<int64_t>(parsed->resources.size());
    file.lines.push_back({reader.line(), *std::move(parsed)});
  }
  return file;
}

}  // namespace evenlight
