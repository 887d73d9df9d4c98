#include "recommender/state/mastery.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

constexpr KcKey kAdd{1};
const absl::Time kStart = absl::FromUnixSeconds(1700000000);

LearnerState AfterOneRightAnswer(bool time_is_order) {
  Interaction answer;
  answer.position = {kStart, "e"};
  answer.verb = Verb::kAnswered;
  answer.question = answer.resource = ResourceKey{1};
  answer.kcs = {kAdd};
  answer.is_correct = true;
  answer.time_is_order = time_is_order;
  LearnerState state;
  Fold(TracingModel(), answer, state);
  return state;
}

TEST(MasteryTest, NeverPractisedIsThePrior) {
  const Mastery mastery =
      MasteryOf(TracingModel(), LearnerState{}, kAdd, kStart);
  EXPECT_FALSE(mastery.is_practised);
  EXPECT_EQ(mastery.p_known, BktParams{}.p_init);
  EXPECT_EQ(mastery.recall, 1);
}

TEST(MasteryTest, RecallFallsWithTime) {
  const LearnerState state = AfterOneRightAnswer(false);
  const auto recall = [&](absl::Duration after) {
    return MasteryOf(TracingModel(), state, kAdd, kStart + after).recall;
  };
  EXPECT_EQ(recall(absl::ZeroDuration()), 1);
  EXPECT_NEAR(recall(absl::Hours(72)), 0.9f, 1e-6f);
  EXPECT_LT(recall(absl::Hours(24 * 365)), 0.3f);
  EXPECT_EQ(recall(-absl::Hours(5)), 1);
}

TEST(MasteryTest, RecallIsOneIfOnlyTheOrderIsKnown) {
  const Mastery mastery = MasteryOf(TracingModel(), AfterOneRightAnswer(true),
                                    kAdd, kStart + absl::Hours(24 * 365));
  EXPECT_TRUE(mastery.is_practised);
  EXPECT_EQ(mastery.recall, 1);
}

TEST(RecallTest, IsNineTenthsAtStability) {
  struct Case {
    int num_correct, num_incorrect;
    double stability_days;
  };
  for (const Case& c : std::vector<Case>{{0, 0, 2},
                                         {1, 0, 3},
                                         {2, 0, 4.5},
                                         {0, 1, 1},
                                         {1, 1, 1.5},
                                         {0, 100, 0.5},
                                         {100, 0, 365},
                                         {2000000000, 0, 365}}) {
    EXPECT_NEAR(Recall(absl::Hours(24) * c.stability_days, c.num_correct,
                       c.num_incorrect),
                kDueRecall, 1e-6f)
        << c.num_correct << " right, " << c.num_incorrect << " wrong";
  }
}

TEST(RecallTest, StaysInRangeAndNeverRises) {
  float last = 1;
  for (int hours = 0; hours < 100000; hours += 100) {
    const float recall = Recall(absl::Hours(hours), 3, 1);
    EXPECT_TRUE(recall > 0 && recall <= last);
    last = recall;
  }
  EXPECT_EQ(Recall(absl::InfiniteDuration(), 0, 0), 0);
  EXPECT_EQ(Recall(-absl::InfiniteDuration(), 0, 0), 1);
}

Mastery MasteryWith(float p_known, int num_correct, int num_incorrect) {
  return {.p_known = p_known,
          .num_correct = num_correct,
          .num_incorrect = num_incorrect};
}

// Beta(1, b) and Beta(a, 1) have quantiles in closed form; the others were
// found by integrating the density by Simpson's rule.
TEST(UncertaintyTest, IsHalfTheWidthOfTheInterval) {
  const auto beta_1_b = [](double b) {
    return (std::pow(0.95, 1 / b) - std::pow(0.05, 1 / b)) / 2;
  };
  EXPECT_NEAR(Uncertainty(MasteryWith(0.25f, 0, 0)), beta_1_b(3), 1e-6);
  EXPECT_NEAR(Uncertainty(MasteryWith(0.25f, 0, 4)), beta_1_b(7), 1e-6);
  EXPECT_NEAR(Uncertainty(MasteryWith(0.75f, 4, 0)), beta_1_b(7), 1e-6);
  EXPECT_NEAR(Uncertainty(MasteryWith(0.5f, 0, 0)), 0.36464964, 1e-6);
  EXPECT_NEAR(Uncertainty(MasteryWith(0.3f, 5, 2)), 0.23598193, 1e-6);
  EXPECT_NEAR(Uncertainty(MasteryWith(0.9f, 30, 10)), 0.10389045, 1e-6);
}

TEST(UncertaintyTest, ShrinksWithAnswers) {
  float last = 0.5f;
  for (const int num_answers : {0, 2, 10, 50, 1000, 100000}) {
    const float uncertainty =
        Uncertainty(MasteryWith(0.6f, num_answers, num_answers));
    EXPECT_LT(uncertainty, last);
    last = uncertainty;
  }
}

TEST(UncertaintyTest, StaysFiniteAtTheEnds) {
  const int max = std::numeric_limits<int32_t>::max();
  for (const float p : {0.0f, 1e-30f, 1e-6f, 0.5f, 1.0f - 1e-7f, 1.0f}) {
    for (const int num_correct : {0, 1, 1000, max}) {
      for (const int num_incorrect : {0, 1, 1000, max}) {
        const float uncertainty =
            Uncertainty(MasteryWith(p, num_correct, num_incorrect));
        EXPECT_TRUE(uncertainty >= 0 && uncertainty <= 0.5f)
            << uncertainty << " for p " << p << ", " << num_correct << ", "
            << num_incorrect;
      }
    }
  }
}

// --- Levels ---

constexpr float kFrom = 0.9f;
// The float below.
float Below(float value) { return std::nextafter(value, 0.0f); }

TEST(MasteryLevelTest, IsAsTheTableSays) {
  using enum MasteryLevel;
  struct Case {
    float p_known, p_correct;
    int num_answers;
    float recall;
    MasteryLevel level;
  };
  const float proficient = 0.8f * kFrom;
  const float familiar = 0.5f * kFrom;
  for (const Case& c : std::vector<Case>{
           {0, 0, 1, 1, kAttempted},
           {1, 0, 3, 1, kMastered},
           {1, 1, 2, 1, kFamiliar},
           {1, 0, 2, 1, kAttempted},
           {kFrom, 0, 3, 1, kMastered},
           {kFrom, 0, 3, kDueRecall, kMastered},
           {kFrom, 1, 99, Below(kDueRecall), kProficient},
           {1, 0, 3, 0, kProficient},
           {1, 1, 2, 0, kFamiliar},
           {Below(kFrom), 1, 3, 1, kProficient},
           {Below(kFrom), 1, 2, 1, kFamiliar},
           {Below(kFrom), 1, 3, 0, kProficient},
           {proficient, 0.7f, 3, 1, kProficient},
           {proficient, Below(0.7f), 3, 1, kFamiliar},
           {Below(proficient), 0.7f, 3, 1, kFamiliar},
           {proficient, 0.5f, 3, 1, kFamiliar},
           {proficient, Below(0.5f), 3, 1, kAttempted},
           {familiar, 0.5f, 1, 1, kFamiliar},
           {familiar, Below(0.5f), 1, 1, kAttempted},
           {Below(familiar), 1, 99, 1, kAttempted},
       }) {
    Mastery mastery = MasteryWith(c.p_known, c.num_answers, 0);
    mastery.is_practised = true;
    mastery.recall = c.recall;
    EXPECT_EQ(LevelOf(mastery, c.p_correct, kFrom), c.level)
        << "p_known " << c.p_known << ", p_correct " << c.p_correct << ", "
        << c.num_answers << " answers, recall " << c.recall;
  }
}

TEST(MasteryLevelTest, IsNoneWithoutPractice) {
  EXPECT_EQ(LevelOf(MasteryWith(1, 0, 0), 1, kFrom), MasteryLevel::kNone);
}

TEST(MasteryLevelTest, NeverFallsWithMoreOfAnything) {
  const std::vector<float> values = {0, 0.3f, 0.5f, 0.7f, 0.75f, 0.9f, 1};
  const auto level = [](float p_known, float p_correct, int num_answers,
                        float recall) {
    Mastery mastery = MasteryWith(p_known, num_answers, 0);
    mastery.is_practised = true;
    mastery.recall = recall;
    return LevelOf(mastery, p_correct, kFrom);
  };
  for (size_t n = 1; n < values.size(); ++n) {
    const float more = values[n];
    const float less = values[n - 1];
    for (const float other : values) {
      for (const int answers : {1, 3, 30}) {
        for (const float recall : {0.2f, 0.9f, 1.0f}) {
          EXPECT_GE(level(more, other, answers, recall),
                    level(less, other, answers, recall));
          EXPECT_GE(level(other, more, answers, recall),
                    level(other, less, answers, recall));
          EXPECT_GE(level(other, more, answers + 1, recall),
                    level(other, more, answers, recall));
        }
        EXPECT_GE(level(other, other, answers, more),
                  level(other, other, answers, less));
      }
    }
  }
}

TEST(DueTimeTest, IsWhenRecallFallsBelowTheLimit) {
  for (const auto& [num_correct, num_incorrect] :
       std::vector<std::pair<int, int>>{{1, 0}, {0, 1}, {4, 2}, {100, 0}}) {
    Mastery mastery = MasteryWith(0.5f, num_correct, num_incorrect);
    mastery.last_time = kStart;
    const absl::Duration stability = DueTime(mastery) - kStart;
    const auto recall = [&, right = num_correct,
                         wrong = num_incorrect](double share) {
      return Recall(share * stability, right, wrong);
    };
    EXPECT_GT(recall(1 - 1e-4), kDueRecall);
    EXPECT_LT(recall(1 + 1e-4), kDueRecall);
  }
}

TEST(DueTimeTest, IsNeverWithoutATime) {
  EXPECT_EQ(DueTime(Mastery()), absl::InfiniteFuture());
  EXPECT_EQ(DueTime(MasteryOf(TracingModel(), AfterOneRightAnswer(true), kAdd,
                              kStart)),
            absl::InfiniteFuture());
}

}  // namespace
}  // namespace evenlight
