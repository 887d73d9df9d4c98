#include "core/catalog.h"

#include <string>

#include "gmock/gmock.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const Resource> MakeResource(std::string id,
                                             std::vector<KcId> kcs,
                                             int created) {
  Resource resource;
  resource.id = std::move(id);
  resource.kcs = std::move(kcs);
  resource.create_time = absl::FromUnixSeconds(created);
  return std::make_shared<const Resource>(std::move(resource));
}

std::shared_ptr<const KnowledgeComponent> MakeKc(
    std::string id, std::vector<KcId> prerequisites = {}) {
  KnowledgeComponent kc;
  kc.id = std::move(id);
  kc.prerequisites = std::move(prerequisites);
  return std::make_shared<const KnowledgeComponent>(std::move(kc));
}

class CatalogTest : public testing::Test {
 protected:
  const Catalog catalog_{
      7,
      {MakeResource("r2", {"k1", "missing", "k2", "k1"}, 20),
       MakeResource("r1", {"k2"}, 10), MakeResource("r3", {}, 20)},
      {MakeKc("k2", {"k1", "missing"}), MakeKc("k1")}};
};

TEST_F(CatalogTest, HoldsEverythingInTheOrderOfIds) {
  EXPECT_EQ(catalog_.version(), 7);
  ASSERT_EQ(catalog_.num_resources(), 3);
  ASSERT_EQ(catalog_.num_kcs(), 2);
  EXPECT_EQ(catalog_.resource(ResourceIndex{0}).id, "r1");
  EXPECT_EQ(catalog_.resource(ResourceIndex{2}).id, "r3");
  EXPECT_EQ(catalog_.kc(KcIndex{0}).id, "k1");
}

TEST_F(CatalogTest, FindsByIdAndByKeyAndNothingElse) {
  EXPECT_EQ(catalog_.FindResource("r2"), ResourceIndex{1});
  EXPECT_EQ(catalog_.FindResource(ResourceKeyOf("r2")), ResourceIndex{1});
  EXPECT_EQ(catalog_.key(ResourceIndex{1}), ResourceKeyOf("r2"));
  EXPECT_EQ(catalog_.FindResource("r"), ResourceIndex::kNone);
  EXPECT_EQ(catalog_.FindResource(ResourceKey{1}), ResourceIndex::kNone);
  EXPECT_EQ(catalog_.FindKc("k2"), KcIndex{1});
  EXPECT_EQ(catalog_.FindKc(KcKeyOf("k2")), KcIndex{1});
  EXPECT_EQ(catalog_.key(KcIndex{1}), KcKeyOf("k2"));
  EXPECT_EQ(catalog_.FindKc("missing"), KcIndex::kNone);
}

TEST_F(CatalogTest, IndexesHoldKnownKcsOnceAndAgree) {
  EXPECT_THAT(catalog_.KcsOf(ResourceIndex{1}),
              ElementsAre(KcIndex{0}, KcIndex{1}));
  EXPECT_THAT(catalog_.KcsOf(ResourceIndex{2}), IsEmpty());
  EXPECT_THAT(catalog_.ResourcesOf(KcIndex{0}), ElementsAre(ResourceIndex{1}));
  EXPECT_THAT(catalog_.ResourcesOf(KcIndex{1}),
              ElementsAre(ResourceIndex{0}, ResourceIndex{1}));
}

TEST_F(CatalogTest, NewestComesFirstAndThenTheLesserId) {
  EXPECT_THAT(
      catalog_.NewestFirst(),
      ElementsAre(ResourceIndex{1}, ResourceIndex{2}, ResourceIndex{0}));
}

TEST_F(CatalogTest, CurriculumHasThePrerequisitesThatExist) {
  EXPECT_THAT(catalog_.curriculum().Prerequisites(KcIndex{1}),
              ElementsAre(KcIndex{0}));
}

TEST(EmptyCatalogTest, HoldsNothing) {
  const Catalog catalog(0, {}, {});
  EXPECT_EQ(catalog.num_resources(), 0);
  EXPECT_THAT(catalog.NewestFirst(), IsEmpty());
  EXPECT_EQ(catalog.FindKc(""), KcIndex::kNone);
}

}  // namespace
}  // namespace evenlight
