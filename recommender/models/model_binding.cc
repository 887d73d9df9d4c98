#include "recommender/models/model_binding.h"

#include <cassert>
#include <optional>
#include <utility>

#include "recommender/models/cold_factors.h"

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

// The row of `earlier` for the resource, if it was the same object then, so
// that its features are the same; -1 if it had none; nullopt if it was another.
std::optional<int32_t> EarlierColdRow(const ServingSnapshot* earlier,
                                      const Catalog& catalog,
                                      ResourceIndex resource) {
  if (earlier == nullptr) return std::nullopt;
  const ResourceIndex then =
      earlier->catalog->FindResource(catalog.key(resource));
  if (then == ResourceIndex::kNone ||
      &earlier->catalog->resource(then) != &catalog.resource(resource)) {
    return std::nullopt;
  }
  return earlier->cold_rows[ToInt(then)];
}

void BindCold(const Catalog& catalog, const ModelSet& models,
              const ServingSnapshot* earlier, ServingSnapshot& snapshot) {
  const int32_t num_resources = catalog.num_resources();
  snapshot.cold_rows.assign(num_resources, -1);
  const InterestParams& params = models.interest.params();
  if (!models.interest.has_factors() || params.cold_features.empty()) return;
  if (earlier != nullptr && earlier->models.get() != &models) earlier = nullptr;

  const Eigen::Index num_factors = params.factors.factors.cols();
  std::vector<float> cold;  // Row after row.
  Eigen::RowVectorXf factors(num_factors);
  for (int32_t resource = 0; resource < num_resources; ++resource) {
    const ResourceIndex index{resource};
    if (snapshot.resource_row(index) != ResourceRow::kNone) continue;
    const std::optional<int32_t> row = EarlierColdRow(earlier, catalog, index);
    if (row == -1) continue;
    if (row.has_value()) {
      factors = earlier->cold_factors.row(*row);
    } else {
      factors.setZero();
      if (!AddColdFactors(params, catalog.resource(index), factors)) continue;
    }
    snapshot.cold_rows[resource] = static_cast<int32_t>(
        static_cast<Eigen::Index>(cold.size()) / num_factors);
    cold.insert(cold.end(), factors.data(), factors.data() + num_factors);
  }
  snapshot.cold_factors = Eigen::Map<const FactorMatrix>(
      cold.data(), static_cast<Eigen::Index>(cold.size()) / num_factors,
      num_factors);
}

absl::Span<const float> RowOf(const FactorMatrix& factors, int32_t row) {
  return {factors.row(row).data(), static_cast<size_t>(factors.cols())};
}

}  // namespace

absl::Span<const float> ServingSnapshot::FactorsOf(ResourceIndex i) const {
  const ResourceRow row = resource_row(i);
  if (row == ResourceRow::kNone) {
    const int32_t cold_row = cold_rows[ToInt(i)];
    if (cold_row < 0) return {};
    return RowOf(cold_factors, cold_row);
  }
  if (!models->interest.has_factors()) return {};
  return RowOf(models->interest.params().factors.factors, ToInt(row));
}

std::shared_ptr<const ServingSnapshot> Bind(
    std::shared_ptr<const Catalog> catalog,
    std::shared_ptr<const ModelSet> models, const ServingSnapshot* earlier) {
  assert(catalog != nullptr && models != nullptr);
  auto snapshot = std::make_shared<ServingSnapshot>();
  BindResources(*catalog, *models, *snapshot);
  BindKcs(*catalog, *models, *snapshot);
  BindCold(*catalog, *models, earlier, *snapshot);
  snapshot->catalog = std::move(catalog);
  snapshot->models = std::move(models);
  return snapshot;
}

}  // namespace evenlight
