// The small subcommands against a fake server.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "evenlight/v1/learner_service.pb.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "services/cli/doctor.h"
#include "services/cli/evaluate_tracing.h"
#include "services/cli/models.h"
#include "services/cli/recommend.h"
#include "services/cli/show.h"
#include "services/cli/simulate.h"
#include "services/cli/train.h"
#include "tests/services/cli/fake_client.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CommandsTest : public testing::Test {
 protected:
  FakeClient server_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = [](absl::Duration) {}};
};

TEST_F(CommandsTest, ALearnersListShowsReasonsAndChances) {
  v1::RecommendResourcesRequest seen;
  server_.On(kRecommendResources, [&](const auto& request, auto* response) {
    seen = request;
    response->set_list("lists/x1");
    v1::Recommendation* r = response->add_recommendations();
    r->set_resource("resources/r1");
    r->set_title("Fractions");
    r->set_kind(v1::RESOURCE_KIND_EXERCISE);
    r->set_reason(v1::Recommendation::REASON_NEXT_STEP);
    r->set_reason_text("You are ready for it.");
    r->set_success_probability(.72f);
    r->set_score(.754f);
    return absl::OkStatus();
  });
  RecommendOptions options;
  options.id = "l1";
  options.num = 3;
  options.phase = Phase::kPostClass;
  options.subject = "mathematics";
  EXPECT_EQ(RecommendLearner(options, &server_, console_), kExitOk);
  EXPECT_EQ(seen.learner(), "learners/l1");
  EXPECT_EQ(seen.page_size(), 3);
  EXPECT_EQ(seen.phase(), v1::PHASE_POST_CLASS);
  EXPECT_EQ(seen.filter().subject(), "mathematics");
  EXPECT_THAT(out_.str(), HasSubstr(" 1. Fractions\n    r1: exercise"));
  EXPECT_THAT(out_.str(), HasSubstr("success 72%, score 0.75\n"));
  EXPECT_THAT(out_.str(), HasSubstr("next_step: You are ready for it."));
}

TEST_F(CommandsTest, AClassListShowsGroupsAndTheUnserved) {
  server_.On(kRecommendForClass, [&](const auto&, auto* response) {
    response->add_recommendations()->set_title("Fractions");
    response->mutable_recommendations(0)->set_added_gain(10.066f);
    v1::LearnerGroup* group = response->add_groups();
    group->set_resource("resources/r1");
    group->add_learners("learners/l1");
    group->add_learners("learners/l2");
    v1::UnservedLearner* unserved = response->add_unserved_learners();
    unserved->set_learner("learners/l3");
    unserved->set_instead_resource("resources/r9");
    return absl::OkStatus();
  });
  RecommendOptions options;
  options.id = "c1";
  EXPECT_EQ(RecommendClass(options, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("gain +10.07 kcs\n"));
  EXPECT_THAT(out_.str(), HasSubstr("group r1 (2)"));
  EXPECT_THAT(out_.str(), HasSubstr("l1 l2"));
  EXPECT_THAT(out_.str(), HasSubstr("not served l3"));
  EXPECT_THAT(out_.str(), HasSubstr("Instead: r9"));
}

TEST_F(CommandsTest, TheTeachersRulesAreSentAndTheMapIsShown) {
  v1::ClassRules seen;
  const auto answer = [&](const auto& request, auto* response) {
    seen = request.rules();
    auto* item = response->add_recommendations();
    item->set_resource("resources/r1");
    item->set_use(v1::ClassRecommendation::USE_WHOLE_CLASS);
    auto* first = response->add_see_first();
    first->set_learner("learners/l4");
    first->set_chance(.125f);
    first->set_reason_text("Lacks much.");
    auto* kc = response->add_mastery();
    kc->set_knowledge_component("knowledgeComponents/k1");
    kc->set_share_mastered(.25f);
    response->add_notices("A notice.");
    return absl::OkStatus();
  };
  server_.On(kRecommendForClass, answer);
  server_.On(kRecommendForGroup, [&](const auto& request, auto* response) {
    EXPECT_EQ(request.learners_size(), 2);
    EXPECT_EQ(request.learners(1), "learners/l2");
    return answer(request, response);
  });
  RecommendOptions options;
  options.id = "l1,learners/l2";
  options.pins = {"r1=Begin here = now", "resources/r2"};
  options.bans = {"r3"};
  options.list_minutes = 40;
  options.floor = .5f;
  options.has_map = true;
  for (const auto recommend : {RecommendClass, RecommendGroup}) {
    out_.str("");
    EXPECT_EQ(recommend(options, &server_, console_), kExitOk);
    ASSERT_EQ(seen.pins_size(), 2);
    EXPECT_EQ(seen.pins(0).resource(), "resources/r1");
    EXPECT_EQ(seen.pins(0).reason(), "Begin here = now");
    EXPECT_EQ(seen.pins(1).resource(), "resources/r2");
    EXPECT_EQ(seen.pins(1).reason(), "");
    EXPECT_EQ(seen.bans(0).resource(), "resources/r3");
    EXPECT_EQ(seen.max_minutes(), 40);
    EXPECT_EQ(seen.floor(), .5f);
    EXPECT_THAT(out_.str(), HasSubstr("A notice.\n"));
    EXPECT_THAT(out_.str(), HasSubstr(", whole_class, "));
    EXPECT_THAT(out_.str(),
                HasSubstr("see first l4 (chance 12%): Lacks much.\n"));
    EXPECT_THAT(out_.str(), HasSubstr("mastered  25%"));
  }
}

TEST_F(CommandsTest, ALessonShowsResourcesAndGaps) {
  server_.On(kRecommendForLesson, [](const auto& request, auto* response) {
    EXPECT_EQ(request.class_name(), "classes/c1");
    EXPECT_EQ(request.filter().knowledge_components(0),
              "knowledgeComponents/k1");
    auto* resource = response->add_resources();
    resource->set_resource("resources/plan");
    resource->set_kind(v1::RESOURCE_KIND_LESSON_PLAN);
    resource->set_num_learners_ready(7);
    auto* gap = response->add_gaps();
    gap->set_knowledge_component("knowledgeComponents/k0");
    gap->set_num_learners(3);
    return absl::OkStatus();
  });
  RecommendOptions options;
  options.id = "c1";
  options.kcs = {"k1"};
  EXPECT_EQ(RecommendLesson(options, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("plan: lesson_plan"));
  EXPECT_THAT(out_.str(), HasSubstr("ready 7, mastered 0"));
  EXPECT_THAT(out_.str(), HasSubstr("gap k0 (3)"));
}

TEST_F(CommandsTest, EveryFilterOfTheApiIsSentForLearnersAndClasses) {
  std::vector<v1::ResourceFilter> seen;
  const auto handler = [&](const auto& request, auto*) {
    seen.push_back(request.filter());
    return absl::OkStatus();
  };
  server_.On(kRecommendResources, handler);
  server_.On(kRecommendForClass, handler);
  RecommendOptions options;
  options.kinds = {ResourceKind::kVideo, ResourceKind::kQuiz};
  options.kcs = {"k1", "knowledgeComponents/k2"};
  options.needs = {v1::ACCESSIBILITY_FEATURE_CAPTIONS};
  options.max_kbps = 256;
  options.exclude = {"r1"};
  EXPECT_EQ(RecommendLearner(options, &server_, console_), kExitOk);
  EXPECT_EQ(RecommendClass(options, &server_, console_), kExitOk);
  ASSERT_EQ(seen.size(), 2u);
  for (const v1::ResourceFilter& filter : seen) {
    EXPECT_EQ(filter.kinds_size(), 2);
    EXPECT_EQ(filter.kinds(1), v1::RESOURCE_KIND_QUIZ);
    EXPECT_EQ(filter.knowledge_components(0), "knowledgeComponents/k1");
    EXPECT_EQ(filter.knowledge_components(1), "knowledgeComponents/k2");
    EXPECT_EQ(filter.accessibility_features(0),
              v1::ACCESSIBILITY_FEATURE_CAPTIONS);
    EXPECT_EQ(filter.max_bandwidth_kbps(), 256);
    EXPECT_EQ(filter.exclude_resources(0), "resources/r1");
  }
}

TEST_F(CommandsTest, AnEmptyListBlamesFiltersOnlyIfThereWereSome) {
  const auto nothing = [](const auto&, auto*) { return absl::OkStatus(); };
  server_.On(kRecommendResources, nothing);
  server_.On(kRecommendForClass, nothing);
  for (const auto recommend : {RecommendLearner, RecommendClass}) {
    RecommendOptions options;
    options.id = "x";
    out_.str("");
    EXPECT_EQ(recommend(options, &server_, console_), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("nothing is left to recommend: "
                                      "everything that fits was already met "
                                      "or mastered\n"));
    options.max_kbps = 64;
    out_.str("");
    EXPECT_EQ(recommend(options, &server_, console_), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("no resource passes the filters\n"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("nothing is left")));
  }
}

TEST_F(CommandsTest, AMissingTenantIsSaidOnceAndNamesItsFlag) {
  server_.On(kRecommendResources, [](const auto&, auto*) {
    const absl::Status refusal =
        FakeClient::Refusal({{"evenlight-tenant", "is required"}});
    absl::Status status =
        absl::InvalidArgumentError("evenlight-tenant: is required");
    refusal.ForEachPayload([&](absl::string_view type, const absl::Cord& data) {
      status.SetPayload(type, data);
    });
    return status;
  });
  RecommendOptions options;
  options.id = "l1";
  EXPECT_EQ(RecommendLearner(options, &server_, console_), kExitError);
  EXPECT_EQ(err_.str(),
            "evenlight: recommend learner l1: INVALID_ARGUMENT: "
            "evenlight-tenant: is required; --tenant names it\n");
}

TEST_F(CommandsTest, ALearnerIsShownWithTitlesAndWithoutClaims) {
  for (const char* id : {"k1", "k2", "k3"}) {
    v1::KnowledgeComponent kc;
    kc.set_name(absl::StrCat("knowledgeComponents/", id));
    kc.set_title(absl::StrCat("Title of ", id));
    server_.kcs[kc.name()] = kc;
  }
  server_.On(kGetLearnerState, [](const auto&, auto* response) {
    v1::KnowledgeComponentMastery* known = response->add_mastery();
    known->set_knowledge_component("knowledgeComponents/k1");
    known->set_p_known(.9f);
    known->set_num_correct(4);
    known->set_recall(.8f);
    known->mutable_last_practised_time()->set_seconds(1767225600);
    known->set_p_correct(.75f);
    known->set_level(v1::KnowledgeComponentMastery::LEVEL_PROFICIENT);
    known->mutable_due_time()->set_seconds(1767312000);
    v1::KnowledgeComponentMastery* unclaimed = response->add_mastery();
    unclaimed->set_knowledge_component("knowledgeComponents/k2");
    unclaimed->set_recall(1);
    unclaimed->set_level(v1::KnowledgeComponentMastery::LEVEL_NONE);
    return absl::OkStatus();
  });
  EXPECT_EQ(ShowLearner({"l1", {}}, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("p(known)     +- p(correct) level       right  wrong "
                        "recall last practised       due                   "
                        "kc  title\n"));
  EXPECT_THAT(out_.str(),
              HasSubstr("   0.900  0.000      0.750 proficient      4      0 "
                        " 0.800 2026-01-01T00:00:00Z 2026-01-02T00:00:00Z  "
                        "k1  Title of k1\n"));
  EXPECT_THAT(out_.str(),
              HasSubstr("   0.000  0.000      0.000 none            0      0 "
                        "     - -                    -                     "
                        "k2  Title of k2\n"));
}

TEST_F(CommandsTest, APredictionIsExplainedOnRequest) {
  server_.On(kGetLearnerState, [](const auto& request, auto* response) {
    v1::KnowledgeComponentMastery* mastery = response->add_mastery();
    mastery->set_knowledge_component("knowledgeComponents/k1");
    if (!request.explain()) return absl::OkStatus();
    for (const auto& [words, log_odds] :
         {std::pair("recent answers", -.5f), std::pair("how hard", .25f)}) {
      v1::PredictionPart* part = mastery->add_parts();
      part->set_words(words);
      part->set_log_odds(log_odds);
    }
    return absl::OkStatus();
  });
  EXPECT_EQ(ShowLearner({"l1", {}}, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("recent answers")));
  EXPECT_EQ(ShowLearner({"l1", {}, /*explain=*/true}, &server_, console_),
            kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr(" -0.50 recent answers\n" +
                                    std::string(27, ' ') + "+0.25 how hard\n"));
}

TEST_F(CommandsTest, TheTracingReportSaysWhatItWasMadeFrom) {
  const std::string file = testing::TempDir() + "/evenlight-tracing.csv";
  const std::string report = file + ".json";
  for (const bool is_ordered : {false, true}) {
    std::ofstream csv(file);
    csv << "learner,kc,correct" << (is_ordered ? ",order,test_fold\n" : "\n");
    for (int row = 0; row < 200; ++row) {
      csv << "l" << row % 20 << ",k" << row % 3 << "," << row % 7 % 2;
      if (is_ordered) csv << "," << row << "," << 1 + row % 20 % 5;
      csv << "\n";
    }
    csv.close();
    EvaluateTracingOptions options;
    options.answers_file = file;
    options.models = {"mean"};
    options.seed = 5;
    options.out_file = report;
    out_.str("");
    EXPECT_EQ(EvaluateTracing(options, console_), kExitOk) << err_.str();
    std::ifstream in(report);
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("\"file\":\"evenlight-tracing.csv\""));
    EXPECT_THAT(text.str(), HasSubstr("\"file_sha256\":\""));
    EXPECT_THAT(text.str(), HasSubstr("\"setting\":\"chunk200\""));
    EXPECT_THAT(text.str(), HasSubstr("\"seed\":5"));
    EXPECT_THAT(text.str(), HasSubstr(is_ordered ? "\"ordered\":\"yes\""
                                                 : "\"ordered\":\"no\""));
    EXPECT_THAT(text.str(),
                HasSubstr(is_ordered ? "\"folds\":\"file\""
                                     : "\"folds\":\"seeded_hash\""));
    if (is_ordered) {
      EXPECT_THAT(out_.str(), Not(HasSubstr("ordered=")));
    } else {
      EXPECT_THAT(out_.str(), HasSubstr("ordered=no\n"));
    }
  }
  std::filesystem::remove(file);
  std::filesystem::remove(report);
}

TEST_F(CommandsTest, AnErrorNamesTheCallTheFieldsAndNothingOnStandardOutput) {
  server_.On(kRecommendResources, [](const auto&, auto*) {
    return FakeClient::Refusal({{"filter.grade", "13 is not in [1, 12]"}});
  });
  RecommendOptions options;
  options.id = "l1";
  EXPECT_EQ(RecommendLearner(options, &server_, console_), kExitError);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(),
            "evenlight: recommend learner l1: INVALID_ARGUMENT: fields are "
            "wrong; filter.grade: 13 is not in [1, 12]\n");
}

TEST_F(CommandsTest, JsonPrintsTheResponse) {
  server_.On(kGetLearnerState, [](const auto& request, auto* response) {
    response->set_learner(request.learner());
    response->set_num_answers(4);
    return absl::OkStatus();
  });
  console_.is_json = true;
  EXPECT_EQ(ShowLearner({"l1", {}}, &server_, console_), kExitOk);
  EXPECT_EQ(out_.str(),
            "{\"learner\":\"learners/l1\",\"num_answers\":\"4\"}\n");
}

TEST_F(CommandsTest, ModelsAreListedWithTheirStates) {
  server_.On(kListModels, [](const auto&, auto* response) {
    v1::Model* model = response->add_models();
    model->set_version(2);
    model->set_state(v1::Model::STATE_BROKEN);
    model->set_problem("checksum of factors differs");
    return absl::OkStatus();
  });
  EXPECT_EQ(ListModelVersions(&server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("version=2 state=broken"));
  EXPECT_THAT(out_.str(), HasSubstr("\"checksum of factors differs\""));
}

TEST_F(CommandsTest, TheDoctorOfAnEmptyServerSaysWhatToImport) {
  server_.OnName("/grpc.health.v1.Health/Check",
                 [](google::protobuf::Message* response) {
                   response->ParseFromString("\x08\x01");
                 });
  server_.On(kListClasses, [](const auto&, auto*) { return absl::OkStatus(); });
  server_.On(kListModels, [](const auto&, auto*) { return absl::OkStatus(); });
  EXPECT_EQ(Doctor(&server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("health=serving resources=0 kcs=0"));
  EXPECT_THAT(out_.str(), HasSubstr("events_about=unknown"));
  EXPECT_THAT(out_.str(), HasSubstr("next: no resources"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("nothing is missing")));
}

TEST_F(CommandsTest, TheDoctorCountsCyclesAndEstimatesAnswers) {
  server_.OnName("/grpc.health.v1.Health/Check",
                 [](google::protobuf::Message* response) {
                   response->ParseFromString("\x08\x01");
                 });
  for (const char* id : {"a", "b"}) {
    v1::KnowledgeComponent kc;
    kc.set_name(absl::StrCat("knowledgeComponents/", id));
    kc.add_prerequisites("knowledgeComponents/a");
    kc.add_prerequisites("knowledgeComponents/b");
    server_.kcs[kc.name()] = kc;
  }
  server_.On(kListClasses, [](const auto&, auto* response) {
    response->add_classes()->set_name("classes/c1");
    return absl::OkStatus();
  });
  server_.On(kGetClass, [](const auto&, auto* response) {
    for (int k = 0; k < 100; ++k) {
      response->add_learners(absl::StrCat("learners/", k));
    }
    return absl::OkStatus();
  });
  server_.On(kGetLearnerState, [](const auto&, auto* response) {
    response->set_num_events(30);
    response->set_num_answers(20);
    return absl::OkStatus();
  });
  server_.On(kListModels, [](const auto&, auto*) { return absl::OkStatus(); });
  EXPECT_EQ(Doctor(&server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("cycles=1"));
  EXPECT_THAT(out_.str(), HasSubstr("learners_in_classes=100 events_about=3000 "
                                    "answers_about=2000"));
  EXPECT_THAT(out_.str(), HasSubstr("ready_to_train=yes"));
  EXPECT_THAT(out_.str(), HasSubstr("next: no model"));
}

TEST_F(CommandsTest, TheDoctorOfNoServerFails) {
  server_.failures = {absl::UnavailableError("connection refused")};
  EXPECT_EQ(Doctor(&server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("is evenlightd running there?"));
}

TEST_F(CommandsTest, TheSameSeedWritesTheSameBytes) {
  const auto directory = std::filesystem::temp_directory_path() /
                         absl::StrCat("evenlight-simulate-", getpid());
  std::map<std::string, std::string> files[2];
  for (auto& written : files) {
    SimulateOptions options;
    options.district.num_learners = 30;
    options.district.weeks = 1;
    options.out_dir = directory.string();
    ASSERT_EQ(SimulateDistrict(options, console_), kExitOk);
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      written[entry.path().filename().string()] = text.str();
    }
    std::filesystem::remove_all(directory);
  }
  EXPECT_EQ(files[0].size(), 4u);
  EXPECT_EQ(files[0], files[1]);
}

TEST(WorstOfTest, ErrorsGoBeforeGatesAndGatesBeforeSuccess) {
  struct Case {
    std::vector<int> codes;
    int worst;
  };
  for (const Case& c :
       {Case{{}, 4}, Case{{4, 4}, 4}, Case{{4, 0}, 0}, Case{{0, 3, 4}, 3},
        Case{{3, 75, 0}, 75}, Case{{75, 1, 0}, 1}}) {
    EXPECT_EQ(WorstOf(c.codes), c.worst);
  }
}

TEST_F(CommandsTest, TrainWithoutAServerAsksToTryLater) {
  TrainOptions options;
  options.tenant = "t1";
  const Connect nobody = [](const std::string&) {
    auto client = std::make_unique<FakeClient>();
    client->failures.assign(20, absl::UnavailableError("connection refused"));
    return client;
  };
  EXPECT_EQ(Train(options, nobody, console_), 75);
}

TEST_F(CommandsTest, TrainOfADirectoryWithoutADatabaseMakesNone) {
  TrainOptions options;
  options.tenant = "t1";
  options.model_dir = "/nowhere/models";
  options.data_dir = "/nowhere/db";
  EXPECT_EQ(Train(options, nullptr, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("no database in /nowhere/db"));
}

}  // namespace
}  // namespace evenlight
