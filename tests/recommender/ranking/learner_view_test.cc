#include "recommender/state/learner_view.h"

#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/state/mastery.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

constexpr float kMastered = 0.9f;

TEST(MasteredFromTest, IsThePolicysWhereItCanBeReached) {
  EXPECT_EQ(MasteredFrom(BktParams(), kMastered), kMastered);
}

// Against the thing itself: a learner who is always right gets there.
TEST(MasteredFromTest, AlwaysRightReachesItWhateverTheParameters) {
  Random random(1);
  const auto in = [&](int low, int high) {
    return static_cast<float>(low + Below(random, high - low + 1)) / 100;
  };
  for (int i = 0; i < 5000; ++i) {
    const BktParams bkt = {.p_init = in(0, 90),
                           .p_learn = in(1, 50),
                           .p_forget = in(0, 40),
                           .p_slip = in(0, 45),
                           .p_guess = in(1, 45)};
    const float threshold = MasteredFrom(bkt, kMastered);
    float p = bkt.p_init;
    int num_answers = 0;
    while (p < threshold && num_answers < 200) {
      p = UpdateKnown(bkt, p, true);
      ++num_answers;
    }
    ASSERT_GE(p, threshold) << "case " << i;
  }
}

TEST(LearnerViewTest, ReadinessIsTheProductOfPrerequisites) {
  const auto snapshot = MakeSnapshot({Kc("a"), Kc("b"), Kc("c", {"a", "b"})},
                                     {Question("qc", {"c"})});
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  const float one = BktParams().p_init / kMastered;
  EXPECT_FLOAT_EQ(view.Readiness(ResourceIndex{0}), one * one);
  EXPECT_FALSE(view.IsReady(ResourceIndex{0}));
}

TEST(LearnerViewTest, WhatAResourcePractisesItselfDoesNotBlockIt) {
  const auto snapshot =
      MakeSnapshot({Kc("a"), Kc("b", {"a"})}, {Question("q", {"a", "b"})});
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_EQ(view.Readiness(ResourceIndex{0}), 1);
  EXPECT_TRUE(view.IsReady(ResourceIndex{0}));
}

// A model that takes `a` for known before the first answer.
std::shared_ptr<const ServingSnapshot> WithHighPrior(
    const std::vector<Resource>& resources = {Question("qa", {"a"}),
                                              Question("qb", {"b"})}) {
  TracingParams params;
  params.kcs = {"a"};
  params.bkt = {{.p_init = 0.95f}};
  params.kc_p_correct = {0.9f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  return MakeSnapshot({Kc("a"), Kc("b", {"a"})}, resources, std::move(models));
}

TEST(LearnerViewTest, AHighPriorOpensSuccessorsButIsNoMastery) {
  const auto snapshot = WithHighPrior();
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_FALSE(view.kc(KcIndex{0}).is_mastered);
  EXPECT_FALSE(view.IsMastered(ResourceIndex{0})) << "would never be offered";
  EXPECT_EQ(view.Readiness(ResourceIndex{1}), 1);
  EXPECT_TRUE(view.IsReady(ResourceIndex{1}));
}

TEST(LearnerViewTest, OneAnswerMakesAHighPriorAMasteryOrTakesItBack) {
  const auto snapshot = WithHighPrior();
  for (const bool is_correct : {true, false}) {
    LearnerState state;
    Apply(*snapshot, Answer(*snapshot, "qa", is_correct, kNow), state);
    const LearnerView view(snapshot.get(), &state, kNow, kMastered);
    EXPECT_EQ(view.kc(KcIndex{0}).is_mastered, is_correct);
    EXPECT_EQ(view.IsReady(ResourceIndex{1}), is_correct);
  }
}

// Two right answers may be all that mastery takes; they do not end practice.
TEST(LearnerViewTest, AMasteredKcIsSettledFromSoManyAnswersOn) {
  const auto snapshot = WithHighPrior();
  LearnerState state;
  for (int answer = 1; answer <= kMinSettledAnswers + 1; ++answer) {
    Apply(*snapshot, Answer(*snapshot, "qa", true, kNow), state);
    const LearnerView view(snapshot.get(), &state, kNow, kMastered);
    EXPECT_TRUE(view.kc(KcIndex{0}).is_mastered);
    EXPECT_TRUE(view.IsReady(ResourceIndex{1})) << "which opens at once";
    EXPECT_EQ(view.kc(KcIndex{0}).is_settled, answer >= kMinSettledAnswers);
    EXPECT_EQ(view.IsSettled(ResourceIndex{0}), answer >= kMinSettledAnswers);
  }
}

TEST(LearnerViewTest, ManyWrongAnswersSettleNothing) {
  const auto snapshot = WithHighPrior();
  LearnerState state;
  for (int answer = 0; answer < 2 * kMinSettledAnswers; ++answer) {
    Apply(*snapshot, Answer(*snapshot, "qa", false, kNow), state);
  }
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_FALSE(view.kc(KcIndex{0}).is_settled);
  EXPECT_FALSE(view.IsSettled(ResourceIndex{0}));
}

// What `outcomes` of `question` leave, one answer each.
LearnerState After(const ServingSnapshot& snapshot, const ResourceId& question,
                   const std::vector<bool>& outcomes) {
  LearnerState state;
  for (const bool is_correct : outcomes) {
    Apply(snapshot, Answer(snapshot, question, is_correct, kNow), state);
  }
  return state;
}

TEST(LearnerViewTest, AKcThatGoesMostlyWrongIsStuck) {
  const auto snapshot = WithHighPrior();
  const auto is_stuck = [&](const std::vector<bool>& outcomes) {
    const LearnerState state = After(*snapshot, "qb", outcomes);
    return LearnerView(snapshot.get(), &state, kNow, kMastered)
        .kc(KcIndex{1})
        .is_stuck;
  };
  EXPECT_FALSE(is_stuck({}));
  EXPECT_FALSE(is_stuck({false, false})) << "too few answers";
  EXPECT_TRUE(is_stuck({false, true, false}));
  EXPECT_FALSE(is_stuck({false, true, false, true})) << "as many right";
}

TEST(LearnerViewTest, AMasteredKcIsNotStuckHoweverItBegan) {
  const auto snapshot = WithHighPrior();
  std::vector<bool> outcomes(20, false);
  outcomes.insert(outcomes.end(), 12, true);
  const LearnerState state = After(*snapshot, "qa", outcomes);
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_TRUE(view.kc(KcIndex{0}).is_mastered);
  EXPECT_FALSE(view.kc(KcIndex{0}).is_stuck);
}

// `b` goes wrong, and that `a` is known was only presumed.
TEST(LearnerViewTest, AStuckKcWaitsUntilWhatItBuildsOnIsSettled) {
  const auto snapshot = WithHighPrior(
      {Question("qa1", {"a"}), Question("qa2", {"a"}), Question("qa3", {"a"}),
       Question("qa4", {"a"}), Question("qb", {"b"})});
  LearnerState state = After(*snapshot, "qb", {false, false, false});
  for (int answer = 0; answer <= kMinSettledAnswers; ++answer) {
    const LearnerView view(snapshot.get(), &state, kNow, kMastered);
    const bool is_settled = answer == kMinSettledAnswers;
    EXPECT_EQ(view.kc(KcIndex{0}).is_settled, is_settled);
    EXPECT_TRUE(view.IsReady(ResourceIndex{0})) << "which can be practised";
    EXPECT_EQ(view.IsReady(ResourceIndex{4}), is_settled) << answer;
    EXPECT_EQ(view.kc(KcIndex{1}).is_ready, is_settled);
    EXPECT_EQ(view.Readiness(ResourceIndex{4}), is_settled ? 1 : 0.5f);
    const ResourceId next = view.catalog().resource(ResourceIndex{answer}).id;
    Apply(*snapshot, Answer(*snapshot, next, true, kNow), state);
  }
}

TEST(LearnerViewTest, APrerequisiteWithNoQuestionLeftIsNotDoubted) {
  const auto snapshot = WithHighPrior();
  LearnerState state = After(*snapshot, "qb", {false, false, false});
  EXPECT_FALSE(LearnerView(snapshot.get(), &state, kNow, kMastered)
                   .IsReady(ResourceIndex{1}));
  Apply(*snapshot, Answer(*snapshot, "qa", true, kNow), state);
  EXPECT_TRUE(LearnerView(snapshot.get(), &state, kNow, kMastered)
                  .IsReady(ResourceIndex{1}));
}

TEST(LearnerViewTest, AQuestionOnBothIsReadyThoughOneIsDoubted) {
  const auto snapshot =
      WithHighPrior({Question("qa", {"a"}), Question("qab", {"a", "b"}),
                     Question("qb", {"b"})});
  const LearnerState state = After(*snapshot, "qb", {false, false, false});
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_FALSE(view.IsReady(ResourceIndex{2}));
  EXPECT_TRUE(view.IsReady(ResourceIndex{1}));
  EXPECT_EQ(view.Readiness(ResourceIndex{1}), 1);
}

TEST(LearnerViewTest, ResourcesMetLongAgoAreMet) {
  const auto snapshot =
      MakeSnapshot({}, {Question("q", {}), Question("r", {})});
  LearnerState state;
  state.older_resources = {
      static_cast<uint32_t>(static_cast<uint64_t>(ResourceKeyOf("q")))};
  const LearnerView view(snapshot.get(), &state, kNow, kMastered);
  EXPECT_TRUE(view.HasMet(ResourceIndex{0}));
  EXPECT_FALSE(view.HasMet(ResourceIndex{1}));
}

// What people are told agrees with what ranks: at all moments of many learners.
TEST(LearnerViewTest, MasteredAndNotDueAfterAFewAnswersIsTheHighestLevel) {
  Random random(3);
  int num_mastered = 0;
  int num_due = 0;
  for (int world = 0; world < 30; ++world) {
    const auto snapshot = RandomSnapshot(random, {});
    const LearnerState state =
        RandomState(random, *snapshot, 80, /*time_is_order=*/world % 5 == 0);
    const LearnerView view(snapshot.get(), &state, kNow, kMastered);
    const TracingModel& model = snapshot->models->tracing;
    for (int32_t kc = 0; kc < view.catalog().num_kcs(); ++kc) {
      const KcView& seen = view.kc(KcIndex{kc});
      const KcKey key = view.catalog().key(KcIndex{kc});
      const float from = MasteredFrom(model.Bkt(model.FindKc(key)), kMastered);
      const MasteryLevel level =
          LevelOf(MasteryOf(model, state, key, kNow), 0.6f, from);
      const Mastery mastery = MasteryOf(model, state, key, kNow);
      const bool is_told =
          mastery.num_correct + mastery.num_incorrect >= kMinProficientAnswers;
      EXPECT_EQ(level == MasteryLevel::kMastered,
                seen.is_mastered && !seen.is_due && is_told);
      EXPECT_EQ(level == MasteryLevel::kNone, !seen.is_practised);
      if (seen.is_due) {
        EXPECT_EQ(level == MasteryLevel::kProficient, is_told);
      }
      num_mastered += seen.is_mastered;
      num_due += seen.is_due;
    }
  }
  EXPECT_GT(num_mastered, num_due);
  EXPECT_GT(num_due, 0);
}

}  // namespace
}  // namespace evenlight
