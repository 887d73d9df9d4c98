#include "recommender/class_plan/lesson_list.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/class_plan/class_world.h"

namespace evenlight {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

LessonList RankFor(const Class& c) {
  return RankForLesson(
      {*c.snapshot, c.learners, c.request, c.policy, kNow, c.rules});
}

std::vector<ResourceId> IdsOf(const Class& c, const LessonList& list) {
  std::vector<ResourceId> ids;
  for (const LessonResource& one : list.resources) {
    ids.push_back(c.snapshot->catalog->resource(one.resource).id);
  }
  return ids;
}

TEST(LessonListProperty, IsOrderedWithinTheFilterAndOpen) {
  int num_shown = 0;
  for (int seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Class c = RandomClass(seed);
    c.request.phase = Phase::kUnspecified;
    const LessonList list = RankFor(c);
    EXPECT_LE(static_cast<int>(list.resources.size()), c.request.page_size);
    std::set<ResourceIndex> seen;
    float last = 1;
    for (const LessonResource& one : list.resources) {
      EXPECT_TRUE(seen.insert(one.resource).second);
      EXPECT_LE(one.score, last);
      EXPECT_GE(one.score, 0);
      last = one.score;
      const Resource& r = c.snapshot->catalog->resource(one.resource);
      EXPECT_FALSE(r.hidden);
      EXPECT_LE(r.publish_time, kNow);
      EXPECT_GT(r.expire_time, kNow);
      if (!c.request.filter.subject.empty()) {
        EXPECT_EQ(r.subject, c.request.filter.subject);
      }
      EXPECT_LE(one.num_ready + one.num_mastered,
                static_cast<int>(c.learners.size()));
      EXPECT_FALSE(one.reason_text.empty());
      ++num_shown;
    }
  }
  EXPECT_GT(num_shown, 300);
}

// Fractions <- decimals; a plan and two questions each.
Class Unit() {
  std::vector<Resource> resources;
  for (const char* kc : {"fractions", "decimals"}) {
    resources.push_back(Question(absl::StrCat(kc, "-q0"), {kc}));
    resources.push_back(Question(absl::StrCat(kc, "-q1"), {kc}));
    Resource plan = Question(absl::StrCat(kc, "-plan"), {kc});
    plan.kind = ResourceKind::kLessonPlan;
    resources.push_back(plan);
  }
  Class c = {MakeSnapshot({Kc("fractions"), Kc("decimals", {"fractions"})},
                          resources)};
  for (int learner = 0; learner < 4; ++learner) {
    AddLearner(absl::StrCat("l", learner), 0, c);
  }
  c.request.phase = Phase::kUnspecified;
  return c;
}

TEST(LessonList, HoldsPlansAndRanksWhatTheClassIsReadyForFirst) {
  Class c = Unit();
  const LessonList list = RankFor(c);
  const std::vector<ResourceId> ids = IdsOf(c, list);
  ASSERT_EQ(ids.size(), 6u);
  EXPECT_THAT(ids, testing::Contains("decimals-plan"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ids[i], HasSubstr("fractions"));
  EXPECT_EQ(list.resources[0].num_ready, 4);
  EXPECT_EQ(list.resources[0].reason_text,
            "4 of 4 learners are ready for fractions and have not mastered "
            "it.");
  EXPECT_EQ(list.resources[5].reason_text,
            "None of the 4 learners has yet what decimals builds on.");
}

TEST(LessonList, WhenTheClassHasMasteredItTheNextComesFirst) {
  Class c = Unit();
  for (size_t learner = 0; learner < 4; ++learner) {
    Practise(c, learner, {"fractions-q0", "fractions-q1"}, true, 4);
  }
  const LessonList list = RankFor(c);
  EXPECT_THAT(IdsOf(c, list)[0], HasSubstr("decimals"));
  EXPECT_EQ(list.resources[5].reason_text,
            "4 of 4 learners have already mastered fractions.");
}

TEST(LessonList, NamesWhatTheUnitBuildsOnAndTheClassLacks) {
  Class c = Unit();
  c.request.filter.kcs = {"decimals"};
  Practise(c, 0, {"fractions-q0", "fractions-q1"}, true, 4);
  const LessonList list = RankFor(c);
  EXPECT_EQ(list.resources.size(), 3u);
  ASSERT_EQ(list.gaps.size(), 1u);
  EXPECT_EQ(list.gaps[0].num_missing, 3);
  EXPECT_EQ(list.gaps[0].reason_text,
            "The unit builds on fractions, which 3 of 4 learners lack.");
  EXPECT_EQ(list.map.size(), 2u);
  for (size_t learner = 1; learner < 4; ++learner) {
    Practise(c, learner, {"fractions-q0", "fractions-q1"}, true, 4);
  }
  EXPECT_THAT(RankFor(c).gaps, IsEmpty());
}

// A learner who needs captions cannot be given a film without; the plan is for
// the teacher.
TEST(LessonList, WhoCannotBeGivenItIsNotCounted) {
  Class c = Unit();
  c.learners[0].profile.accessibility_needs = 2;
  const LessonList list = RankFor(c);
  for (const LessonResource& one : list.resources) {
    const Resource& r = c.snapshot->catalog->resource(one.resource);
    if (r.kcs[0] != "fractions") continue;
    EXPECT_EQ(one.num_ready, r.kind == ResourceKind::kLessonPlan ? 4 : 3);
  }
}

TEST(LessonList, WhatIsAlikeDoesNotFillTheList) {
  std::vector<Resource> resources;
  for (int i = 0; i < 9; ++i) {
    resources.push_back(Question(absl::StrCat("a", i), {"k"}));
  }
  Resource plan = Question("plan", {"k"});
  plan.kind = ResourceKind::kLessonPlan;
  resources.push_back(plan);
  Class c = {MakeSnapshot({Kc("k")}, resources)};
  AddLearner("l", 0, c);
  c.request.phase = Phase::kUnspecified;
  c.request.page_size = 3;
  EXPECT_THAT(IdsOf(c, RankFor(c)), testing::ElementsAre("a0", "plan", "a1"));
}

TEST(LessonList, WithoutKcsOnlyUseCounts) {
  Class c = {MakeSnapshot({}, {Video("v", {})})};
  AddLearner("l", 0, c);
  const LessonList list = RankFor(c);
  ASSERT_EQ(list.resources.size(), 1u);
  EXPECT_EQ(list.resources[0].num_ready, 0);
  EXPECT_THAT(list.resources[0].reason_text, HasSubstr("names no topic"));
}

}  // namespace
}  // namespace evenlight
