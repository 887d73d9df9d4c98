#include "recommender/models/model_binding.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/resource_features.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const Resource> MakeResource(const ResourceId& id) {
  Resource resource;
  resource.id = id;
  resource.kcs = {"add"};
  return std::make_shared<const Resource>(resource);
}

std::shared_ptr<const KnowledgeComponent> MakeKc(const KcId& id) {
  KnowledgeComponent kc;
  kc.id = id;
  return std::make_shared<const KnowledgeComponent>(kc);
}

// The model knows r2 and r1 in this order, and r9, which the catalog has lost.
std::shared_ptr<const ModelSet> MakeModels() {
  auto models = std::make_shared<ModelSet>();
  TracingParams tracing;
  tracing.kcs = {"add"};
  tracing.bkt = {BktParams{}};
  tracing.kc_p_correct = {0.5f};
  tracing.questions = {"r2"};
  tracing.question_p_correct = {0.5f};
  models->tracing = TracingModel(tracing);
  InterestParams interest;
  interest.resources = {"r2", "r9", "r1"};
  interest.popularity = {3, 2, 1};
  models->interest = InterestModel(interest);
  return models;
}

TEST(BindTest, JoinsRowsAndPositionsBothWays) {
  const auto catalog = std::make_shared<const Catalog>(
      1,
      std::vector{MakeResource("r1"), MakeResource("r2"), MakeResource("r3")},
      std::vector{MakeKc("add"), MakeKc("new")});
  const auto snapshot = Bind(catalog, MakeModels());

  const ResourceIndex r1 = catalog->FindResource("r1");
  const ResourceIndex r2 = catalog->FindResource("r2");
  const ResourceIndex r3 = catalog->FindResource("r3");
  EXPECT_EQ(snapshot->resource_row(r1), ResourceRow{2});
  EXPECT_EQ(snapshot->resource_row(r2), ResourceRow{0});
  EXPECT_EQ(snapshot->resource_row(r3), ResourceRow::kNone);
  EXPECT_EQ(snapshot->question_row(r1), QuestionRow::kNone);
  EXPECT_EQ(snapshot->question_row(r2), QuestionRow{0});
  EXPECT_EQ(snapshot->kc_row(catalog->FindKc("add")), KcRow{0});
  EXPECT_EQ(snapshot->kc_row(catalog->FindKc("new")), KcRow::kNone);
  EXPECT_EQ(snapshot->catalog_rows,
            (std::vector<ResourceIndex>{r2, ResourceIndex::kNone, r1}));
}

TEST(BindTest, DefaultModelsHaveNoRows) {
  const auto catalog = std::make_shared<const Catalog>(
      1, std::vector{MakeResource("r1")}, std::vector{MakeKc("add")});
  const auto snapshot = Bind(catalog, std::make_shared<const ModelSet>());
  EXPECT_EQ(snapshot->resource_row(ResourceIndex{0}), ResourceRow::kNone);
  EXPECT_EQ(snapshot->kc_row(KcIndex{0}), KcRow::kNone);
  EXPECT_TRUE(snapshot->catalog_rows.empty());
}

// What this kc adds to a resource with another.
uint64_t FingerprintOf(const KcId& kc) {
  Resource resource;
  resource.kcs = {"other"};
  const std::vector<uint64_t> without = ResourceFeatures(resource);
  resource.kcs.push_back(kc);
  for (const uint64_t feature : ResourceFeatures(resource)) {
    if (!std::binary_search(without.begin(), without.end(), feature)) {
      return feature;
    }
  }
  return 0;
}

std::shared_ptr<const Resource> Practising(const ResourceId& id,
                                           std::vector<KcId> kcs) {
  Resource resource;
  resource.id = id;
  resource.kcs = std::move(kcs);
  return std::make_shared<const Resource>(resource);
}

std::shared_ptr<const Catalog> CatalogOf(
    std::vector<std::shared_ptr<const Resource>> resources) {
  return std::make_shared<const Catalog>(
      1, std::move(resources),
      std::vector<std::shared_ptr<const KnowledgeComponent>>());
}

// Knows the resource "old", and what two kcs add to factors.
std::shared_ptr<const ModelSet> ColdModels(float of_add = 1) {
  InterestParams interest;
  interest.resources = {"old"};
  interest.popularity = {1};
  interest.factors.factors.resize(1, 2);
  interest.factors.factors << 7, 8;
  interest.cold.resize(2, 2);
  std::vector<std::pair<uint64_t, float>> features = {
      {FingerprintOf("add"), of_add}, {FingerprintOf("subtract"), 10.0f}};
  std::sort(features.begin(), features.end());
  for (int row = 0; row < 2; ++row) {
    interest.cold_features.push_back(features[row].first);
    interest.cold.row(row).setConstant(features[row].second);
    interest.cold(row, 1) *= 2;
  }
  auto models = std::make_shared<ModelSet>();
  models->interest = InterestModel(std::move(interest));
  return models;
}

absl::Span<const float> FactorsOf(const ServingSnapshot& snapshot,
                                  const ResourceId& id) {
  return snapshot.FactorsOf(snapshot.catalog->FindResource(id));
}

TEST(BindTest, NewResourcesHaveTheSumOfTheFeaturesThatTheModelKnows) {
  const auto snapshot =
      Bind(CatalogOf({Practising("both", {"subtract", "add", "unheard-of"}),
                      Practising("none", {"unheard-of"}),
                      Practising("old", {"add"}), Practising("one", {"add"})}),
           ColdModels());
  EXPECT_THAT(FactorsOf(*snapshot, "old"), ElementsAre(7, 8));
  EXPECT_THAT(FactorsOf(*snapshot, "both"), ElementsAre(11, 22));
  EXPECT_THAT(FactorsOf(*snapshot, "one"), ElementsAre(1, 2));
  EXPECT_THAT(FactorsOf(*snapshot, "none"), IsEmpty());
}

TEST(BindTest, WithoutFactorsNothingHasFactors) {
  const auto snapshot =
      Bind(CatalogOf({Practising("r1", {"add"}), Practising("r3", {"add"})}),
           MakeModels());
  EXPECT_THAT(FactorsOf(*snapshot, "r1"), IsEmpty());
  EXPECT_THAT(FactorsOf(*snapshot, "r3"), IsEmpty());
}

TEST(BindTest, AnEarlierBindingChangesNothing) {
  const auto models = ColdModels();
  const auto kept = Practising("kept", {"add"});
  const auto earlier = Bind(
      CatalogOf({Practising("a", {"add"}), kept, Practising("new", {"add"})}),
      models);
  const auto catalog =
      CatalogOf({Practising("another", {"subtract"}), kept,
                 Practising("new", {"subtract"}), Practising("none", {})});
  const auto snapshot = Bind(catalog, models, earlier.get());
  const auto afresh = Bind(catalog, models);
  EXPECT_EQ(snapshot->cold_rows, afresh->cold_rows);
  EXPECT_EQ(snapshot->cold_factors, afresh->cold_factors);
  EXPECT_THAT(FactorsOf(*snapshot, "new"), ElementsAre(10, 20));
}

TEST(BindTest, AnEarlierBindingOfAnotherModelIsNotTakenOver) {
  const auto catalog = CatalogOf({Practising("new", {"add"})});
  const auto earlier = Bind(catalog, ColdModels());
  const auto snapshot = Bind(catalog, ColdModels(3), earlier.get());
  EXPECT_THAT(FactorsOf(*snapshot, "new"), ElementsAre(3, 6));
}

}  // namespace
}  // namespace evenlight
