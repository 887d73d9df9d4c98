#include "recommender/models/model_binding.h"

#include <cassert>
#include <utility>

#include "recommender/models/cold_factors.h"

namespace evenlight {
namespace {

void BindResources(const Catalog& catalog, const ModelSet& models,
                   ServingSnapshot& snapshot) {
  const int32_t num_resources = catalog.num_resources();
  snapshot.resource_rows.reserve(num_resources);
  snapshot.question_rows.reserve(num_resources);
  snapshot.popularity.reserve(num_resources);
  snapshot.catalog_rows.assign(models.interest.num_resources(),
                               ResourceIndex::kNone);
  std::vector<float> popularity = models.interest.params().popularity;
  popularity.resize(models.interest.num_resources());
  for (int32_t resource = 0; resource < num_resources; ++resource) {
    const ResourceIndex index{resource};
    const ResourceKey key = catalog.key(index);
    const ResourceRow row = models.interest.FindResource(key);
    snapshot.resource_rows.push_back(row);
    snapshot.question_rows.push_back(models.tracing.FindQuestion(key));
    const bool is_known = row != ResourceRow::kNone;
    if (is_known) snapshot.catalog_rows[ToInt(row)] = index;
    snapshot.popularity.push_back(is_known ? popularity[ToInt(row)] : 0);
  }
}

void BindKcs(const Catalog& catalog, const ModelSet& models,
             ServingSnapshot& snapshot) {
  snapshot.kc_rows.reserve(catalog.num_kcs());
  for (int32_t kc = 0; kc < catalog.num_kcs(); ++kc) {
    const KcRow row = models.tracing.FindKc(catalog.key(KcIndex{kc}));
    const BktParams& bkt = models.tracing.Bkt(row);
    snapshot.kc_rows.push_back(row);
    snapshot.p_init.push_back(bkt.p_init);
    snapshot.reachable.push_back(ReachableKnown(bkt));
  }
}

// The position in `earlier` of the resource, if it was the same object then, so
// that its features are the same; else kNone.
ResourceIndex EarlierSame(const ServingSnapshot* earlier,
                          const Catalog& catalog, ResourceIndex resource) {
  if (earlier == nullptr) return ResourceIndex::kNone;
  const ResourceIndex then =
      earlier->catalog->FindResource(catalog.key(resource));
  return then != ResourceIndex::kNone && &earlier->catalog->resource(then) ==
                                             &catalog.resource(resource)
             ? then
             : ResourceIndex::kNone;
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
    const ResourceIndex then = EarlierSame(earlier, catalog, index);
    if (then != ResourceIndex::kNone) {
      const int32_t row = earlier->cold_rows[ToInt(then)];
      if (row < 0) continue;
      factors = earlier->cold_factors.row(row);
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

// The position in `earlier` of what has the same factors there; kNone if
// nothing has.
ResourceIndex EarlierFactors(const ServingSnapshot* earlier,
                             const Catalog& catalog, ResourceRow row,
                             ResourceIndex resource) {
  if (earlier == nullptr) return ResourceIndex::kNone;
  if (row != ResourceRow::kNone) return earlier->catalog_rows[ToInt(row)];
  return EarlierSame(earlier, catalog, resource);
}

void BindCoarse(const Catalog& catalog, const ModelSet& models,
                const ServingSnapshot* earlier, ServingSnapshot& snapshot) {
  const InterestModel& interest = models.interest;
  const int32_t num_resources = catalog.num_resources();
  if (earlier != nullptr && earlier->models.get() != &models) earlier = nullptr;
  snapshot.coarse = CoarseCatalog(
      num_resources,
      static_cast<size_t>(interest.params().factors.factors.cols()));
  for (int32_t i = 0; i < num_resources; ++i) {
    const ResourceIndex resource{i};
    const absl::Span<const float> factors = snapshot.FactorsOf(resource);
    if (factors.empty()) continue;
    const ResourceIndex there = EarlierFactors(
        earlier, catalog, snapshot.resource_row(resource), resource);
    if (there == ResourceIndex::kNone) {
      snapshot.coarse.Set(resource, factors);
    } else {
      snapshot.coarse.Copy(resource, earlier->coarse, there);
    }
  }
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
  BindCoarse(*snapshot->catalog, *snapshot->models, earlier, *snapshot);
  return snapshot;
}

}  // namespace evenlight
