#include "recommender/state/fold.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/models/residual.h"
#include "recommender/state/features.h"
#include "recommender/state/prediction.h"
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

// What a model can be made of.
std::vector<TracingModel> AllModels() {
  return {TracingModel(), RandomTracingModel(1), RandomCorrectedModel(1),
          RandomCorrectedModel(1, /*has_kc_gru=*/false)};
}

TEST(FoldTest, CutAnywhereGivesTheSameStateBitByBit) {
  for (const TracingModel& model : AllModels()) {
    for (int seed = 0; seed < 3; ++seed) {
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
}

TEST(FoldTest, PredictAndFoldIsPredictAnswerAndFold) {
  for (const TracingModel& model : AllModels()) {
    LearnerState at_once;
    LearnerState apart;
    for (const Interaction& event : RandomTrack(4, 200, 40)) {
      if (event.verb == Verb::kAnswered) {
        const absl::Time now =
            event.time_is_order ? absl::InfinitePast() : event.position.time;
        const float p_correct =
            PredictAnswer(model, apart, event.question, event.kcs, now);
        ASSERT_EQ(PredictAndFold(model, event, at_once), p_correct);
      } else {
        Fold(model, event, at_once);
      }
      Fold(model, event, apart);
      ASSERT_EQ(EncodeState(at_once), EncodeState(apart));
    }
  }
}

TEST(FoldTest, StoredInBetweenGivesTheSameStateBitByBit) {
  for (const TracingModel& model : AllModels()) {
    const std::vector<Interaction> track = RandomTrack(9, 1500, 900);
    LearnerState state;
    for (const Interaction& event : track) {
      Fold(model, event, state);
      if (state.num_events % 50 == 0) state = *DecodeState(EncodeState(state));
    }
    EXPECT_EQ(EncodeState(state), EncodeState(FoldAll(track, model)));
  }
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

// --- Corrections ---

// LR-H and a residual whose weights are 0 say 0.5 of everything, so that only
// the correction moves.
TracingModel OnlyCorrecting(float rate) {
  TracingParams params;
  params.kcs = {"a"};
  params.bkt.resize(1);
  params.kc_p_correct = {0.5f};
  params.lrh.kcs = {0};
  params.lrh.slopes.resize(kNumLrhSlopes);
  params.correction_rate = rate;
  return TracingModel(params);
}

TEST(CorrectionTest, IsAStepAgainstTheError) {
  const TracingModel model = OnlyCorrecting(0.4f);
  Interaction first = AnswerAt(0, true);
  first.kcs = {kAdd, kSubtract};
  LearnerState state = FoldAll({first}, model);
  EXPECT_FLOAT_EQ(state.correction, 0.4f * 0.5f);
  EXPECT_FLOAT_EQ(state.FindKc(kAdd)->correction, 0.4f * 0.5f / 2);
  EXPECT_FLOAT_EQ(state.FindKc(kSubtract)->correction, 0.4f * 0.5f / 2);

  Fold(model, AnswerAt(1, false), state);
  const float p = Sigmoid(0.2f + 0.1f);
  EXPECT_FLOAT_EQ(state.correction, 0.2f - 0.4f * p);
  EXPECT_FLOAT_EQ(state.FindKc(kAdd)->correction, 0.1f - 0.4f * p);
  EXPECT_FLOAT_EQ(state.FindKc(kSubtract)->correction, 0.1f);
}

TEST(CorrectionTest, StaysWithinOneWhateverIsAnswered) {
  const TracingModel model = OnlyCorrecting(1);
  for (const bool is_correct : {false, true}) {
    LearnerState state;
    for (int n = 0; n < 50; ++n) Fold(model, AnswerAt(n, is_correct), state);
    const float bound = is_correct ? 1 : -1;
    EXPECT_EQ(state.correction, bound);
    EXPECT_EQ(state.FindKc(kAdd)->correction, bound);
  }
  const TracingModel random = RandomCorrectedModel(2);
  LearnerState state;
  for (const Interaction& event : RandomTrack(3, 2000, 300)) {
    Fold(random, event, state);
    ASSERT_LE(std::abs(state.correction), 1);
    for (const KcState& kc : state.kcs) ASSERT_LE(std::abs(kc.correction), 1);
  }
}

TEST(CorrectionTest, AnswersOfOthersDoNotMatter) {
  const TracingModel model = RandomCorrectedModel(1);
  const std::vector<Interaction> mine = RandomTrack(1, 200, 40);
  const std::vector<Interaction> theirs = RandomTrack(2, 200, 40);
  LearnerState me;
  LearnerState other;
  for (size_t n = 0; n < mine.size(); ++n) {
    Fold(model, theirs[n], other);
    Fold(model, mine[n], me);
  }
  EXPECT_EQ(EncodeState(me), EncodeState(FoldAll(mine, model)));
}

TEST(CorrectionTest, ModelsWithoutItKeepNothing) {
  TracingParams untrained = RandomCorrectedModel(1).params();
  untrained.lrh = LrhWeights();
  for (const TracingModel& model :
       {TracingModel(), RandomTracingModel(1), TracingModel(untrained)}) {
    const LearnerState state = FoldAll(RandomTrack(1, 100, 40), model);
    EXPECT_TRUE(state.hidden.empty());
    EXPECT_TRUE(state.kc_hidden.empty());
    EXPECT_EQ(state.correction, 0);
    for (const KcState& kc : state.kcs) EXPECT_EQ(kc.correction, 0);
  }
}

// --- Recurrent states ---

// The recurrent states of a learner by kc, moved by UpdateResidual() alone.
struct Recurrent {
  std::vector<float> hidden;
  std::map<KcKey, std::vector<float>> kcs;

  void Move(const TracingModel& model, const LearnerState& before,
            const Interaction& answer) {
    const ResidualWeights& residual = model.params().residual;
    const size_t num_units = residual.num_units();
    hidden.resize(num_units);
    std::vector<float*> rows;
    for (const KcKey kc : answer.kcs) {
      rows.push_back(kcs.try_emplace(kc, num_units).first->second.data());
    }
    if (!residual.shape.has_kc_gru) rows.clear();
    const absl::Time now =
        answer.time_is_order ? absl::InfinitePast() : answer.position.time;
    UpdateResidual(residual,
                   Features(model, before, answer.question, answer.kcs, now),
                   answer.is_correct, absl::MakeSpan(hidden), rows);
  }
};

TEST(RecurrentTest, RowsFollowTheKcsInWhateverOrderTheyCome) {
  for (const bool has_kc_gru : {true, false}) {
    const TracingModel model = RandomCorrectedModel(1, has_kc_gru);
    for (int seed = 0; seed < 20; ++seed) {
      LearnerState state;
      Recurrent expected;
      for (const Interaction& event : RandomTrack(seed, 40, 30)) {
        if (event.verb == Verb::kAnswered) expected.Move(model, state, event);
        Fold(model, event, state);
        ASSERT_EQ(state.hidden, expected.hidden);
        for (const KcState& kc : state.kcs) {
          const auto row = state.HiddenOf(kc);
          ASSERT_EQ(std::vector<float>(row.begin(), row.end()),
                    has_kc_gru ? expected.kcs.at(kc.kc) : std::vector<float>());
        }
      }
    }
  }
}

}  // namespace
}  // namespace evenlight
