// Every limit of a field that docs/operations.md lists: what is at the limit
// is accepted, one more is refused by field and number.

#include <fstream>
#include <functional>
#include <sstream>

#include "gmock/gmock.h"
#include "tests/services/server/push_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A limit, and a call that has `num` of what is limited.
struct Limit {
  std::string field;
  int limit;
  std::function<grpc::Status(int num)> call;
  std::string refusal;  // Besides the field.
};

std::string Text(int num_characters) {
  std::string text;
  for (int character = 0; character < num_characters; ++character) {
    text += "é";  // Characters are counted, not bytes.
  }
  return text;
}

void Times(int num, const std::function<void()>& add) {
  for (int time = 0; time < num; ++time) add();
}

std::string Id(int num_characters) { return std::string(num_characters, 'x'); }

// `1,000` as people write it.
std::string Grouped(int number) {
  if (number < 1'000) return absl::StrCat(number);
  return absl::StrCat(number / 1'000, ",",
                      std::to_string(1'000 + number % 1'000).substr(1));
}

class FieldLimitsTest : public PushWorld {
 protected:
  FieldLimitsTest() {
    for (int resource = 0; resource < 101; ++resource) {
      Upsert(absl::StrCat("r", resource), "kind: RESOURCE_KIND_VIDEO");
    }
  }

  template <typename Response, typename Stub, typename Request>
  grpc::Status Send(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const Request& request) const {
    Response response;
    return client_->Call(stub, method, request, &response);
  }

  grpc::Status RecordSpoilt(
      const std::function<void(v1::Event*)>& spoil) const {
    v1::Event event = Answer("same", "f1");
    spoil(&event);
    v1::RecordEventsRequest request;
    *request.add_events() = event;
    v1::RecordEventsResponse response;
    const grpc::Status status = Record(request, &response);
    // An id is used for many contents here.
    return status.error_code() == grpc::StatusCode::ALREADY_EXISTS
               ? grpc::Status::OK
               : status;
  }

  grpc::Status UpsertSpoilt(
      const std::function<void(v1::Resource*)>& spoil) const {
    v1::UpsertResourcesRequest request;
    *request.add_resources() = Resources().resources(0);
    spoil(request.mutable_resources(0));
    return Send(*client_->catalog, &v1::CatalogService::Stub::UpsertResources,
                request);
  }

  grpc::Status UpsertKcs(
      int num,
      const std::function<void(v1::KnowledgeComponent*)>& spoil) const {
    v1::UpsertKnowledgeComponentsRequest request;
    for (int kc = 0; kc < num; ++kc) {
      auto* added = request.add_knowledge_components();
      added->set_name(absl::StrCat("knowledgeComponents/k", kc));
      added->set_title("T");
      spoil(added);
    }
    return Send(*client_->catalog,
                &v1::CatalogService::Stub::UpsertKnowledgeComponents, request);
  }

  grpc::Status UpsertPeople(int num,
                            const std::function<void(v1::Person*)>& spoil) {
    v1::UpsertPeopleRequest request;
    for (int person = 0; person < num; ++person) {
      v1::Person* added = request.add_people();
      added->set_name(absl::StrCat("learners/p", person));
      spoil(added);
    }
    return Send(*client_->roster, &v1::RosterService::Stub::UpsertPeople,
                request);
  }

  grpc::Status UpsertSchool(const std::function<void(v1::School*)>& spoil) {
    v1::UpsertSchoolsRequest request;
    request.add_schools()->set_name("schools/s");
    spoil(request.mutable_schools(0));
    return Send(*client_->roster, &v1::RosterService::Stub::UpsertSchools,
                request);
  }

  grpc::Status RecommendSpoilt(
      const std::function<void(v1::RecommendResourcesRequest*)>& spoil) const {
    v1::RecommendResourcesRequest request;
    request.set_learner("learners/l1");
    spoil(&request);
    v1::RecommendResourcesResponse response;
    return Recommend(*client_, request, &response);
  }

  grpc::Status RecommendForClassSpoilt(
      const std::function<void(v1::ClassRules*)>& spoil) const {
    v1::RecommendForClassRequest request;
    request.set_class_name("classes/c1");
    spoil(request.mutable_rules());
    return Send(*client_->recommendations,
                &v1::RecommendationService::Stub::RecommendForClass, request);
  }

  grpc::Status CreateSpoilt(
      const std::function<void(v1::CreatePushRequest*)>& spoil) const {
    v1::CreatePushRequest request = Request("preview: true");
    request.set_phase(v1::PHASE_IN_CLASS);
    spoil(&request);
    if (request.resources().empty()) request.add_resources("resources/f1");
    return Create(*client_, request);
  }

  std::vector<Limit> LimitsOfEvents();
  std::vector<Limit> LimitsOfTheCatalog();
  std::vector<Limit> LimitsOfTheRoster();
  std::vector<Limit> LimitsOfLists();
  std::vector<Limit> LimitsOfPushes();

  void ExpectHeld(const std::vector<Limit>& limits);
};

std::vector<Limit> FieldLimitsTest::LimitsOfEvents() {
  const std::string kc = "knowledgeComponents/fractions";
  return {
      {"events", 1'000,
       [&](int num) {
         return Record(std::vector<v1::Event>(num, Answer("e", "f1")));
       },
       "has 1001 entries; 1 to 1000 are allowed"},
      {"events[].event_id", 64,
       [&](int num) {
         return RecordSpoilt([&](auto* e) { e->set_event_id(Id(num)); });
       },
       "is not 1-64 characters"},
      {"events[].answered.question", 64,
       [&](int num) {
         return RecordSpoilt(
             [&](auto* e) { e->mutable_answered()->set_question(Id(num)); });
       },
       "is not 1-64 characters"},
      {"events[].answered.knowledge_components", 16,
       [&, kc](int num) {
         return RecordSpoilt([&](auto* e) {
           for (int one = 0; one < num; ++one) {
             e->mutable_answered()->add_knowledge_components(kc);
           }
         });
       },
       "has 17 entries; at most 16 are allowed"},
      {"events[].assigned.learners", 500,
       [&](int num) {
         return RecordSpoilt([&](auto* e) {
           e->set_actor("teachers/w");
           Times(num,
                 [&] { e->mutable_assigned()->add_learners("learners/l1"); });
         });
       },
       "has 501 entries; at most 500 are allowed"},
  };
}

std::vector<Limit> FieldLimitsTest::LimitsOfTheCatalog() {
  const auto text = [&](const char* field, int limit, auto set) {
    return Limit{
        absl::StrCat("resources[].", field), limit,
        [this, set](int num) {
          return UpsertSpoilt([&](v1::Resource* r) { (r->*set)(Text(num)); });
        },
        absl::StrCat("has ", limit + 1, " characters; at most ", limit,
                     " fit")};
  };
  using R = v1::Resource;
  using Set = void (R::*)(std::string &&);
  const std::string kc = "knowledgeComponents/fractions";
  return {
      text("title", 200, static_cast<Set>(&R::set_title<std::string>)),
      text("subject", 64, static_cast<Set>(&R::set_subject<std::string>)),
      text("provider", 128, static_cast<Set>(&R::set_provider<std::string>)),
      text("author", 128, static_cast<Set>(&R::set_author<std::string>)),
      text("link", 2'048, static_cast<Set>(&R::set_link<std::string>)),
      {"resources", 1'000,
       [&](int num) {
         v1::UpsertResourcesRequest request;
         for (int one = 0; one < num; ++one) {
           *request.add_resources() = Resources().resources(0);
           request.mutable_resources(one)->set_name(
               absl::StrCat("resources/many", one));
         }
         return Send(*client_->catalog,
                     &v1::CatalogService::Stub::UpsertResources, request);
       },
       "has 1001 entries; 1 to 1000 are allowed"},
      {"resources[].language", 35,
       [&](int num) {
         return UpsertSpoilt([&](R* r) {
           r->set_language(std::string("aaaaaaaa-bbbbbbbb-cccccccc-dddddd-ef")
                               .substr(36 - num));
         });
       },
       "of at most 35 characters"},
      {"resources[].knowledge_components", 16,
       [&, kc](int num) {
         return UpsertSpoilt([&](R* r) {
           r->clear_knowledge_components();
           Times(num, [&] { r->add_knowledge_components(kc); });
         });
       },
       "has 17 entries"},
      {"resources[].phases", 16,
       [&](int num) {
         return UpsertSpoilt([&](R* r) {
           Times(num, [&] { r->add_phases(v1::PHASE_IN_CLASS); });
         });
       },
       "has 17 entries"},
      {"resources[].accessibility_features", 16,
       [&](int num) {
         return UpsertSpoilt([&](R* r) {
           Times(num, [&] {
             r->add_accessibility_features(v1::ACCESSIBILITY_FEATURE_CAPTIONS);
           });
         });
       },
       "has 17 entries"},
      {"knowledge_components", 1'000,
       [&](int num) { return UpsertKcs(num, [](auto*) {}); },
       "has 1001 entries"},
      {"knowledge_components[].title", 200,
       [&](int num) {
         return UpsertKcs(1, [&](auto* k) { k->set_title(Text(num)); });
       },
       "has 201 characters"},
      {"knowledge_components[].prerequisites", 64,
       [&, kc](int num) {
         return UpsertKcs(1, [&](auto* k) {
           Times(num, [&] { k->add_prerequisites(kc); });
         });
       },
       "has 65 entries"},
  };
}

std::vector<Limit> FieldLimitsTest::LimitsOfTheRoster() {
  return {
      {"people", 1'000,
       [&](int num) { return UpsertPeople(num, [](auto*) {}); },
       "has 1001 entries"},
      {"people[].classes", 32,
       [&](int num) {
         return UpsertPeople(1, [&](auto* p) {
           Times(num, [&] { p->add_classes("classes/c2"); });
         });
       },
       "has 33 entries"},
      {"people[].accessibility_needs", 16,
       [&](int num) {
         return UpsertPeople(1, [&](auto* p) {
           Times(num, [&] {
             p->add_accessibility_needs(v1::ACCESSIBILITY_FEATURE_CAPTIONS);
           });
         });
       },
       "has 17 entries"},
      {"schools[].title", 200,
       [&](int num) {
         return UpsertSchool([&](auto* s) { s->set_title(Text(num)); });
       },
       "has 201 characters"},
      {"schools[].region", 128,
       [&](int num) {
         return UpsertSchool([&](auto* s) { s->set_region(Text(num)); });
       },
       "has 129 characters"},
  };
}

std::vector<Limit> FieldLimitsTest::LimitsOfLists() {
  const std::string kc = "knowledgeComponents/fractions";
  return {
      {"request_id", 64,
       [&](int num) {
         return RecommendSpoilt([&](auto* r) { r->set_request_id(Id(num)); });
       },
       "is not 1-64 characters"},
      {"filter.subject", 64,
       [&](int num) {
         return RecommendSpoilt(
             [&](auto* r) { r->mutable_filter()->set_subject(Text(num)); });
       },
       "has 65 characters"},
      {"filter.kinds", 16,
       [&](int num) {
         return RecommendSpoilt([&](auto* r) {
           Times(num, [&] {
             r->mutable_filter()->add_kinds(v1::RESOURCE_KIND_VIDEO);
           });
         });
       },
       "has 17 entries"},
      {"filter.knowledge_components", 50,
       [&, kc](int num) {
         return RecommendSpoilt([&](auto* r) {
           for (int one = 0; one < num; ++one) {
             r->mutable_filter()->add_knowledge_components(kc);
           }
         });
       },
       "has 51 entries"},
      {"filter.exclude_resources", 1'000,
       [&](int num) {
         return RecommendSpoilt([&](auto* r) {
           Times(num, [&] {
             r->mutable_filter()->add_exclude_resources("resources/f1");
           });
         });
       },
       "has 1001 entries"},
      {"knowledge_components (GetLearnerState)", 1'000,
       [&, kc](int num) {
         v1::GetLearnerStateRequest request;
         request.set_learner("learners/l1");
         for (int one = 0; one < num; ++one) {
           request.add_knowledge_components(kc);
         }
         return Send(*client_->learners,
                     &v1::LearnerService::Stub::GetLearnerState, request);
       },
       "has 1001 entries"},
      {"goal.knowledge_components", 50,
       [&, kc](int num) {
         v1::PlanPathRequest request;
         request.set_learner("learners/l1");
         request.mutable_goal()->mutable_due_time()->set_seconds(kStartSeconds +
                                                                 86'400);
         for (int one = 0; one < num; ++one) {
           request.mutable_goal()->add_knowledge_components(kc);
         }
         return Send(*client_->recommendations,
                     &v1::RecommendationService::Stub::PlanPath, request);
       },
       "has 51 entries"},
      {"learners (RecommendForGroup)", 200,
       [&](int num) {
         v1::RecommendForGroupRequest request;
         for (int one = 0; one < num; ++one) {
           request.add_learners("learners/l1");
         }
         return Send(*client_->recommendations,
                     &v1::RecommendationService::Stub::RecommendForGroup,
                     request);
       },
       "has 201 entries"},
      {"rules.pins", 20,
       [&](int num) {
         return RecommendForClassSpoilt([&](auto* rules) {
           Times(num, [&] { rules->add_pins()->set_resource("resources/f1"); });
         });
       },
       "has 21 entries"},
      {"rules.pins[].reason", 200,
       [&](int num) {
         return RecommendForClassSpoilt([&](auto* rules) {
           rules->add_pins()->set_resource("resources/f1");
           rules->mutable_pins(0)->set_reason(Text(num));
         });
       },
       "has 201 characters"},
      {"rules.bans", 1'000,
       [&](int num) {
         return RecommendForClassSpoilt([&](auto* rules) {
           Times(num, [&] { rules->add_bans()->set_resource("resources/f1"); });
         });
       },
       "has 1001 entries"},
  };
}

std::vector<Limit> FieldLimitsTest::LimitsOfPushes() {
  return {
      {"resources (CreatePush)", 100,
       [&](int num) {
         return CreateSpoilt([&](auto* r) {
           for (int one = 0; one < num; ++one) {
             r->add_resources(absl::StrCat("resources/r", one));
           }
         });
       },
       "has 101 entries"},
      {"learners (CreatePush)", 500,
       [&](int num) {
         return CreateSpoilt([&](auto* r) {
           Times(num, [&] { r->add_learners("learners/l1"); });
         });
       },
       "has 501 entries"},
      {"edits", 100,
       [&](int num) {
         return CreateSpoilt([&](auto* r) {
           Times(num, [&] {
             v1::PushEdit* edit = r->add_edits();
             edit->set_kind(v1::PushEdit::KIND_PIN);
             edit->set_resource("resources/f1");
             edit->set_reason("r");
           });
         });
       },
       "has 101 entries"},
      {"edits[].reason", 500,
       [&](int num) {
         return CreateSpoilt([&](auto* r) {
           v1::PushEdit* edit = r->add_edits();
           edit->set_kind(v1::PushEdit::KIND_PIN);
           edit->set_resource("resources/f1");
           edit->set_reason(Text(num));
         });
       },
       "has 501 characters"},
      {"confirm_over_cap_reason", 500,
       [&](int num) {
         return CreateSpoilt(
             [&](auto* r) { r->set_confirm_over_cap_reason(Text(num)); });
       },
       "has 501 characters"},
  };
}

void FieldLimitsTest::ExpectHeld(const std::vector<Limit>& limits) {
  std::stringstream documented;
  documented << std::ifstream("docs/operations.md").rdbuf();
  for (const Limit& limit : limits) {
    SCOPED_TRACE(limit.field);
    EXPECT_THAT(documented.str(),
                HasSubstr(absl::StrCat("| ", limit.field, " | ",
                                       Grouped(limit.limit), " |")));
    ExpectOk(limit.call(limit.limit));
    const grpc::Status refused = limit.call(limit.limit + 1);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    // `events[].event_id` of the table is `events[0].event_id` here.
    std::string field = limit.field.substr(0, limit.field.find(' '));
    if (const size_t at = field.find("[]"); at != std::string::npos) {
      field.insert(at + 1, "0");
    }
    EXPECT_THAT(refused.error_message(),
                AllOf(StartsWith(field + ": "), HasSubstr(limit.refusal)));
  }
}

TEST_F(FieldLimitsTest, OfEventsHold) { ExpectHeld(LimitsOfEvents()); }
TEST_F(FieldLimitsTest, OfTheCatalogHold) { ExpectHeld(LimitsOfTheCatalog()); }
TEST_F(FieldLimitsTest, OfTheRosterHold) { ExpectHeld(LimitsOfTheRoster()); }
TEST_F(FieldLimitsTest, OfListsHold) { ExpectHeld(LimitsOfLists()); }
TEST_F(FieldLimitsTest, OfPushesHold) { ExpectHeld(LimitsOfPushes()); }

}  // namespace
}  // namespace evenlight
