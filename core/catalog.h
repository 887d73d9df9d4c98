// The catalog of one tenant as an immutable snapshot: resources, knowledge
// components and their curriculum, with the indexes that candidate sources
// read. Built from what storage/catalog_store.h holds; it never changes.

#ifndef EVENLIGHT_CORE_CATALOG_H_
#define EVENLIGHT_CORE_CATALOG_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/curriculum.h"
#include "core/ids.h"
#include "core/resource.h"

namespace evenlight {

class FilterIndex;

// Immutable; safe to share between threads.
class Catalog {
 public:
  // `resources` and `kcs` each hold an id once, in any order; they are put in
  // the order of ids. A kc that a resource or prerequisite names and `kcs` does
  // not hold is left out of the indexes. `version` increases with each write of
  // the tenant's catalog.
  Catalog(int64_t version,
          std::vector<std::shared_ptr<const Resource>> resources,
          std::vector<std::shared_ptr<const KnowledgeComponent>> kcs);

  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  int64_t version() const { return version_; }

  int32_t num_resources() const {
    return static_cast<int32_t>(resources_.size());
  }
  int32_t num_kcs() const { return static_cast<int32_t>(kcs_.size()); }

  // The position must be of this snapshot and not kNone.
  const Resource& resource(ResourceIndex i) const {
    return *resources_[ToInt(i)];
  }
  const KnowledgeComponent& kc(KcIndex i) const { return *kcs_[ToInt(i)]; }
  ResourceKey key(ResourceIndex i) const { return resource_keys_[ToInt(i)]; }
  KcKey key(KcIndex i) const { return kc_keys_[ToInt(i)]; }

  // All, in the order of ids; to build the next snapshot from.
  const std::vector<std::shared_ptr<const Resource>>& resources() const {
    return resources_;
  }
  const std::vector<std::shared_ptr<const KnowledgeComponent>>& kcs() const {
    return kcs_;
  }

  // Return kNone for what the snapshot does not hold.
  ResourceIndex FindResource(absl::string_view id) const;
  ResourceIndex FindResource(ResourceKey key) const;
  KcIndex FindKc(absl::string_view id) const;
  KcIndex FindKc(KcKey key) const;

  // The kcs of a resource, without those that the snapshot does not hold.
  absl::Span<const KcIndex> KcsOf(ResourceIndex resource) const;

  // The resources that practise a kc, in the order of ids.
  absl::Span<const ResourceIndex> ResourcesOf(KcIndex kc) const;

  // All resources, newest create time first, then by id.
  absl::Span<const ResourceIndex> NewestFirst() const { return newest_first_; }

  // What filters ask of the resources, in columns and shelves.
  const FilterIndex& filter_index() const { return *filter_index_; }

  // Prerequisites among kcs.
  const Curriculum& curriculum() const { return curriculum_; }

 private:
  void BuildKcIndex();
  void BuildNewestFirst();

  int64_t version_;
  std::vector<std::shared_ptr<const Resource>> resources_;
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs_;
  std::vector<ResourceKey> resource_keys_;
  std::vector<KcKey> kc_keys_;
  absl::flat_hash_map<ResourceKey, ResourceIndex> resource_by_key_;
  absl::flat_hash_map<KcKey, KcIndex> kc_by_key_;

  // Compressed rows: the kcs of resource r are
  // kcs_of_[kcs_begin_[r] .. kcs_begin_[r + 1]); the same for resources_of_.
  std::vector<int32_t> kcs_begin_;
  std::vector<KcIndex> kcs_of_;
  std::vector<int32_t> resources_begin_;
  std::vector<ResourceIndex> resources_of_;

  std::vector<ResourceIndex> newest_first_;
  Curriculum curriculum_;
  std::unique_ptr<const FilterIndex> filter_index_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_CATALOG_H_
