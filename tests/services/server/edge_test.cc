// What every request passes at the edge: filters as a client sends them, times
// at the limit, text that is not UTF-8, and what the log says of all that.

#include "core/log.h"
#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "storage/model_directory.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class EdgeTest : public ServerWorld {
 protected:
  EdgeTest() { AddCatalog(); }

  // Six resources that differ in what a filter asks for.
  void AddShelf() {
    v1::UpsertResourcesResponse response;
    ExpectOk(client_->Call(
        *client_->catalog, &v1::CatalogService::Stub::UpsertResources,
        Parse<v1::UpsertResourcesRequest>(R"pb(
          resources {
            name: "resources/maths5"
            title: "Maths, grade 5"
            kind: RESOURCE_KIND_EXERCISE
            subject: "maths"
            min_grade: 5
            max_grade: 5
            language: "en"
            minutes: 3
          }
          resources {
            name: "resources/maths9"
            title: "Maths, grade 9"
            kind: RESOURCE_KIND_EXERCISE
            subject: "maths"
            min_grade: 9
            max_grade: 9
            language: "en"
            minutes: 3
          }
          resources {
            name: "resources/physics5"
            title: "Physics, grade 5"
            kind: RESOURCE_KIND_EXERCISE
            subject: "physics"
            min_grade: 5
            max_grade: 5
            language: "en"
            minutes: 3
          }
          resources {
            name: "resources/shuxue5"
            title: "数学, grade 5"
            kind: RESOURCE_KIND_EXERCISE
            subject: "maths"
            min_grade: 5
            max_grade: 5
            language: "zh-CN"
            minutes: 3
          }
          resources {
            name: "resources/lecture"
            title: "A lecture"
            kind: RESOURCE_KIND_VIDEO
            knowledge_components: "knowledgeComponents/fractions"
            subject: "lectures"
            minutes: 40
            bandwidth_kbps: 2000
          }
          resources {
            name: "resources/captioned"
            title: "A short lecture"
            kind: RESOURCE_KIND_VIDEO
            knowledge_components: "knowledgeComponents/fractions"
            subject: "lectures"
            minutes: 8
            bandwidth_kbps: 200
            accessibility_features: ACCESSIBILITY_FEATURE_CAPTIONS
          })pb"),
        &response));
  }

  std::vector<std::string> Filtered(const std::string& filter) const {
    return ResourcesOf(Recommend(absl::StrCat(
        "learner: 'learners/nobody' preview: true page_size: 50 filter { ",
        filter, " }")));
  }
};

TEST_F(EdgeTest, AnUnknownLearnerIsServedByTheGradeSubjectAndLanguageAskedFor) {
  AddShelf();
  const auto response = Recommend(
      "learner: 'learners/nobody' preview: true "
      "filter { grade: 5 subject: 'maths' language: 'en' }");
  EXPECT_THAT(ResourcesOf(response), ElementsAre("resources/maths5"));
  EXPECT_EQ(response.recommendations(0).reason(),
            v1::Recommendation::REASON_NEW_LEARNER);
  EXPECT_THAT(Filtered("grade: 5 subject: 'maths'"),
              UnorderedElementsAre("resources/maths5", "resources/shuxue5"));
  EXPECT_THAT(Filtered("subject: 'maths' language: 'zh'"),
              ElementsAre("resources/shuxue5"));
}

TEST_F(EdgeTest, EachFilterKeepsWhatItAsksFor) {
  AddShelf();
  EXPECT_THAT(Filtered("kinds: RESOURCE_KIND_VIDEO"),
              UnorderedElementsAre("resources/film", "resources/lecture",
                                   "resources/captioned"));
  EXPECT_THAT(Filtered("knowledge_components: 'knowledgeComponents/decimals'"),
              UnorderedElementsAre("resources/d1", "resources/d2"));
  const std::string lectures = "subject: 'lectures' ";
  EXPECT_THAT(Filtered(lectures),
              UnorderedElementsAre("resources/lecture", "resources/captioned"));
  for (const char* filter :
       {"max_minutes: 10", "max_bandwidth_kbps: 500",
        "accessibility_features: ACCESSIBILITY_FEATURE_CAPTIONS",
        "exclude_resources: 'resources/lecture'"}) {
    EXPECT_THAT(Filtered(lectures + filter), ElementsAre("resources/captioned"))
        << filter;
  }
  EXPECT_THAT(Filtered("subject: 'alchemy'"), IsEmpty());
}

TEST_F(EdgeTest, AnEventExactlyFiveMinutesAheadIsTaken) {
  v1::Event event = Answer("e1", "f1");
  event.mutable_event_time()->set_seconds(kStartSeconds + 300);
  ExpectOk(Record({event}));
  event.set_event_id("e2");
  event.mutable_event_time()->set_nanos(1'000);
  EXPECT_THAT(ViolationsOf(Record({event})),
              ElementsAre(HasSubstr("events[0].event_time: ")));
}

TEST_F(EdgeTest, TextOfAnEventThatIsNotUtf8IsNamedAndNothingIsWritten) {
  v1::Event bad = Answer("e2", "f1");
  bad.mutable_answered()->set_question("\xff\xfe");
  const grpc::Status status = Record({Answer("e1", "f1"), bad});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("Answered.question: holds text that is")));
  EXPECT_THAT(List(*client_, "learners/l1").events(), IsEmpty());
}

TEST_F(EdgeTest, ARecordedListNamesAllItsVersions) {
  ASSERT_THAT(ModelDirectory(config_.model_dir, kTenant)
                  .Publish(EncodeModelSet(ModelSet()), {}, {}),
              IsOk());
  Restart();
  const auto response = Recommend("learner: 'learners/l1'");
  ExpectOk(Record({Answer("e1", "f1")}));  // The list goes before it.
  const auto events = List(*client_, "learners/l1").events();
  ASSERT_THAT(events, SizeIs(2));
  ASSERT_TRUE(events[0].has_recommended() || events[1].has_recommended());
  const v1::Recommended& recorded =
      events[events[0].has_recommended() ? 0 : 1].recommended();
  EXPECT_EQ(recorded.model_version(), response.model_version());
  EXPECT_EQ(recorded.model_version(), 1);
  EXPECT_EQ(recorded.catalog_version(), response.catalog_version());
  EXPECT_EQ(recorded.catalog_version(), 2);
  EXPECT_EQ(recorded.policy_version(), response.policy_version());
  EXPECT_EQ(recorded.policy_version(), 1);
}

// Neither who asked nor what a client sent, right or wrong.
TEST_F(EdgeTest, CallsLeaveNothingOfAPersonInTheLog) {
  testing::internal::CaptureStderr();
  Log(LogLevel::kInfo, "captured");
  Restart();
  ExpectOk(Record({Answer("secret-event", "f1", "secret-learner")}));
  Record({Answer("secret-event", "f2", "secret-learner")});  // Used already.
  Record({Answer("secret event", "secret", "secret learner")});
  v1::Event bad = Answer("secret-3", "f1", "secret-learner");
  bad.mutable_answered()->set_question("secret\xff");
  Record({bad});
  Recommend("learner: 'learners/secret-learner'");
  Recommend("learner: 'learners/secret-nobody' request_id: 'secret'");
  v1::LearnerState state;
  client_->Call(*client_->learners, &v1::LearnerService::Stub::GetLearnerState,
                Parse<v1::GetLearnerStateRequest>("learner: 'learners/secret'"),
                &state);
  server_->Shutdown(absl::Seconds(10));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, Not(HasSubstr("secret")));
  EXPECT_THAT(log, HasSubstr("\"captured\""));
}

}  // namespace
}  // namespace evenlight
