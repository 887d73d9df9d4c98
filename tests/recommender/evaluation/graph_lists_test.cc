#include "recommender/evaluation/graph_lists.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

constexpr float kMastered = 0.95f;

// a -> b -> (c <-> d), d needs itself too; e stands alone without a question.
std::shared_ptr<const ServingSnapshot> SmallGraph() {
  return MakeSnapshot(
      {Kc("a"), Kc("b", {"a"}), Kc("c", {"b", "d"}), Kc("d", {"c", "d"}),
       Kc("e"), Kc("f", {"e"})},
      {Question("qa", {"a"}), Question("qb", {"b"}), Question("qc", {"c"}),
       Question("qd", {"d"}), Question("qf", {"f"})});
}

RankedList ListOf(const ServingSnapshot& snapshot,
                  const std::vector<ResourceId>& ids) {
  RankedList list;
  for (const ResourceId& id : ids) {
    list.shown.emplace_back().resource = snapshot.catalog->FindResource(id);
  }
  return list;
}

TEST(CountListTest, CountsWhatIsShownBeforeItsTime) {
  const auto snapshot = SmallGraph();
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  ListCounts counts;
  CountList(view, ListOf(*snapshot, {"qa", "qb", "qd"}), counts);
  CountList(view, RankedList(), counts);
  // Of the cycle only c needs what is outside it.
  EXPECT_EQ(
      counts,
      (ListCounts{
          .num_lists = 2, .num_empty = 1, .num_items = 3, .num_unmet = 1}));
}

TEST(WalkGraphTest, OpensEverythingInSpiteOfCycles) {
  const GraphWalk walk = WalkGraph(*SmallGraph(), kMastered);
  EXPECT_EQ(walk.num_kcs, 6);
  EXPECT_EQ(walk.num_ready, 6);
  EXPECT_EQ(walk.num_mastered, 6);
  EXPECT_EQ(walk.num_unasked, 1);
  EXPECT_GT(walk.num_rounds, 3);  // One after the other, several answers each.
}

TEST(WalkGraphTest, WhatIsPresumedNeedsNoRound) {
  TracingParams params;
  params.kcs = {"a", "b"};
  params.bkt = {{.p_init = 0.99f}, {.p_init = 0.99f}};
  params.kc_p_correct = {0.9f, 0.9f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  const GraphWalk walk =
      WalkGraph(*MakeSnapshot({Kc("a"), Kc("b", {"a"})}, {Question("q", {"a"})},
                              std::move(models)),
                kMastered);
  EXPECT_EQ(walk.num_ready, 2);
  EXPECT_EQ(walk.num_mastered, 2);
  EXPECT_EQ(walk.num_rounds, 0);
}

// A kc is not mastered by the one question it has, and questions do not come
// back after a right answer: what builds on it is shown all the same, when
// nothing else is left.
TEST(FollowListsTest, AsksEverythingOnceAndTellsWhatCameEarly) {
  const ListWalk walk = FollowLists(*SmallGraph(), RankingPolicy(), 2);
  EXPECT_EQ(walk.num_asked, 5);
  EXPECT_EQ(walk.lists.num_items, 5);
  EXPECT_EQ(walk.lists.num_empty, 1);
  EXPECT_GT(walk.lists.num_unmet, 0);
  EXPECT_LT(walk.num_mastered, 5);
}

TEST(FollowListsTest, WithQuestionsEnoughNothingComesEarly) {
  std::vector<Resource> questions;
  for (int number = 0; number < 12; ++number) {
    for (const std::string kc : {"a", "b", "c"}) {
      questions.push_back(Question(kc + std::to_string(number), {kc}));
    }
  }
  const ListWalk walk = FollowLists(
      *MakeSnapshot({Kc("a"), Kc("b", {"a"}), Kc("c", {"b"})}, questions),
      RankingPolicy(), 1);
  EXPECT_EQ(walk.num_mastered, 3);
  EXPECT_EQ(walk.lists.num_unmet, 0);
}

}  // namespace
}  // namespace evenlight
