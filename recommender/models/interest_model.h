// The half of a ModelSet that knows what interests whom: resource factors,
// neighbours and popularity, on the same rows.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_H_
#define EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/ids.h"
#include "recommender/models/factors.h"
#include "recommender/models/neighbours.h"

namespace evenlight {

// What an InterestModel is made of. Rows are positions in `resources`.
struct InterestParams {
  std::vector<ResourceId> resources;
  ResourceFactors factors;  // As many rows as `resources`; or none.
  // If not empty, these rank in place of the factors, of all `resources`; the
  // factors are then for resources that are newer than the model.
  ResourceNeighbours neighbours;
  // What each feature adds to the factors of a resource that is newer than the
  // model; see resource_features.h. Increasing fingerprints, and one row each.
  std::vector<uint64_t> cold_features;
  FactorMatrix cold;              // [num cold_features x num_factors]
  std::vector<float> popularity;  // [num_resources], number of learners, >= 0.
  // By grade, best first: rows and their popularity among its learners.
  std::map<int32_t, std::vector<std::pair<ResourceRow, float>>> grades;
  // Of what ranks, over unseen pairs at training; to calibrate interest.
  float score_mean = 0;
  float score_deviation = 1;
};

// Immutable. A default-constructed one knows no resource.
class InterestModel {
 public:
  InterestModel() : InterestModel(InterestParams()) {}
  explicit InterestModel(InterestParams params);

  ResourceRow FindResource(ResourceKey resource) const;
  int32_t num_resources() const {
    return static_cast<int32_t>(params_->resources.size());
  }
  bool has_factors() const { return params_->factors.factors.rows() > 0; }

  bool has_neighbours() const {
    return params_->neighbours.num_resources() > 0;
  }

  const InterestParams& params() const { return *params_; }

 private:
  std::shared_ptr<const InterestParams> params_;  // Large: copies share them.
  absl::flat_hash_map<ResourceKey, ResourceRow> rows_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_H_
