// Every way in which a client can be wrong: the code, the field and the words
// of the answer.

#include <functional>

#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BadInputTest : public ServerWorld {};

struct BadEvent {
  std::function<void(v1::Event*)> spoil;
  std::string field;  // Below `events[1]`.
  std::string text;
};

std::vector<BadEvent> BadEvents() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  return {
      {[](auto* e) { e->set_event_id(""); }, "event_id",
       "1-64 characters of [A-Za-z0-9._-]"},
      {[](auto* e) { e->set_event_id(std::string(65, 'x')); }, "event_id",
       "xxx"},
      {[](auto* e) { e->set_event_id("a b"); }, "event_id", "`a b` is not"},
      {[](auto* e) { e->set_actor(""); }, "actor", "learners/"},
      {[](auto* e) { e->set_actor("students/l1"); }, "actor",
       "`students/l1` is not"},
      {[](auto* e) { e->clear_event_time(); }, "event_time", "is required"},
      {[](auto* e) {
         e->mutable_event_time()->set_seconds(kStartSeconds + 301);
       },
       "event_time",
       "2026-03-01T08:05:01Z is more than five minutes ahead of the server's "
       "time, 2026-03-01T08:00:00Z"},
      {[](auto* e) { e->mutable_event_time()->set_seconds(-1); }, "event_time",
       "no time from 1970"},
      {[](auto* e) { e->mutable_event_time()->set_nanos(1'000'000'000); },
       "event_time", "nanos 1000000000"},
      {[](auto* e) { e->set_resource(""); }, "resource", "is required"},
      {[](auto* e) { e->set_resource("f1"); }, "resource", "`f1` is not"},
      {[](auto* e) { e->set_resource("resources/nowhere"); }, "resource",
       "`resources/nowhere` is not in the catalog"},
      {[](auto* e) { e->set_phase(static_cast<v1::Phase>(9)); }, "phase",
       "9 is no phase"},
      {[](auto* e) { e->set_list("l1"); }, "list", "`lists/`"},
      {[](auto* e) { e->clear_verb(); }, "verb", "is required"},
      {[](auto* e) { e->mutable_recommended(); }, "recommended",
       "written by the service only"},
      {[](auto* e) { e->mutable_pushed(); }, "pushed",
       "written by the service only"},
      {[](auto* e) { e->mutable_answered()->clear_outcome(); },
       "answered.outcome", "correct or score"},
      {[](auto* e) { e->mutable_answered()->set_score(1.5f); },
       "answered.score", "1.5 is not in [0, 1]"},
      {[](auto* e) { e->mutable_answered()->set_score(-0.1f); },
       "answered.score", "is not in [0, 1]"},
      {[nan](auto* e) { e->mutable_answered()->set_score(nan); },
       "answered.score", "nan is not in [0, 1]"},
      {[](auto* e) { e->mutable_answered()->set_question("?"); },
       "answered.question", "`?` is not"},
      {[](auto* e) {
         e->mutable_answered()->add_knowledge_components(
             "knowledgeComponents/none");
       },
       "answered.knowledge_components[0]", "is not in the catalog"},
      {[](auto* e) {
         for (int kc = 0; kc < 17; ++kc) {
           e->mutable_answered()->add_knowledge_components(
               "knowledgeComponents/fractions");
         }
       },
       "answered.knowledge_components", "has 17 entries"},
      {[](auto* e) {
         e->mutable_answered()->mutable_time_spent()->set_seconds(-1);
       },
       "answered.time_spent", "[0, 24 h]"},
      {[](auto* e) {
         e->mutable_viewed()->mutable_time_spent()->set_seconds(86'401);
       },
       "viewed.time_spent", "[0, 24 h]"},
      {[](auto* e) { e->mutable_rated()->set_stars(6); }, "rated.stars",
       "6 is not in [1, 5]"},
      {[](auto* e) { e->mutable_rated(); }, "rated.stars",
       "0 is not in [1, 5]"},
      {[](auto* e) {
         e->mutable_dismissed()->set_reason(static_cast<v1::DismissReason>(7));
       },
       "dismissed.reason", "7 is no reason"},
      {[](auto* e) { e->mutable_assigned(); }, "assigned", "neither"},
      {[](auto* e) { e->mutable_assigned()->set_class_name("7b"); },
       "assigned.class_name", "`7b` is not"},
      {[](auto* e) { e->mutable_assigned()->add_learners("classes/x"); },
       "assigned.learners[0]", "`classes/x` is not"},
  };
}

TEST_F(BadInputTest, NamesTheFieldOfEachBadEventAndWritesNothing) {
  AddCatalog();
  for (const BadEvent& bad : BadEvents()) {
    v1::Event event = Answer("bad", "f1");
    bad.spoil(&event);
    const grpc::Status status = Record({Answer("good", "f1"), event});
    SCOPED_TRACE(bad.field + ": " + bad.text);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(ViolationsOf(status),
                ElementsAre(testing::AllOf(
                    testing::StartsWith("events[1]." + bad.field + ": "),
                    HasSubstr(bad.text))));
    EXPECT_THAT(status.error_message(), HasSubstr(bad.text));
  }
  EXPECT_THAT(List(*client_, "learners/l1").events(), IsEmpty());
}

TEST_F(BadInputTest, ReportsAllFaultsOfAllEventsAtOnce) {
  AddCatalog();
  v1::Event first = Answer("", "nowhere");
  v1::Event second = Answer("e2", "f1");
  second.mutable_answered()->set_score(2);
  const grpc::Status status = Record({first, second});
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("events[0].event_id"),
                          HasSubstr("events[0].resource"),
                          HasSubstr("events[1].answered.score")));
  EXPECT_THAT(status.error_message(), HasSubstr("(and 2 more)"));
}

TEST_F(BadInputTest, TellsOfAThousandBadEventsWithinOneTrailer) {
  AddCatalog();
  v1::Event bad = Answer("bad", std::string(3'000, 'x'));
  bad.set_actor(std::string(3'000, '\x01'));
  const grpc::Status status = Record(std::vector<v1::Event>(1'000, bad));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
      << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("(and 1999 more)"));
}

TEST_F(BadInputTest, RefusesNoEventsAndTooMany) {
  AddCatalog();
  EXPECT_THAT(ViolationsOf(Record(std::vector<v1::Event>{})),
              ElementsAre(HasSubstr("events: has 0 entries")));
  const grpc::Status status =
      Record(std::vector<v1::Event>(1'001, Answer("e", "f1")));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("events: has 1001 entries; 1 to 1000")));
}

TEST_F(BadInputTest, NamesTheFieldThatIsNotUtf8) {
  v1::UpsertResourcesRequest request = Resources();
  request.mutable_resources(0)->set_title("\xff\xfe");
  v1::UpsertResourcesResponse response;
  const grpc::Status status = client_->Call(
      *client_->catalog, &v1::CatalogService::Stub::UpsertResources, request,
      &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      ViolationsOf(status),
      ElementsAre(HasSubstr("Resource.title: holds text that is not UTF-8")));
}

TEST_F(BadInputTest, NeedsATenantUnlessTheConfigNamesOne) {
  const auto list_with = [&](const std::vector<std::string>& tenants) {
    grpc::ClientContext context;
    for (const std::string& tenant : tenants) {
      context.AddMetadata("evenlight-tenant", tenant);
    }
    v1::ListResourcesResponse response;
    return client_->catalog->ListResources(&context, {}, &response);
  };
  EXPECT_THAT(ViolationsOf(list_with({})),
              ElementsAre(HasSubstr("evenlight-tenant")));
  EXPECT_THAT(ViolationsOf(list_with({"a/b"})),
              ElementsAre(HasSubstr("`a/b` is not")));
  EXPECT_THAT(ViolationsOf(list_with({"a", "b"})),
              ElementsAre(HasSubstr("is given 2 times")));
  config_.default_tenant = kTenant;
  Restart();
  ExpectOk(list_with({}));
}

TEST_F(BadInputTest, ChecksEveryFieldOfAResource) {
  AddCatalog();
  v1::UpsertResourcesRequest request;
  *request.add_resources() = Parse<v1::Resource>(R"pb(
    name: "resources/"
    kind: 42
    knowledge_components: "knowledgeComponents/none"
    min_grade: 9
    max_grade: 3
    language: "zh_CN"
    minutes: 601
    difficulty: 1.5
    phases: PHASE_UNSPECIFIED
    accessibility_features: 77
    bandwidth_kbps: -1
    publish_time { seconds: 200 }
    expire_time { seconds: 100 })pb");
  *request.add_resources() = Resources().resources(0);
  *request.add_resources() = Resources().resources(0);
  v1::UpsertResourcesResponse response;
  const grpc::Status status = client_->Call(
      *client_->catalog, &v1::CatalogService::Stub::UpsertResources, request,
      &response);
  EXPECT_THAT(
      ViolationsOf(status),
      testing::UnorderedElementsAre(
          HasSubstr("resources[0].name: "), HasSubstr("resources[0].title: "),
          HasSubstr("resources[0].kind: 42"),
          HasSubstr("resources[0].knowledge_components[0]: "),
          HasSubstr("resources[0].max_grade: 3 is below min_grade 9"),
          HasSubstr("resources[0].language: `zh_CN`"),
          HasSubstr("resources[0].minutes: 601"),
          HasSubstr("resources[0].difficulty: 1.5"),
          HasSubstr("resources[0].phases[0]: "),
          HasSubstr("resources[0].accessibility_features[0]: 77"),
          HasSubstr("resources[0].bandwidth_kbps: -1"),
          HasSubstr("resources[0].expire_time: "),
          HasSubstr("resources[2].name: `resources/f1` is named twice")));
}

TEST_F(BadInputTest, ChecksKnowledgeComponentsAndTheRoster) {
  v1::UpsertKnowledgeComponentsResponse kcs;
  EXPECT_THAT(
      ViolationsOf(
          client_->Call(*client_->catalog,
                        &v1::CatalogService::Stub::UpsertKnowledgeComponents,
                        Parse<v1::UpsertKnowledgeComponentsRequest>(R"pb(
                          knowledge_components {
                            name: "kcs/a"
                            prerequisites: "knowledgeComponents/none"
                            grade: 13
                          })pb"),
                        &kcs)),
      ElementsAre(
          HasSubstr("knowledge_components[0].name: "),
          HasSubstr("knowledge_components[0].title: "),
          HasSubstr("knowledge_components[0].prerequisites[0]: "),
          HasSubstr("knowledge_components[0].grade: 13 is not in [0, 12]")));
  v1::UpsertPeopleResponse people;
  EXPECT_THAT(ViolationsOf(client_->Call(*client_->roster,
                                         &v1::RosterService::Stub::UpsertPeople,
                                         Parse<v1::UpsertPeopleRequest>(R"pb(
                                           people {
                                             name: "people/x"
                                             school: "schools/none"
                                             classes: "classes/none"
                                             grade: -1
                                             bandwidth_kbps: -1
                                           })pb"),
                                         &people)),
              testing::UnorderedElementsAre(
                  HasSubstr("people[0].name: "),
                  HasSubstr("people[0].school: `schools/none` does not exist"),
                  HasSubstr("people[0].classes[0]: `classes/none` does not"),
                  HasSubstr("people[0].grade: -1"),
                  HasSubstr("people[0].bandwidth_kbps: -1")));
  v1::UpsertClassesResponse classes;
  EXPECT_THAT(ViolationsOf(client_->Call(
                  *client_->roster, &v1::RosterService::Stub::UpsertClasses,
                  Parse<v1::UpsertClassesRequest>(
                      "classes { name: 'classes/c1' school: 'schools/none' }"),
                  &classes)),
              ElementsAre("classes[0].school: `schools/none` does not exist"));
}

TEST_F(BadInputTest, ChecksRequestsForRecommendations) {
  AddCatalog();
  v1::RecommendResourcesResponse response;
  const grpc::Status status =
      Recommend(*client_, Parse<v1::RecommendResourcesRequest>(R"pb(
        learner: "l1"
        page_size: -1
        phase: 9
        request_id: "a b"
        reason_language: "fr"
        filter {
          grade: 13
          kinds: 99
          knowledge_components: "fractions"
          language: "z h"
          max_minutes: -1
          max_bandwidth_kbps: -1
          exclude_resources: "f1"
        })pb"),
                &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      ViolationsOf(status),
      testing::UnorderedElementsAre(
          HasSubstr("learner: "), HasSubstr("page_size: "),
          HasSubstr("phase: 9"), HasSubstr("request_id: `a b`"),
          HasSubstr("reason_language: `fr`"), HasSubstr("filter.grade: 13"),
          HasSubstr("filter.kinds[0]: 99"),
          HasSubstr("filter.knowledge_components[0]: "),
          HasSubstr("filter.language: "), HasSubstr("filter.max_minutes: -1"),
          HasSubstr("filter.max_bandwidth_kbps: -1"),
          HasSubstr("filter.exclude_resources[0]: ")));
}

TEST_F(BadInputTest, AnswersNotFoundAndFailedPreconditionInWords) {
  v1::RecommendResourcesResponse list;
  const grpc::Status no_catalog = Recommend(
      *client_, Parse<v1::RecommendResourcesRequest>("learner: 'learners/l1'"),
      &list);
  EXPECT_EQ(no_catalog.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(no_catalog).reason(),
            "NO_CATALOG");

  AddCatalog();
  const auto for_class = [&](const std::string& name) {
    v1::RecommendForClassRequest request;
    request.set_class_name(name);
    v1::RecommendForClassResponse response;
    return client_->Call(*client_->recommendations,
                         &v1::RecommendationService::Stub::RecommendForClass,
                         request, &response);
  };
  EXPECT_EQ(for_class("classes/none").error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ViolationsOf(for_class("7b")),
              ElementsAre(HasSubstr("class_name: `7b`")));
  v1::UpsertClassesResponse classes;
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::UpsertClasses,
      Parse<v1::UpsertClassesRequest>("classes { name: 'classes/c1' }"),
      &classes));
  EXPECT_EQ(for_class("classes/c1").error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);

  v1::LearnerState state;
  const grpc::Status unknown = client_->Call(
      *client_->learners, &v1::LearnerService::Stub::GetLearnerState,
      Parse<v1::GetLearnerStateRequest>("learner: 'learners/nobody'"), &state);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.error_message(), HasSubstr("learners/nobody"));
  v1::Resource resource;
  EXPECT_EQ(
      client_
          ->Call(*client_->catalog, &v1::CatalogService::Stub::GetResource,
                 Parse<v1::GetResourceRequest>("name: 'resources/none'"),
                 &resource)
          .error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(BadInputTest, ReportsTheLearnerAndAllKcsOfAStateAtOnce) {
  v1::LearnerState state;
  const auto get = [&](const std::string& text) {
    return client_->Call(*client_->learners,
                         &v1::LearnerService::Stub::GetLearnerState,
                         Parse<v1::GetLearnerStateRequest>(text), &state);
  };
  EXPECT_THAT(
      ViolationsOf(get("learner: 'l1' "
                       "knowledge_components: 'fractions' "
                       "knowledge_components: 'knowledgeComponents/nothing' "
                       "knowledge_components: 'knowledgeComponents/a b'")),
      testing::UnorderedElementsAre(
          HasSubstr("learner: "), HasSubstr("knowledge_components[0]: "),
          HasSubstr("knowledge_components[1]: `knowledgeComponents/nothing` is "
                    "not in the catalog"),
          HasSubstr("knowledge_components[2]: ")));
  const grpc::Status unknown = get("learner: 'learners/l1'");
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.error_message(),
              HasSubstr("is not in the roster and has no event that tells"));
}

TEST_F(BadInputTest, RefusesPageTokensThatItDidNotMake) {
  for (const char* token : {"!", "MTIz", "Mi8x", "%%%"}) {
    v1::ListEventsResponse events;
    v1::ListEventsRequest request;
    request.set_actor("learners/l1");
    request.set_page_token(token);
    EXPECT_THAT(ViolationsOf(client_->Call(*client_->track,
                                           &v1::TrackService::Stub::ListEvents,
                                           request, &events)),
                ElementsAre(HasSubstr("page_token: ")))
        << token;
  }
}

}  // namespace
}  // namespace evenlight
