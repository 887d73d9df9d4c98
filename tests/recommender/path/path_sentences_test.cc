#include "recommender/path/path_sentences.h"

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr ReasonLanguage kEn = ReasonLanguage::kEnglish;
constexpr ReasonLanguage kZh = ReasonLanguage::kChinese;

TEST(PathSentencesTest, AnActivitySaysWhatItIsForAndWhatBuildsOnIt) {
  EXPECT_EQ(ExplainActivity(ActivityKind::kPractise, "Halves", "Thirds", kEn),
            "Practise Halves first: Thirds builds on it.");
  EXPECT_EQ(ExplainActivity(ActivityKind::kPractise, "Thirds", "", kEn),
            "Practise Thirds: it is part of the goal.");
  EXPECT_EQ(ExplainActivity(ActivityKind::kCheck, "分数", "", kZh),
            "用没做过的题检验“分数”。");
  EXPECT_EQ(ExplainActivity(ActivityKind::kReview, "Halves", "", kEn),
            "Review Halves before it fades.");
}

TEST(PathSentencesTest, WhatIsInTheWayIsNamedWithItsNumbers) {
  EXPECT_EQ(ExplainObstacle({"Halves", 1, 3}, kEn),
            "Halves takes at least 3 right answers, and the catalog has only 1 "
            "suitable questions for it now.");
  EXPECT_EQ(ExplainObstacle({"分数", 0, 3}, kZh),
            "资源库里目前没有适合“分数”的题。");
}

TEST(PathSentencesTest, AStatusSaysWhatWouldDo) {
  GoalProgress progress;
  progress.num_kcs = 3;
  progress.num_reached = 1;
  progress.status = GoalStatus::kBehind;
  progress.earliest_date = "2026-03-09";
  progress.sufficient_minutes_a_day = 35;
  EXPECT_EQ(ExplainStatus(progress, "2026-03-04", 20, kEn),
            "It cannot all be reached by 2026-03-04 with 20 minutes a day: 1 "
            "of 3 reached, all of it expected on 2026-03-09. With 35 minutes a "
            "day it can.");
  progress.sufficient_minutes_a_day = 0;
  EXPECT_EQ(ExplainStatus(progress, "2026-03-04", 20, kZh),
            "每天 20 分钟，到 2026-03-04 不能全部达到：已达到 1/3，预计 "
            "2026-03-09 全部达到。每天多少分钟都不够。");
}

}  // namespace
}  // namespace evenlight
