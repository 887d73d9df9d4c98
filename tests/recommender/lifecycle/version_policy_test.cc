#include "recommender/lifecycle/version_policy.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

struct Case {
  std::string name;
  std::vector<int64_t> published;
  absl::flat_hash_set<int64_t> broken;
  std::optional<int64_t> pinned;
  int64_t serving;
  int64_t chosen;
  int64_t previous;
};

class VersionPolicyTest : public testing::TestWithParam<Case> {};

TEST_P(VersionPolicyTest, ChoosesAndGoesBackAsTheTableSays) {
  const Case& c = GetParam();
  const VersionFacts facts = {c.published, c.broken, c.pinned, c.serving};
  EXPECT_EQ(ChooseVersion(facts), c.chosen);
  EXPECT_EQ(PreviousVersion(facts), c.previous);
}

INSTANTIATE_TEST_SUITE_P(
    Table, VersionPolicyTest,
    testing::ValuesIn(std::vector<Case>{
        // name, published, broken, pinned, serving -> chosen, previous
        {"NothingPublished", {}, {}, {}, 0, 0, 0},
        {"First", {1}, {}, {}, 0, 1, 0},
        {"NothingNew", {1, 2}, {}, {}, 2, 2, 1},
        {"NewestWins", {2, 3, 1}, {}, {}, 1, 3, 0},
        {"BrokenNewestIsSkipped", {1, 2, 3}, {3}, {}, 2, 2, 1},
        {"BrokenOnesAreSkippedAtStart", {1, 2, 3}, {2, 3}, {}, 0, 1, 0},
        {"AllBroken", {1, 2}, {1, 2}, {}, 0, 0, 0},
        {"PinHoldsBackLaterOnes", {1, 2, 3}, {}, 1, 1, 1, 0},
        {"PinIsTakenAtStart", {1, 2, 3}, {}, 2, 0, 2, 0},
        {"BrokenPinKeepsServing", {1, 2, 3}, {1}, 1, 2, 2, 0},
        {"PinThatIsGoneKeepsServing", {2, 3}, {}, 1, 2, 2, 0},
        {"BrokenPinAtStart", {1, 2, 3}, {1}, 1, 0, 3, 0},
        {"DeletedServing", {1, 2}, {}, {}, 3, 2, 2},
        {"PreviousSkipsBroken", {1, 2, 3}, {2}, {}, 3, 3, 1},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace evenlight
