// Lists for classes, groups and lessons through the network's edge.

#include <cmath>
#include <limits>
#include <set>

#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ClassListsTest : public ServerWorld {
 protected:
  ClassListsTest() {
    AddCatalog();
    AddClass(*client_, "c1", {"l0", "l1", "l2"});
  }

  static void AddClass(const TestClient& client, const std::string& id,
                       const std::vector<std::string>& learners) {
    v1::UpsertClassesRequest classes;
    classes.add_classes()->set_name("classes/" + id);
    v1::UpsertClassesResponse classes_response;
    ExpectOk(client.Call(*client.roster,
                         &v1::RosterService::Stub::UpsertClasses, classes,
                         &classes_response));
    v1::UpsertPeopleRequest people;
    for (const std::string& learner : learners) {
      v1::Person* person = people.add_people();
      person->set_name("learners/" + learner);
      person->add_classes("classes/" + id);
    }
    if (learners.empty()) return;
    v1::UpsertPeopleResponse people_response;
    ExpectOk(client.Call(*client.roster, &v1::RosterService::Stub::UpsertPeople,
                         people, &people_response));
  }

  static grpc::Status ForClass(const TestClient& client,
                               const v1::RecommendForClassRequest& request,
                               v1::RecommendForClassResponse* response) {
    return client.Call(*client.recommendations,
                       &v1::RecommendationService::Stub::RecommendForClass,
                       request, response);
  }
  static grpc::Status ForGroup(const TestClient& client,
                               const v1::RecommendForGroupRequest& request,
                               v1::RecommendForGroupResponse* response) {
    return client.Call(*client.recommendations,
                       &v1::RecommendationService::Stub::RecommendForGroup,
                       request, response);
  }
  static grpc::Status ForLesson(const TestClient& client,
                                const v1::RecommendForLessonRequest& request,
                                v1::RecommendForLessonResponse* response) {
    return client.Call(*client.recommendations,
                       &v1::RecommendationService::Stub::RecommendForLesson,
                       request, response);
  }

  v1::RecommendForClassResponse ForClass(const std::string& text) const {
    v1::RecommendForClassResponse response;
    ExpectOk(ForClass(*client_, Parse<v1::RecommendForClassRequest>(text),
                      &response));
    return response;
  }
  grpc::Status StatusOfClass(const v1::RecommendForClassRequest& request) {
    v1::RecommendForClassResponse response;
    return ForClass(*client_, request, &response);
  }
  grpc::Status StatusOfClass(const std::string& text) {
    return StatusOfClass(Parse<v1::RecommendForClassRequest>(text));
  }

  // Everyone answers everything right, several times.
  void MasterAll(const std::vector<std::string>& learners) {
    int number = 0;
    for (int time = 0; time < 5; ++time) {
      clock_.Advance(absl::Minutes(1));
      std::vector<v1::Event> events;
      for (const std::string& learner : learners) {
        for (const char* id : {"f1", "f2", "d1", "d2", "plain"}) {
          events.push_back(Answer(absl::StrCat("m", number++), id, learner));
        }
      }
      ExpectOk(Record(events));
    }
  }

  void Upsert(const std::string& text) const {
    v1::UpsertResourcesResponse response;
    ExpectOk(client_->Call(*client_->catalog,
                           &v1::CatalogService::Stub::UpsertResources,
                           Parse<v1::UpsertResourcesRequest>(text), &response));
  }
};

TEST_F(ClassListsTest, AnswersWithMasteryAndWhomToSeeFirst) {
  v1::Event wrong = Answer("e1", "f1", "l1");
  wrong.mutable_answered()->set_correct(false);
  ExpectOk(Record({wrong}));
  const auto response = ForClass(
      "class_name: 'classes/c1' "
      "filter { knowledge_components: 'knowledgeComponents/decimals' }");
  ASSERT_THAT(response.mastery(), SizeIs(2));
  EXPECT_EQ(response.mastery(0).knowledge_component(),
            "knowledgeComponents/fractions");
  EXPECT_EQ(response.mastery(0).title(), "Fractions");
  EXPECT_NEAR(response.mastery(0).share_in_progress(), 1.0 / 3, 1e-5);
  EXPECT_NEAR(response.mastery(0).share_not_started(), 2.0 / 3, 1e-5);
  ASSERT_THAT(response.see_first(), SizeIs(1));
  EXPECT_EQ(response.see_first(0).learner(), "learners/l1");
  EXPECT_EQ(response.see_first(0).num_missing_prerequisites(), 1);
  EXPECT_EQ(response.see_first(0).reason_text(),
            "Lacks what comes next builds on: Fractions.");
  EXPECT_THAT(response.notices(), IsEmpty());
}

TEST_F(ClassListsTest, PinsAndBansStandWithTheirReasons) {
  const auto response = ForClass(R"pb(
    class_name: 'classes/c1'
    rules {
      pins { resource: 'resources/d2' reason: 'We begin with it' }
      pins { resource: 'resources/d2' }
      bans { resource: 'resources/f1' reason: 'Done last week' }
    })pb");
  ASSERT_THAT(response.recommendations(), Not(IsEmpty()));
  EXPECT_EQ(response.recommendations(0).resource(), "resources/d2");
  EXPECT_EQ(response.recommendations(0).use(),
            v1::ClassRecommendation::USE_PINNED);
  EXPECT_EQ(response.recommendations(0).pin_reason(), "We begin with it");
  EXPECT_THAT(response.recommendations(0).reason_text(),
              HasSubstr("We begin with it. Suits"));
  for (const auto& one : response.recommendations()) {
    EXPECT_NE(one.resource(), "resources/f1");
  }
  ASSERT_THAT(response.bans(), SizeIs(1));
  EXPECT_EQ(response.bans(0).reason(), "Done last week");
}

TEST_F(ClassListsTest, AClassWithoutLearnersIsRefusedWithWhatToDo) {
  AddClass(*client_, "empty", {});
  const grpc::Status status = StatusOfClass("class_name: 'classes/empty'");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("UpsertPeople"));
  v1::RecommendForLessonResponse response;
  EXPECT_EQ(ForLesson(*client_,
                      Parse<v1::RecommendForLessonRequest>(
                          "class_name: 'classes/empty' filter { knowledge_"
                          "components: 'knowledgeComponents/decimals' }"),
                      &response)
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ClassListsTest, AClassThatHasMasteredAllIsToldSo) {
  MasterAll({"l0", "l1", "l2"});
  const auto response = ForClass("class_name: 'classes/c1'");
  EXPECT_THAT(response.recommendations(), IsEmpty());
  EXPECT_THAT(response.notices(), ElementsAre(HasSubstr("met or mastered")));
  EXPECT_THAT(response.see_first(), IsEmpty());
  EXPECT_THAT(response.unserved_learners(), SizeIs(3));
  for (const auto& kc : response.mastery()) {
    EXPECT_EQ(kc.share_mastered(), 1) << kc.title();
  }
}

TEST_F(ClassListsTest, AClassOfWhichNothingIsKnownGetsAListAndIsToldSo) {
  for (const char* phase : {"PHASE_PRE_CLASS", "PHASE_IN_CLASS",
                            "PHASE_POST_CLASS", "PHASE_SELF_STUDY"}) {
    const auto response =
        ForClass(absl::StrCat("class_name: 'classes/c1' phase: ", phase));
    EXPECT_THAT(response.recommendations(), Not(IsEmpty())) << phase;
    EXPECT_THAT(response.notices(),
                ElementsAre(HasSubstr("None of them has been seen")));
    EXPECT_THAT(response.see_first(), IsEmpty());
  }
}

TEST_F(ClassListsTest, ABanOfEverythingGivesAnEmptyListThatSaysSo) {
  v1::RecommendForClassRequest request;
  request.set_class_name("classes/c1");
  const v1::UpsertResourcesRequest all = Resources();
  for (const auto& resource : all.resources()) {
    v1::ClassBan* ban = request.mutable_rules()->add_bans();
    ban->set_resource(resource.name());
    ban->set_reason("Not now");
  }
  v1::RecommendForClassResponse response;
  ExpectOk(ForClass(*client_, request, &response));
  EXPECT_THAT(response.recommendations(), IsEmpty());
  EXPECT_THAT(response.notices(), Contains(HasSubstr("is banned")));
  EXPECT_THAT(response.bans(), SizeIs(6));
  for (const auto& one : response.unserved_learners()) {
    EXPECT_EQ(one.instead_resource(), "");
  }
}

TEST_F(ClassListsTest, TenThousandPinsOrBansAreRefusedByNumber) {
  v1::RecommendForClassRequest request;
  request.set_class_name("classes/c1");
  for (int n = 0; n < 10'000; ++n) {
    request.mutable_rules()->add_pins()->set_resource(
        absl::StrCat("resources/r", n));
    request.mutable_rules()->add_bans()->set_resource(
        absl::StrCat("resources/b", n));
  }
  const grpc::Status status = StatusOfClass(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      ViolationsOf(status),
      ElementsAre("rules.pins: has 10000 entries; at most 20 are allowed",
                  "rules.bans: has 10000 entries; at most 1000 are allowed"));
}

TEST_F(ClassListsTest, EveryFaultOfTheRulesIsNamed) {
  auto request = Parse<v1::RecommendForClassRequest>(R"pb(
    class_name: 'classes/c1'
    phase: 99
    rules {
      pins { resource: 'f1' }
      pins { resource: 'resources/f2' }
      bans { resource: 'resources/f2' }
      max_minutes: -1
      floor: 1.5
    })pb");
  request.mutable_rules()->mutable_bans(0)->set_reason(std::string(201, 'x'));
  const grpc::Status status = StatusOfClass(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      ViolationsOf(status),
      testing::UnorderedElementsAre(
          "phase: 99 is no phase", HasSubstr("rules.pins[0].resource: `f1`"),
          "rules.pins[1].resource: resources/f2 is banned too: take it out of "
          "one",
          "rules.bans[0].reason: has 201 characters; at most 200 fit",
          "rules.max_minutes: -1 is not in [0, 1440]",
          "rules.floor: 1.5 is not in [0, 1]"));
  request.Clear();
  request.set_class_name("classes/c1");
  request.mutable_rules()->set_max_minutes(
      std::numeric_limits<float>::infinity());
  request.mutable_rules()->set_floor(std::nanf(""));
  EXPECT_THAT(ViolationsOf(StatusOfClass(request)), SizeIs(2));
}

TEST_F(ClassListsTest, APinThatNobodyMayBeGivenIsRefusedByName) {
  Upsert(R"pb(
    resources {
      name: 'resources/old'
      title: 'Old'
      kind: RESOURCE_KIND_TEXT
      expire_time { seconds: 1700000000 }
    }
    resources {
      name: 'resources/later'
      title: 'Later'
      kind: RESOURCE_KIND_TEXT
      publish_time { seconds: 1900000000 }
    }
    resources {
      name: 'resources/plan'
      title: 'Plan'
      kind: RESOURCE_KIND_LESSON_PLAN
    })pb");
  v1::HideResourceRequest hide;
  hide.set_name("resources/f1");
  v1::Resource hidden;
  ExpectOk(client_->Call(*client_->catalog,
                         &v1::CatalogService::Stub::HideResource, hide,
                         &hidden));
  const grpc::Status closed = StatusOfClass(R"pb(
    class_name: 'classes/c1'
    rules {
      pins { resource: 'resources/f1' }
      pins { resource: 'resources/old' }
      pins { resource: 'resources/d1' }
      pins { resource: 'resources/later' }
      pins { resource: 'resources/plan' }
    })pb");
  EXPECT_EQ(closed.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(
      ViolationsOf(closed),
      ElementsAre("rules.pins[0].resource: resources/f1 is hidden: show it "
                  "with CatalogService.HideResource, or leave it out",
                  "rules.pins[1].resource: resources/old expired at "
                  "2023-11-14T22:13:20Z, or leave it out",
                  AllOf(HasSubstr("pins[3]"), HasSubstr("not published")),
                  AllOf(HasSubstr("pins[4]"), HasSubstr("lesson plan"))));
}

TEST_F(ClassListsTest, MinutesAndTheFloorHold) {
  const auto response =
      ForClass("class_name: 'classes/c1' rules { max_minutes: 4 floor: 0.9 }");
  EXPECT_THAT(response.recommendations(), SizeIs(1));
  EXPECT_THAT(
      ForClass("class_name: 'classes/c1' rules { max_minutes: 2 }").notices(),
      Contains(HasSubstr("takes longer than the list may")));
}

TEST_F(ClassListsTest, NothingOfOneTenantReachesAnothersClass) {
  const TestClient other = ClientOf("junyi");
  AddCatalog(other);
  AddClass(other, "c2", {"b"});
  v1::UpsertResourcesResponse upserted;
  ExpectOk(other.Call(*other.catalog,
                      &v1::CatalogService::Stub::UpsertResources,
                      Parse<v1::UpsertResourcesRequest>(
                          "resources { name: 'resources/theirs' title: 'T' "
                          "kind: RESOURCE_KIND_TEXT }"),
                      &upserted));
  EXPECT_EQ(StatusOfClass("class_name: 'classes/c2'").error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::RecommendForGroupResponse group;
  const grpc::Status spanning =
      ForGroup(*client_,
               Parse<v1::RecommendForGroupRequest>(
                   "learners: 'learners/l0' learners: 'learners/b'"),
               &group);
  EXPECT_EQ(spanning.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ViolationsOf(spanning),
              ElementsAre("learners: there is no learner learners/b on the "
                          "roster"));
  const grpc::Status pinned = StatusOfClass(
      "class_name: 'classes/c1' rules { pins { resource: 'resources/theirs' } "
      "bans { resource: 'resources/none' } }");
  EXPECT_EQ(pinned.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ViolationsOf(pinned),
              ElementsAre("rules.pins[0].resource: there is no resource "
                          "resources/theirs",
                          "rules.bans[0].resource: there is no resource "
                          "resources/none"));
}

TEST_F(ClassListsTest, AGroupIsServedAsAClassOfThoseLearners) {
  v1::RecommendForGroupResponse group;
  ExpectOk(ForGroup(*client_,
                    Parse<v1::RecommendForGroupRequest>(
                        "learners: 'learners/l2' learners: 'learners/l0' "
                        "learners: 'learners/l2' phase: PHASE_IN_CLASS"),
                    &group));
  ASSERT_THAT(group.recommendations(), Not(IsEmpty()));
  EXPECT_EQ(group.recommendations(0).num_learners_fit(), 2);
  EXPECT_EQ(group.recommendations(0).use(),
            v1::ClassRecommendation::USE_WHOLE_CLASS);
  std::multiset<std::string> learners;
  for (const auto& one : group.groups()) {
    learners.insert(one.learners().begin(), one.learners().end());
  }
  EXPECT_THAT(learners, ElementsAre("learners/l0", "learners/l2"));
}

TEST_F(ClassListsTest, AGroupOfNobodyOrOfTooManyIsRefused) {
  v1::RecommendForGroupResponse response;
  v1::RecommendForGroupRequest request;
  EXPECT_THAT(ViolationsOf(ForGroup(*client_, request, &response)),
              ElementsAre("learners: has 0 entries; 1 to 200 are allowed"));
  for (int n = 0; n < 201; ++n) {
    request.add_learners(absl::StrCat("learners/x", n));
  }
  EXPECT_THAT(
      ViolationsOf(ForGroup(*client_, request, &response)),
      ElementsAre("learners: has 201 entries; at most 200 are allowed"));
}

TEST_F(ClassListsTest, ALessonListsPlansWhatTheClassIsReadyForAndItsGaps) {
  Upsert(R"pb(
    resources {
      name: 'resources/plan'
      title: 'Plan'
      kind: RESOURCE_KIND_LESSON_PLAN
      knowledge_components: 'knowledgeComponents/decimals'
    })pb");
  v1::RecommendForLessonResponse response;
  const auto request = Parse<v1::RecommendForLessonRequest>(
      "class_name: 'classes/c1' "
      "filter { knowledge_components: 'knowledgeComponents/decimals' }");
  ExpectOk(ForLesson(*client_, request, &response));
  std::set<std::string> names;
  for (const auto& one : response.resources()) {
    names.insert(one.resource());
    EXPECT_FALSE(one.reason_text().empty());
    EXPECT_EQ(one.num_learners_ready(), 0);
  }
  EXPECT_THAT(names,
              ElementsAre("resources/d1", "resources/d2", "resources/plan"));
  ASSERT_THAT(response.gaps(), SizeIs(1));
  EXPECT_EQ(response.gaps(0).num_learners(), 3);
  EXPECT_THAT(response.mastery(), SizeIs(2));

  MasterAll({"l0", "l1", "l2"});
  v1::RecommendForLessonResponse later;
  ExpectOk(ForLesson(*client_, request, &later));
  EXPECT_THAT(later.gaps(), IsEmpty());
  EXPECT_EQ(later.resources(0).num_learners_mastered(), 3);
}

TEST_F(ClassListsTest, ALessonWithoutAUnitOrOnWhatIsNotThereIsRefused) {
  v1::RecommendForLessonResponse response;
  const auto ask = [&](const std::string& text) {
    return ForLesson(*client_, Parse<v1::RecommendForLessonRequest>(text),
                     &response);
  };
  const grpc::Status nothing = ask("class_name: 'classes/c1' phase: 99");
  EXPECT_EQ(nothing.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(nothing),
              testing::UnorderedElementsAre(
                  "phase: 99 is no phase",
                  HasSubstr("filter: says nothing of the unit")));
  const grpc::Status unknown =
      ask("class_name: 'classes/c1' "
          "filter { knowledge_components: 'knowledgeComponents/none' }");
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ViolationsOf(unknown),
              ElementsAre(HasSubstr("knowledgeComponents/none")));
  EXPECT_EQ(
      ask("class_name: 'classes/none' filter { subject: 'm' }").error_code(),
      grpc::StatusCode::NOT_FOUND);
  ExpectOk(ask("class_name: 'classes/c1' filter { subject: 'music' }"));
  EXPECT_THAT(response.resources(), IsEmpty());
  EXPECT_THAT(response.notices(), ElementsAre(HasSubstr("passes the filters")));
}

}  // namespace
}  // namespace evenlight
