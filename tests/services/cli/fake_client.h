#ifndef EVENLIGHT_TESTS_SERVICES_CLI_FAKE_CLIENT_H_
#define EVENLIGHT_TESTS_SERVICES_CLI_FAKE_CLIENT_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/model_service.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "evenlight/v1/track_service.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/cli/client.h"
#include "services/cli/methods.h"

namespace evenlight {

// A server in memory with just enough rules for importers: it keeps event ids,
// refuses events and entries that name what it does not hold, and can be told
// to fail a number of calls. Good for testing what the command line sends and
// reports, not for testing the service.
class FakeClient : public Client {
 public:
  absl::Status Call(const char* method,
                    const google::protobuf::Message& request,
                    google::protobuf::Message* response) override {
    calls.push_back(method);
    if (!failures.empty()) {
      absl::Status failure = failures.front();
      failures.erase(failures.begin());
      if (!failure.ok()) return failure;
    }
    const auto found = handlers.find(method);
    if (found != handlers.end()) return found->second(request, response);
    return absl::UnimplementedError(method);
  }

  FakeClient() {
    On(kRecordEvents, [this](const auto& request, auto* response) {
      for (const v1::Event& event : request.events()) {
        Record(event, response->add_results());
      }
      return absl::OkStatus();
    });
    On(kListResources, [this](const auto&, auto* response) {
      for (const auto& [name, resource] : resources) {
        *response->add_resources() = resource;
      }
      response->set_total_size(static_cast<int>(resources.size()));
      return absl::OkStatus();
    });
    On(kListKnowledgeComponents, [this](const auto&, auto* response) {
      for (const auto& [name, kc] : kcs) {
        *response->add_knowledge_components() = kc;
      }
      return absl::OkStatus();
    });
    On(kUpsertKnowledgeComponents, [this](const auto& request, auto* response) {
      std::map<std::string, std::string> violations;
      std::set<std::string> names;
      for (const auto& kc : request.knowledge_components()) {
        names.insert(kc.name());
      }
      for (int k = 0; k < request.knowledge_components_size(); ++k) {
        for (const auto& p : request.knowledge_components(k).prerequisites()) {
          if (kcs.count(p) + names.count(p) == 0) {
            violations[absl::StrCat("knowledge_components[", k,
                                    "].prerequisites[0]")] =
                absl::StrCat(p, " does not exist");
          }
        }
      }
      if (!violations.empty()) return Refusal(violations);
      for (const auto& kc : request.knowledge_components()) {
        kcs[kc.name()] = kc;
        response->set_num_created(response->num_created() + 1);
      }
      return absl::OkStatus();
    });
    On(kUpsertResources, [this](const auto& request, auto* response) {
      std::map<std::string, std::string> violations;
      for (int k = 0; k < request.resources_size(); ++k) {
        if (request.resources(k).title().empty()) {
          violations[absl::StrCat("resources[", k, "].title")] = "is empty";
        }
      }
      if (!violations.empty()) return Refusal(violations);
      for (const auto& resource : request.resources()) {
        resources[resource.name()] = resource;
        response->set_num_created(response->num_created() + 1);
      }
      return absl::OkStatus();
    });
  }

  template <typename Request, typename Response, typename Handler>
  void On(Method<Request, Response> method, Handler handler) {
    handlers[method.name] =
        [handler](const google::protobuf::Message& request,
                  google::protobuf::Message* response) -> absl::Status {
      return handler(dynamic_cast<const Request&>(request),
                     dynamic_cast<Response*>(response));
    };
  }

  // For methods that methods.h does not name.
  void OnName(const std::string& method,
              std::function<void(google::protobuf::Message*)> answer) {
    handlers[method] = [answer](const google::protobuf::Message&,
                                google::protobuf::Message* response) {
      answer(response);
      return absl::OkStatus();
    };
  }

  static absl::Status Refusal(
      const std::map<std::string, std::string>& violations) {
    google::rpc::BadRequest bad_request;
    for (const auto& [field, description] : violations) {
      auto* violation = bad_request.add_field_violations();
      violation->set_field(field);
      violation->set_description(description);
    }
    absl::Status status = absl::InvalidArgumentError("fields are wrong");
    status.SetPayload("type.googleapis.com/google.rpc.BadRequest",
                      absl::Cord(bad_request.SerializeAsString()));
    return status;
  }

  std::vector<std::string> calls;
  std::vector<absl::Status> failures;       // Of the next calls.
  std::map<std::string, v1::Event> events;  // By id.
  std::map<std::string, v1::KnowledgeComponent> kcs;
  std::map<std::string, v1::Resource> resources;

 private:
  void Record(const v1::Event& event, v1::EventResult* result) {
    const auto found = events.find(event.event_id());
    if (found != events.end()) {
      result->set_outcome(v1::EventResult::OUTCOME_DUPLICATE);
      return;
    }
    if (resources.count(event.resource()) == 0) {
      result->set_outcome(v1::EventResult::OUTCOME_REFUSED);
      result->mutable_error()->set_message(
          absl::StrCat("resource: ", event.resource(), " does not exist"));
      return;
    }
    events[event.event_id()] = event;
    result->set_outcome(v1::EventResult::OUTCOME_ACCEPTED);
  }

  std::map<std::string,
           std::function<absl::Status(const google::protobuf::Message&,
                                      google::protobuf::Message*)>>
      handlers;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SERVICES_CLI_FAKE_CLIENT_H_
