#include "storage/goal_store.h"

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

StoredGoal MakeGoal(const KcId& kc) {
  StoredGoal goal;
  goal.goal.kcs = {kc};
  goal.goal.due_time = absl::FromUnixSeconds(9);
  goal.requests = {{"q1", "digest"}};
  return goal;
}

class GoalStoreTest : public DatabaseContract {
 protected:
  GoalStore store() { return GoalStore(database_.get()); }
  void Put(const TenantId& tenant, const LearnerId& learner,
           const StoredGoal& goal) {
    WriteBatch batch;
    store().Put(tenant, learner, goal, &batch);
    Write(batch);
  }
};

INSTANTIATE_TEST_SUITE_P(All, GoalStoreTest, AllDatabases(), NameOfKind);

TEST_P(GoalStoreTest, AGoalTakesThePlaceOfTheEarlierOne) {
  EXPECT_EQ(*store().Get("t", "l"), std::nullopt);
  Put("t", "l", MakeGoal("k1"));
  Put("t", "l", MakeGoal("k2"));
  EXPECT_EQ(*store().Get("t", "l"), MakeGoal("k2"));
}

TEST_P(GoalStoreTest, GoalsOfOtherLearnersAndTenantsAreOthers) {
  Put("t", "l", MakeGoal("k1"));
  Put("t", "l1", MakeGoal("k2"));
  EXPECT_EQ(*store().Get("t", "l"), MakeGoal("k1"));
  EXPECT_EQ(*store().Get("u", "l"), std::nullopt);
}

TEST_P(GoalStoreTest, ADeletedGoalIsGone) {
  Put("t", "l", MakeGoal("k1"));
  WriteBatch batch;
  store().Delete("t", "l", &batch);
  Write(batch);
  EXPECT_EQ(*store().Get("t", "l"), std::nullopt);
}

}  // namespace
}  // namespace evenlight
