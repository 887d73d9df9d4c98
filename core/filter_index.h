// What filters ask of a catalog's resources, in columns, and shelves of
// resources by subject and grade: with it a request that names subject and
// grade looks at those resources only. Each Catalog builds its own.

#ifndef EVENLIGHT_CORE_FILTER_INDEX_H_
#define EVENLIGHT_CORE_FILTER_INDEX_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "core/resource.h"

namespace evenlight {

class Catalog;

// Stands for a subject or language in this index only.
inline constexpr int32_t kAnyNumber = -1;  // Does not restrict.
inline constexpr int32_t kNoNumber = -2;   // No resource has it.

// The fields of a Resource that decide about filters and scores, side by side.
struct ResourceFacts {
  absl::Time create_time;
  absl::Time publish_time;
  absl::Time expire_time;
  float minutes = 0;
  int32_t subject = 0;
  int32_t language = 0;
  int32_t provider = kAnyNumber;  // kAnyNumber: none.
  int32_t min_grade = 0;
  int32_t max_grade = 0;
  int32_t bandwidth_kbps = 0;
  AccessibilitySet accessibility = 0;
  PhaseSet phases = 0;
  ResourceKind kind = ResourceKind::kUnspecified;
  bool is_hidden = false;
};

// Immutable; safe to share between threads. Refers to nothing of the catalog.
class FilterIndex {
 public:
  // Resources, and the kcs that they practise, in order.
  struct Shelf {
    std::vector<ResourceIndex> resources;
    std::vector<KcIndex> kcs;
  };

  explicit FilterIndex(const Catalog& catalog);

  const ResourceFacts& facts(ResourceIndex i) const { return facts_[ToInt(i)]; }

  // The number of a subject; kAnyNumber for an empty one, kNoNumber for one
  // that no resource has.
  int32_t FindSubject(absl::string_view subject) const;

  // By language number: whether `wanted` takes it. `zh` takes `zh-CN`; a
  // resource without a language passes. Case does not matter.
  std::vector<bool> LanguagesLike(absl::string_view wanted) const;

  // A shelf that holds every resource with this subject whose range of grades
  // holds `grade`; kAnyNumber, and a grade outside [1, 12], do not restrict. It
  // may hold more.
  const Shelf& Find(int32_t subject, int32_t grade) const;

 private:
  using ShelfKey = std::pair<int32_t, int32_t>;  // Subject, grade; 0: any.

  int32_t NumberOf(absl::string_view name, std::vector<std::string>& names,
                   absl::flat_hash_map<std::string, int32_t>& numbers);
  void AddFacts(const Resource& resource);
  void AddToShelves(const Catalog& catalog, ResourceIndex resource);

  std::vector<ResourceFacts> facts_;  // By ResourceIndex.
  std::vector<std::string> subject_names_;
  std::vector<std::string> language_names_;
  absl::flat_hash_map<std::string, int32_t> subjects_;
  absl::flat_hash_map<std::string, int32_t> languages_;
  absl::flat_hash_map<std::string, int32_t> providers_;
  absl::flat_hash_map<ShelfKey, Shelf> shelves_;
  Shelf empty_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_FILTER_INDEX_H_
