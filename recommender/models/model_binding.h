// Which rows of a ModelSet belong to which entries of a Catalog, looked up once
// for both rather than in every request.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_
#define EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/catalog.h"
#include "recommender/models/coarse_catalog.h"
#include "recommender/models/model_set.h"

namespace evenlight {

// Immutable. All that a request reads besides the learner: taken once, passed
// down. Neither pointer is null.
struct ServingSnapshot {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<const ModelSet> models;
  std::vector<ResourceRow> resource_rows;   // By ResourceIndex.
  std::vector<QuestionRow> question_rows;   // By ResourceIndex.
  std::vector<KcRow> kc_rows;               // By KcIndex.
  std::vector<ResourceIndex> catalog_rows;  // By ResourceRow; kNone: gone.
  // By ResourceIndex: the row of `cold_factors` of a resource that is newer
  // than the model; -1: none, since the model knows it or nothing of it.
  std::vector<int32_t> cold_rows;
  FactorMatrix cold_factors;  // [num cold resources x num_factors]
  CoarseCatalog coarse;       // Of FactorsOf().
  // By ResourceIndex: InterestParams::popularity; 0 if the model does not know
  // it.
  std::vector<float> popularity;
  // By KcIndex.
  std::vector<float> p_init;     // BKT's.
  std::vector<float> reachable;  // ReachableKnown().

  ResourceRow resource_row(ResourceIndex i) const {
    return resource_rows[ToInt(i)];
  }
  QuestionRow question_row(ResourceIndex i) const {
    return question_rows[ToInt(i)];
  }
  KcRow kc_row(KcIndex i) const { return kc_rows[ToInt(i)]; }

  // [num_factors], from training or from the resource's features
  // (cold_factors.h); empty if there are none. Lives as long as the snapshot.
  absl::Span<const float> FactorsOf(ResourceIndex i) const;
};

// What `earlier`, if it is of the same models, worked out for resources that
// are still the same is taken over rather than done again: 5 us a new
// resource.
std::shared_ptr<const ServingSnapshot> Bind(
    std::shared_ptr<const Catalog> catalog,
    std::shared_ptr<const ModelSet> models,
    const ServingSnapshot* earlier = nullptr);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_
