#include "core/curriculum.h"

#include <random>
#include <set>

#include "gmock/gmock.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Edge = Curriculum::Edge;

Edge Needs(int kc, int prerequisite) {
  return {KcIndex{prerequisite}, KcIndex{kc}};
}

TEST(CurriculumTest, RepeatedEdgesCountOnce) {
  const Curriculum curriculum(3, {Needs(2, 1), Needs(2, 0), Needs(2, 1)});
  EXPECT_THAT(curriculum.Prerequisites(KcIndex{2}),
              ElementsAre(KcIndex{0}, KcIndex{1}));
  EXPECT_THAT(curriculum.cycles(), IsEmpty());
  EXPECT_EQ(curriculum.num_groups(), 3);
}

TEST(CurriculumTest, SelfLoopIsACycleAndNoPrerequisite) {
  const Curriculum curriculum(2, {Needs(1, 1), Needs(1, 0)});
  EXPECT_THAT(curriculum.Prerequisites(KcIndex{1}), ElementsAre(KcIndex{0}));
  EXPECT_THAT(curriculum.cycles(), ElementsAre(ElementsAre(KcIndex{1})));
}

TEST(CurriculumTest, CycleIsOneGroupWithoutPrerequisitesInside) {
  // 0 <- {1, 2, 3 in a cycle} <- 4.
  const Curriculum curriculum(
      5, {Needs(1, 3), Needs(2, 1), Needs(3, 2), Needs(2, 0), Needs(4, 3)});
  EXPECT_THAT(curriculum.cycles(),
              ElementsAre(ElementsAre(KcIndex{1}, KcIndex{2}, KcIndex{3})));
  EXPECT_EQ(curriculum.num_groups(), 3);
  EXPECT_EQ(curriculum.Group(KcIndex{1}), curriculum.Group(KcIndex{3}));
  EXPECT_THAT(curriculum.Prerequisites(KcIndex{1}), IsEmpty());
  EXPECT_THAT(curriculum.Prerequisites(KcIndex{2}), ElementsAre(KcIndex{0}));
  EXPECT_THAT(curriculum.Prerequisites(KcIndex{4}), ElementsAre(KcIndex{3}));
  EXPECT_LT(curriculum.Group(KcIndex{0}), curriculum.Group(KcIndex{1}));
  EXPECT_LT(curriculum.Group(KcIndex{1}), curriculum.Group(KcIndex{4}));
}

TEST(CurriculumTest, ChainOfAMillionNeedsNoDeepStack) {
  constexpr int kNumKcs = 1'000'000;
  std::vector<Edge> edges;
  for (int kc = 1; kc < kNumKcs; ++kc) edges.push_back(Needs(kc - 1, kc));
  const Curriculum curriculum(kNumKcs, edges);
  EXPECT_EQ(curriculum.num_groups(), kNumKcs);
  EXPECT_EQ(curriculum.Group(KcIndex{kNumKcs - 1}), 0);
}

// reachable[a][b]: b is a prerequisite of a, directly or not.
std::vector<std::vector<bool>> Closure(int num_kcs,
                                       const std::vector<Edge>& edges) {
  std::vector<std::vector<bool>> reachable(num_kcs, std::vector<bool>(num_kcs));
  for (const Edge& edge : edges) {
    reachable[ToInt(edge.kc)][ToInt(edge.prerequisite)] = true;
  }
  for (int via = 0; via < num_kcs; ++via) {
    for (int from = 0; from < num_kcs; ++from) {
      for (int to = 0; to < num_kcs; ++to) {
        if (reachable[from][via] && reachable[via][to]) {
          reachable[from][to] = true;
        }
      }
    }
  }
  return reachable;
}

TEST(CurriculumTest, GroupsAreMutualReachabilityOnRandomGraphs) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const int num_kcs = 1 + static_cast<int>(random() % 12);
    std::vector<Edge> edges(random() % 20);
    for (Edge& edge : edges) {
      edge = Needs(static_cast<int>(random() % num_kcs),
                   static_cast<int>(random() % num_kcs));
    }
    const Curriculum curriculum(num_kcs, edges);
    const auto reachable = Closure(num_kcs, edges);
    std::set<int> in_cycles;
    for (const auto& cycle : curriculum.cycles()) {
      for (const KcIndex kc : cycle) in_cycles.insert(ToInt(kc));
    }
    for (int a = 0; a < num_kcs; ++a) {
      EXPECT_EQ(in_cycles.count(a) == 1, reachable[a][a]);
      for (int b = 0; b < num_kcs; ++b) {
        const bool same = a == b || (reachable[a][b] && reachable[b][a]);
        EXPECT_EQ(curriculum.Group(KcIndex{a}) == curriculum.Group(KcIndex{b}),
                  same);
        if (reachable[a][b]) {
          EXPECT_LE(curriculum.Group(KcIndex{b}), curriculum.Group(KcIndex{a}));
        }
      }
    }
  }
}

}  // namespace
}  // namespace evenlight
