// Pushes as teachers and learners see them.

#include "gmock/gmock.h"
#include "tests/services/server/push_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PushTest : public PushWorld {};

TEST_F(PushTest, PushIsAnsweredAsItIsStored) {
  const v1::Push push = Create(R"pb(
    resources: "resources/film"
    resources: "resources/f1"
    resources: "resources/d1"
    phase: PHASE_PRE_CLASS
    edits { kind: KIND_PIN resource: "resources/d1" reason: "for tomorrow" }
    edits { kind: KIND_BAN resource: "resources/f1" reason: "has a mistake" }
    edits {
      kind: KIND_REPLACE
      resource: "resources/film"
      replacement: "resources/f2"
      reason: "no sound at school"
    }
  )pb");
  EXPECT_EQ(ListOf(push), "*d1 f2");
  EXPECT_THAT(push.learners(),
              ElementsAre("learners/l1", "learners/l2", "learners/l3"));
  EXPECT_TRUE(push.whole_class());
  EXPECT_THAT(push.banned_resources(), ElementsAre("resources/f1"));
  ASSERT_THAT(push.edits(), SizeIs(3));
  EXPECT_EQ(push.edits(2).reason(), "no sound at school");
  EXPECT_EQ(push.edits(2).teacher(), "teachers/w");
  EXPECT_EQ(push.resources(0).title(), "Title of d1");
  // The end of the day, in UTC unless the policy says otherwise.
  EXPECT_EQ(push.due_time().seconds(), kStartSeconds + 16 * 3600 - 1);
  EXPECT_EQ(Get(push.name()).SerializeAsString(), push.SerializeAsString());
}

TEST_F(PushTest, PushIsOnTheTracksOfTeacherAndLearners) {
  const v1::Push push = Create(R"pb(
    resources: "resources/f1"
    resources: "resources/d1"
    learners: "learners/l2"
    due_time { seconds: 1772400000 }
  )pb");
  const auto assigned = List(*client_, "teachers/w");
  ASSERT_THAT(assigned.events(), SizeIs(2));
  for (const v1::Event& event : assigned.events()) {
    EXPECT_EQ(event.assigned().class_name(), "classes/c1");
    EXPECT_THAT(event.assigned().learners(), ElementsAre("learners/l2"));
    EXPECT_EQ(event.assigned().due_time().seconds(), 1772400000);
    EXPECT_EQ(event.list(), push.list());
  }
  const auto pushed = List(*client_, "learners/l2");
  ASSERT_THAT(pushed.events(), SizeIs(1));
  EXPECT_EQ(pushed.events(0).list(), push.list());
  ASSERT_THAT(pushed.events(0).pushed().resources(), SizeIs(2));
  EXPECT_EQ(pushed.events(0).pushed().resources(1).resource(), "resources/d1");
  EXPECT_THAT(List(*client_, "learners/l1").events(), IsEmpty());

  v1::Event opened = Answer("open", "f1", "l2");
  opened.set_list(push.list());
  ExpectOk(Record({opened}));
}

TEST_F(PushTest, EditsAreKeptWithTheirReasonsAndSentAgain) {
  const v1::Push push = Create("resources: 'resources/f1'");
  clock_.Advance(absl::Seconds(5));
  const v1::Push updated = Update(push.name(), R"pb(
    teacher: "teachers/x"
    edits { kind: KIND_PIN resource: "resources/d2" reason: "more of it" }
    edits { kind: KIND_REMOVE resource: "resources/f1" reason: "done in class" }
  )pb");
  EXPECT_EQ(ListOf(updated), "*d2");
  EXPECT_EQ(updated.teacher(), "teachers/w");
  EXPECT_EQ(updated.update_time().seconds(), kStartSeconds + 5);
  EXPECT_EQ(updated.create_time().seconds(), kStartSeconds);
  ASSERT_THAT(updated.edits(), SizeIs(2));
  EXPECT_EQ(updated.edits(1).teacher(), "teachers/x");
  EXPECT_EQ(updated.edits(1).reason(), "done in class");
  // What is added is assigned by the one who added it.
  const auto assigned = List(*client_, "teachers/x");
  ASSERT_THAT(assigned.events(), SizeIs(1));
  EXPECT_EQ(assigned.events(0).resource(), "resources/d2");
  EXPECT_THAT(List(*client_, "learners/l1").events(), SizeIs(2));
}

TEST_F(PushTest, RetryGivesTheSamePushAndRecordsItOnce) {
  const std::string request = R"pb(
    resources: "resources/f1" request_id: "q1"
  )pb";
  const v1::Push first = Create(request);
  clock_.Advance(absl::Hours(30));  // Another day.
  Hide("f1");
  const v1::Push again = Create(request);
  EXPECT_EQ(again.name(), first.name());
  EXPECT_EQ(again.due_time().seconds(), first.due_time().seconds());
  EXPECT_TRUE(again.resources(0).withdrawn());
  EXPECT_THAT(NamesOf(ListPushes("audience: 'classes/c1'")),
              ElementsAre(first.name()));
  EXPECT_THAT(List(*client_, "teachers/w").events(), SizeIs(1));

  const grpc::Status other =
      TryCreate("resources: 'resources/d1' request_id: 'q1'");
  EXPECT_EQ(other.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(other).reason(),
            "REQUEST_ID_REUSED");
  // Another teacher's ids are their own.
  Create(
      "resources: 'resources/d1' request_id: 'q1' teacher: 'teachers/other'");
}

TEST_F(PushTest, RetriedUpdateIsMadeOnce) {
  const v1::Push push = Create("resources: 'resources/f1'");
  const std::string request = R"pb(
    edits { kind: KIND_PIN resource: "resources/d1" reason: "r" }
    request_id: "u1"
  )pb";
  Update(push.name(), request);
  EXPECT_THAT(Update(push.name(), request).edits(), SizeIs(1));
  EXPECT_THAT(Get(push.name()).edits(), SizeIs(1));
}

TEST_F(PushTest, RestartKeepsPushes) {
  const v1::Push push = Create("resources: 'resources/f1' request_id: 'q'");
  Update(push.name(),
         "edits { kind: KIND_BAN resource: 'resources/d1' reason: 'r' }");
  Restart();
  EXPECT_THAT(Get(push.name()).banned_resources(), ElementsAre("resources/d1"));
  EXPECT_EQ(Create("resources: 'resources/f1' request_id: 'q'").name(),
            push.name());
  const v1::Push next = Create("resources: 'resources/d1'");
  EXPECT_THAT(NamesOf(ListPushes("audience: 'learners/l1'")),
              ElementsAre(next.name(), push.name()));
}

TEST_F(PushTest, PagesListEveryPushOnceNewestFirst) {
  std::vector<std::string> names;
  for (int push = 0; push < 40; ++push) {
    names.insert(names.begin(), Create("resources: 'resources/f1'").name());
  }
  std::vector<std::string> listed;
  std::string token;
  do {
    const auto page = ListPushes(absl::StrCat(
        "audience: 'classes/c1' page_size: 17 page_token: '", token, "'"));
    EXPECT_LE(page.pushes_size(), 17);
    for (const std::string& name : NamesOf(page)) listed.push_back(name);
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(listed, names);
  EXPECT_THAT(ListPushes("audience: 'learners/l4'").pushes(), IsEmpty());
  EXPECT_THAT(ListPushes("audience: 'learners/alone'").pushes(), IsEmpty());
}

TEST_F(PushTest, OverCapTheTeacherIsToldOfEachLearnerAndConfirms) {
  Upsert("long", "kind: RESOURCE_KIND_VIDEO minutes: 50");
  Upsert("paper", "kind: RESOURCE_KIND_EXERCISE minutes: 20");
  SetGrade("l3", 1);
  // Grade 5 has 60 minutes; l3 is in grade 1, with no written work at all.
  const std::string request = R"pb(
    resources: "resources/long"
    resources: "resources/paper"
  )pb";
  const grpc::Status refused = TryCreate(request);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused).reason(),
            "MINUTES_CAP_EXCEEDED");
  EXPECT_THAT(
      ViolationsOf(refused),
      ElementsAre("confirm_over_cap_reason: is required: learners/l1 has 60 "
                  "minutes left on 2026-03-01, and this push takes 70",
                  "confirm_over_cap_reason: is required: learners/l2 has 60 "
                  "minutes left on 2026-03-01, and this push takes 70",
                  "confirm_over_cap_reason: is required: learners/l3 has 0 "
                  "minutes left on 2026-03-01, and this push takes 20"));
  EXPECT_THAT(ListPushes("audience: 'classes/c1'").pushes(), IsEmpty());

  const v1::Push previewed = Create(request + "preview: true");
  EXPECT_EQ(previewed.name(), "");
  EXPECT_THAT(previewed.assigned_over_cap(), SizeIs(3));
  EXPECT_THAT(ListPushes("audience: 'classes/c1'").pushes(), IsEmpty());

  const v1::Push push =
      Create(request + "confirm_over_cap_reason: 'the exam is on Monday'");
  ASSERT_THAT(push.assigned_over_cap(), SizeIs(3));
  EXPECT_EQ(push.assigned_over_cap(0).learner(), "learners/l1");
  EXPECT_EQ(push.assigned_over_cap(0).minutes(), 70);
  EXPECT_EQ(push.assigned_over_cap(0).minutes_left(), 60);
  EXPECT_EQ(push.assigned_over_cap(0).reason(), "the exam is on Monday");
  EXPECT_EQ(ListOf(push), "long paper");
}

TEST_F(PushTest, MinutesSpentAndPushedForTheDayCount) {
  Upsert("a", "kind: RESOURCE_KIND_VIDEO minutes: 30");
  Upsert("b", "kind: RESOURCE_KIND_VIDEO minutes: 25");
  v1::Event viewed = Answer("e1", "plain");
  viewed.mutable_answered()->mutable_time_spent()->set_seconds(10 * 60);
  viewed.set_phase(v1::PHASE_POST_CLASS);
  v1::Event at_school = Answer("e2", "plain");
  at_school.mutable_answered()->mutable_time_spent()->set_seconds(10 * 60);
  at_school.set_phase(v1::PHASE_IN_CLASS);
  ExpectOk(Record({viewed, at_school}));
  const std::string for_one = "learners: 'learners/l1' ";
  Create(for_one + "resources: 'resources/a'");

  // 60 - 10 - 30: 20 are left today.
  EXPECT_THAT(ViolationsOf(TryCreate(for_one + "resources: 'resources/b'")),
              ElementsAre(HasSubstr("learners/l1 has 20 minutes left on "
                                    "2026-03-01, and this push takes 25")));
  // Tomorrow's are whole, and lessons are outside the cap.
  Create(absl::StrCat(for_one, "resources: 'resources/b' due_time { seconds: ",
                      kStartSeconds + 24 * 3600, " }"));
  Create(for_one + "resources: 'resources/b' phase: PHASE_IN_CLASS");
  // What is done is spent, no longer pushed.
  clock_.Advance(absl::Minutes(5));
  v1::Event done = Answer("e3", "a");
  done.mutable_viewed()->mutable_time_spent()->set_seconds(5 * 60);
  done.set_phase(v1::PHASE_POST_CLASS);
  ExpectOk(Record({done}));
  Create(for_one + "resources: 'resources/b'");
}

TEST_F(PushTest, AnUpdateIsAskedForMinutesOnlyIfItAddsSome) {
  Upsert("a", "kind: RESOURCE_KIND_VIDEO minutes: 50");
  Upsert("b", "kind: RESOURCE_KIND_VIDEO minutes: 50");
  const v1::Push push = Create(
      "resources: 'resources/a' resources: 'resources/b' "
      "confirm_over_cap_reason: 'r' learners: 'learners/l1'");
  Update(push.name(),
         "edits { kind: KIND_PIN resource: 'resources/a' reason: 'r' }");
  const std::string add =
      "edits { kind: KIND_PIN resource: 'resources/film' reason: 'r' }";
  EXPECT_EQ(TryUpdate(push.name(), add).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  const v1::Push updated =
      Update(push.name(), add + "confirm_over_cap_reason: 'once more'");
  ASSERT_THAT(updated.assigned_over_cap(), SizeIs(1));
  EXPECT_EQ(updated.assigned_over_cap(0).minutes(), 103);
  EXPECT_EQ(updated.assigned_over_cap(0).reason(), "once more");
}

TEST_F(PushTest, SuggestOnlyIsKeptAndTeachersStillPush) {
  v1::UpsertClassesResponse response;
  ExpectOk(
      client_->Call(*client_->roster, &v1::RosterService::Stub::UpsertClasses,
                    Parse<v1::UpsertClassesRequest>(R"pb(
                      classes { name: "classes/c1" grade: 5 suggest_only: true }
                    )pb"),
                    &response));
  v1::GetClassResponse found;
  ExpectOk(client_->Call(*client_->roster, &v1::RosterService::Stub::GetClass,
                         Parse<v1::GetClassRequest>("name: 'classes/c1'"),
                         &found));
  EXPECT_TRUE(found.school_class().suggest_only());
  EXPECT_THAT(Create("resources: 'resources/f1'").learners(), SizeIs(3));
}

struct BadPush {
  std::string request;
  std::string violation;
};

class BadPushTest : public PushWorld {
 protected:
  // 10,000 of them.
  static std::string ManyPins() {
    std::string pins;
    for (int pin = 0; pin < 10'000; ++pin) {
      absl::StrAppend(
          &pins,
          "edits { kind: KIND_PIN resource: 'resources/f1' reason: 'r'}");
    }
    return pins;
  }
  static std::string ManyResources(int count) {
    std::string resources;
    for (int resource = 0; resource < count; ++resource) {
      absl::StrAppend(&resources, "resources: 'resources/r", resource, "' ");
    }
    return resources;
  }
};

TEST_F(BadPushTest, EveryFaultIsNamed) {
  Upsert("hidden", "kind: RESOURCE_KIND_VIDEO");
  Hide("hidden");
  Upsert("old", "kind: RESOURCE_KIND_VIDEO expire_time { seconds: 1000 }");
  Upsert("soon",
         "kind: RESOURCE_KIND_VIDEO publish_time { seconds: 1900000000 }");
  Upsert("plan", "kind: RESOURCE_KIND_LESSON_PLAN");
  const std::string good = "resources: 'resources/f1' ";
  for (const BadPush& bad : std::vector<BadPush>{
           {"", "resources: is required"},
           {"resources: 'resources/nowhere'",
            "resources[0]: `resources/nowhere` is not in the catalog"},
           {good + "resources: 'resources/hidden'",
            "resources[1]: `resources/hidden` is hidden"},
           {"resources: 'resources/old'",
            "resources[0]: `resources/old` expired at 1970-01-01T00:16:40Z"},
           {"resources: 'resources/soon'",
            "resources[0]: `resources/soon` is not published before "
            "2030-03-17T17:46:40Z"},
           {"resources: 'resources/plan'",
            "resources[0]: `resources/plan` is a lesson plan, which is for "
            "teachers"},
           {good + good, "resources[1]: `resources/f1` is named twice"},
           {ManyResources(101),
            "resources: has 101 entries; at most 100 are allowed"},
           {good + ManyPins(),
            "edits: has 10000 entries; at most 100 are allowed"},
           {good +
                "edits { kind: KIND_BAN resource: 'resources/f1' reason: 'r' }",
            "edits: leave nothing on the list: keep a resource, or pin one"},
           {good + "edits { kind: KIND_PIN resource: 'resources/d1' }",
            "edits[0].reason: is empty; it needs 1-500 characters"},
           {good + "edits { resource: 'resources/d1' reason: 'r' }",
            "edits[0].kind: is required"},
           {good + "edits { kind: 9 resource: 'resources/d1' reason: 'r' }",
            "edits[0].kind: 9 is no kind of edit"},
           {good + "edits { kind: KIND_REMOVE resource: 'resources/d1' reason: "
                   "'r' }",
            "edits[0].resource: `resources/d1` is not on the list"},
           {good + "edits { kind: KIND_REPLACE resource: 'resources/f1' "
                   "replacement: 'resources/hidden' reason: 'r' }",
            "edits[0].replacement: `resources/hidden` is hidden"},
           {good +
                "edits { kind: KIND_PIN resource: 'resources/f1' replacement: "
                "'resources/d1' reason: 'r' }",
            "edits[0].replacement: is of KIND_REPLACE only"},
           {good + "phase: 9", "phase: 9 is no phase"},
           {good + "learners: 'learners/l1' learners: 'learners/l4'",
            "learners[1]: `learners/l4` is not in classes/c1"},
           {good + "learners: 'learners/alone'",
            "learners[0]: `learners/alone` is not in classes/c1"},
           {good + "class_name: 'junyi/classes/c1'",
            "class_name: `junyi/classes/c1` is not"},
           {good + "teacher: 'learners/l1'", "teacher: `learners/l1` is not"},
           {good + "request_id: 'a b'", "request_id: `a b` is not"},
           {good + "due_time { seconds: 1772351999 }",
            "due_time: 2026-03-01T07:59:59Z is past: it is "
            "2026-03-01T08:00:00Z"},
           {good + "due_time { seconds: 1780128001 }",
            "due_time: 2026-05-30T08:00:01Z is more than 90 days after now"},
       }) {
    SCOPED_TRACE(bad.request.substr(0, 200));
    const grpc::Status status = TryCreate(bad.request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << status.error_message();
    EXPECT_THAT(ViolationsOf(status), Contains(HasSubstr(bad.violation)));
  }
  EXPECT_THAT(ListPushes("audience: 'classes/c1'").pushes(), IsEmpty());
}

TEST_F(BadPushTest, AClassOfAnotherTenantIsNoClassAndItsLearnersAreNotInOurs) {
  const TestClient other = ClientOf("junyi");
  AddCatalog(other);
  const auto request = Request("resources: 'resources/f1'");
  EXPECT_EQ(Create(other, request).error_code(), grpc::StatusCode::NOT_FOUND);
  AddRoster(other);
  v1::Push theirs;
  ExpectOk(Create(other, request, &theirs));
  EXPECT_THAT(ListPushes("audience: 'classes/c1'").pushes(), IsEmpty());
  EXPECT_EQ(TryUpdate(theirs.name(),
                      "edits { kind: KIND_BAN resource: 'resources/f1' reason: "
                      "'r' }")
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(BadPushTest, AClassWithoutLearnersAndOneThatIsNotThereAreToldApart) {
  const grpc::Status empty =
      TryCreate("resources: 'resources/f1' class_name: 'classes/empty'");
  EXPECT_EQ(empty.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(empty.error_message(), HasSubstr("classes/empty has 0 learners"));
  const grpc::Status none =
      TryCreate("resources: 'resources/f1' class_name: 'classes/none'");
  EXPECT_EQ(none.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(none.error_message(),
              HasSubstr("class_name: there is no class classes/none"));
}

TEST_F(BadPushTest, AnUpdateThatLeavesNothingChangesNothing) {
  const v1::Push push = Create("resources: 'resources/f1'");
  const grpc::Status status =
      TryUpdate(push.name(),
                "edits { kind: KIND_BAN resource: 'resources/f1' reason: "
                "'r' }");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("leave nothing on the list")));
  EXPECT_EQ(ListOf(Get(push.name())), "f1");
  EXPECT_THAT(ViolationsOf(TryUpdate(push.name(), "")),
              ElementsAre("edits: has 0 entries; 1 to 100 are allowed"));
}

}  // namespace
}  // namespace evenlight
