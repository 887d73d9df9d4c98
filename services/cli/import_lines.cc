// Imports of JSON lines of API messages, of kcs in any form, and of rosters.

#include <fstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "services/cli/catalog_import.h"
#include "services/cli/event_sender.h"
#include "services/cli/import.h"
#include "services/cli/open_file.h"
#include "services/cli/upsert.h"
#include "services/interop/json_lines.h"
#include "services/interop/kcs_csv.h"
#include "services/interop/roster_csv.h"
#include "services/interop/to_message.h"
#include "services/interop/track_events.h"

namespace evenlight {
namespace {

using KcLines = std::vector<Lined<v1::KnowledgeComponent>>;

absl::Status RunEvents(const ImportOptions& options, Client* client,
                       const Console& console, ImportReport* report) {
  ImportSource source;
  source.tenant = options.tenant;
  ASSIGN_OR_RETURN(source.file_digest, Sha256HexOfFile(options.file));
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  in.seekg(0, std::ios::end);
  const double num_bytes = static_cast<double>(in.tellg());
  in.seekg(0);

  EventSender sender(client, report);
  Progress progress(console, "events");
  double num_read = 0;
  LineReader reader(&in);
  while (reader.Next()) {
    num_read += static_cast<double>(reader.text().size()) + 1;
    v1::Event event;
    const absl::Status parsed = ParseJsonLine(reader, &event);
    if (!parsed.ok()) {
      report->refused.push_back(reader.Refuse(parsed.message()));
      continue;
    }
    if (event.event_id().empty()) {
      event.set_event_id(ImportedEventId(source, absl::StrCat(reader.line())));
    }
    RETURN_IF_ERROR(sender.Add(reader.line(), std::move(event)));
    progress.Update(num_read / num_bytes);
  }
  RETURN_IF_ERROR(sender.Flush());
  progress.Update(1);
  return absl::OkStatus();
}

// Messages with a name, each name once, from the rest of `reader`.
template <typename Message>
std::vector<Lined<Message>> ReadNamed(LineReader* reader,
                                      ImportReport* report) {
  std::vector<Lined<Message>> rows;
  absl::flat_hash_map<std::string, int64_t> line_of;
  while (reader->Next()) {
    Message message;
    const absl::Status parsed = ParseJsonLine(*reader, &message);
    if (!parsed.ok()) {
      report->refused.push_back(reader->Refuse(parsed.message()));
      continue;
    }
    const auto [found, is_new] =
        line_of.try_emplace(message.name(), reader->line());
    if (!is_new) {
      report->refused.push_back(reader->Refuse(absl::StrCat(
          message.name(), " had line ", found->second, " already")));
      continue;
    }
    rows.push_back({reader->line(), std::move(message)});
  }
  return rows;
}

absl::Status RunResources(const ImportOptions& options, Client* client,
                          ImportReport* report) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  LineReader reader(&in);
  const std::vector<Lined<v1::Resource>> rows =
      ReadNamed<v1::Resource>(&reader, report);
  return UpsertAll<v1::Resource>(
      client, kUpsertResources, &v1::UpsertResourcesRequest::mutable_resources,
      rows, report, [&](const v1::UpsertResourcesResponse& response) {
        report->num_accepted += response.num_created() + response.num_updated();
        report->num_duplicate += response.num_unchanged();
      });
}

// True if the first line that is not empty begins as JSON does.
bool IsJson(std::istream* in) {
  LineReader reader(in);
  const bool is_json =
      reader.Next() &&
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(reader.text()), "{");
  in->clear();
  in->seekg(0);
  return is_json;
}

// Edges say nothing of titles: an entry that exists keeps what it has, and is
// only given the prerequisites, if the file has some for it.
void KeepWhatEdgesDoNotSay(
    const std::map<std::string, v1::KnowledgeComponent>& existing,
    KcLines* rows) {
  KcLines kept;
  for (Lined<v1::KnowledgeComponent>& row : *rows) {
    const auto found = existing.find(row.value.name());
    if (found != existing.end()) {
      if (row.value.prerequisites_size() == 0) continue;
      v1::KnowledgeComponent merged = found->second;
      *merged.mutable_prerequisites() = row.value.prerequisites();
      row.value = std::move(merged);
    }
    kept.push_back(std::move(row));
  }
  *rows = std::move(kept);
}

absl::Status RunKcs(const ImportOptions& options, Client* client,
                    ImportReport* report) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  ASSIGN_OR_RETURN(const auto existing, ListAllKcs(client));
  if (IsJson(&in)) {
    LineReader reader(&in);
    return UpsertKcs(client, existing,
                     ReadNamed<v1::KnowledgeComponent>(&reader, report),
                     report);
  }
  ASSIGN_OR_RETURN(KcsFile file, ReadKcsCsv(&in));
  report->refused = std::move(file.refused);
  KcLines rows;
  for (const Lined<KnowledgeComponent>& kc : file.kcs) {
    rows.push_back({kc.line, {}});
    ToMessage(kc.value, &rows.back().value);
  }
  if (file.is_edges) KeepWhatEdgesDoNotSay(existing, &rows);
  report->more.push_back({"prerequisites", file.num_edges});
  return UpsertKcs(client, existing, rows, report);
}

template <typename Message, typename Value>
std::vector<Lined<Message>> ToMessages(const std::vector<Lined<Value>>& rows) {
  std::vector<Lined<Message>> messages;
  for (const Lined<Value>& row : rows) {
    messages.push_back({row.line, {}});
    ToMessage(row.value, &messages.back().value);
  }
  return messages;
}

// In the order in which one needs the other.
absl::Status RunRoster(const ImportOptions& options, Client* client,
                       ImportReport* report) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  ASSIGN_OR_RETURN(RosterFile file, ReadRosterCsv(&in));
  report->refused = std::move(file.refused);
  const auto accept = [&](const auto& response) {
    report->num_accepted += response.num_written();
  };
  RETURN_IF_ERROR(UpsertAll<v1::School>(
      client, kUpsertSchools, &v1::UpsertSchoolsRequest::mutable_schools,
      ToMessages<v1::School>(file.schools), report, accept));
  RETURN_IF_ERROR(UpsertAll<v1::SchoolClass>(
      client, kUpsertClasses, &v1::UpsertClassesRequest::mutable_classes,
      ToMessages<v1::SchoolClass>(file.classes), report, accept));
  RETURN_IF_ERROR(UpsertAll<v1::Person>(
      client, kUpsertPeople, &v1::UpsertPeopleRequest::mutable_people,
      ToMessages<v1::Person>(file.people), report, accept));
  report->more = {{"schools", static_cast<int64_t>(file.schools.size())},
                  {"classes", static_cast<int64_t>(file.classes.size())},
                  {"people", static_cast<int64_t>(file.people.size())}};
  return absl::OkStatus();
}

}  // namespace

int ImportEvents(const ImportOptions& options, Client* client,
                 const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunEvents(options, retrying, console, report);
                   });
}

int ImportResources(const ImportOptions& options, Client* client,
                    const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunResources(options, retrying, report);
                   });
}

int ImportKcs(const ImportOptions& options, Client* client,
              const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunKcs(options, retrying, report);
                   });
}

int ImportRoster(const ImportOptions& options, Client* client,
                 const Console& console) {
  return RunImport(options, client, console,
                   [&](Client* retrying, ImportReport* report) {
                     return RunRoster(options, retrying, report);
                   });
}

}  // namespace evenlight
