#include "recommender/models/model_binding.h"

#include <cassert>
#include <utility>

namespace evenlight {
namespace {

void BindResources(const Catalog& catalog, const ModelSet& models,
                   ServingSnapshot& snapshot) {
  const int32_t num_resources = catalog.num_resources();
  snapshot.resource_rows.reserve(num_resources);
  snapshot.question_rows.reserve(num_resources);
  snapshot.catalog_rows.assign(models.interest.num_resources(),
                               ResourceIndex::kNone);
  for (int32_t resource = 0; resource < num_resources; ++resource) {
    const ResourceIndex index{resource};
    const ResourceKey key = catalog.key(index);
    const ResourceRow row = models.interest.FindResource(key);
    snapshot.resource_rows.push_back(row);
    snapshot.question_rows.push_back(models.tracing.FindQuestion(key));
    if (row != ResourceRow::kNone) snapshot.catalog_rows[ToInt(row)] = index;
  }
}

void BindKcs(const Catalog& catalog, const ModelSet& models,
             ServingSnapshot& snapshot) {
  snapshot.kc_rows.reserve(catalog.num_kcs());
  for (int32_t kc = 0; kc < catalog.num_kcs(); ++kc) {
    snapshot.kc_rows.push_back(models.tracing.FindKc(catalog.key(KcIndex{kc})));
  }
}

}  // namespace

std::shared_ptr<const ServingSnapshot> Bind(
    std::shared_ptr<const Catalog> catalog,
    std::shared_ptr<const ModelSet> models) {
  assert(catalog != nullptr && models != nullptr);
  auto snapshot = std::make_shared<ServingSnapshot>();
  BindResources(*catalog, *models, *snapshot);
  BindKcs(*catalog, *models, *snapshot);
  snapshot->catalog = std::move(catalog);
  snapshot->models = std::move(models);
  return snapshot;
}

}  // namespace evenlight
