#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/v1/event.pb.h"
#include "services/cli/catalog_import.h"
#include "services/cli/event_sender.h"
#include "services/cli/import.h"
#include "services/cli/open_file.h"
#include "services/interop/answers_csv.h"
#include "services/interop/interactions.h"
#include "services/interop/to_message.h"
#include "services/interop/track_events.h"

namespace evenlight {
namespace {

absl::StatusOr<ImportSource> SourceOf(const ImportOptions& options) {
  ImportSource source;
  source.tenant = options.tenant;
  ASSIGN_OR_RETURN(source.file_digest, Sha256HexOfFile(options.file));
  source.end = options.end;
  source.seed = options.seed;
  return source;
}

absl::Status Send(const std::vector<Lined<Event>>& events,
                  EventSender* sender) {
  for (const Lined<Event>& event : events) {
    v1::Event message;
    ToMessage(event.value, &message);
    RETURN_IF_ERROR(sender->Add(event.line, std::move(message)));
  }
  return absl::OkStatus();
}

void NameIgnored(const std::vector<std::string>& columns,
                 const Console& console) {
  if (columns.empty()) return;
  console.err << "columns ignored: " << absl::StrJoin(columns, ", ")
              << std::endl;
}

absl::Status RunAnswers(const ImportOptions& options, Client* client,
                        const Console& console, ImportReport* report) {
  ASSIGN_OR_RETURN(const ImportSource source, SourceOf(options));
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  ASSIGN_OR_RETURN(AnswersFile file, ReadAnswersCsv(&in));
  NameIgnored(file.ignored_columns, console);
  const AnswerSet& set = file.set;
  report->refused = std::move(file.refused);
  report->more = {{"learners", static_cast<int64_t>(set.learners.size())},
                  {"ordered", set.has_order || set.has_time ? "yes" : "no"},
                  {"times", set.has_time ? "yes" : "no"}};
  if (options.is_create) {
    RETURN_IF_ERROR(
        CreateMissing(client, KcsOf(set), QuestionsOf(set), report));
  }

  // Learner by learner, so that no event comes after a later one.
  EventSender sender(client, report);
  Progress progress(console, "answers");
  int64_t num_sent = 0;
  for (const LearnerAnswers& learner : set.learners) {
    RETURN_IF_ERROR(Send(ToEvents(source, set.has_time, learner), &sender));
    num_sent += static_cast<int64_t>(learner.answers.size());
    progress.Update(static_cast<double>(num_sent) /
                    static_cast<double>(file.num_answers));
  }
  return sender.Flush();
}

// The resources that `file` names, each once, as entries to be created.
std::vector<Resource> ResourcesOf(const InteractionsFile& file,
                                  ResourceKind kind) {
  std::vector<Resource> resources;
  absl::flat_hash_set<ResourceId> seen;
  for (const auto& line : file.lines) {
    for (const ResourceId& id : line.value.resources) {
      if (!seen.insert(id).second) continue;
      Resource resource;
      resource.id = resource.title = id;
      resource.kind = kind;
      resource.imported = true;
      resources.push_back(std::move(resource));
    }
  }
  return resources;
}

absl::Status RunInteractions(const ImportOptions& options, Client* client,
                             const Console& console, ImportReport* report) {
  ASSIGN_OR_RETURN(const ImportSource source, SourceOf(options));
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  InteractionsFile file = ReadInteractions(&in);
  report->refused = std::move(file.refused);
  report->more = {{"learners", static_cast<int64_t>(file.lines.size())},
                  {"ordered", "yes"}};
  if (options.is_create) {
    RETURN_IF_ERROR(
        CreateMissing(client, {}, ResourcesOf(file, options.kind), report));
  }
  EventSender sender(client, report);
  Progress progress(console, "interactions");
  int64_t num_sent = 0;
  for (const auto& line : file.lines) {
    RETURN_IF_ERROR(Send(ToEvents(source, options.verb, line), &sender));
    num_sent += static_cast<int64_t>(line.value.resources.size());
    progress.Update(static_cast<double>(num_sent) /
                    static_cast<double>(file.num_interactions));
  }
  return sender.Flush();
}

}  // namespace

int ImportAnswers(const ImportOptions& options, Client* client,
                  const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunAnswers(options, retrying, console, report);
                   });
}

int ImportInteractions(const ImportOptions& options, Client* client,
                       const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunInteractions(options, retrying, console, report);
                   });
}

}  // namespace evenlight
