#include "recommender/models/model_binding.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

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

}  // namespace
}  // namespace evenlight
