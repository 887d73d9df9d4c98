#include "services/cli/loop_models.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/ranking/policy.h"
#include "recommender/simulation/closed_loop.h"
#include "recommender/simulation/loop_learner.h"
#include "recommender/state/learner_view.h"
#include "recommender/state/mastery.h"

namespace evenlight {
namespace {

class RightStudent : public StudentModel {
 public:
  double PCorrect(StudentItem, absl::Time) const override { return 1; }
  void Answer(StudentItem, bool, absl::Time) override {}
  void Watch(int, absl::Time) override {}
  std::unique_ptr<StudentModel> Clone() const override {
    return std::make_unique<RightStudent>();
  }
};

// A school of one student model whose models were learnt from a cohort.
class TrainedSchool {
 public:
  TrainedSchool(const std::string& student, int64_t seed)
      : course_(MakeCourse(seed)) {
    const StudentWorld world =
        MakeStudentWorld(*FindStudent(student), course_, seed);
    const auto tracks = RunCohort(course_, world, 100, 10);
    auto models = FitLoopModels({course_, tracks, seed});
    EXPECT_TRUE(models.ok()) << models.status();
    models->version = 1;
    snapshot_ = Bind(course_.catalog,
                     std::make_shared<const ModelSet>(*std::move(models)));
  }

  // The fewest right answers after which every kc of `goal` has the level
  // mastered, if each prerequisite is first taken to where it opens what builds
  // on it.
  int FewestAnswers(const std::vector<int>& goal) const {
    int fewest = 0;
    for (const int kc : WithPrerequisites(course_.stated, goal)) {
      const bool is_goal = std::count(goal.begin(), goal.end(), kc) > 0;
      fewest +=
          std::max(AnswersFromPrior(kc), is_goal ? kMinProficientAnswers : 0);
    }
    return fewest;
  }

  // Those that a learner who is always right gave before that was so; -1 if it
  // never was.
  int AnswersGiven(const std::vector<int>& goal) const {
    RightStudent student;
    const auto policy = MakeLoopPolicy(kOurPolicy, &student, &course_);
    Random random(1, 2, 3);
    std::vector<KcIndex> kcs;
    for (const int kc : goal) kcs.push_back(KcIndex{kc});
    const LearnerRun run = RunLearner(
        {.course = course_, .snapshot = *snapshot_, .minutes_cap = 60},
        std::move(kcs), policy.get(), &student, &random);
    std::vector<int> answers(kNumCourseKcs);
    int num_answers = 0;
    for (const Interaction& event : run.track) {
      if (event.verb != Verb::kAnswered) continue;
      ++num_answers;
      ++answers[ToInt(course_.catalog->FindKc(event.kcs.front()))];
      const bool is_finished =
          std::all_of(goal.begin(), goal.end(), [&](int kc) {
            return answers[kc] >=
                   std::max(AnswersFromPrior(kc), kMinProficientAnswers);
          });
      if (is_finished) return num_answers;
    }
    return -1;
  }

 private:
  // Right answers in a row from the prior to what opens the next kc.
  int AnswersFromPrior(int kc) const {
    const BktParams& bkt =
        snapshot_->models->tracing.Bkt(snapshot_->kc_row(KcIndex{kc}));
    const float threshold = MasteredFrom(bkt, RankingPolicy().mastered_p_known);
    int num_answers = 0;
    for (float p = bkt.p_init; p < threshold; ++num_answers) {
      p = UpdateKnown(bkt, p, true);
    }
    return num_answers;
  }

  const Course course_;
  std::shared_ptr<const ServingSnapshot> snapshot_;
};

TEST(LoopModelsTest, WhoIsAlwaysRightFinishesAnyGoalWithFewAnswers) {
  for (const std::string& student : StudentNames()) {
    const TrainedSchool school(student, 1);
    std::vector<std::vector<int>> goals(1);
    for (int a = 0; a < kNumCourseKcs; ++a) {
      goals[0].push_back(a);
      goals.push_back({a});
      for (int b = 0; b < a; ++b) goals.push_back({a, b});
    }
    for (const std::vector<int>& goal : goals) {
      const int given = school.AnswersGiven(goal);
      EXPECT_GE(given, 1) << student;
      EXPECT_LE(given, 1.2 * school.FewestAnswers(goal))
          << student << ", goal of " << goal.size() << " kcs from " << goal[0];
    }
  }
}

}  // namespace
}  // namespace evenlight
