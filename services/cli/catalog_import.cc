#include "services/cli/catalog_import.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "services/cli/text.h"
#include "services/cli/upsert.h"
#include "services/interop/to_message.h"

namespace evenlight {
namespace {

absl::Status UpsertKcsOnce(
    Client* client, const std::vector<Lined<v1::KnowledgeComponent>>& kcs,
    ImportReport* report, int64_t* num_cycles) {
  return UpsertAll<v1::KnowledgeComponent>(
      client, kUpsertKnowledgeComponents,
      &v1::UpsertKnowledgeComponentsRequest::mutable_knowledge_components, kcs,
      report, [&](const v1::UpsertKnowledgeComponentsResponse& response) {
        report->num_accepted += response.num_created() + response.num_updated();
        report->num_duplicate += response.num_unchanged();
        *num_cycles = response.cycles_size();
      });
}

}  // namespace

std::map<int, std::string> WrongElements(const absl::Status& status) {
  std::map<int, std::string> wrong;
  for (const CallViolation& violation : ViolationsOf(status)) {
    const size_t begin = violation.field.find('[');
    const size_t end = violation.field.find(']');
    int element = 0;
    if (begin == std::string::npos || end == std::string::npos ||
        !absl::SimpleAtoi(violation.field.substr(begin + 1, end - begin - 1),
                          &element) ||
        element < 0) {
      return {};
    }
    const absl::string_view field = FieldInElement(violation.field);
    std::string& text = wrong[element];
    absl::StrAppend(&text, text.empty() ? "" : "; ", field,
                    field.empty() ? "" : ": ", violation.description);
  }
  return wrong;
}

absl::StatusOr<std::map<std::string, v1::KnowledgeComponent>> ListAllKcs(
    Client* client) {
  std::map<std::string, v1::KnowledgeComponent> all;
  v1::ListKnowledgeComponentsRequest request;
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(v1::ListKnowledgeComponentsResponse page,
                     Invoke(client, kListKnowledgeComponents, request));
    for (v1::KnowledgeComponent& kc : *page.mutable_knowledge_components()) {
      std::string name = kc.name();
      all.emplace(std::move(name), std::move(kc));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<absl::flat_hash_set<std::string>> ListAllResourceNames(
    Client* client) {
  absl::flat_hash_set<std::string> all;
  v1::ListResourcesRequest request;
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(const v1::ListResourcesResponse page,
                     Invoke(client, kListResources, request));
    for (const v1::Resource& resource : page.resources()) {
      all.insert(resource.name());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status UpsertKcs(
    Client* client,
    const std::map<std::string, v1::KnowledgeComponent>& existing,
    const std::vector<Lined<v1::KnowledgeComponent>>& kcs,
    ImportReport* report) {
  int64_t num_cycles = 0;
  if (kcs.size() > kMaxUpsert) {
    std::vector<Lined<v1::KnowledgeComponent>> bare;
    for (const Lined<v1::KnowledgeComponent>& kc : kcs) {
      if (existing.count(kc.value.name()) > 0) continue;
      bare.push_back(kc);
      bare.back().value.clear_prerequisites();
    }
    // What is wrong is wrong again, and is reported, in the second round.
    ImportReport first;
    RETURN_IF_ERROR(UpsertKcsOnce(client, bare, &first, &num_cycles));
  }
  RETURN_IF_ERROR(UpsertKcsOnce(client, kcs, report, &num_cycles));
  report->more.push_back({"cycles", num_cycles});
  return absl::OkStatus();
}

absl::Status CreateMissing(Client* client,
                           const std::vector<KnowledgeComponent>& kcs,
                           const std::vector<Resource>& resources,
                           ImportReport* report) {
  // Entries are not rows of the file: they are counted apart.
  ImportReport entries;
  ASSIGN_OR_RETURN(const auto existing_kcs, ListAllKcs(client));
  std::vector<Lined<v1::KnowledgeComponent>> new_kcs;
  for (const KnowledgeComponent& kc : kcs) {
    Lined<v1::KnowledgeComponent> entry;
    ToMessage(kc, &entry.value);
    if (existing_kcs.count(entry.value.name()) == 0) {
      new_kcs.push_back(std::move(entry));
    }
  }
  RETURN_IF_ERROR(UpsertKcs(client, existing_kcs, new_kcs, &entries));

  ASSIGN_OR_RETURN(const auto existing_names, ListAllResourceNames(client));
  std::vector<Lined<v1::Resource>> new_resources;
  for (const Resource& resource : resources) {
    Lined<v1::Resource> entry;
    ToMessage(resource, &entry.value);
    if (!existing_names.contains(entry.value.name())) {
      new_resources.push_back(std::move(entry));
    }
  }
  RETURN_IF_ERROR(UpsertAll<v1::Resource>(
      client, kUpsertResources, &v1::UpsertResourcesRequest::mutable_resources,
      new_resources, &entries, [](const v1::UpsertResourcesResponse&) {}));
  report->more.push_back({"created_kcs", static_cast<int64_t>(new_kcs.size())});
  report->more.push_back(
      {"created_resources", static_cast<int64_t>(new_resources.size())});
  // A refused entry shows again as refused events that name it.
  return absl::OkStatus();
}

}  // namespace evenlight
