#include "storage/learner_state_store.h"

#include "storage/keys.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;

class LearnerStateStoreTest : public DatabaseContract {
 protected:
  void Put(const TenantId& tenant, const LearnerId& learner,
           const StoredLearnerState& state) {
    WriteBatch batch;
    LearnerStateStore(database_.get()).Put(tenant, learner, state, &batch);
    Write(batch);
  }
  LearnerStateStore store() { return LearnerStateStore(database_.get()); }
};

INSTANTIATE_TEST_SUITE_P(All, LearnerStateStoreTest, AllDatabases(),
                         NameOfKind);

TEST_P(LearnerStateStoreTest, NewerStateTakesTheOldersPlace) {
  Put("t", "l", {false, 1, 2, "old"});
  const StoredLearnerState state{true, 7, 3, std::string("new\0\xff", 5)};
  Put("t", "l", state);
  EXPECT_EQ(*store().Get("t", "l"), state);
  EXPECT_EQ(*store().Get("t", "l2"), std::nullopt);
  EXPECT_EQ(*store().Get("u", "l"), std::nullopt);
}

TEST_P(LearnerStateStoreTest, ManyComeInTheOrderAsked) {
  const StoredLearnerState one{false, 1, 1, "1"};
  const StoredLearnerState two{false, 2, 1, "2"};
  Put("t", "a", one);
  Put("t", "b", two);
  EXPECT_THAT(*store().MultiGet("t", {"b", "x", "a"}),
              ElementsAre(two, std::nullopt, one));
}

TEST_P(LearnerStateStoreTest, ListingBeginsWhereAskedAndKeepsToItsTenant) {
  for (const TenantId tenant : {"a", "a-", "ab"}) {
    for (const LearnerId learner : {"l", "l-", "l1"}) {
      Put(tenant, learner, {false, 0, 0, tenant});
    }
  }
  std::vector<LearnerId> learners;
  EXPECT_THAT(store().List("a", "l-",
                           [&](const LearnerId& learner,
                               const StoredLearnerState& state) {
                             EXPECT_EQ(state.state, "a");
                             learners.push_back(learner);
                             return true;
                           }),
              IsOk());
  EXPECT_THAT(learners, ElementsAre("l-", "l1"));
}

TEST_P(LearnerStateStoreTest, BrokenRecordIsADamagedState) {
  const StoredLearnerState sound{true, 1, 1, ""};
  Put("t7", "l8", sound);
  PutOne(Family::kLearnerState, IdKey("t7", "l9"), "\xff\xff");
  EXPECT_FALSE(sound.is_damaged());
  const auto states = store().MultiGet("t7", {"l8", "l9"});
  ASSERT_THAT(states, IsOk());
  EXPECT_EQ((*states)[0], sound);
  EXPECT_TRUE((*states)[1]->is_stale);
  EXPECT_TRUE((*states)[1]->is_damaged());
  std::string listed;
  EXPECT_THAT(
      store().List(
          "t7", "",
          [&](const LearnerId& learner, const StoredLearnerState& state) {
            listed += learner + (state.is_damaged() ? "!" : "");
            return true;
          }),
      IsOk());
  EXPECT_EQ(listed, "l8l9!");
}

}  // namespace
}  // namespace evenlight
