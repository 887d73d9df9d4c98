#include "recommender/state/fold.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/state/state_io.h"
#include "tests/support/random_track.h"

namespace evenlight {
namespace {

constexpr KcKey kAdd{100};
constexpr KcKey kSubtract{200};
constexpr ResourceKey kQuestion{7};
constexpr ResourceKey kQuiz{8};

// The `n`th event of a learner, an hour after the one before.
Interaction EventAt(int n, Verb verb, ResourceKey resource) {
  Interaction event;
  event.position = {absl::FromUnixSeconds(1700000000) + absl::Hours(n),
                    absl::StrCat("e", n)};
  event.verb = verb;
  event.resource = resource;
  return event;
}

Interaction AnswerAt(int n, bool is_correct, ResourceKey question = kQuestion) {
  Interaction event = EventAt(n, Verb::kAnswered, question);
  event.question = question;
  event.kcs = {kAdd};
  event.is_correct = is_correct;
  return event;
}

LearnerState FoldAll(const std::vector<Interaction>& track,
                     const TracingModel& model = TracingModel()) {
  LearnerState state;
  Fold(model, track, state);
  return state;
}

TEST(FoldTest, CutAnywhereGivesTheSameStateBitByBit) {
  const TracingModel model = RandomTracingModel(1);
  for (int seed = 0; seed < 5; ++seed) {
    const std::vector<Interaction> track = RandomTrack(seed, 80, 40);
    const std::string whole = EncodeState(FoldAll(track, model));
    const auto all = absl::MakeConstSpan(track);
    for (size_t cut = 0; cut <= track.size(); ++cut) {
      LearnerState state;
      Fold(model, all.first(cut), state);
      Fold(model, all.subspan(cut), state);
      ASSERT_EQ(EncodeState(state), whole) << "cut at " << cut;
    }
  }
}

TEST(FoldTest, StoredInBetweenGivesTheSameStateBitByBit) {
  const TracingModel model = RandomTracingModel(1);
  const std::vector<Interaction> track = RandomTrack(9, 1500, 900);
  LearnerState state;
  for (const Interaction& event : track) {
    Fold(model, event, state);
    if (state.num_events % 50 == 0) state = *DecodeState(EncodeState(state));
  }
  EXPECT_EQ(EncodeState(state), EncodeState(FoldAll(track, model)));
}

TEST(FoldTest, TablesStaySortedAndProbabilitiesInRange) {
  const TracingModel model = RandomTracingModel(2);
  LearnerState state;
  for (const Interaction& event : RandomTrack(3, 2000, 3000)) {
    Fold(model, event, state);
    for (const KcState& kc : state.kcs) {
      ASSERT_TRUE(kc.p_known >= 0 && kc.p_known <= 1);
    }
  }
  const auto by_kc = [](const auto& a, const auto& b) { return a.kc < b.kc; };
  const auto by_key = [](const auto& a, const auto& b) {
    return a.resource < b.resource;
  };
  EXPECT_TRUE(std::is_sorted(state.kcs.begin(), state.kcs.end(), by_kc));
  EXPECT_TRUE(
      std::is_sorted(state.resources.begin(), state.resources.end(), by_key));
  EXPECT_TRUE(std::is_sorted(state.older_resources.begin(),
                             state.older_resources.end()));
  EXPECT_EQ(state.resources.size(), kMaxResourceStates);
  EXPECT_EQ(state.num_events, 2000);
}

TEST(FoldTest, AnswerMovesCountsRunsAndBkt) {
  const LearnerState state =
      FoldAll({AnswerAt(0, true), AnswerAt(1, false), AnswerAt(2, false)});
  EXPECT_EQ(state.num_correct, 1);
  EXPECT_EQ(state.num_incorrect, 2);
  EXPECT_EQ(state.run, -2);
  EXPECT_EQ(state.same_question_run, 3);
  EXPECT_EQ(state.recent[0], Outcome::kIncorrect);
  EXPECT_EQ(state.recent[2], Outcome::kCorrect);
  EXPECT_EQ(state.recent[3], Outcome::kNone);
  EXPECT_EQ(state.last.id, "e2");

  const KcState* kc = state.FindKc(kAdd);
  ASSERT_NE(kc, nullptr);
  EXPECT_EQ(kc->num_correct, 1);
  EXPECT_EQ(kc->last_answer, 2);
  EXPECT_EQ(kc->last_time, AnswerAt(2, true).position.time);
  const BktParams params;
  float p = params.p_init;
  for (const bool is_correct : {true, false, false}) {
    p = UpdateKnown(params, p, is_correct);
  }
  EXPECT_EQ(kc->p_known, p);

  const ResourceState* question = state.FindResource(kQuestion);
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(question->num_incorrect, 2);
  EXPECT_EQ(question->last_outcome, Outcome::kIncorrect);
  EXPECT_EQ(question->last_event, 3);
}

TEST(FoldTest, AnswerCountsForEveryKcAndForTheResourceAroundTheQuestion) {
  Interaction answer = AnswerAt(0, true);
  answer.resource = kQuiz;
  answer.kcs = {kSubtract, kAdd};
  const LearnerState state = FoldAll({answer});
  EXPECT_EQ(state.num_answers(), 1);
  EXPECT_EQ(state.FindKc(kAdd)->num_correct, 1);
  EXPECT_EQ(state.FindKc(kSubtract)->num_correct, 1);
  EXPECT_EQ(state.FindResource(kQuestion)->num_correct, 1);
  EXPECT_EQ(state.FindResource(kQuiz)->num_correct, 1);
  EXPECT_TRUE(state.HasMet(kQuiz));
}

TEST(FoldTest, OtherVerbsMoveOnlyTheResource) {
  Interaction rated = EventAt(2, Verb::kRated, kQuiz);
  rated.stars = 4;
  const LearnerState state =
      FoldAll({EventAt(0, Verb::kViewed, kQuiz),
               EventAt(1, Verb::kBookmarked, kQuiz), rated});
  EXPECT_EQ(state.num_events, 3);
  EXPECT_EQ(state.num_answers(), 0);
  EXPECT_TRUE(state.kcs.empty());
  const ResourceState& quiz = *state.FindResource(kQuiz);
  EXPECT_TRUE(quiz.is_viewed);
  EXPECT_TRUE(quiz.is_bookmarked);
  EXPECT_FALSE(quiz.is_completed);
  EXPECT_EQ(quiz.stars, 4);
  EXPECT_EQ(quiz.last_event, 3);
}

TEST(FoldTest, WhatTheServiceShowedIsNotFolded) {
  const LearnerState state = FoldAll({EventAt(0, Verb::kRecommended, kQuiz)});
  EXPECT_EQ(EncodeState(state), EncodeState(LearnerState{}));
}

TEST(FoldTest, AnEventWithoutAResourceOnlyCounts) {
  const LearnerState state =
      FoldAll({EventAt(0, Verb::kAttended, ResourceKey{})});
  EXPECT_EQ(state.num_events, 1);
  EXPECT_TRUE(state.resources.empty());
}

TEST(FoldTest, BookmarkIsNotAMeeting) {
  const LearnerState state = FoldAll({EventAt(0, Verb::kBookmarked, kQuiz)});
  EXPECT_FALSE(state.HasMet(kQuiz));
}

TEST(FoldTest, DismissalLastsUntilAnsweredOrCompleted) {
  Interaction dismissed = EventAt(0, Verb::kDismissed, kQuestion);
  dismissed.dismiss_reason = DismissReason::kTooHard;
  LearnerState state =
      FoldAll({dismissed, EventAt(1, Verb::kViewed, kQuestion)});
  EXPECT_TRUE(state.FindResource(kQuestion)->is_dismissed);
  EXPECT_EQ(state.FindResource(kQuestion)->dismiss_reason,
            DismissReason::kTooHard);

  for (const Interaction& event :
       {AnswerAt(2, false), EventAt(2, Verb::kCompleted, kQuestion)}) {
    LearnerState later = state;
    Fold(TracingModel(), event, later);
    EXPECT_FALSE(later.FindResource(kQuestion)->is_dismissed);
    EXPECT_EQ(later.FindResource(kQuestion)->dismiss_reason,
              DismissReason::kUnspecified);
  }
}

TEST(FoldTest, OrderOnlyTimesAreNotKept) {
  Interaction answer = AnswerAt(0, true);
  answer.time_is_order = true;
  const LearnerState state = FoldAll({answer});
  EXPECT_EQ(state.last_answer_time, absl::InfinitePast());
  EXPECT_EQ(state.FindKc(kAdd)->last_time, absl::InfinitePast());
  EXPECT_EQ(state.FindResource(kQuestion)->last_time, absl::InfinitePast());
  EXPECT_EQ(state.last, answer.position);
}

// Views resources 1000, 1001, ...
LearnerState AfterViews(int num_views, LearnerState state = {}) {
  for (int view = 0; view < num_views; ++view) {
    const ResourceKey resource{1000 + static_cast<uint64_t>(view)};
    Fold(TracingModel(), EventAt(view, Verb::kViewed, resource), state);
  }
  return state;
}

TEST(FoldTest, OldestResourceLeavesButIsRemembered) {
  const LearnerState state = AfterViews(kMaxResourceStates + 3);
  EXPECT_EQ(state.resources.size(), kMaxResourceStates);
  EXPECT_EQ(state.older_resources, (std::vector<uint32_t>{1000, 1001, 1002}));
  EXPECT_EQ(state.FindResource(ResourceKey{1000}), nullptr);
  EXPECT_TRUE(state.HasMet(ResourceKey{1000}));
  EXPECT_TRUE(state.HasMet(ResourceKey{1003}));
  EXPECT_FALSE(state.HasMet(ResourceKey{999}));
}

TEST(FoldTest, DismissedResourceLeavesAfterAllOthers) {
  LearnerState state = FoldAll({EventAt(0, Verb::kDismissed, ResourceKey{5})});
  state = AfterViews(3 * kMaxResourceStates, state);
  ASSERT_NE(state.FindResource(ResourceKey{5}), nullptr);
  EXPECT_TRUE(state.FindResource(ResourceKey{5})->is_dismissed);
}

TEST(FoldTest, OlderResourcesAreBoundedSortedAndUnique) {
  LearnerState state;
  const int num_views = kMaxResourceStates + 2 * kMaxOlderResources;
  for (int view = 0; view < num_views; ++view) {
    const auto key = ResourceKeyOf(absl::StrCat("r", view));
    Fold(TracingModel(), EventAt(view, Verb::kViewed, key), state);
  }
  const auto& older = state.older_resources;
  EXPECT_EQ(older.size(), kMaxOlderResources);
  EXPECT_EQ(
      std::adjacent_find(older.begin(), older.end(), std::greater_equal<>()),
      older.end());
  // The latest to leave is still there.
  EXPECT_TRUE(state.HasMet(
      ResourceKeyOf(absl::StrCat("r", num_views - kMaxResourceStates - 1))));
}

}  // namespace
}  // namespace evenlight
