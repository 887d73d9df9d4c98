#include "bench/serve_world.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "bench/check.h"

namespace evenlight {
namespace {

// Of one call.
constexpr int kMaxEvents = 1'000;

std::string Learner(int64_t n, const WorldSize& size) {
  return absl::StrCat("learners/l", n % size.num_learners);
}

void PutCatalog(const TestClient& client, const WorldSize& size) {
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
  for (int begin = 0; begin < size.num_resources; begin += 1000) {
    v1::UpsertResourcesRequest resources;
    for (int r = begin; r < std::min(begin + 1000, size.num_resources); ++r) {
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

void PutTrack(const TestClient& client, const WorldSize& size) {
  for (int n = 0; n < size.events_per_learner; ++n) {
    for (int begin = 0; begin < size.num_learners; begin += kMaxEvents) {
      v1::RecordEventsRequest request;
      const int end = std::min(begin + kMaxEvents, size.num_learners);
      for (int learner = begin; learner < end; ++learner) {
        *request.add_events() =
            AnswerOf(learner, n, absl::StrCat("e-", learner, "-", n), size);
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

void PutClass(const TestClient& client, const WorldSize& size) {
  v1::UpsertClassesRequest classes;
  classes.add_classes()->set_name("classes/c");
  v1::UpsertClassesResponse classes_response;
  v1::UpsertPeopleRequest people;
  for (int learner = 0; learner < std::min(kClassSize, size.num_learners);
       ++learner) {
    auto* person = people.add_people();
    person->set_name(Learner(learner, size));
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

void PutWorld(const TestClient& client, const WorldSize& size) {
  std::fprintf(stderr, "filling: %d resources, %d learners, %d answers each\n",
               size.num_resources, size.num_learners, size.events_per_learner);
  PutCatalog(client, size);
  PutClass(client, size);
  PutTrack(client, size);
}

v1::Event AnswerOf(int64_t learner, int64_t n, const std::string& id,
                   const WorldSize& size) {
  v1::Event event;
  event.set_event_id(id);
  event.set_actor(Learner(learner, size));
  // A learner goes through the topics of one subject and grade in order.
  const int64_t resource = (learner + 7 * n * n) % size.num_resources;
  event.set_resource(absl::StrCat("resources/r", resource));
  event.mutable_event_time()->set_seconds(1'700'000'000 + 60 * n);
  // Three in four right, in no order that a model could learn.
  const uint64_t mixed =
      (static_cast<uint64_t>(learner) << 20 ^ static_cast<uint64_t>(n)) *
      0x9e3779b97f4a7c15;
  event.mutable_answered()->set_correct((mixed >> 60) % 4 != 0);
  return event;
}

v1::RecommendResourcesRequest ListRequest(int64_t n, bool is_filtered,
                                          const WorldSize& size) {
  v1::RecommendResourcesRequest request;
  request.set_learner(Learner(n * 37, size));
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

void UntilTaken(absl::FunctionRef<grpc::Status()> call) {
  for (;;) {
    const grpc::Status status = call();
    if (status.ok()) return;
    Check(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED,
          status.error_message());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace evenlight
