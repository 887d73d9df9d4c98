// A server with a catalog and two classes: c1 of grade 5 with l1, l2, l3 and
// teacher w; c2 with l4. Good for tests of pushes through the network's edge.

#ifndef EVENLIGHT_TESTS_SERVICES_SERVER_PUSH_WORLD_H_
#define EVENLIGHT_TESTS_SERVICES_SERVER_PUSH_WORLD_H_

#include <memory>
#include <string>
#include <vector>

#include "evenlight/v1/push_service.grpc.pb.h"
#include "tests/services/server/server_world.h"

namespace evenlight {

class PushWorld : public ServerWorld {
 protected:
  // One open stream, read by the test.
  class Subscription {
   public:
    Subscription(const TestClient& client, const std::string& tenant,
                 const std::string& audience, const std::string& token) {
      context_.AddMetadata("evenlight-tenant", tenant);
      context_.set_deadline(std::chrono::system_clock::now() +
                            std::chrono::seconds(60));
      v1::SubscribePushesRequest request;
      request.set_audience(audience);
      request.set_resume_token(token);
      reader_ = client.pushes->SubscribePushes(&context_, request);
    }

    // The next message; false once the stream has ended.
    bool Next(v1::SubscribePushesResponse* message) {
      if (!reader_->Read(message)) return false;
      token_ = message->resume_token();
      return true;
    }

    // The names of the next pushes, up to the message that all is sent.
    std::vector<std::string> Stored() {
      std::vector<std::string> names;
      v1::SubscribePushesResponse message;
      while (Next(&message) && message.has_push()) {
        names.push_back(message.push().name());
      }
      return names;
    }

    grpc::Status Finish() { return reader_->Finish(); }
    void Cancel() {
      context_.TryCancel();
      reader_->Finish();
    }
    const std::string& token() const { return token_; }

   private:
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<v1::SubscribePushesResponse>> reader_;
    std::string token_;
  };

  PushWorld() {
    AddCatalog();
    AddRoster(*client_);
  }

  static void AddRoster(const TestClient& client) {
    v1::UpsertClassesResponse classes;
    ExpectOk(client.Call(*client.roster,
                         &v1::RosterService::Stub::UpsertClasses,
                         Parse<v1::UpsertClassesRequest>(R"pb(
                           classes { name: "classes/c1" grade: 5 }
                           classes { name: "classes/c2" grade: 5 }
                           classes { name: "classes/empty" }
                         )pb"),
                         &classes));
    v1::UpsertPeopleResponse people;
    ExpectOk(client.Call(*client.roster, &v1::RosterService::Stub::UpsertPeople,
                         Parse<v1::UpsertPeopleRequest>(R"pb(
                           people { name: "learners/l1" classes: "classes/c1" }
                           people { name: "learners/l2" classes: "classes/c1" }
                           people { name: "learners/l3" classes: "classes/c1" }
                           people { name: "learners/l4" classes: "classes/c2" }
                           people { name: "learners/alone" }
                           people { name: "teachers/w" classes: "classes/c1" }
                         )pb"),
                         &people));
  }

  // A learner of c1 in another grade.
  void SetGrade(const std::string& learner, int grade) {
    v1::UpsertPeopleRequest request;
    v1::Person* person = request.add_people();
    person->set_name("learners/" + learner);
    person->add_classes("classes/c1");
    person->set_grade(grade);
    v1::UpsertPeopleResponse response;
    ExpectOk(client_->Call(*client_->roster,
                           &v1::RosterService::Stub::UpsertPeople, request,
                           &response));
  }

  // Puts a resource into the catalog, or changes it; `fields` as in a
  // v1::Resource.
  void Upsert(const std::string& id, const std::string& fields) {
    v1::UpsertResourcesRequest request;
    v1::Resource* resource = request.add_resources();
    *resource = Parse<v1::Resource>(fields);
    resource->set_name("resources/" + id);
    if (resource->title().empty()) resource->set_title("Title of " + id);
    v1::UpsertResourcesResponse response;
    ExpectOk(client_->Call(*client_->catalog,
                           &v1::CatalogService::Stub::UpsertResources, request,
                           &response));
  }

  void Hide(const std::string& id) {
    v1::HideResourceRequest request;
    request.set_name("resources/" + id);
    v1::Resource response;
    ExpectOk(client_->Call(*client_->catalog,
                           &v1::CatalogService::Stub::HideResource, request,
                           &response));
  }

  static grpc::Status Create(const TestClient& client,
                             const v1::CreatePushRequest& request,
                             v1::Push* push = nullptr) {
    v1::CreatePushResponse response;
    const grpc::Status status = client.Call(
        *client.pushes, &v1::PushService::Stub::CreatePush, request, &response);
    if (push != nullptr) *push = response.push();
    return status;
  }
  // For class c1 by teacher w, unless `request` says otherwise.
  static v1::CreatePushRequest Request(const std::string& request) {
    auto parsed = Parse<v1::CreatePushRequest>(request);
    if (parsed.class_name().empty()) parsed.set_class_name("classes/c1");
    if (parsed.teacher().empty()) parsed.set_teacher("teachers/w");
    return parsed;
  }
  grpc::Status TryCreate(const std::string& request) const {
    return Create(*client_, Request(request));
  }
  v1::Push Create(const std::string& request) const {
    v1::Push push;
    ExpectOk(Create(*client_, Request(request), &push));
    return push;
  }

  grpc::Status TryUpdate(const std::string& push, const std::string& request,
                         v1::Push* updated = nullptr) const {
    auto parsed = Parse<v1::UpdatePushRequest>(request);
    parsed.set_name(push);
    if (parsed.teacher().empty()) parsed.set_teacher("teachers/w");
    v1::UpdatePushResponse response;
    const grpc::Status status =
        client_->Call(*client_->pushes, &v1::PushService::Stub::UpdatePush,
                      parsed, &response);
    if (updated != nullptr) *updated = response.push();
    return status;
  }
  v1::Push Update(const std::string& push, const std::string& request) const {
    v1::Push updated;
    ExpectOk(TryUpdate(push, request, &updated));
    return updated;
  }

  v1::Push Get(const std::string& name) const {
    v1::GetPushRequest request;
    request.set_name(name);
    v1::GetPushResponse response;
    ExpectOk(client_->Call(*client_->pushes, &v1::PushService::Stub::GetPush,
                           request, &response));
    return response.push();
  }

  v1::ListPushesResponse ListPushes(const std::string& request) const {
    v1::ListPushesResponse response;
    ExpectOk(client_->Call(*client_->pushes, &v1::PushService::Stub::ListPushes,
                           Parse<v1::ListPushesRequest>(request), &response));
    return response;
  }
  static std::vector<std::string> NamesOf(
      const v1::ListPushesResponse& response) {
    std::vector<std::string> names;
    for (const v1::Push& push : response.pushes()) {
      names.push_back(push.name());
    }
    return names;
  }

  Subscription Subscribe(const std::string& audience,
                         const std::string& token = "") const {
    return Subscription(*client_, kTenant, audience, token);
  }

  // The list as `f1 *d1`: a star before what is pinned.
  static std::string ListOf(const v1::Push& push) {
    std::string list;
    for (const v1::PushedResource& pushed : push.resources()) {
      if (!list.empty()) list += " ";
      if (pushed.pinned()) list += "*";
      list += pushed.resource().substr(10);
    }
    return list;
  }
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SERVICES_SERVER_PUSH_WORLD_H_
