#include "core/catalog.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "core/filter_index.h"

namespace evenlight {
namespace {

template <typename T>
void SortById(std::vector<std::shared_ptr<const T>>& entries) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
}

// Position of `id` in entries sorted by id, or -1.
template <typename T>
int32_t FindById(const std::vector<std::shared_ptr<const T>>& entries,
                 absl::string_view id) {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), id,
                       [](const auto& entry, absl::string_view wanted) {
                         return absl::string_view(entry->id) < wanted;
                       });
  if (found == entries.end() || (*found)->id != id) return -1;
  return static_cast<int32_t>(found - entries.begin());
}

template <typename Index, typename Key>
Index FindByKey(const absl::flat_hash_map<Key, Index>& by_key, Key key) {
  const auto found = by_key.find(key);
  return found == by_key.end() ? Index::kNone : found->second;
}

Curriculum BuildCurriculum(const Catalog& catalog) {
  std::vector<Curriculum::Edge> edges;
  for (int32_t kc = 0; kc < catalog.num_kcs(); ++kc) {
    for (const KcId& id : catalog.kc(KcIndex{kc}).prerequisites) {
      const KcIndex prerequisite = catalog.FindKc(id);
      if (prerequisite == KcIndex::kNone) continue;
      edges.push_back({prerequisite, KcIndex{kc}});
    }
  }
  return Curriculum(catalog.num_kcs(), edges);
}

}  // namespace

Catalog::Catalog(int64_t version,
                 std::vector<std::shared_ptr<const Resource>> resources,
                 std::vector<std::shared_ptr<const KnowledgeComponent>> kcs)
    : version_(version),
      resources_(std::move(resources)),
      kcs_(std::move(kcs)) {
  SortById(resources_);
  SortById(kcs_);
  for (const auto& resource : resources_) {
    const ResourceIndex index{static_cast<int32_t>(resource_keys_.size())};
    resource_keys_.push_back(ResourceKeyOf(resource->id));
    resource_by_key_.emplace(resource_keys_.back(), index);
  }
  for (const auto& kc : kcs_) {
    const KcIndex index{static_cast<int32_t>(kc_keys_.size())};
    kc_keys_.push_back(KcKeyOf(kc->id));
    kc_by_key_.emplace(kc_keys_.back(), index);
  }
  BuildKcIndex();
  BuildNewestFirst();
  curriculum_ = BuildCurriculum(*this);
  filter_index_ = std::make_unique<FilterIndex>(*this);
}

void Catalog::BuildKcIndex() {
  kcs_begin_.push_back(0);
  resources_begin_.assign(kcs_.size() + 1, 0);
  for (const auto& resource : resources_) {
    for (const KcId& id : resource->kcs) {
      const KcIndex kc = FindKc(id);
      const auto own = kcs_of_.begin() + kcs_begin_.back();
      if (kc == KcIndex::kNone ||
          std::find(own, kcs_of_.end(), kc) != kcs_of_.end()) {
        continue;
      }
      kcs_of_.push_back(kc);
      ++resources_begin_[ToInt(kc) + 1];
    }
    kcs_begin_.push_back(static_cast<int32_t>(kcs_of_.size()));
  }
  std::partial_sum(resources_begin_.begin(), resources_begin_.end(),
                   resources_begin_.begin());
  std::vector<int32_t> next = resources_begin_;
  resources_of_.resize(kcs_of_.size());
  for (int32_t resource = 0; resource < num_resources(); ++resource) {
    for (const KcIndex kc : KcsOf(ResourceIndex{resource})) {
      resources_of_[next[ToInt(kc)]++] = ResourceIndex{resource};
    }
  }
}

void Catalog::BuildNewestFirst() {
  newest_first_.reserve(resources_.size());
  for (int32_t resource = 0; resource < num_resources(); ++resource) {
    newest_first_.push_back(ResourceIndex{resource});
  }
  std::stable_sort(newest_first_.begin(), newest_first_.end(),
                   [this](ResourceIndex a, ResourceIndex b) {
                     return resource(a).create_time > resource(b).create_time;
                   });
}

Catalog::~Catalog() = default;

ResourceIndex Catalog::FindResource(absl::string_view id) const {
  const ResourceIndex found = FindResource(ResourceKeyOf(id));
  if (found == ResourceIndex::kNone || resource(found).id == id) return found;
  // Two ids share a key: only one of them is in the map.
  return ResourceIndex{FindById(resources_, id)};
}

ResourceIndex Catalog::FindResource(ResourceKey key) const {
  return FindByKey(resource_by_key_, key);
}

KcIndex Catalog::FindKc(absl::string_view id) const {
  const KcIndex found = FindKc(KcKeyOf(id));
  if (found == KcIndex::kNone || kc(found).id == id) return found;
  return KcIndex{FindById(kcs_, id)};
}

KcIndex Catalog::FindKc(KcKey key) const { return FindByKey(kc_by_key_, key); }

absl::Span<const KcIndex> Catalog::KcsOf(ResourceIndex resource) const {
  const int32_t begin = kcs_begin_[ToInt(resource)];
  const int32_t end = kcs_begin_[ToInt(resource) + 1];
  return absl::MakeConstSpan(kcs_of_).subspan(begin, end - begin);
}

absl::Span<const ResourceIndex> Catalog::ResourcesOf(KcIndex kc) const {
  const int32_t begin = resources_begin_[ToInt(kc)];
  const int32_t end = resources_begin_[ToInt(kc) + 1];
  return absl::MakeConstSpan(resources_of_).subspan(begin, end - begin);
}

}  // namespace evenlight
