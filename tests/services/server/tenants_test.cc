// Two tenants that use the same ids: nothing of one reaches the other.

#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class TenantsTest : public ServerWorld {
 protected:
  TenantsTest() : other_(ClientOf("junyi")) {
    AddCatalog();
    AddCatalog(other_);
  }

  // Class c1 with one learner.
  static void AddClass(const TestClient& client, const std::string& learner) {
    v1::UpsertClassesResponse classes;
    ExpectOk(client.Call(
        *client.roster, &v1::RosterService::Stub::UpsertClasses,
        Parse<v1::UpsertClassesRequest>("classes { name: 'classes/c1' }"),
        &classes));
    v1::UpsertPeopleResponse people;
    ExpectOk(client.Call(
        *client.roster, &v1::RosterService::Stub::UpsertPeople,
        Parse<v1::UpsertPeopleRequest>(absl::StrCat(
            "people { name: 'learners/", learner, "' classes: 'classes/c1' }")),
        &people));
  }

  static std::vector<std::string> Members(const TestClient& client) {
    v1::GetClassResponse response;
    ExpectOk(client.Call(*client.roster, &v1::RosterService::Stub::GetClass,
                         Parse<v1::GetClassRequest>("name: 'classes/c1'"),
                         &response));
    return {response.learners().begin(), response.learners().end()};
  }

  static grpc::Status RecommendForClass(
      const TestClient& client, v1::RecommendForClassResponse* response) {
    return client.Call(
        *client.recommendations,
        &v1::RecommendationService::Stub::RecommendForClass,
        Parse<v1::RecommendForClassRequest>("class_name: 'classes/c1'"),
        response);
  }

  static std::vector<std::string> LearnersOf(
      const v1::RecommendForClassResponse& response) {
    std::vector<std::string> learners;
    for (const v1::LearnerGroup& group : response.groups()) {
      learners.insert(learners.end(), group.learners().begin(),
                      group.learners().end());
    }
    for (const auto& unserved : response.unserved_learners()) {
      learners.push_back(unserved.learner());
    }
    return learners;
  }

  const TestClient other_;
};

TEST_F(TenantsTest, ClassesOfTheSameNameHaveTheirOwnMembers) {
  AddClass(*client_, "a");
  v1::GetClassResponse none;
  EXPECT_EQ(other_
                .Call(*other_.roster, &v1::RosterService::Stub::GetClass,
                      Parse<v1::GetClassRequest>("name: 'classes/c1'"), &none)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::RecommendForClassResponse mine, theirs;
  EXPECT_EQ(RecommendForClass(other_, &theirs).error_code(),
            grpc::StatusCode::NOT_FOUND);

  AddClass(other_, "b");
  EXPECT_THAT(Members(*client_), ElementsAre("learners/a"));
  EXPECT_THAT(Members(other_), ElementsAre("learners/b"));
  ExpectOk(RecommendForClass(*client_, &mine));
  ExpectOk(RecommendForClass(other_, &theirs));
  EXPECT_THAT(LearnersOf(mine), ElementsAre("learners/a"));
  EXPECT_THAT(LearnersOf(theirs), ElementsAre("learners/b"));
}

TEST_F(TenantsTest, PageTokenOfAnotherTenantShowsOnlyOnesOwn) {
  ExpectOk(
      Record({Answer("e1", "f1"), Answer("e2", "f1"), Answer("e3", "f1")}));
  v1::ListEventsRequest request;
  request.set_actor("learners/l1");
  request.set_page_size(1);
  v1::ListEventsResponse page;
  ExpectOk(client_->Call(*client_->track, &v1::TrackService::Stub::ListEvents,
                         request, &page));
  request.set_page_token(page.next_page_token());
  ASSERT_NE(request.page_token(), "");
  v1::ListEventsResponse theirs;
  ExpectOk(other_.Call(*other_.track, &v1::TrackService::Stub::ListEvents,
                       request, &theirs));
  EXPECT_THAT(theirs.events(), IsEmpty());
}

TEST_F(TenantsTest, StreamsOfTheSameEventIdsDoNotMix) {
  const auto send = [&](const std::string& tenant, const char* resource) {
    grpc::ClientContext context;
    context.AddMetadata("evenlight-tenant", tenant);
    auto stream = client_->track->StreamEvents(&context);
    v1::StreamEventsRequest request;
    *request.add_events() = Answer("e1", resource);
    *request.add_events() = Answer("e2", resource);
    EXPECT_TRUE(stream->Write(request));
    stream->WritesDone();
    v1::StreamEventsResponse acknowledgement;
    EXPECT_TRUE(stream->Read(&acknowledgement));
    EXPECT_EQ(acknowledgement.num_settled(), 2);
    EXPECT_EQ(acknowledgement.num_duplicate(), 0);
    EXPECT_THAT(acknowledgement.refused(), IsEmpty());
    ExpectOk(stream->Finish());
  };
  send(kTenant, "f1");
  send("junyi", "d1");
  const TestClient* const own = client_.get();
  for (const TestClient* client : {own, &other_}) {
    const auto listed = List(*client, "learners/l1");
    ASSERT_THAT(listed.events(), SizeIs(2));
    for (const v1::Event& event : listed.events()) {
      EXPECT_EQ(event.resource(),
                client == &other_ ? "resources/d1" : "resources/f1");
    }
    EXPECT_EQ(listed.events(1).sequence(), 2);
  }
}

}  // namespace
}  // namespace evenlight
