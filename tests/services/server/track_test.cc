#include <functional>

#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Stream =
    grpc::ClientReaderWriter<v1::StreamEventsRequest, v1::StreamEventsResponse>;

class TrackTest : public ServerWorld {
 protected:
  TrackTest() { AddCatalog(); }

  v1::RecordEventsResponse RecordPartly(const std::vector<v1::Event>& events) {
    v1::RecordEventsRequest request;
    request.set_allow_partial(true);
    for (const v1::Event& event : events) *request.add_events() = event;
    v1::RecordEventsResponse response;
    ExpectOk(Record(request, &response));
    return response;
  }

  std::unique_ptr<Stream> OpenStream(grpc::ClientContext* context) {
    context->AddMetadata("evenlight-tenant", kTenant);
    return client_->track->StreamEvents(context);
  }
};

TEST_F(TrackTest, GivesBackWhatWasRecordedWithTheKcsOfTheResource) {
  v1::Event event = Answer("e1", "f1");
  event.set_phase(v1::PHASE_POST_CLASS);
  event.set_list("lists/x");
  event.mutable_answered()->set_question("q1");
  event.mutable_answered()->set_score(0.25f);
  event.mutable_answered()->mutable_time_spent()->set_nanos(1'000);
  ExpectOk(Record({event}));
  event.mutable_answered()->add_knowledge_components(
      "knowledgeComponents/fractions");
  event.set_sequence(1);
  const v1::ListEventsResponse listed = List(*client_, "learners/l1");
  ASSERT_THAT(listed.events(), SizeIs(1));
  EXPECT_EQ(listed.events(0).DebugString(), event.DebugString());
}

TEST_F(TrackTest, GivesBackEveryVerb) {
  const std::vector<std::string> verbs = {
      "viewed { time_spent { seconds: 1 } }",
      "completed { time_spent { seconds: 2 } }",
      "rated { stars: 5 }",
      "bookmarked {}",
      "dismissed { reason: DISMISS_REASON_TOO_HARD }",
      "assigned { class_name: 'classes/c1' learners: 'learners/l2' "
      "due_time { seconds: 9 } }",
      "attended { time_spent { seconds: 86400 } }"};
  std::vector<v1::Event> events;
  for (const std::string& verb : verbs) {
    events.push_back(Parse<v1::Event>(absl::StrCat(
        "event_id: 'e", events.size(), "' actor: 'teachers/t1' event_time { ",
        "seconds: ", events.size() + 1, " } resource: 'resources/f1' ", verb)));
  }
  ExpectOk(Record(events));
  const v1::ListEventsResponse listed = List(*client_, "teachers/t1");
  ASSERT_THAT(listed.events(), SizeIs(verbs.size()));
  for (size_t index = 0; index < events.size(); ++index) {
    events[index].set_sequence(static_cast<int64_t>(index) + 1);
    EXPECT_EQ(listed.events(static_cast<int>(index)).DebugString(),
              events[index].DebugString());
  }
}

TEST_F(TrackTest, TakesAnAnswerWithoutAnyKc) {
  ExpectOk(Record({Answer("e1", "plain")}));
  EXPECT_THAT(
      List(*client_, "learners/l1").events(0).answered().knowledge_components(),
      IsEmpty());
}

TEST_F(TrackTest, TakesTheSameEventAgainAndRefusesOtherContent) {
  ExpectOk(Record({Answer("e1", "f1")}));
  v1::RecordEventsRequest request;
  *request.add_events() = Answer("e1", "f1");
  *request.add_events() = Answer("e2", "f1");
  v1::RecordEventsResponse response;
  ExpectOk(Record(request, &response));
  EXPECT_EQ(response.results(0).outcome(), v1::EventResult::OUTCOME_DUPLICATE);
  EXPECT_EQ(response.results(0).sequence(), 1);
  EXPECT_EQ(response.results(1).outcome(), v1::EventResult::OUTCOME_ACCEPTED);
  EXPECT_EQ(response.results(1).sequence(), 2);

  const grpc::Status reused = Record({Answer("e3", "f1"), Answer("e1", "f2")});
  EXPECT_EQ(reused.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(ViolationsOf(reused),
              ElementsAre(HasSubstr("events[1].event_id: `e1` was used")));
  const auto info = DetailOf<google::rpc::ErrorInfo>(reused);
  EXPECT_EQ(info.reason(), "EVENT_ID_REUSED");
  EXPECT_EQ(info.domain(), "evenlight");
  EXPECT_EQ(info.metadata().at("event_id"), "e1");
  // All or nothing: e3 was not kept.
  EXPECT_THAT(List(*client_, "learners/l1").events(), SizeIs(2));
}

TEST_F(TrackTest, TakesAnEventAgainAfterItsResourceChanged) {
  ExpectOk(Record({Answer("e1", "f1")}));
  v1::UpsertResourcesRequest change;
  *change.add_resources() = Resources().resources(0);
  change.mutable_resources(0)->set_knowledge_components(
      0, "knowledgeComponents/decimals");
  v1::UpsertResourcesResponse changed;
  ExpectOk(client_->Call(*client_->catalog,
                         &v1::CatalogService::Stub::UpsertResources, change,
                         &changed));
  EXPECT_EQ(RecordPartly({Answer("e1", "f1")}).results(0).outcome(),
            v1::EventResult::OUTCOME_DUPLICATE);
}

TEST_F(TrackTest, KeepsTheGoodOnesOnRequestAndNamesTheOthers) {
  ExpectOk(Record({Answer("e1", "f1")}));
  const v1::RecordEventsResponse response =
      RecordPartly({Answer("e1", "f2"), Answer("e2", "f1"),
                    Answer("e3", "nowhere"), Answer("e1", "f1")});
  ASSERT_THAT(response.results(), SizeIs(4));
  EXPECT_EQ(response.results(0).outcome(), v1::EventResult::OUTCOME_REFUSED);
  EXPECT_EQ(response.results(0).error().code(),
            static_cast<int>(grpc::StatusCode::ALREADY_EXISTS));
  EXPECT_EQ(response.results(1).outcome(), v1::EventResult::OUTCOME_ACCEPTED);
  EXPECT_EQ(response.results(2).outcome(), v1::EventResult::OUTCOME_REFUSED);
  EXPECT_THAT(ViolationsOf(response.results(2).error()),
              ElementsAre(HasSubstr("events[2].resource: ")));
  EXPECT_EQ(response.results(3).outcome(), v1::EventResult::OUTCOME_DUPLICATE);
  EXPECT_THAT(List(*client_, "learners/l1").events(), SizeIs(2));
}

TEST_F(TrackTest, ListsInPagesAndBetweenTimes) {
  std::vector<v1::Event> events;
  for (int event = 0; event < 7; ++event) {
    events.push_back(Answer(absl::StrCat("e", event), "f1"));
    events.back().mutable_event_time()->set_seconds(100 + event);
  }
  ExpectOk(Record(events));
  v1::ListEventsRequest request = Parse<v1::ListEventsRequest>(R"pb(
    actor: "learners/l1"
    start_time { seconds: 101 }
    end_time { seconds: 106 }
    page_size: 2)pb");
  std::string ids;
  int num_pages = 0;
  do {
    v1::ListEventsResponse page;
    ExpectOk(client_->Call(*client_->track, &v1::TrackService::Stub::ListEvents,
                           request, &page));
    for (const v1::Event& event : page.events()) ids += event.event_id();
    request.set_page_token(page.next_page_token());
    ++num_pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, "e1e2e3e4e5");
  EXPECT_EQ(num_pages, 3);
}

TEST_F(TrackTest, KeepsTheTrackAcrossARestart) {
  ExpectOk(Record({Answer("e1", "f1"), Answer("e2", "d1")}));
  const std::string before = List(*client_, "learners/l1").DebugString();
  Restart();
  EXPECT_EQ(List(*client_, "learners/l1").DebugString(), before);
}

// What a client would know of a stream at its end.
struct StreamOutcome {
  grpc::Status status;
  int64_t num_settled = 0;
  int64_t num_duplicate = 0;
  int num_acknowledgements = 0;
  std::vector<v1::RefusedEvent> refused;
};

StreamOutcome ReadToTheEnd(Stream& stream) {
  StreamOutcome outcome;
  v1::StreamEventsResponse acknowledgement;
  while (stream.Read(&acknowledgement)) {
    EXPECT_GT(acknowledgement.num_settled(), outcome.num_settled);
    outcome.num_settled = acknowledgement.num_settled();
    outcome.num_duplicate = acknowledgement.num_duplicate();
    ++outcome.num_acknowledgements;
    for (const auto& refused : acknowledgement.refused()) {
      outcome.refused.push_back(refused);
    }
  }
  outcome.status = stream.Finish();
  return outcome;
}

TEST_F(TrackTest, StreamAcknowledgesEverythingInOrderAndNamesTheRefused) {
  grpc::ClientContext context;
  auto stream = OpenStream(&context);
  for (int batch = 0; batch < 50; ++batch) {
    v1::StreamEventsRequest request;
    *request.add_events() = Answer(absl::StrCat("e", batch), "f1");
    *request.add_events() = Answer(absl::StrCat("b", batch), "nowhere");
    *request.add_events() = Answer(absl::StrCat("e", batch), "f1");
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  const StreamOutcome outcome = ReadToTheEnd(*stream);
  ExpectOk(outcome.status);
  EXPECT_EQ(outcome.num_settled, 150);
  EXPECT_EQ(outcome.num_duplicate, 50);
  ASSERT_THAT(outcome.refused, SizeIs(50));
  for (int batch = 0; batch < 50; ++batch) {
    EXPECT_EQ(outcome.refused[batch].event_id(), absl::StrCat("b", batch));
    EXPECT_EQ(outcome.refused[batch].index(), 3 * batch + 1);
    EXPECT_THAT(ViolationsOf(outcome.refused[batch].error()),
                ElementsAre(HasSubstr("events[1].resource")));
  }
  EXPECT_LE(outcome.num_acknowledgements, 50);
  EXPECT_THAT(List(*client_, "learners/l1").events(), SizeIs(50));
}

TEST_F(TrackTest, StreamThatBreaksIsSentAgainWithoutDoubles) {
  {
    grpc::ClientContext context;
    auto stream = OpenStream(&context);
    v1::StreamEventsRequest request;
    *request.add_events() = Answer("e1", "f1");
    ASSERT_TRUE(stream->Write(request));
    v1::StreamEventsResponse acknowledgement;
    ASSERT_TRUE(stream->Read(&acknowledgement));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  grpc::ClientContext context;
  auto stream = OpenStream(&context);
  for (const char* id : {"e1", "e2"}) {
    v1::StreamEventsRequest request;
    *request.add_events() = Answer(id, "f1");
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  const StreamOutcome outcome = ReadToTheEnd(*stream);
  ExpectOk(outcome.status);
  EXPECT_EQ(outcome.num_settled, 2);
  EXPECT_EQ(outcome.num_duplicate, 1);
  EXPECT_THAT(List(*client_, "learners/l1").events(), SizeIs(2));
}

TEST_F(TrackTest, StreamEndsWithTheCauseOfARequestThatIsNone) {
  grpc::ClientContext context;
  auto stream = OpenStream(&context);
  v1::StreamEventsRequest request;
  *request.add_events() = Answer("e1", "f1");
  ASSERT_TRUE(stream->Write(request));
  stream->Write(v1::StreamEventsRequest());
  const StreamOutcome outcome = ReadToTheEnd(*stream);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(outcome.status),
              ElementsAre(HasSubstr("events: has 0 entries")));
  EXPECT_EQ(outcome.num_settled, 1);  // What came before is acknowledged.
}

TEST_F(TrackTest, StreamNamesTextThatIsNotUtf8) {
  grpc::ClientContext context;
  auto stream = OpenStream(&context);
  v1::StreamEventsRequest request;
  *request.add_events() = Answer("e1", "f1");
  request.mutable_events(0)->set_actor("\xff");
  stream->Write(request);
  const StreamOutcome outcome = ReadToTheEnd(*stream);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(outcome.status),
              ElementsAre(HasSubstr("Event.actor: holds text that is not")));
}

TEST_F(TrackTest, StreamNeedsATenant) {
  grpc::ClientContext context;
  auto stream = client_->track->StreamEvents(&context);
  EXPECT_EQ(ReadToTheEnd(*stream).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(TrackTest, OpenStreamEndsWhenTheServerStops) {
  grpc::ClientContext context;
  auto stream = OpenStream(&context);
  v1::StreamEventsRequest request;
  *request.add_events() = Answer("e1", "f1");
  ASSERT_TRUE(stream->Write(request));
  v1::StreamEventsResponse acknowledgement;
  ASSERT_TRUE(stream->Read(&acknowledgement));
  server_->Shutdown(absl::Seconds(30));
  const StreamOutcome outcome = ReadToTheEnd(*stream);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(outcome.status.error_message(), HasSubstr("server stops"));
}

TEST_F(TrackTest, FullQueueTellsWhenToTryAgain) {
  config_.max_queued_events = 1;
  Restart();
  const grpc::Status status = Record({Answer("e1", "f1"), Answer("e2", "f1")});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(status).retry_delay().nanos(), 0);
}

}  // namespace
}  // namespace evenlight
