#include "recommender/training/prerequisite_outcomes.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

constexpr float kLog2 = 0.693147f;  // log(1 + one answer).
constexpr float kLog3 = 1.098612f;

std::shared_ptr<const KnowledgeComponent> Kc(const KcId& id,
                                             std::vector<KcId> prerequisites) {
  auto kc = std::make_shared<KnowledgeComponent>();
  kc->id = kc->title = id;
  kc->prerequisites = std::move(prerequisites);
  return kc;
}

Interaction Answered(const KcId& kc, bool is_correct) {
  Interaction answer;
  answer.verb = Verb::kAnswered;
  answer.kcs = {KcKeyOf(kc)};
  answer.is_correct = is_correct;
  return answer;
}

// a, b -> c -> d <-> e
class PrerequisiteOutcomesTest : public testing::Test {
 protected:
  PrerequisiteOutcomesTest()
      : catalog_(1, {},
                 {Kc("a", {}), Kc("b", {}), Kc("c", {"a", "b"}),
                  Kc("d", {"c", "e"}), Kc("e", {"d", "e"})}),
        outcomes_(&catalog_) {
    history_ = {Answered("a", true), Answered("b", false), Answered("b", false),
                Answered("c", true), Answered("d", false), Answered("e", true)};
    outcomes_.Start(history_);
  }

  Catalog catalog_;
  PrerequisiteOutcomes outcomes_;
  std::vector<Interaction> history_;
};

TEST_F(PrerequisiteOutcomesTest, DirectAndFurtherOnesAreKeptApart) {
  EXPECT_THAT(outcomes_.Of({KcKeyOf("c")}),
              ElementsAre(FloatEq(kLog2), FloatEq(kLog3), 0, 0));
  EXPECT_THAT(outcomes_.Of({KcKeyOf("d")}),
              ElementsAre(FloatEq(kLog2), 0, FloatEq(kLog2), FloatEq(kLog3)));
}

TEST_F(PrerequisiteOutcomesTest, ItsOwnCycleIsNoPrerequisite) {
  EXPECT_THAT(outcomes_.Of({KcKeyOf("a")}), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(outcomes_.Of({KcKeyOf("e")}), ElementsAre(0, 0, 0, 0));
}

TEST_F(PrerequisiteOutcomesTest, WhatTheQuestionPractisesItselfDoesNotCount) {
  EXPECT_THAT(outcomes_.Of({KcKeyOf("c"), KcKeyOf("b")}),
              ElementsAre(FloatEq(kLog2), 0, 0, 0));
  // a is direct for c and further for d: it counts once.
  EXPECT_THAT(outcomes_.Of({KcKeyOf("c"), KcKeyOf("d")}),
              ElementsAre(FloatEq(kLog2), FloatEq(kLog3), 0, 0));
}

TEST_F(PrerequisiteOutcomesTest, StartForgetsTheLastLearner) {
  outcomes_.Start({});
  EXPECT_THAT(outcomes_.Of({KcKeyOf("d")}), ElementsAre(0, 0, 0, 0));
}

TEST_F(PrerequisiteOutcomesTest, UnknownKcsHaveNone) {
  EXPECT_THAT(outcomes_.Of({KcKeyOf("elsewhere")}), ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace evenlight
