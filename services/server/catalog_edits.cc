#include "services/server/catalog_edits.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "services/server/convert_resource.h"
#include "services/server/convert_value.h"
#include "services/server/page_token.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxWrites = 1'000;

// Where an upsert's entries went.
struct UpsertCounts {
  int created = 0;
  int updated = 0;
  int unchanged = 0;

  template <typename Response>
  void CopyTo(Response* response) const {
    response->set_num_created(created);
    response->set_num_updated(updated);
    response->set_num_unchanged(unchanged);
  }
};

// Sorts `next` into `changed` unless it equals what is there.
template <typename T>
void AddIfChanged(T next, const T* previous,
                  std::vector<std::shared_ptr<const T>>* changed,
                  UpsertCounts* counts) {
  if (previous != nullptr && next == *previous) {
    ++counts->unchanged;
    return;
  }
  ++(previous == nullptr ? counts->created : counts->updated);
  changed->push_back(std::make_shared<const T>(std::move(next)));
}

// Adds a violation for each name that came before.
class OnceEach {
 public:
  void Check(const std::string& name, const FieldPath& path,
             FieldViolations* violations) {
    if (name.empty() || seen_.insert(name).second) return;
    violations->Add(FieldPath(path, "name"),
                    absl::StrCat(Quoted(name), " is named twice in this call"));
  }

 private:
  absl::flat_hash_set<std::string> seen_;
};

// Adds what `entries`, in the order of ids, hold from the page token on;
// `convert` makes the message of an entry.
template <typename T, typename Request, typename Response, typename Messages,
          typename Convert>
absl::Status FillPage(const std::vector<std::shared_ptr<const T>>& entries,
                      const Request& request, Response* response,
                      Messages* messages, Convert convert) {
  FieldViolations violations;
  const int page_size = ToPageSize(request.page_size(), &violations);
  const std::string from = ReadPageToken(request.page_token(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  auto entry = std::lower_bound(
      entries.begin(), entries.end(), from,
      [](const auto& one, const std::string& id) { return one->id < id; });
  size_t num_bytes = 0;
  for (; entry != entries.end(); ++entry) {
    if (messages->size() == page_size || num_bytes > kMaxPageBytes) {
      response->set_next_page_token(MakePageToken((*entry)->id));
      break;
    }
    *messages->Add() = convert(**entry);
    num_bytes += (*messages)[messages->size() - 1].ByteSizeLong();
  }
  response->set_total_size(static_cast<int32_t>(entries.size()));
  return absl::OkStatus();
}

absl::Status NoSuchResource(absl::string_view id) {
  return absl::NotFoundError(
      absl::StrCat("name: there is no resource ", NameOf(kResources, id)));
}

absl::StatusOr<ResourceIndex> FindResource(const Catalog& catalog,
                                           const std::string& name) {
  FieldViolations violations;
  const ResourceId id =
      IdIn(kResources, name, FieldPath(FieldPath(), "name"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const ResourceIndex found = catalog.FindResource(id);
  if (found == ResourceIndex::kNone) return NoSuchResource(id);
  return found;
}

absl::StatusOr<CatalogChange> DecideResources(
    const v1::UpsertResourcesRequest& request, const Catalog& catalog,
    absl::Time now, UpsertCounts* counts) {
  FieldViolations violations;
  const FieldPath root;
  OnceEach once_each;
  CatalogChange change;
  for (int index = 0; index < request.resources_size(); ++index) {
    const FieldPath path(root, "resources", index);
    once_each.Check(request.resources(index).name(), path, &violations);
    Resource next =
        ToResource(request.resources(index), catalog, path, &violations);
    if (!violations.empty()) continue;
    const ResourceIndex found = catalog.FindResource(next.id);
    const Resource* previous =
        found == ResourceIndex::kNone ? nullptr : &catalog.resource(found);
    next.hidden = previous != nullptr && previous->hidden;
    next.create_time = previous == nullptr ? now : previous->create_time;
    AddIfChanged(std::move(next), previous, &change.resources, counts);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return change;
}

// The ids that the call itself defines.
absl::flat_hash_set<KcId> IdsDefinedBy(
    const v1::UpsertKnowledgeComponentsRequest& request) {
  absl::flat_hash_set<KcId> ids;
  for (const v1::KnowledgeComponent& kc : request.knowledge_components()) {
    absl::string_view id = kc.name();
    if (absl::ConsumePrefix(&id, kKcs)) ids.emplace(id);
  }
  return ids;
}

absl::StatusOr<CatalogChange> DecideKcs(
    const v1::UpsertKnowledgeComponentsRequest& request, const Catalog& catalog,
    UpsertCounts* counts) {
  FieldViolations violations;
  const FieldPath root;
  OnceEach once_each;
  const absl::flat_hash_set<KcId> defined = IdsDefinedBy(request);
  CatalogChange change;
  for (int index = 0; index < request.knowledge_components_size(); ++index) {
    const v1::KnowledgeComponent& from = request.knowledge_components(index);
    const FieldPath path(root, "knowledge_components", index);
    once_each.Check(from.name(), path, &violations);
    KnowledgeComponent next = ToKc(from, catalog, defined, path, &violations);
    if (!violations.empty()) continue;
    const KcIndex found = catalog.FindKc(next.id);
    AddIfChanged(std::move(next),
                 found == KcIndex::kNone ? nullptr : &catalog.kc(found),
                 &change.kcs, counts);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return change;
}

absl::Status CheckNumWrites(int count, absl::string_view field) {
  FieldViolations violations;
  CheckCount(count, 1, kMaxWrites, FieldPath(FieldPath(), field), &violations);
  return violations.ToStatus();
}

}  // namespace

absl::Status CatalogEdits::UpsertResources(
    const TenantId& tenant, const v1::UpsertResourcesRequest& request,
    v1::UpsertResourcesResponse* response) {
  RETURN_IF_ERROR(CheckNumWrites(request.resources_size(), "resources"));
  UpsertCounts counts;
  // As it is stored, so that a resource equals itself after a restart.
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()));
  RETURN_IF_ERROR(catalogs_
                      .Update(tenant,
                              [&](const Catalog& catalog) {
                                return DecideResources(request, catalog, now,
                                                       &counts);
                              })
                      .status());
  counts.CopyTo(response);
  return absl::OkStatus();
}

absl::Status CatalogEdits::GetResource(const TenantId& tenant,
                                       const v1::GetResourceRequest& request,
                                       v1::Resource* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   catalogs_.Get(tenant));
  ASSIGN_OR_RETURN(const ResourceIndex found,
                   FindResource(*catalog, request.name()));
  *response = FromResource(catalog->resource(found));
  return absl::OkStatus();
}

absl::Status CatalogEdits::ListResources(
    const TenantId& tenant, const v1::ListResourcesRequest& request,
    v1::ListResourcesResponse* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   catalogs_.Get(tenant));
  return FillPage(catalog->resources(), request, response,
                  response->mutable_resources(), FromResource);
}

absl::Status CatalogEdits::HideResource(const TenantId& tenant,
                                        const v1::HideResourceRequest& request,
                                        v1::Resource* response) {
  const auto decide =
      [&](const Catalog& catalog) -> absl::StatusOr<CatalogChange> {
    ASSIGN_OR_RETURN(const ResourceIndex found,
                     FindResource(catalog, request.name()));
    Resource next = catalog.resource(found);
    next.hidden = !request.show();
    CatalogChange change;
    UpsertCounts counts;
    *response = FromResource(next);
    AddIfChanged(std::move(next), &catalog.resource(found), &change.resources,
                 &counts);
    return change;
  };
  return catalogs_.Update(tenant, decide).status();
}

absl::Status CatalogEdits::UpsertKcs(
    const TenantId& tenant, const v1::UpsertKnowledgeComponentsRequest& request,
    v1::UpsertKnowledgeComponentsResponse* response) {
  RETURN_IF_ERROR(CheckNumWrites(request.knowledge_components_size(),
                                 "knowledge_components"));
  UpsertCounts counts;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   catalogs_.Update(tenant, [&](const Catalog& current) {
                     return DecideKcs(request, current, &counts);
                   }));
  counts.CopyTo(response);
  for (const std::vector<KcIndex>& cycle : catalog->curriculum().cycles()) {
    v1::PrerequisiteCycle* added = response->add_cycles();
    for (const KcIndex kc : cycle) {
      added->add_knowledge_components(NameOf(kKcs, catalog->kc(kc).id));
    }
  }
  return absl::OkStatus();
}

absl::Status CatalogEdits::ListKcs(
    const TenantId& tenant, const v1::ListKnowledgeComponentsRequest& request,
    v1::ListKnowledgeComponentsResponse* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   catalogs_.Get(tenant));
  return FillPage(catalog->kcs(), request, response,
                  response->mutable_knowledge_components(), FromKc);
}

}  // namespace evenlight
