// Which rows of a ModelSet belong to which entries of a Catalog, looked up once
// for both rather than in every request.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_
#define EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_

#include <memory>
#include <vector>

#include "core/catalog.h"
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

  ResourceRow resource_row(ResourceIndex i) const {
    return resource_rows[ToInt(i)];
  }
  QuestionRow question_row(ResourceIndex i) const {
    return question_rows[ToInt(i)];
  }
  KcRow kc_row(KcIndex i) const { return kc_rows[ToInt(i)]; }
};

std::shared_ptr<const ServingSnapshot> Bind(
    std::shared_ptr<const Catalog> catalog,
    std::shared_ptr<const ModelSet> models);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_MODEL_BINDING_H_
