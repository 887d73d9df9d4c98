// `recommend path`, `set goal` and `show goal` against a fake server.

#include "services/cli/path.h"

#include <sstream>

#include "evenlight/v1/path.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/fake_client.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;

class PathTest : public testing::Test {
 protected:
  PathTest() {
    options_.id = "l1";
    options_.kcs = {"k1", "knowledgeComponents/k2"};
    options_.by = "2026-06-30";
    options_.minutes = 15;
    options_.level = 4;
  }

  GoalOptions options_;
  FakeClient server_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = [](absl::Duration) {}};
};

TEST(ParseByTest, ADayEndsWhereTheLearnerIs) {
  EXPECT_EQ(absl::ToUnixSeconds(*ParseBy("2026-06-30", 0)), 1'782'864'000);
  EXPECT_EQ(absl::ToUnixSeconds(*ParseBy("2026-06-30", 480)),
            1'782'864'000 - 8 * 3600);
  EXPECT_EQ(absl::ToUnixSeconds(*ParseBy("2026-06-30T18:00:00Z", 480)),
            1'782'842'400);
  for (const char* bad : {"", "Friday", "2026-13-01", "30.6.2026", "12345"}) {
    EXPECT_THAT(ParseBy(bad, 0).status(),
                HasCode(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST_F(PathTest, APathIsShownByDayWithReasons) {
  v1::PlanPathRequest seen;
  server_.On(kPlanPath, [&](const auto& request, auto* response) {
    seen = request;
    *response->mutable_goal() = request.goal();
    response->mutable_progress()->set_status_text("On track.");
    response->mutable_progress()->set_status(v1::GoalProgress::STATUS_ON_TRACK);
    for (int day = 0; day < 2; ++day) {
      v1::PathActivity* activity = response->add_activities();
      activity->set_kind(v1::PathActivity::KIND_PRACTISE);
      activity->set_resource("resources/r1");
      activity->set_resource_kind(v1::RESOURCE_KIND_EXERCISE);
      activity->set_title("Fractions");
      activity->set_minutes(3);
      activity->set_date(day == 0 ? "2026-03-01" : "2026-03-02");
      activity->set_reason_text("It is part of the goal.");
    }
    v1::PathKnowledgeComponent* kc = response->add_knowledge_components();
    kc->set_knowledge_component("knowledgeComponents/k1");
    kc->set_outcome(v1::PathKnowledgeComponent::OUTCOME_LATE);
    return absl::OkStatus();
  });
  EXPECT_EQ(RecommendPath(options_, &server_, console_), kExitOk);
  EXPECT_EQ(seen.learner(), "learners/l1");
  EXPECT_EQ(seen.goal().knowledge_components(0), "knowledgeComponents/k1");
  EXPECT_EQ(seen.goal().knowledge_components(1), "knowledgeComponents/k2");
  EXPECT_EQ(seen.goal().level(), v1::Goal::LEVEL_PROFICIENT);
  EXPECT_EQ(seen.goal().minutes_per_day(), 15);
  EXPECT_EQ(seen.goal().due_time().seconds(), 1'782'864'000);
  EXPECT_THAT(out_.str(), HasSubstr("learner l1: k1 k2, proficient by "
                                    "2026-07-01T00:00:00Z, 15 minutes a day"));
  EXPECT_THAT(out_.str(), HasSubstr("on_track: 0 of 0 reached"));
  EXPECT_THAT(out_.str(), HasSubstr("2026-03-02, 3 min\n  practise r1: "
                                    "exercise, 3 min  Fractions\n    It is "
                                    "part of the goal.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("goal k1: late"));
}

TEST_F(PathTest, WithoutKcsTheStoredGoalIsMeant) {
  v1::PlanPathRequest seen;
  server_.On(kPlanPath, [&](const auto& request, auto*) {
    seen = request;
    return absl::OkStatus();
  });
  options_ = {};
  options_.id = "l1";
  EXPECT_EQ(RecommendPath(options_, &server_, console_), kExitOk);
  EXPECT_FALSE(seen.has_goal());
}

TEST_F(PathTest, AGoalIsSetAndShown) {
  v1::SetGoalRequest seen;
  server_.On(kSetGoal, [&](const auto& request, auto* response) {
    seen = request;
    *response->mutable_goal() = request.goal();
    response->mutable_progress()->set_status_text("Behind.");
    return absl::OkStatus();
  });
  server_.On(kGetGoal, [](const auto& request, auto* response) {
    response->mutable_progress()->set_days_left(9);
    response->mutable_progress()->set_status_text(request.learner());
    return absl::OkStatus();
  });
  options_.request_id = "q1";
  EXPECT_EQ(SetGoal(options_, &server_, console_), kExitOk);
  EXPECT_EQ(seen.request_id(), "q1");
  EXPECT_THAT(out_.str(), HasSubstr("Behind.\n"));
  EXPECT_EQ(ShowGoal(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("9 days left\nlearners/l1\n"));
}

TEST_F(PathTest, JsonIsTheWholeAnswerAndAnErrorNamesTheCommand) {
  console_.is_json = true;
  server_.On(kGetGoal, [](const auto&, auto* response) {
    response->mutable_progress()->set_days_left(9);
    return absl::OkStatus();
  });
  EXPECT_EQ(ShowGoal(options_, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"days_left\":9"));
  server_.On(kSetGoal, [](const auto&, auto*) {
    return FakeClient::Refusal({{"goal.due_time", "is not after now"}});
  });
  EXPECT_EQ(SetGoal(options_, &server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("evenlight: set goal l1: "));
  EXPECT_THAT(err_.str(), HasSubstr("goal.due_time: is not after now"));
}

}  // namespace
}  // namespace evenlight
