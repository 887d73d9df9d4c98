// Goals and paths through the network's edge: what is kept, what is answered,
// and how bad input is told.

#include <functional>

#include "evenlight/v1/path.pb.h"
#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class GoalTest : public ServerWorld {
 protected:
  GoalTest() {
    // From there on the catalog has questions enough.
    config_.ranking.mastered_p_known = 0.9f;
    Restart();
    AddCatalog();
    AddLearner(*client_);
  }

  // `l1`, in no class.
  static void AddLearner(const TestClient& client) {
    v1::UpsertPeopleResponse people;
    ExpectOk(client.Call(
        *client.roster, &v1::RosterService::Stub::UpsertPeople,
        Parse<v1::UpsertPeopleRequest>("people { name: 'learners/l1' }"),
        &people));
  }

  static v1::SetGoalRequest Request() {
    v1::SetGoalRequest request;
    request.set_learner("learners/l1");
    request.mutable_goal()->add_knowledge_components(
        "knowledgeComponents/decimals");
    request.mutable_goal()->mutable_due_time()->set_seconds(kStartSeconds +
                                                            14 * 86'400);
    return request;
  }

  static grpc::Status Set(const TestClient& client,
                          const v1::SetGoalRequest& request,
                          v1::SetGoalResponse* response) {
    return client.Call(*client.learners, &v1::LearnerService::Stub::SetGoal,
                       request, response);
  }
  grpc::Status Set(const v1::SetGoalRequest& request) const {
    v1::SetGoalResponse response;
    return Set(*client_, request, &response);
  }

  static grpc::Status Get(const TestClient& client,
                          v1::GetGoalResponse* response,
                          const std::string& learner = "l1") {
    v1::GetGoalRequest request;
    request.set_learner("learners/" + learner);
    return client.Call(*client.learners, &v1::LearnerService::Stub::GetGoal,
                       request, response);
  }
  v1::GetGoalResponse Get() const {
    v1::GetGoalResponse response;
    ExpectOk(Get(*client_, &response));
    return response;
  }

  grpc::Status Plan(const v1::PlanPathRequest& request,
                    v1::PlanPathResponse* response) const {
    return client_->Call(*client_->recommendations,
                         &v1::RecommendationService::Stub::PlanPath, request,
                         response);
  }
  v1::PlanPathResponse Plan(const std::string& learner = "l1") const {
    v1::PlanPathRequest request;
    request.set_learner("learners/" + learner);
    v1::PlanPathResponse response;
    ExpectOk(Plan(request, &response));
    return response;
  }
};

TEST_F(GoalTest, AGoalIsKeptWithItsDefaultsAndAcrossARestart) {
  v1::SetGoalResponse set;
  ExpectOk(Set(*client_, Request(), &set));
  EXPECT_EQ(set.goal().level(), v1::Goal::LEVEL_MASTERED);
  EXPECT_EQ(set.goal().minutes_per_day(), 20);
  EXPECT_EQ(set.set_time().seconds(), kStartSeconds);
  EXPECT_EQ(set.progress().status(), v1::GoalProgress::STATUS_ON_TRACK);
  EXPECT_EQ(set.progress().num_knowledge_components(), 1);
  EXPECT_EQ(set.progress().days_left(), 15);
  EXPECT_FLOAT_EQ(set.progress().mean_p_known(), 0.3f);
  Restart();
  const v1::GetGoalResponse got = Get();
  EXPECT_EQ(got.goal().SerializeAsString(), set.goal().SerializeAsString());
  EXPECT_EQ(got.progress().SerializeAsString(),
            set.progress().SerializeAsString());
}

TEST_F(GoalTest, ARetryWritesNothingAndAReusedIdIsRefused) {
  v1::SetGoalRequest first = Request();
  first.set_request_id("q1");
  ExpectOk(Set(first));
  v1::SetGoalRequest second = Request();
  second.mutable_goal()->set_minutes_per_day(45);
  second.set_request_id("q2");
  ExpectOk(Set(second));
  // A late retry does not bring the earlier goal back, even when its time is
  // over.
  clock_.Advance(absl::Hours(24 * 20));
  Restart();
  ExpectOk(Set(first));
  EXPECT_EQ(Get().goal().minutes_per_day(), 45);

  second.mutable_goal()->set_minutes_per_day(5);
  const grpc::Status reused = Set(second);
  EXPECT_EQ(reused.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(ViolationsOf(reused),
              ElementsAre("request_id: `q2` was used before for another goal"));
  EXPECT_EQ(Get().goal().minutes_per_day(), 45);
}

TEST_F(GoalTest, TenantsHaveTheirOwnGoals) {
  const TestClient other = ClientOf("junyi");
  AddCatalog(other);
  AddLearner(other);
  ExpectOk(Set(Request()));
  v1::GetGoalResponse theirs;
  EXPECT_EQ(Get(other, &theirs).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::SetGoalRequest request = Request();
  request.mutable_goal()->set_minutes_per_day(7);
  v1::SetGoalResponse response;
  ExpectOk(Set(other, request, &response));
  EXPECT_EQ(Get().goal().minutes_per_day(), 20);
}

TEST_F(GoalTest, APathFollowsTheNextAnswer) {
  ExpectOk(Set(Request()));
  const v1::PlanPathResponse before = Plan();
  EXPECT_TRUE(before.feasible());
  EXPECT_EQ(before.activities(0).kind(), v1::PathActivity::KIND_LEARN);
  EXPECT_EQ(before.activities(0).resource(), "resources/film");
  EXPECT_EQ(before.activities(0).date(), "2026-03-01");
  EXPECT_THAT(before.degraded_reasons(), ElementsAre("no model is serving"));

  ExpectOk(Record({Answer("e1", "f1")}));
  clock_.Advance(absl::Minutes(1));
  const v1::PlanPathResponse after = Plan();
  EXPECT_EQ(after.activities(0).resource(), "resources/f2");
  EXPECT_EQ(after.activities(0).kind(), v1::PathActivity::KIND_CHECK);

  ExpectOk(
      Record({Answer("e2", "f2"), Answer("e3", "d1"), Answer("e4", "d2")}));
  const v1::PlanPathResponse reached = Plan();
  for (const v1::PathActivity& activity : reached.activities()) {
    EXPECT_EQ(activity.kind(), v1::PathActivity::KIND_REVIEW);
  }
  EXPECT_EQ(reached.progress().status(), v1::GoalProgress::STATUS_REACHED);
  EXPECT_EQ(Get().progress().share_reached(), 1);
}

TEST_F(GoalTest, WhatWasSpentTodayIsNotSpentAgain) {
  v1::SetGoalRequest request = Request();
  request.mutable_goal()->set_minutes_per_day(6);
  ExpectOk(Set(request));
  EXPECT_EQ(Plan().activities(0).day(), 0);
  v1::Event event = Answer("e1", "plain");
  event.mutable_answered()->mutable_time_spent()->set_seconds(5 * 60);
  ExpectOk(Record({event}));
  EXPECT_EQ(Plan().activities(0).day(), 1);
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(Plan().activities(0).day(), 0);
}

TEST_F(GoalTest, AnImpossibleGoalIsKeptAndToldHonestly) {
  v1::SetGoalRequest request = Request();
  request.mutable_goal()->set_minutes_per_day(3);
  request.mutable_goal()->mutable_due_time()->set_seconds(kStartSeconds +
                                                          3'600);
  v1::SetGoalResponse set;
  ExpectOk(Set(*client_, request, &set));
  EXPECT_EQ(set.progress().status(), v1::GoalProgress::STATUS_BEHIND);
  EXPECT_EQ(set.progress().earliest_date(), "2026-03-04");
  EXPECT_EQ(set.progress().sufficient_minutes_per_day(), 12);
  EXPECT_THAT(set.progress().status_text(),
              HasSubstr("It cannot all be reached by 2026-03-01"));
  const v1::PlanPathResponse plan = Plan();
  EXPECT_FALSE(plan.feasible());
  EXPECT_EQ(plan.knowledge_components(0).outcome(),
            v1::PathKnowledgeComponent::OUTCOME_LATE);
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(Get().progress().status(), v1::GoalProgress::STATUS_OVERDUE);
}

// A goal in the request serves anybody, and stores nothing.
TEST_F(GoalTest, ALearnerWhomNobodyKnowsMayAskWithAGoal) {
  v1::PlanPathRequest request;
  request.set_learner("learners/new");
  *request.mutable_goal() = Request().goal();
  v1::PlanPathResponse response;
  ExpectOk(Plan(request, &response));
  EXPECT_TRUE(response.feasible());
  v1::GetGoalResponse none;
  EXPECT_EQ(Get(*client_, &none, "new").error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(GoalTest, SaysWhatIsMissing) {
  v1::GetGoalResponse none;
  const grpc::Status no_goal = Get(*client_, &none);
  EXPECT_EQ(no_goal.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(no_goal.error_message(),
              HasSubstr("learners/l1 has no goal: LearnerService.SetGoal"));
  v1::PlanPathRequest request;
  request.set_learner("learners/l1");
  v1::PlanPathResponse path;
  EXPECT_EQ(Plan(request, &path).error_code(), grpc::StatusCode::NOT_FOUND);

  v1::SetGoalRequest unknown = Request();
  unknown.set_learner("learners/typo");
  const grpc::Status status = Set(unknown);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("is not in the roster"));

  v1::SetGoalResponse set;
  const grpc::Status no_catalog = Set(ClientOf("empty"), Request(), &set);
  EXPECT_EQ(no_catalog.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(no_catalog).reason(),
            "NO_CATALOG");
}

struct BadGoal {
  std::function<void(v1::Goal*)> spoil;
  std::string violation;
};

std::vector<BadGoal> BadGoals() {
  return {
      {[](auto* g) { g->clear_knowledge_components(); },
       "goal.knowledge_components: has 0 entries; 1 to 50"},
      {[](auto* g) {
         for (int n = 0; n < 50; ++n) {
           g->add_knowledge_components("knowledgeComponents/decimals");
         }
       },
       "goal.knowledge_components: has 51 entries"},
      {[](auto* g) { g->set_knowledge_components(0, "decimals"); },
       "goal.knowledge_components[0]: `decimals` is not"},
      {[](auto* g) {
         g->set_knowledge_components(0, "knowledgeComponents/quarters");
       },
       "goal.knowledge_components[0]: `knowledgeComponents/quarters` is not in "
       "the catalog"},
      {[](auto* g) { g->set_level(static_cast<v1::Goal::Level>(9)); },
       "goal.level: 9 is no level of a goal"},
      {[](auto* g) { g->clear_due_time(); }, "goal.due_time: is required"},
      {[](auto* g) { g->mutable_due_time()->set_seconds(kStartSeconds); },
       "goal.due_time: 2026-03-01T08:00:00Z is not after the server's time, "
       "2026-03-01T08:00:00Z"},
      {[](auto* g) {
         g->mutable_due_time()->set_seconds(kStartSeconds + 731 * 86'400);
       },
       "is more than two years ahead"},
      {[](auto* g) { g->mutable_due_time()->set_nanos(-1); },
       "goal.due_time: seconds"},
      {[](auto* g) { g->set_minutes_per_day(601); },
       "goal.minutes_per_day: 601 is not in [0, 600]"},
      {[](auto* g) { g->set_minutes_per_day(-1); },
       "goal.minutes_per_day: -1 is not in [0, 600]"},
      {[](auto* g) { g->set_utc_offset_minutes(841); },
       "goal.utc_offset_minutes: 841 is not in [-840, 840]"},
  };
}

TEST_F(GoalTest, NamesTheFieldOfEachBadGoalAndStoresNothing) {
  for (const BadGoal& bad : BadGoals()) {
    SCOPED_TRACE(bad.violation);
    v1::SetGoalRequest request = Request();
    bad.spoil(request.mutable_goal());
    const grpc::Status set = Set(request);
    EXPECT_EQ(set.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(ViolationsOf(set), ElementsAre(HasSubstr(bad.violation)));
    v1::PlanPathRequest plan;
    plan.set_learner("learners/l1");
    *plan.mutable_goal() = request.goal();
    v1::PlanPathResponse path;
    EXPECT_THAT(ViolationsOf(Plan(plan, &path)),
                ElementsAre(HasSubstr(bad.violation)));
  }
  v1::GetGoalResponse none;
  EXPECT_EQ(Get(*client_, &none).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(GoalTest, ReportsAllFaultsOfARequestAtOnce) {
  v1::SetGoalRequest request = Request();
  request.set_learner("l1");
  request.set_request_id("a b");
  request.set_reason_language("fr");
  request.mutable_goal()->set_minutes_per_day(-1);
  EXPECT_THAT(ViolationsOf(Set(request)),
              UnorderedElementsAre(HasSubstr("learner: "),
                                   HasSubstr("request_id: `a b`"),
                                   HasSubstr("reason_language: `fr`"),
                                   HasSubstr("goal.minutes_per_day: -1")));
}

}  // namespace
}  // namespace evenlight
