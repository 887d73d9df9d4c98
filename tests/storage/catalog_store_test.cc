#include "storage/catalog_store.h"

#include "storage/keys.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::Pointee;

class CatalogStoreTest : public DatabaseContract {
 protected:
  CatalogStore store() { return CatalogStore(database_.get()); }
  void Put(const TenantId& tenant, const std::vector<Resource>& resources,
           const std::vector<KnowledgeComponent>& kcs, int64_t version) {
    WriteBatch batch;
    for (const Resource& resource : resources) {
      store().Put(tenant, resource, &batch);
    }
    for (const KnowledgeComponent& kc : kcs) store().Put(tenant, kc, &batch);
    store().PutVersion(tenant, version, &batch);
    Write(batch);
  }
};

INSTANTIATE_TEST_SUITE_P(All, CatalogStoreTest, AllDatabases(), NameOfKind);

Resource MakeResource(const ResourceId& id, const std::string& title) {
  Resource resource;
  resource.id = id;
  resource.title = title;
  return resource;
}

KnowledgeComponent MakeKc(const KcId& id, const std::string& title) {
  KnowledgeComponent kc;
  kc.id = id;
  kc.title = title;
  return kc;
}

TEST_P(CatalogStoreTest, NeverWrittenIsEmptyWithVersionZero) {
  const auto catalog = store().Load("t");
  ASSERT_THAT(catalog, IsOk());
  EXPECT_EQ(catalog->version, 0);
  EXPECT_TRUE(catalog->resources.empty());
  EXPECT_TRUE(catalog->kcs.empty());
}

TEST_P(CatalogStoreTest, LaterEntryTakesTheEarliersPlace) {
  Put("t", {MakeResource("r2", "old"), MakeResource("r1", "one")},
      {MakeKc("r1", "same id, other kind")}, 1);
  Put("t", {MakeResource("r2", "new")}, {}, 300);
  const auto catalog = store().Load("t");
  ASSERT_THAT(catalog, IsOk());
  EXPECT_EQ(catalog->version, 300);
  EXPECT_THAT(catalog->resources,
              ElementsAre(Pointee(MakeResource("r1", "one")),
                          Pointee(MakeResource("r2", "new"))));
  EXPECT_THAT(catalog->kcs,
              ElementsAre(Pointee(MakeKc("r1", "same id, other kind"))));
}

TEST_P(CatalogStoreTest, TenantsAreApart) {
  for (const TenantId tenant : {"ab", "a", "a-"}) {
    Put(tenant, {MakeResource("r", tenant)}, {}, 1);
  }
  for (const TenantId tenant : {"ab", "a", "a-"}) {
    EXPECT_THAT(store().Load(tenant)->resources,
                ElementsAre(Pointee(MakeResource("r", tenant))));
  }
  EXPECT_THAT(*store().Tenants(), ElementsAre("a", "a-", "ab"));
}

TEST_P(CatalogStoreTest, BrokenRecordNamesItsResource) {
  PutOne(Family::kCatalog, EntryKey("t7", EntryKind::kCatalogResource, "r9"),
         "\xff\xff");
  const auto catalog = store().Load("t7");
  EXPECT_THAT(catalog, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(
      std::string(catalog.status().message()),
      testing::AllOf(testing::HasSubstr("r9"), testing::HasSubstr("t7")));
}

TEST_P(CatalogStoreTest, BrokenVersionIsDataLoss) {
  PutOne(Family::kCatalog, EntryKey("t", EntryKind::kCatalogVersion, ""), "1");
  EXPECT_THAT(store().Load("t"), HasCode(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace evenlight
