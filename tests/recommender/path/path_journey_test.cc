// Learners who follow a path, which is planned again after each answer: one who
// is always right, one who is always wrong, one who learns as the model thinks.

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/recommender/path/path_world.h"

namespace evenlight {
namespace {

// A curriculum with cycles, questions of one kc and of several, media and
// quizzes, and more questions than anybody needs.
PathWorld JourneyWorld(int seed, int num_kcs) {
  Random random(static_cast<unsigned>(seed));
  PathWorld world;
  std::vector<KnowledgeComponent> kcs;
  std::vector<Resource> resources;
  TracingParams params;
  const auto name = [](int kc) { return absl::StrFormat("k%02d", kc); };
  for (int kc = 0; kc < num_kcs; ++kc) {
    KnowledgeComponent component = Kc(name(kc));
    for (int edge = 0; edge < 2 && kc > 0; ++edge) {
      if (!Chance(random, 0.5)) continue;
      component.prerequisites.push_back(
          name(Below(random, Chance(random, 0.1) ? num_kcs : kc)));
    }
    kcs.push_back(component);
    AddQuestions(name(kc), 12, 1.0f + static_cast<float>(Below(random, 5)),
                 resources);
    if (Chance(random, 0.5)) {
      resources.push_back(Video("film-" + name(kc), {name(kc)}));
    }
    params.kcs.push_back(name(kc));
    params.bkt.push_back(
        {.p_init = 0.05f * static_cast<float>(Below(random, 8)),
         .p_learn = 0.05f + 0.05f * static_cast<float>(Below(random, 5)),
         .p_forget = 0.01f * static_cast<float>(Below(random, 5)),
         .p_slip = 0.05f * static_cast<float>(Below(random, 4)),
         .p_guess = 0.05f * static_cast<float>(1 + Below(random, 5))});
    params.kc_p_correct.push_back(0.6f);
  }
  for (int n = 0; n < 4 * num_kcs; ++n) {
    Resource both =
        Question(absl::StrCat("both", n), {name(Below(random, num_kcs))});
    const KcId other = name(Below(random, num_kcs));
    if (other != both.kcs[0]) both.kcs.push_back(other);
    if (Chance(random, 0.2)) both.kind = ResourceKind::kQuiz;
    resources.push_back(both);
  }
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  world.snapshot = MakeSnapshot(kcs, resources, std::move(models));
  std::set<KcId> goal;
  for (int n = 1 + Below(random, 3); n > 0; --n) {
    goal.insert(name(Below(random, num_kcs)));
  }
  world.goal = MakeGoal({goal.begin(), goal.end()}, 120, 20);
  return world;
}

struct Journey {
  int num_answers = 0;  // Without reviews.
  int num_reviews = 0;
  int num_unready = 0;
  int num_days = 0;
  bool is_reached = false;
};

// Does the path's first activity, at the pace of its days, and plans again.
Journey Follow(PathWorld& world, int max_answers,
               const std::function<bool(const PathActivity&)>& is_right) {
  Journey journey;
  absl::Time now = kNow;
  float spent = 0;
  while (!(journey.is_reached = world.IsGoalReached(now)) &&
         journey.num_answers < max_answers) {
    const PathPlan plan = world.Plan(now, spent);
    if (plan.activities.empty()) {
      now += absl::Hours(24);
      spent = 0;
      if (++journey.num_days > 400) break;
      continue;
    }
    const PathActivity& next = plan.activities[0];
    if (next.day > 0) {
      now = PathCalendar(world.goal, now).Begin(next.day) + absl::Hours(8);
      spent = 0;
      journey.num_days += next.day;
    }
    if (!world.View(now).IsReady(next.resource)) ++journey.num_unready;
    spent += next.minutes;
    now += absl::Minutes(1);
    if (next.kind == ActivityKind::kLearn) {
      Apply(*world.snapshot,
            Interact(*world.snapshot, Verb::kViewed, world.IdOf(next), now),
            world.state);
      continue;
    }
    ++(next.kind == ActivityKind::kReview ? journey.num_reviews
                                          : journey.num_answers);
    Apply(*world.snapshot,
          Answer(*world.snapshot, world.IdOf(next), is_right(next), now),
          world.state);
  }
  return journey;
}

// The right answers that what is needed takes, kc by kc: no question of several
// kcs helps. An upper bound of the fewest; path_brute_force_test.cc has those.
int AnswersKcByKc(const PathWorld& world) {
  int sum = 0;
  for (const Need& need :
       FindNeeds(world.View(), world.goal, world.policy.mastered_p_known)) {
    sum += need.effort.num_right;
  }
  return sum;
}

TEST(PathJourney, WhoIsAlwaysRightReachesAnyGoalWithoutDetour) {
  int num_reviews = 0;
  for (int seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    PathWorld world = JourneyWorld(seed, 3 + seed % 12);
    world.goal.minutes_per_day = 6;  // Long enough for reviews to fall due.
    const int enough = AnswersKcByKc(world);
    const Journey journey =
        Follow(world, 1'000, [](const PathActivity&) { return true; });
    EXPECT_TRUE(journey.is_reached);
    EXPECT_LE(journey.num_answers, enough);
    EXPECT_EQ(journey.num_unready, 0);
    num_reviews += journey.num_reviews;
    if (HasFailure()) return;
  }
  EXPECT_GT(num_reviews, 0);
}

TEST(PathJourney, WhoIsAlwaysWrongNeverMeetsWhatTheyAreNotReadyFor) {
  int num_answers = 0;
  for (int seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    PathWorld world = JourneyWorld(seed, 3 + seed % 12);
    const Journey journey =
        Follow(world, 40, [](const PathActivity&) { return false; });
    EXPECT_EQ(journey.num_unready, 0);
    EXPECT_FALSE(journey.is_reached);
    num_answers += journey.num_answers;
    if (HasFailure()) return;
  }
  EXPECT_GT(num_answers, 700);
}

// Knows or does not know each kc, and learns and forgets, as BKT says.
TEST(PathJourney, TheExpectedNumberOfAnswersIsAboutWhatALearnerTakes) {
  double expected = 0;
  double taken = 0;
  for (int seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(1'000u + static_cast<unsigned>(seed));
    PathWorld world = JourneyWorld(seed, 6);
    for (const Need& need :
         FindNeeds(world.View(), world.goal, world.policy.mastered_p_known)) {
      expected += need.effort.num_expected;
    }
    const Catalog& catalog = world.catalog();
    const TracingModel& tracing = world.snapshot->models->tracing;
    const auto params = [&](KcIndex kc) {
      return tracing.Bkt(world.snapshot->kc_row(kc));
    };
    std::vector<bool> knows;
    for (int kc = 0; kc < catalog.num_kcs(); ++kc) {
      knows.push_back(Chance(random, params(KcIndex{kc}).p_init));
    }
    // Right with the mean over kcs, as the model predicts it.
    const auto answer = [&](const PathActivity& activity) {
      const absl::Span<const KcIndex> kcs = catalog.KcsOf(activity.resource);
      double p_right = 0;
      for (const KcIndex kc : kcs) {
        const BktParams bkt = params(kc);
        const int at = ToInt(kc);
        p_right += (knows[at] ? 1 - bkt.p_slip : bkt.p_guess) /
                   static_cast<double>(kcs.size());
        knows[at] = Chance(random, knows[at] ? 1 - bkt.p_forget : bkt.p_learn);
      }
      return Chance(random, p_right);
    };
    taken += Follow(world, 400, answer).num_answers;
  }
  // Questions of several kcs move it a little either way.
  EXPECT_NEAR(taken / expected, 1, 0.25) << taken << " of " << expected;
}

}  // namespace
}  // namespace evenlight
