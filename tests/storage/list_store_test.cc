#include "storage/list_store.h"

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

StoredList MakeList(const ListId& id, const LearnerId& learner,
                    const std::string& request_id) {
  StoredList list;
  list.id = id;
  list.learner = learner;
  list.request_id = request_id;
  list.response = std::string("bytes\0\xff", 7);
  list.create_time = absl::FromUnixSeconds(5);
  list.candidates = {{"r1", 3, 0.25f, {0.5f, -1}, ""},
                     {"r2", 1, 0.125f, {}, "eligibility"}};
  list.drawn_position = 5;
  list.alternatives = {{"r1", 0.25f, 0.75f}, {"r3", 0.125f, 0.25f}};
  return list;
}

class ListStoreTest : public DatabaseContract {
 protected:
  ListStore store() { return ListStore(database_.get()); }
  void Put(const TenantId& tenant, const StoredList& list) {
    WriteBatch batch;
    store().Put(tenant, list, &batch);
    Write(batch);
  }
};

INSTANTIATE_TEST_SUITE_P(All, ListStoreTest, AllDatabases(), NameOfKind);

TEST_P(ListStoreTest, ListIsFoundByItsIdAndByItsRequest) {
  const StoredList list = MakeList("x", "l1", "q 1/\xe5\xad\xa6");
  Put("t", list);
  EXPECT_EQ(*store().Get("t", "x"), list);
  EXPECT_EQ(*store().FindRequest("t", "l1", list.request_id), list);
}

TEST_P(ListStoreTest, RequestsOfOtherLearnersAndTenantsAreOthers) {
  Put("t", MakeList("x", "l1", "q"));
  Put("t", MakeList("y", "l", "1q"));
  EXPECT_EQ((*store().FindRequest("t", "l", "1q"))->id, "y");
  EXPECT_EQ(*store().FindRequest("t", "l", "q"), std::nullopt);
  EXPECT_EQ(*store().FindRequest("t", "l1", "q1"), std::nullopt);
  EXPECT_EQ(*store().FindRequest("u", "l1", "q"), std::nullopt);
  EXPECT_EQ(*store().Get("u", "x"), std::nullopt);
}

TEST_P(ListStoreTest, ListWithoutARequestIsFoundByItsIdOnly) {
  Put("t", MakeList("x", "l1", ""));
  EXPECT_EQ((*store().Get("t", "x"))->id, "x");
  EXPECT_EQ(*store().FindRequest("t", "l1", ""), std::nullopt);
}

}  // namespace
}  // namespace evenlight
