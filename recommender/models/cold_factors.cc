#include "recommender/models/cold_factors.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "recommender/models/resource_features.h"

namespace evenlight {

bool AddColdFactors(const InterestParams& params, const Resource& resource,
                    Eigen::Ref<Eigen::RowVectorXf> factors) {
  const std::vector<uint64_t>& known = params.cold_features;
  bool is_known = false;
  auto from = known.begin();  // Both are in order.
  for (const uint64_t feature : ResourceFeatures(resource)) {
    from = std::lower_bound(from, known.end(), feature);
    if (from == known.end()) break;
    if (*from != feature) continue;
    factors += params.cold.row(from - known.begin());
    is_known = true;
  }
  return is_known;
}

}  // namespace evenlight
