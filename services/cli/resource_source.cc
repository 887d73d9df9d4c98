#include "services/cli/resource_source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "services/cli/open_file.h"
#include "services/cli/resource_events.h"
#include "services/interop/interactions.h"

namespace evenlight {
namespace {

using Rows = absl::flat_hash_map<ResourceId, ResourceRow>;

std::string NameOf(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// Figures of half a file would look like figures of the file.
absl::Status CheckRefused(const std::string& path,
                          const std::vector<RefusedRow>& refused) {
  if (refused.empty()) return absl::OkStatus();
  std::string message =
      absl::StrCat(path, " line ", refused[0].line, ": ", refused[0].reason);
  if (refused.size() > 1) {
    absl::StrAppend(&message, "; and ", refused.size() - 1, " more lines");
  }
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<InteractionsFile> ReadFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(path));
  InteractionsFile file = ReadInteractions(&in);
  RETURN_IF_ERROR(CheckRefused(path, file.refused));
  if (file.num_interactions == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has no resources"));
  }
  return file;
}

// What the file says, by learner.
using Lists = std::map<LearnerId, const std::vector<ResourceId>*>;

Lists ListsOf(const InteractionsFile& file) {
  Lists lists;
  for (const Lined<LearnerInteractions>& line : file.lines) {
    lists[line.value.learner] = &line.value.resources;
  }
  return lists;
}

// Rows in the order of ids.
Rows RowsOf(std::vector<ResourceId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Rows rows;
  for (const ResourceId& id : ids) {
    rows.emplace(id, static_cast<ResourceRow>(rows.size()));
  }
  return rows;
}

// The rows of `ids` but those in `left_out`; sorted, each once.
std::vector<ResourceRow> RowsOfList(
    const std::vector<ResourceId>& ids, const Rows& rows,
    const absl::flat_hash_set<ResourceRow>& left_out) {
  std::vector<ResourceRow> list;
  for (const ResourceId& id : ids) {
    const ResourceRow row = rows.at(id);
    if (!left_out.contains(row)) list.push_back(row);
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

void SortRows(std::vector<Engagement>& engagements) {
  std::sort(engagements.begin(), engagements.end(),
            [](const Engagement& a, const Engagement& b) {
              return a.resource < b.resource;
            });
}

// Counts what is held out, and notes what cannot be judged.
void Finish(ResourceSource& source) {
  int64_t num_new_learners = 0;
  int64_t num_unknown = 0;
  std::vector<bool> is_known(source.split.train.num_resources);
  for (const Engagement& engagement : source.split.train.entries) {
    is_known[ToInt(engagement.resource)] = true;
  }
  for (int64_t learner = 0; learner < source.split.train.num_learners();
       ++learner) {
    const std::vector<ResourceRow>& list = source.split.held_out[learner];
    if (source.split.train.Of(learner).empty()) {
      num_new_learners += list.empty() ? 0 : 1;
      continue;
    }
    source.num_held_out += static_cast<int64_t>(list.size());
    for (const ResourceRow row : list)
      num_unknown += is_known[ToInt(row)] ? 0 : 1;
  }
  if (num_new_learners > 0) {
    source.notes.push_back(absl::StrCat(
        num_new_learners,
        " learners have nothing to learn from and are not judged"));
  }
  if (num_unknown > 0) {
    source.notes.push_back(
        absl::StrCat(num_unknown, " of ", source.num_held_out,
                     " held-out engagements are with resources that nobody "
                     "used before: they count as misses"));
  }
}

// Both files' resources have rows: what only the test names counts as missed,
// as with published figures.
ResourceSplit SplitOf(const InteractionsFile& train,
                      const InteractionsFile& test, int64_t* num_repeated) {
  std::vector<ResourceId> ids;
  for (const InteractionsFile* file : {&train, &test}) {
    for (const Lined<LearnerInteractions>& line : file->lines) {
      ids.insert(ids.end(), line.value.resources.begin(),
                 line.value.resources.end());
    }
  }
  const Rows rows = RowsOf(std::move(ids));
  const Lists train_lists = ListsOf(train);
  Lists lists = train_lists;  // Of all learners.
  const Lists test_lists = ListsOf(test);
  static const auto* const kNothing = new std::vector<ResourceId>;
  for (const auto& [learner, unused] : test_lists) {
    lists.try_emplace(learner, kNothing);
  }

  ResourceSplit split;
  split.train.num_resources = static_cast<int32_t>(rows.size());
  for (const auto& [learner, list] : lists) {
    std::vector<Engagement> engagements;
    absl::flat_hash_set<ResourceRow> used;
    for (const ResourceRow row : RowsOfList(*list, rows, {})) {
      engagements.push_back({row, 1});
      used.insert(row);
    }
    split.train.AddLearner(engagements);
    const auto found = test_lists.find(learner);
    const auto& tested = found == test_lists.end() ? *kNothing : *found->second;
    split.held_out.push_back(RowsOfList(tested, rows, used));
    *num_repeated += static_cast<int64_t>(RowsOfList(tested, rows, {}).size() -
                                          split.held_out.back().size());
  }
  return split;
}

absl::StatusOr<ResourceSource> ReadFiles(
    const EvaluateResourcesOptions& options) {
  ASSIGN_OR_RETURN(const InteractionsFile train, ReadFile(options.train_file));
  ASSIGN_OR_RETURN(const InteractionsFile test, ReadFile(options.test_file));
  ResourceSource source;
  source.name =
      absl::StrCat(NameOf(options.train_file), "+", NameOf(options.test_file));
  ASSIGN_OR_RETURN(const std::string train_digest,
                   Sha256HexOfFile(options.train_file));
  ASSIGN_OR_RETURN(const std::string test_digest,
                   Sha256HexOfFile(options.test_file));
  source.digest = Sha256Hex(train_digest + test_digest);
  int64_t num_repeated = 0;
  source.split = SplitOf(train, test, &num_repeated);
  if (num_repeated > 0) {
    source.notes.push_back(absl::StrCat(
        num_repeated,
        " held-out engagements repeat one of training and are left out"));
  }
  return source;
}

// Of one learner, with ages at `split_time`.
void AddLearner(const SplitEngagements& from, const Rows& rows,
                absl::Time split_time, ResourceSplit& split) {
  std::vector<Engagement> engagements;
  absl::flat_hash_map<ResourceRow, absl::Duration> ages;
  for (const auto& [id, before] : from.before) {
    engagements.push_back({rows.at(id), before.weight});
    ages[rows.at(id)] = split_time - before.last;
  }
  SortRows(engagements);
  for (const Engagement& engagement : engagements) {
    split.entry_ages.push_back(ages.at(engagement.resource));
  }
  split.train.AddLearner(engagements);
  split.held_out.push_back(RowsOfList(from.after, rows, {}));
}

absl::StatusOr<ResourceSource> ReadEvents(
    const EvaluateResourcesOptions& options) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.events_file));
  const ResourceEvents events = ReadResourceEvents(&in, options.split_time);
  RETURN_IF_ERROR(CheckRefused(options.events_file, events.refused));
  ResourceSource source;
  source.name = NameOf(options.events_file);
  ASSIGN_OR_RETURN(source.digest, Sha256HexOfFile(options.events_file));
  std::vector<ResourceId> ids;
  for (const auto& [id, unused] : events.first_used) ids.push_back(id);
  const Rows rows = RowsOf(ids);
  source.split.train.num_resources = static_cast<int32_t>(rows.size());
  for (const ResourceId& id : ids) {
    source.split.resource_ages.push_back(std::max(
        absl::ZeroDuration(), options.split_time - events.first_used.at(id)));
  }
  for (const auto& [learner, engagements] : events.learners) {
    AddLearner(engagements, rows, options.split_time, source.split);
  }
  if (events.num_order_only > 0) {
    source.notes.push_back(absl::StrCat(
        "the times of ", events.num_order_only,
        " events only keep their order: ages and the split mean less"));
  }
  return source;
}

absl::Status CheckSources(const EvaluateResourcesOptions& options) {
  const bool has_files =
      !options.train_file.empty() || !options.test_file.empty();
  const bool has_both =
      !options.train_file.empty() && !options.test_file.empty();
  const bool has_events = !options.events_file.empty();
  if (has_files == has_events || (has_files && !has_both)) {
    return absl::InvalidArgumentError(
        "give either a training and a test file, or an events file");
  }
  if (has_events && options.split_time == absl::InfinitePast()) {
    return absl::InvalidArgumentError("events need a split time");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResourceSource> ReadResourceSource(
    const EvaluateResourcesOptions& options) {
  RETURN_IF_ERROR(CheckSources(options));
  ASSIGN_OR_RETURN(ResourceSource source, options.events_file.empty()
                                              ? ReadFiles(options)
                                              : ReadEvents(options));
  Finish(source);
  return source;
}

}  // namespace evenlight
