#include "recommender/simulation/closed_loop.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/ranking/policy.h"
#include "recommender/simulation/loop_figures.h"
#include "recommender/simulation/loop_learner.h"
#include "recommender/state/learner_view.h"

namespace evenlight {
namespace {

// Always right, or always wrong.
class FixedStudent : public StudentModel {
 public:
  explicit FixedStudent(bool is_right) : is_right_(is_right) {}

  double PCorrect(StudentItem, absl::Time) const override {
    return is_right_ ? 1 : 0;
  }
  void Answer(StudentItem, bool, absl::Time) override {}
  void Watch(int, absl::Time) override {}
  std::unique_ptr<StudentModel> Clone() const override {
    return std::make_unique<FixedStudent>(is_right_);
  }

 private:
  const bool is_right_;
};

// Models with plain BKT, whatever the cohort did: enough for what is tested
// here. Kcs differ, so that some are mastered sooner.
absl::StatusOr<ModelSet> PlainModels(const Cohort& cohort) {
  TracingParams params;
  for (const auto& kc : cohort.course.catalog->kcs()) {
    const auto n = static_cast<float>(params.kcs.size());
    params.kcs.push_back(kc->id);
    params.bkt.push_back({.2f + .03f * n, .1f + .01f * n, .01f, .1f, .2f});
    params.kc_p_correct.push_back(.6f);
  }
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  return models;
}

ClosedLoopOptions SmallOptions() {
  ClosedLoopOptions options;
  options.num_seeds = 2;
  options.num_learners = 12;
  options.fit_models = PlainModels;
  return options;
}

std::vector<LoopCell> MustRun(const ClosedLoopOptions& options) {
  const auto cells = RunClosedLoop(options);
  EXPECT_TRUE(cells.ok()) << cells.status();
  return cells.ok() ? *cells : std::vector<LoopCell>();
}

class FixedStudentTest : public testing::Test {
 protected:
  FixedStudentTest()
      : course_(MakeCourse(1)),
        snapshot_(Bind(course_.catalog, std::make_shared<const ModelSet>(
                                            *PlainModels({course_, {}, 1})))) {}

  LearnerRun Run(const std::string& policy_name, std::vector<KcIndex> goal,
                 bool is_right) {
    FixedStudent student(is_right);
    const auto policy = MakeLoopPolicy(policy_name, &student, &course_);
    Random random(1, 2, 3);
    return RunLearner({.course = course_,
                       .snapshot = *snapshot_,
                       .schedule = schedule_,
                       .minutes_cap = 60},
                      std::move(goal), policy.get(), &student, &random);
  }

  const BktParams& Bkt(KcIndex kc) const {
    return snapshot_->models->tracing.Bkt(snapshot_->kc_row(kc));
  }

  // Right answers in a row from the prior to mastery.
  int FewestRightAnswers(KcIndex kc) const {
    const float threshold =
        MasteredFrom(Bkt(kc), RankingPolicy().mastered_p_known);
    float p_known = Bkt(kc).p_init;
    int num_answers = 0;
    for (; p_known < threshold; ++num_answers) {
      p_known = UpdateKnown(Bkt(kc), p_known, true);
    }
    return num_answers;
  }

  // Right answers of a run after which every kc of `goal` is mastered; -1 if
  // that never comes.
  int AnswersUntilMastered(const LearnerRun& run,
                           const std::vector<KcIndex>& goal) const {
    std::vector<float> p_known;
    for (int kc = 0; kc < kNumCourseKcs; ++kc) {
      p_known.push_back(Bkt(KcIndex{kc}).p_init);
    }
    const auto is_mastered = [&](KcIndex kc) {
      return p_known[ToInt(kc)] >=
             MasteredFrom(Bkt(kc), RankingPolicy().mastered_p_known);
    };
    int num_answers = 0;
    for (const Interaction& event : run.track) {
      if (event.verb != Verb::kAnswered) continue;
      ++num_answers;
      const KcIndex kc = course_.catalog->FindKc(event.kcs.front());
      float& p = p_known[ToInt(kc)];
      p = UpdateKnown(Bkt(kc), p, true);
      if (std::all_of(goal.begin(), goal.end(), is_mastered)) {
        return num_answers;
      }
    }
    return -1;
  }

  const Course course_;
  const std::shared_ptr<const ServingSnapshot> snapshot_;
  const std::vector<LoopSession> schedule_ = {{0, 8, Phase::kInClass},
                                              {1, 8, Phase::kPostClass},
                                              {2, 8, Phase::kPreClass},
                                              {3, 8, Phase::kSelfStudy}};
};

TEST_F(FixedStudentTest, OneWhoIsAlwaysWrongGetsNothingBeforeItsPrerequisites) {
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    const LearnerRun run = Run(kOurPolicy, {KcIndex{kc}}, false);
    EXPECT_EQ(run.num_unmet, 0) << "goal " << kc;
    EXPECT_GT(run.num_practice, 50) << "goal " << kc;
  }
}

// The rule of the count is not empty.
TEST_F(FixedStudentTest, RandomStudyDoesNotWaitForPrerequisites) {
  EXPECT_GT(Run("random", {KcIndex{9}}, false).num_unmet, 0);
}

TEST_F(FixedStudentTest, OneWhoIsAlwaysRightFinishesAnyGoalWithFewAnswers) {
  // All goals of one kc and of two, and everything.
  std::vector<std::vector<KcIndex>> goals(1);
  for (int a = 0; a < kNumCourseKcs; ++a) {
    goals[0].push_back(KcIndex{a});
    goals.push_back({KcIndex{a}});
    for (int b = 0; b < a; ++b) goals.push_back({KcIndex{a}, KcIndex{b}});
  }
  for (const std::vector<KcIndex>& goal : goals) {
    std::vector<int> kcs;
    for (const KcIndex kc : goal) kcs.push_back(ToInt(kc));
    int fewest = 0;
    for (const int kc : WithPrerequisites(course_.stated, kcs)) {
      fewest += FewestRightAnswers(KcIndex{kc});
    }
    const int used = AnswersUntilMastered(Run(kOurPolicy, goal, true), goal);
    EXPECT_GE(used, 1);
    EXPECT_LE(used, 1.2 * fewest) << "goal " << kcs[0] << ", " << kcs.size();
  }
}

TEST_F(FixedStudentTest, NoPolicyPassesTheCapOrLeavesTheScope) {
  for (const std::string& policy : LoopPolicyNames()) {
    const LearnerRun run = Run(policy, {KcIndex{3}}, true);
    EXPECT_EQ(run.minutes_over_cap, 0) << policy;
    EXPECT_GT(run.num_resources, 0) << policy;
    for (const Interaction& event : run.track) {
      const int kc =
          course_.item(course_.catalog->FindResource(event.resource)).kc;
      EXPECT_TRUE(kc == 0 || kc == 1 || kc == 3) << policy;
    }
  }
}

TEST_F(FixedStudentTest, EventsComeInOrderAndKnowNothingOfTheTruth) {
  const LearnerRun run = Run(kOurPolicy, {KcIndex{4}}, true);
  for (size_t event = 1; event < run.track.size(); ++event) {
    EXPECT_LT(run.track[event - 1].position, run.track[event].position);
  }
  // Before, after each session, and a day later.
  EXPECT_EQ(run.curve.size(), schedule_.size() + 2);
  EXPECT_DOUBLE_EQ(run.hours, 4);
}

TEST(ClosedLoopTest, DoesNotDependOnThreadsOrOnOtherCells) {
  ClosedLoopOptions options = SmallOptions();
  options.num_threads = 1;
  const std::vector<LoopCell> all = MustRun(options);
  options.num_threads = 4;
  const std::vector<LoopCell> threads = MustRun(options);
  options.students = {"irt"};
  options.policies = {"zpdes", kOurPolicy};
  const std::vector<LoopCell> few = MustRun(options);

  ASSERT_EQ(all.size(), StudentNames().size() * DefaultLoopPolicies().size());
  ASSERT_EQ(few.size(), 2u);
  for (size_t cell = 0; cell < all.size(); ++cell) {
    EXPECT_EQ(all[cell].policy, threads[cell].policy);
    for (size_t seed = 0; seed < all[cell].seeds.size(); ++seed) {
      EXPECT_EQ(all[cell].seeds[seed].curve, threads[cell].seeds[seed].curve);
      for (const LoopCell& other : few) {
        if (other.policy != all[cell].policy) continue;
        if (other.student != all[cell].student) continue;
        EXPECT_EQ(other.seeds[seed].curve, all[cell].seeds[seed].curve);
      }
    }
  }
}

TEST(ClosedLoopTest, SeedsDiffer) {
  ClosedLoopOptions options = SmallOptions();
  options.students = {"kss"};
  options.policies = {"random"};
  const std::vector<LoopCell> first = MustRun(options);
  options.seed = 2;
  const std::vector<LoopCell> second = MustRun(options);
  EXPECT_NE(first[0].seeds[0].curve, first[0].seeds[1].curve);
  EXPECT_NE(first[0].seeds[0].curve, second[0].seeds[0].curve);
}

TEST(ClosedLoopTest, ProgressGoesUpToOne) {
  ClosedLoopOptions options = SmallOptions();
  options.students = {"bkt", "kss"};
  options.policies = {"random"};
  options.num_threads = 3;
  std::vector<double> done;
  options.progress = [&](double share) { done.push_back(share); };
  MustRun(options);
  EXPECT_EQ(done, (std::vector<double>{.25, .5, .75, 1}));
}

TEST(ClosedLoopTest, RefusesWhatItDoesNotKnow) {
  const auto message_of = [](auto change) {
    ClosedLoopOptions options = SmallOptions();
    change(options);
    const absl::Status status = RunClosedLoop(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_EQ(message_of([](auto& o) { o.policies = {"best"}; }),
            "there is no policy `best`; there are evenlight, "
            "evenlight_pre_class, evenlight_in_class, evenlight_post_class, "
            "evenlight_self_study, random, curriculum, popularity, "
            "hardest_unmastered, lowest_mastery, zpdes, oracle");
  EXPECT_EQ(message_of([](auto& o) {
              o.students = {"kss", "bkt", "kss"};
            }),
            "student model `kss` is named twice");
  EXPECT_EQ(message_of([](auto& o) { o.num_seeds = 0; }),
            "seeds is 0, not in [1, 1000]");
  EXPECT_EQ(message_of([](auto& o) { o.minutes_cap = 3; }),
            "minutes is 3, not in [4, 120]");
}

TEST(ClosedLoopTest, AFaultOfTheModelsIsTold) {
  ClosedLoopOptions options = SmallOptions();
  options.fit_models = [](const Cohort&) -> absl::StatusOr<ModelSet> {
    return absl::InternalError("no");
  };
  EXPECT_EQ(RunClosedLoop(options).status().code(),
            absl::StatusCode::kInternal);
}

LoopCell CellOf(const std::string& policy, std::vector<double> gains) {
  LoopCell cell = {policy, "kss", {}};
  for (const double gain : gains) {
    SeedFigures seed;
    seed.gain_per_hour = gain;
    seed.num_practice = 10;
    seed.num_in_band = 6;
    seed.tier_learners[0] = 2;
    seed.tier_gains[0] = 2 * gain;
    seed.tier_learners[3] = 1;
    seed.tier_gains[3] = gain - .1;
    cell.seeds.push_back(seed);
  }
  return cell;
}

TEST(LoopFiguresTest, TheIntervalIsStudentsOverSeeds) {
  const LoopFigures figures = FiguresOf(CellOf("random", {.1, .2, .3}));
  EXPECT_NEAR(figures.gain_per_hour, .2, 1e-12);
  // t(.975, 2) = 4.3027, deviation .1.
  EXPECT_NEAR(figures.high - .2, 4.3027 * .1 / std::sqrt(3), 1e-4);
  EXPECT_NEAR(.2 - figures.low, 4.3027 * .1 / std::sqrt(3), 1e-4);
  EXPECT_NEAR(figures.share_in_band, .6, 1e-12);
  EXPECT_EQ(figures.worst_tier, 3u);
  EXPECT_NEAR(figures.worst_tier_gain, .1, 1e-12);
}

TEST(LoopFiguresTest, OneSeedHasNoInterval) {
  const LoopFigures figures = FiguresOf(CellOf("random", {.1}));
  EXPECT_TRUE(std::isnan(figures.low));
  EXPECT_TRUE(std::isnan(figures.high));
}

TEST(LoopFiguresTest, OnlyBaselinesAreTheMeasure) {
  const std::vector<LoopCell> cells = {
      CellOf(kOurPolicy, {.3}), CellOf("random", {.1}),
      CellOf("curriculum", {.2}), CellOf("oracle", {.9})};
  EXPECT_NEAR(RatioToBestBaseline(cells[0], cells), 1.5, 1e-12);
  EXPECT_NEAR(RatioToBestBaseline(cells[2], cells), 1, 1e-12);
  EXPECT_TRUE(std::isnan(RatioToBestBaseline(cells[0], {cells[0]})));
}

}  // namespace
}  // namespace evenlight
