#include <algorithm>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class RecommendationTest : public ServerWorld {
 protected:
  RecommendationTest() { AddCatalog(); }

  int NumLists(const std::string& learner) {
    const v1::ListEventsResponse events = List(*client_, learner);
    return static_cast<int>(std::count_if(
        events.events().begin(), events.events().end(),
        [](const v1::Event& event) { return event.has_recommended(); }));
  }
};

TEST_F(RecommendationTest, ServesAnUnknownLearnerAsNew) {
  const auto response = Recommend("learner: 'learners/nobody'");
  EXPECT_THAT(response.list(), testing::StartsWith("lists/"));
  ASSERT_THAT(response.recommendations(), Not(IsEmpty()));
  std::set<std::string> seen;
  for (const v1::Recommendation& one : response.recommendations()) {
    EXPECT_EQ(one.reason(), v1::Recommendation::REASON_NEW_LEARNER);
    EXPECT_FALSE(one.reason_text().empty());
    EXPECT_THAT(one.title(), HasSubstr("Title of"));
    EXPECT_TRUE(seen.insert(one.resource()).second) << one.resource();
  }
  EXPECT_EQ(response.model_version(), 0);
  EXPECT_EQ(response.catalog_version(), 2);
  EXPECT_EQ(response.policy_version(), 1);
  EXPECT_EQ(response.create_time().seconds(), kStartSeconds);
}

TEST_F(RecommendationTest, RecordsWhatItShowed) {
  const auto response = Recommend("learner: 'learners/l1'");
  ExpectOk(Record({Answer("e1", "f1")}));  // The list goes before it.
  Restart();
  const v1::ListEventsResponse events = List(*client_, "learners/l1");
  ASSERT_EQ(NumLists("learners/l1"), 1);
  const auto recommended = std::find_if(
      events.events().begin(), events.events().end(),
      [](const v1::Event& event) { return event.has_recommended(); });
  EXPECT_EQ(recommended->list(), response.list());
  EXPECT_EQ(recommended->recommended().catalog_version(), 2);
  ASSERT_EQ(recommended->recommended().resources_size(),
            response.recommendations_size());
  for (int place = 0; place < response.recommendations_size(); ++place) {
    const auto& listed = recommended->recommended().resources(place);
    EXPECT_EQ(listed.resource(), response.recommendations(place).resource());
    EXPECT_EQ(listed.position(), place + 1);
    EXPECT_GT(listed.propensity(), 0);
    EXPECT_LE(listed.propensity(), 1);
  }
}

TEST_F(RecommendationTest, PreviewRecordsNothingAndIsByteEqual) {
  const std::string request = "learner: 'learners/l1' preview: true";
  const auto first = Recommend(request);
  EXPECT_EQ(first.list(), "");
  const std::string bytes = first.SerializeAsString();
  EXPECT_EQ(Recommend(request).SerializeAsString(), bytes);
  Restart();
  EXPECT_EQ(Recommend(request).SerializeAsString(), bytes);
  EXPECT_EQ(NumLists("learners/l1"), 0);
}

TEST_F(RecommendationTest, PagesOfOneListNeverRepeat) {
  std::set<std::string> seen;
  std::string token;
  int num_pages = 0;
  do {
    const auto page = Recommend(absl::StrCat(
        "learner: 'learners/l1' page_size: 2 page_token: '", token, "'"));
    for (const v1::Recommendation& one : page.recommendations()) {
      EXPECT_TRUE(seen.insert(one.resource()).second) << one.resource();
    }
    token = page.next_page_token();
    ASSERT_LT(++num_pages, 100);
  } while (!token.empty());
  const auto all = Recommend("learner: 'learners/l1' page_size: 100");
  EXPECT_EQ(static_cast<int>(seen.size()), all.recommendations_size());
  EXPECT_EQ(all.next_page_token(), "");
}

TEST_F(RecommendationTest, ExplainsWhatIsOnAListAndWhatIsNot) {
  ExpectOk(Record({Answer("e1", "f1")}));
  const auto all =
      Recommend("learner: 'learners/l1' page_size: 100 preview: true");
  const auto list = Recommend("learner: 'learners/l1' page_size: 1");
  ASSERT_EQ(list.recommendations_size(), 1);
  ASSERT_GT(all.recommendations_size(), 1);
  Restart();  // What was answered is stored by now.

  v1::ExplainRecommendationRequest request;
  request.set_list(list.list());
  request.set_resource(list.recommendations(0).resource());
  v1::ExplainRecommendationResponse response;
  ExpectOk(
      client_->Call(*client_->recommendations,
                    &v1::RecommendationService::Stub::ExplainRecommendation,
                    request, &response));
  const v1::Explanation& shown = response.explanation();
  EXPECT_EQ(shown.position(), 1);
  EXPECT_THAT(shown.summary(),
              HasSubstr(list.recommendations(0).reason_text()));
  EXPECT_FLOAT_EQ(shown.score(), list.recommendations(0).score());
  float sum = 0;
  for (const v1::ScorePart& part : shown.score_parts()) {
    sum += part.weight() * part.value();
  }
  EXPECT_NEAR(sum, shown.score(), 1e-5);

  // One that a longer list would have shown.
  for (const v1::Recommendation& other : all.recommendations()) {
    if (other.resource() == list.recommendations(0).resource()) continue;
    request.set_resource(other.resource());
    response.Clear();
    ExpectOk(
        client_->Call(*client_->recommendations,
                      &v1::RecommendationService::Stub::ExplainRecommendation,
                      request, &response));
    EXPECT_EQ(response.explanation().position(), 0);
    EXPECT_THAT(response.explanation().summary(), HasSubstr("not shown"));
    const auto& last = *response.explanation().stages().rbegin();
    EXPECT_EQ(last.effect(), v1::StageEffect::EFFECT_REMOVED);
  }

  // One that the gate refuses: it was answered.
  request.set_resource("resources/f1");
  response.Clear();
  ExpectOk(
      client_->Call(*client_->recommendations,
                    &v1::RecommendationService::Stub::ExplainRecommendation,
                    request, &response));
  EXPECT_EQ(response.explanation().position(), 0);
}

TEST_F(RecommendationTest, WhatCannotBeExplainedSaysWhy) {
  const auto list = Recommend("learner: 'learners/l1'");
  Restart();
  v1::ExplainRecommendationRequest request;
  request.set_list("lists/none");
  request.set_resource("resources/f1");
  v1::ExplainRecommendationResponse response;
  const auto call = [&] {
    return client_->Call(
        *client_->recommendations,
        &v1::RecommendationService::Stub::ExplainRecommendation, request,
        &response);
  };
  EXPECT_THAT(call().error_message(), HasSubstr("there is no list lists/none"));
  request.set_list(list.list());
  request.set_resource("resources/nothing");
  EXPECT_THAT(call().error_message(),
              HasSubstr("there is no resources/nothing in the catalog"));
  request.set_resource("f1");
  EXPECT_EQ(call().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RecommendationTest, RequestIdGivesTheSameListOnceAlsoAfterARestart) {
  const std::string request = "learner: 'learners/l1' request_id: 'r1'";
  const std::string bytes = Recommend(request).SerializeAsString();
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Recommend(request).SerializeAsString(), bytes);
  Restart();
  ExpectOk(Record({Answer("e1", "f1")}));
  EXPECT_EQ(Recommend(request).SerializeAsString(), bytes);
  EXPECT_EQ(NumLists("learners/l1"), 1);

  v1::RecommendResourcesResponse response;
  const grpc::Status other =
      Recommend(*client_,
                Parse<v1::RecommendResourcesRequest>(
                    "learner: 'learners/l1' request_id: 'r1' page_size: 2"),
                &response);
  EXPECT_EQ(other.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(other).reason(),
            "REQUEST_ID_REUSED");
  EXPECT_THAT(ViolationsOf(other), ElementsAre(HasSubstr("request_id: ")));
}

TEST_F(RecommendationTest, ConcurrentRetriesMakeOneList) {
  std::vector<std::string> lists(8);
  std::vector<std::thread> threads;
  for (std::string& list : lists) {
    threads.emplace_back([&] {
      list = Recommend("learner: 'learners/l1' request_id: 'r1'").list();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(lists.begin(), lists.end()), SizeIs(1));
  ExpectOk(Record({Answer("e1", "f1")}));
  EXPECT_EQ(NumLists("learners/l1"), 1);
}

TEST_F(RecommendationTest, AnAnswerTakesItsQuestionOffTheNextList) {
  ExpectOk(Record({Answer("e0", "d1")}));
  const std::string request = "learner: 'learners/l1' preview: true";
  ASSERT_THAT(ResourcesOf(Recommend(request)), Contains("resources/f1"));
  v1::LearnerState before;
  const auto ask = Parse<v1::GetLearnerStateRequest>(
      "learner: 'learners/l1' "
      "knowledge_components: 'knowledgeComponents/fractions'");
  ExpectOk(client_->Call(*client_->learners,
                         &v1::LearnerService::Stub::GetLearnerState, ask,
                         &before));
  clock_.Advance(absl::Minutes(1));
  ExpectOk(Record({Answer("e1", "f1")}));
  EXPECT_THAT(ResourcesOf(Recommend(request)), Not(Contains("resources/f1")));
  v1::LearnerState after;
  ExpectOk(client_->Call(*client_->learners,
                         &v1::LearnerService::Stub::GetLearnerState, ask,
                         &after));
  EXPECT_GT(after.mastery(0).p_known(), before.mastery(0).p_known());
  EXPECT_EQ(after.mastery(0).num_correct(), 1);
  EXPECT_EQ(after.num_events(), 2);
}

TEST_F(RecommendationTest, HiddenResourceIsGoneOnTheNextRequest) {
  const std::string request = "learner: 'learners/l1' preview: true";
  const auto hide = [&](bool show) {
    v1::HideResourceRequest hide_request;
    hide_request.set_name("resources/f1");
    hide_request.set_show(show);
    v1::Resource resource;
    ExpectOk(client_->Call(*client_->catalog,
                           &v1::CatalogService::Stub::HideResource,
                           hide_request, &resource));
    EXPECT_EQ(resource.hidden(), !show);
  };
  ASSERT_THAT(ResourcesOf(Recommend(request)), Contains("resources/f1"));
  hide(false);
  EXPECT_THAT(ResourcesOf(Recommend(request)), Not(Contains("resources/f1")));
  // An editor's next version of it stays hidden, also after a restart.
  v1::UpsertResourcesRequest change;
  *change.add_resources() = Resources().resources(0);
  change.mutable_resources(0)->set_title("Better");
  v1::UpsertResourcesResponse changed;
  ExpectOk(client_->Call(*client_->catalog,
                         &v1::CatalogService::Stub::UpsertResources, change,
                         &changed));
  EXPECT_EQ(changed.num_updated(), 1);
  Restart();
  EXPECT_THAT(ResourcesOf(Recommend(request)), Not(Contains("resources/f1")));
  hide(true);
  EXPECT_THAT(ResourcesOf(Recommend(request)), Contains("resources/f1"));
}

TEST_F(RecommendationTest, GivesPartsAndReasonsInTheLanguageAskedFor) {
  ExpectOk(Record({Answer("e1", "f1")}));
  const auto english = Recommend(
      "learner: 'learners/l1' preview: true include_score_parts: true");
  const auto chinese = Recommend(
      "learner: 'learners/l1' preview: true reason_language: 'zh-CN'");
  ASSERT_THAT(english.recommendations(), Not(IsEmpty()));
  const v1::Recommendation& first = english.recommendations(0);
  EXPECT_THAT(first.score_parts(), SizeIs(7));
  float sum = 0;
  for (const v1::ScorePart& part : first.score_parts()) {
    sum += part.weight() * part.value();
  }
  EXPECT_NEAR(sum, first.score(), 1e-4);
  EXPECT_THAT(chinese.recommendations(0).score_parts(), IsEmpty());
  EXPECT_NE(chinese.recommendations(0).reason_text(), first.reason_text());
  // Without a word in the request the learner's language counts.
  v1::UpsertPeopleResponse people;
  ExpectOk(client_->Call(*client_->roster,
                         &v1::RosterService::Stub::UpsertPeople,
                         Parse<v1::UpsertPeopleRequest>(
                             "people { name: 'learners/l1' language: 'zh' }"),
                         &people));
  EXPECT_EQ(Recommend("learner: 'learners/l1' preview: true")
                .recommendations(0)
                .reason_text(),
            chinese.recommendations(0).reason_text());
}

TEST_F(RecommendationTest, TenantsNeverSeeEachOther) {
  const TestClient other = ClientOf("junyi");
  v1::RecommendResourcesResponse response;
  const auto request =
      Parse<v1::RecommendResourcesRequest>("learner: 'learners/l1'");
  EXPECT_EQ(Recommend(other, request, &response).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  AddCatalog(other);
  ExpectOk(Record({Answer("e1", "f1")}));
  EXPECT_THAT(List(other, "learners/l1").events(), IsEmpty());
  v1::LearnerState state;
  EXPECT_EQ(
      other
          .Call(*other.learners, &v1::LearnerService::Stub::GetLearnerState,
                Parse<v1::GetLearnerStateRequest>("learner: 'learners/l1'"),
                &state)
          .error_code(),
      grpc::StatusCode::NOT_FOUND);
  // The same event id with other content is no conflict there, and its
  // sequence begins at 1.
  v1::RecordEventsRequest record;
  *record.add_events() = Answer("e1", "d2");
  v1::RecordEventsResponse recorded;
  ExpectOk(other.Call(*other.track, &v1::TrackService::Stub::RecordEvents,
                      record, &recorded));
  EXPECT_EQ(recorded.results(0).sequence(), 1);
  // The same request id gives each its own list.
  const auto with_id = Parse<v1::RecommendResourcesRequest>(
      "learner: 'learners/l1' request_id: 'r1'");
  v1::RecommendResourcesResponse mine;
  v1::RecommendResourcesResponse theirs;
  ExpectOk(Recommend(*client_, with_id, &mine));
  ExpectOk(Recommend(other, with_id, &theirs));
  EXPECT_NE(mine.list(), theirs.list());
  EXPECT_THAT(ResourcesOf(mine), Not(Contains("resources/f1")));
  EXPECT_THAT(ResourcesOf(theirs), Contains("resources/f1"));
}

TEST_F(RecommendationTest, ServesAClassWithGroupsOfAllItsLearners) {
  v1::UpsertClassesResponse classes;
  ExpectOk(client_->Call(*client_->roster,
                         &v1::RosterService::Stub::UpsertClasses,
                         Parse<v1::UpsertClassesRequest>(
                             "classes { name: 'classes/c1' grade: 5 }"),
                         &classes));
  v1::UpsertPeopleRequest people;
  for (int learner = 0; learner < 5; ++learner) {
    v1::Person* person = people.add_people();
    person->set_name(absl::StrCat("learners/l", learner));
    person->add_classes("classes/c1");
  }
  v1::UpsertPeopleResponse written;
  ExpectOk(client_->Call(*client_->roster,
                         &v1::RosterService::Stub::UpsertPeople, people,
                         &written));
  ExpectOk(Record({Answer("e1", "f1", "l1"), Answer("e2", "f2", "l1"),
                   Answer("e3", "d1", "l2")}));
  v1::RecommendForClassResponse response;
  ExpectOk(client_->Call(
      *client_->recommendations,
      &v1::RecommendationService::Stub::RecommendForClass,
      Parse<v1::RecommendForClassRequest>("class_name: 'classes/c1'"),
      &response));
  EXPECT_THAT(response.recommendations(), Not(IsEmpty()));
  std::multiset<std::string> learners;
  for (const v1::LearnerGroup& group : response.groups()) {
    learners.insert(group.learners().begin(), group.learners().end());
    EXPECT_FALSE(group.reason_text().empty());
  }
  for (const auto& unserved : response.unserved_learners()) {
    learners.insert(unserved.learner());
  }
  EXPECT_THAT(learners, ElementsAre("learners/l0", "learners/l1", "learners/l2",
                                    "learners/l3", "learners/l4"));
  EXPECT_EQ(NumLists("learners/l0"), 0);
}

}  // namespace
}  // namespace evenlight
