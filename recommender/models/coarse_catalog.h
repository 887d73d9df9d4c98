// The factors of a catalog's resources in 8 bits, by position, a cache line
// each: what a scan of some of them, scattered as a filter leaves them, reads
// first. CoarseFactors is the same of all rows of a model.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_COARSE_CATALOG_H_
#define EVENLIGHT_RECOMMENDER_MODELS_COARSE_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/coarse_factors.h"
#include "recommender/models/factor_buffer.h"

namespace evenlight {

// Thread-compatible; immutable once in a ServingSnapshot. The default is of no
// resource.
class CoarseCatalog {
 public:
  // At first no resource has factors.
  CoarseCatalog(int32_t num_resources, size_t num_factors);
  CoarseCatalog() : CoarseCatalog(0, 0) {}

  // Sets the factors [num_factors] of a resource; they must be finite.
  void Set(ResourceIndex resource, absl::Span<const float> factors);

  // The same with those of `there` in `from`, which has as many factors.
  void Copy(ResourceIndex resource, const CoarseCatalog& from,
            ResourceIndex there);

  // |factors|; 0 without any.
  float norm(ResourceIndex resource) const { return norms_[ToInt(resource)]; }

  // `query` [num_factors] must be finite.
  RoundedQuery Round(absl::Span<const float> query) const;

  // Writes the positions within `some`, ascending, of all resources whose score
  // may reach `threshold`, and returns how many; none without factors is among
  // them. The bound is that of CoarseFactors. `possible` has room for all.
  size_t FindPossible(absl::Span<const ResourceIndex> some,
                      const RoundedQuery& query, float threshold,
                      int32_t* possible) const;

 private:
  int8_t* RowOf(ResourceIndex resource) {
    return values_.data() + static_cast<size_t>(ToInt(resource)) * stride_;
  }

  size_t num_factors_;
  size_t stride_;                // Bytes of a row, the last ones zeros.
  FactorBuffer<int8_t> values_;  // [num_resources x stride]
  std::vector<float> scales_;    // [num_resources]; nan without factors.
  std::vector<float> norms_;     // [num_resources]
  RoundingLoss loss_;            // At least that of every row.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_COARSE_CATALOG_H_
