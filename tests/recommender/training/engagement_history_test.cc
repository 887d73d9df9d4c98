#include "recommender/training/engagement_history.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/training/viewers.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(EngagementHistoryTest, AfterHoldsOnlyWhatIsNewAndHasARow) {
  Viewers viewers;
  viewers.Add(0, {"b", "a"}, {"a", "c", "never-before"});
  viewers.Add(0, {"c"}, {});
  const EngagementHistory history = CollectEngagements(
      LaterWindow(viewers.dataset().learners), viewers.dataset().ids, 2);
  EXPECT_THAT(history.resources, ElementsAre("a", "b", "c"));
  ASSERT_EQ(history.before.num_learners(), 2);
  ASSERT_THAT(history.before.Of(0), SizeIs(2));
  EXPECT_EQ(history.before.Of(0)[0].resource, ResourceRow{0});
  EXPECT_GT(history.before.Of(0)[0].weight, 0);
  EXPECT_THAT(history.after[0], ElementsAre(ResourceRow{2}));
  EXPECT_THAT(history.after[1], IsEmpty());
}

TEST(EngagementHistoryTest, FoldInSeesTheLatestAsAtServing) {
  Viewers viewers;
  std::vector<ResourceId> many;
  for (int resource = 0; resource < 100; ++resource) {
    many.push_back(absl::StrCat(1000 - resource));
  }
  viewers.Add(0, many, {});
  viewers.Add(0, {"1000"}, {});
  const EngagementHistory history = CollectEngagements(
      LaterWindow(viewers.dataset().learners), viewers.dataset().ids, 2);
  EXPECT_THAT(history.before.Of(0), SizeIs(100));
  EXPECT_THAT(history.latest.Of(0), SizeIs(100));
  EXPECT_THAT(history.latest.Of(1), SizeIs(1));
}

}  // namespace
}  // namespace evenlight
