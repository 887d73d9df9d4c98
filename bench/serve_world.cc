#include "bench/serve_world.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

std::string Learner(int64_t n) {
  return absl::StrCat("learners/l", n % kNumLearners);
}

void PutCatalog(const TestClient& client) {
  v1::UpsertKnowledgeComponentsRequest kcs;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    auto* message = kcs.add_knowledge_components();
    message->set_name(absl::StrCat("knowledgeComponents/k", kc));
    message->set_title(absl::StrCat("Topic ", kc));
    if (kc >= 10) {
      message->add_prerequisites(
          absl::StrCat("knowledgeComponents/k", kc - 10));
    }
  }
  v1::UpsertKnowledgeComponentsResponse kcs_response;
  Check(client
            .Call(*client.catalog,
                  &v1::CatalogService::Stub::UpsertKnowledgeComponents, kcs,
                  &kcs_response)
            .ok(),
        "cannot put kcs");
  for (int begin = 0; begin < kNumResources; begin += 1000) {
    v1::UpsertResourcesRequest resources;
    for (int r = begin; r < begin + 1000; ++r) {
      auto* message = resources.add_resources();
      message->set_name(absl::StrCat("resources/r", r));
      message->set_title(absl::StrCat("Resource ", r));
      message->set_kind(r % 4 == 0 ? v1::RESOURCE_KIND_VIDEO
                                   : v1::RESOURCE_KIND_EXERCISE);
      message->add_knowledge_components(
          absl::StrCat("knowledgeComponents/k", r % kNumKcs));
      message->set_subject(absl::StrCat("s", r % kNumSubjects));
      message->set_min_grade(1 + r / kNumSubjects % kNumGrades);
      message->set_max_grade(message->min_grade());
      message->set_minutes(3);
    }
    v1::UpsertResourcesResponse response;
    const grpc::Status status =
        client.Call(*client.catalog, &v1::CatalogService::Stub::UpsertResources,
                    resources, &response);
    Check(status.ok(), absl::StrCat("code ", status.error_code(), " ",
                                    status.error_message()));
  }
}

void PutTrack(const TestClient& client) {
  for (int n = 0; n < kEventsPerLearner; ++n) {
    for (int begin = 0; begin < kNumLearners; begin += 1000) {
      v1::RecordEventsRequest request;
      for (int learner = begin; learner < begin + 1000; ++learner) {
        *request.add_events() =
            AnswerOf(learner, n, absl::StrCat("e-", learner, "-", n));
      }
      v1::RecordEventsResponse response;
      const grpc::Status status =
          client.Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                      request, &response);
      Check(status.ok(), absl::StrCat("code ", status.error_code(), " ",
                                      status.error_message()));
    }
  }
}

void PutClass(const TestClient& client) {
  v1::UpsertClassesRequest classes;
  classes.add_classes()->set_name("classes/c");
  v1::UpsertClassesResponse classes_response;
  v1::UpsertPeopleRequest people;
  for (int learner = 0; learner < kClassSize; ++learner) {
    auto* person = people.add_people();
    person->set_name(Learner(learner));
    person->add_classes("classes/c");
  }
  v1::UpsertPeopleResponse people_response;
  Check(client.Call(*client.roster, &v1::RosterService::Stub::UpsertClasses,
                    classes, &classes_response)
                .ok() &&
            client
                .Call(*client.roster, &v1::RosterService::Stub::UpsertPeople,
                      people, &people_response)
                .ok(),
        "cannot put the class");
}

}  // namespace

void Check(bool is_ok, const std::string& what) {
  if (is_ok) return;
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

void PutWorld(const TestClient& client) {
  std::fprintf(stderr, "filling: %d resources, %d learners\n", kNumResources,
               kNumLearners);
  PutCatalog(client);
  PutClass(client);
  PutTrack(client);
}

int64_t NextAnswerNumber() {
  static std::atomic<int64_t> next = kEventsPerLearner;
  return next++;
}

v1::Event AnswerOf(int64_t learner, int64_t n, const std::string& id) {
  v1::Event event;
  event.set_event_id(id);
  event.set_actor(Learner(learner));
  // A learner goes through the topics of one subject and grade in order.
  const int64_t resource = (learner + 7 * n * n) % kNumResources;
  event.set_resource(absl::StrCat("resources/r", resource));
  event.mutable_event_time()->set_seconds(1'700'000'000 + 60 * n);
  // Three in four right, in no order that a model could learn.
  const uint64_t mixed =
      (static_cast<uint64_t>(learner) << 20 ^ static_cast<uint64_t>(n)) *
      0x9e3779b97f4a7c15;
  event.mutable_answered()->set_correct((mixed >> 60) % 4 != 0);
  return event;
}

v1::RecommendResourcesRequest ListRequest(int64_t n, bool is_filtered) {
  v1::RecommendResourcesRequest request;
  request.set_learner(Learner(n * 37));
  request.set_page_size(20);
  if (is_filtered) {
    request.mutable_filter()->set_subject(absl::StrCat("s", n % kNumSubjects));
    request.mutable_filter()->set_grade(static_cast<int>(1 + n % kNumGrades));
  }
  return request;
}

v1::RecommendForClassRequest ClassRequest(int64_t n) {
  v1::RecommendForClassRequest request;
  request.set_class_name("classes/c");
  *request.mutable_filter() = ListRequest(n, true).filter();
  return request;
}

}  // namespace evenlight
