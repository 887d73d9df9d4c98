#include "storage/track_store.h"

#include <functional>
#include <random>

#include "storage/keys.h"
#include "storage/records.h"
#include "tests/storage/databases.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Actor kLearner{ActorKind::kLearner, "l1"};
const TrackPosition kFirst{absl::InfinitePast(), ""};
const TrackPosition kLast{absl::InfiniteFuture(), ""};

Event MakeEvent(const EventId& id, int64_t micros, int64_t sequence,
                const Actor& actor = kLearner) {
  Event event;
  event.id = id;
  event.actor = actor;
  event.time = absl::FromUnixMicros(micros);
  event.verb = Verb::kViewed;
  event.resource = "r1";
  event.sequence = sequence;
  return event;
}

class TrackStoreTest : public DatabaseContract {
 protected:
  void SetUp() override {
    DatabaseContract::SetUp();
    store_ = std::make_unique<TrackStore>(database_.get());
  }
  void Append(const TenantId& tenant, const std::vector<Event>& events) {
    WriteBatch batch;
    for (const Event& event : events) store_->Append(tenant, event, &batch);
    Write(batch);
  }
  auto Collect(std::vector<EventId>& ids) {
    return [&ids](const Event& event) {
      ids.push_back(event.id);
      return true;
    };
  }
  std::vector<EventId> List(const TenantId& tenant, const Actor& actor,
                            const TrackPosition& from = kFirst,
                            const TrackPosition& until = kLast) {
    std::vector<EventId> ids;
    EXPECT_THAT(store_->List(tenant, actor, from, until, Collect(ids)), IsOk());
    return ids;
  }
  std::vector<EventId> ListAll(const TenantId& tenant) {
    std::vector<EventId> ids;
    EXPECT_THAT(store_->ListAll(tenant, Collect(ids)), IsOk());
    return ids;
  }
  std::vector<EventId> ListBySequence(const TenantId& tenant) {
    const auto events = EventsBySequence(*database_, tenant);
    EXPECT_THAT(events, IsOk());
    std::vector<EventId> ids;
    for (const Event& event : *events) ids.push_back(event.id);
    return ids;
  }

  std::unique_ptr<TrackStore> store_;
};

INSTANTIATE_TEST_SUITE_P(All, TrackStoreTest, AllDatabases(), NameOfKind);

TEST_P(TrackStoreTest, EventsComeByTimeThenIdAlsoBefore1970) {
  Append("t",
         {MakeEvent("c", 5, 1), MakeEvent("b", 5, 2), MakeEvent("z", -7, 3),
          MakeEvent("y", 0, 4), MakeEvent("x", -900'000'000'000'000, 5)});
  EXPECT_THAT(List("t", kLearner), ElementsAre("x", "z", "y", "b", "c"));
}

TEST_P(TrackStoreTest, WhatIsBeforeATimeIsPassedOverForEachActor) {
  const auto of = [](const char* id) { return Actor{ActorKind::kLearner, id}; };
  Append("t", {MakeEvent("a1", 1, 1, of("a")), MakeEvent("a9", 9, 2, of("a")),
               MakeEvent("b1", 1, 3, of("b")), MakeEvent("b2", 2, 4, of("b")),
               MakeEvent("c5", 5, 5, of("c")), MakeEvent("c6", 6, 6, of("c")),
               MakeEvent("d4", 4, 7, of("d")),
               MakeEvent("t9", 9, 8, Actor{ActorKind::kTeacher, "a"})});
  Append("u", {MakeEvent("other", 9, 1, of("a"))});
  const auto since = [&](int64_t micros, size_t most) {
    std::vector<EventId> ids;
    // Less than a microsecond earlier is the same.
    const absl::Time time = absl::FromUnixMicros(micros) - absl::Nanoseconds(1);
    EXPECT_THAT(store_->ListSince(
                    "t", time, [] { return true; },
                    [&](const Event& event) {
                      ids.push_back(event.id);
                      return ids.size() < most;
                    }),
                IsOk());
    return ids;
  };
  EXPECT_THAT(since(5, 99), ElementsAre("a9", "c5", "c6", "t9"));
  EXPECT_THAT(since(5, 2), ElementsAre("a9", "c5"));
  EXPECT_THAT(since(10, 99), IsEmpty());
  EXPECT_EQ(since(0, 99), ListAll("t"));
}

TEST_P(TrackStoreTest, PassingOverOldActorsStopsWhenItIsTold) {
  for (const char* id : {"a", "b", "c", "d"}) {
    Append("t", {MakeEvent(id, 1, 1, Actor{ActorKind::kLearner, id})});
  }
  int num_asked = 0;
  const auto twice = [&] { return ++num_asked <= 2; };
  const auto never = [](const Event&) {
    ADD_FAILURE() << "an event of before";
    return true;
  };
  EXPECT_THAT(store_->ListSince("t", absl::FromUnixMicros(5), twice, never),
              IsOk());
  EXPECT_EQ(num_asked, 3);
}

TEST_P(TrackStoreTest, RangeHoldsItsFirstAndNotItsEnd) {
  Append("t", {MakeEvent("a", 1, 1), MakeEvent("b", 2, 2), MakeEvent("c", 2, 3),
               MakeEvent("d", 3, 4)});
  const auto at = [](int64_t micros, const EventId& id) {
    return TrackPosition{absl::FromUnixMicros(micros), id};
  };
  EXPECT_THAT(List("t", kLearner, at(2, "b"), at(3, "d")),
              ElementsAre("b", "c"));
  EXPECT_THAT(List("t", kLearner, at(2, "b0"), kLast), ElementsAre("c", "d"));
  EXPECT_THAT(List("t", kLearner, at(3, ""), at(2, "")), IsEmpty());
}

TEST_P(TrackStoreTest, EveryFieldComesBack) {
  Event event = MakeEvent("e", 5, 9, {ActorKind::kTeacher, "t1"});
  event.verb = Verb::kAssigned;
  event.learners = {"l2", "l1"};
  event.due_time = absl::FromUnixSeconds(100);
  Append("t", {event});
  std::optional<Event> found;
  EXPECT_THAT(store_->ListAll("t",
                              [&](const Event& e) {
                                found = e;
                                return true;
                              }),
              IsOk());
  EXPECT_EQ(found, event);
}

TEST_P(TrackStoreTest, TenantsActorsAndKindsAreApart) {
  const std::vector<TenantId> tenants = {"a", "a-", "a.", "a0", "ab", "b"};
  const std::vector<Actor> actors = {{ActorKind::kLearner, "a"},
                                     {ActorKind::kLearner, "a-"},
                                     {ActorKind::kLearner, "ab"},
                                     {ActorKind::kTeacher, "a"}};
  for (const TenantId& tenant : tenants) {
    int64_t sequence = 0;
    for (const Actor& actor : actors) {
      ++sequence;
      Append(tenant, {MakeEvent(tenant + "_" + std::to_string(sequence), 1,
                                sequence, actor)});
    }
  }
  for (const TenantId& tenant : tenants) {
    const auto expected =
        ElementsAre(tenant + "_1", tenant + "_2", tenant + "_3", tenant + "_4");
    EXPECT_THAT(ListAll(tenant), expected);
    EXPECT_THAT(ListBySequence(tenant), expected);
    EXPECT_THAT(List(tenant, actors[0]), ElementsAre(tenant + "_1"));
    EXPECT_THAT(List(tenant, actors[3]), ElementsAre(tenant + "_4"));
    EXPECT_EQ(*store_->LastSequence(tenant), 4);
  }
  EXPECT_EQ(*store_->Tenants(), tenants);
  EXPECT_EQ(*store_->LastSequence("aa"), 0);
  EXPECT_THAT(ListAll("aa"), IsEmpty());
}

TEST_P(TrackStoreTest, SequenceIsTheOrderOfCommit) {
  std::vector<Event> events;
  std::vector<EventId> ids;
  for (int64_t sequence = 1; sequence <= 600; ++sequence) {
    ids.push_back("e" + std::to_string(sequence));
    events.push_back(MakeEvent(ids.back(), -sequence, sequence));
  }
  Append("t", events);
  EXPECT_EQ(ListBySequence("t"), ids);
  EXPECT_EQ(*store_->LastSequence("t"), 600);
}

TEST_P(TrackStoreTest, UsedIdsAreKnownWithTheirContent) {
  const Event event = MakeEvent("e1", 5, 3);
  Append("t", {event});
  const auto used = store_->FindEvents("t", {"e", "e1", "e10"});
  ASSERT_THAT(used, IsOk());
  EXPECT_THAT(*used, ElementsAre(event));
  EXPECT_THAT(*store_->FindEvents("u", {"e1"}), IsEmpty());
}

TEST_P(TrackStoreTest, EventsOfOneMomentAreToldApartByTheirSequences) {
  std::vector<Event> events;
  std::vector<EventId> ids;
  for (const char* id : {"e1", "e10", "e", "d", "e100"}) {
    events.push_back(MakeEvent(id, 5, static_cast<int64_t>(ids.size()) + 1));
    ids.push_back(id);
  }
  // Of another's moment that begins the same.
  Append("t", {MakeEvent("e2", 5, 6, {ActorKind::kLearner, "l10"})});
  Append("t", events);
  EXPECT_EQ(*store_->FindEvents("t", ids), events);
  ids.push_back("e2");
  EXPECT_EQ(ListBySequence("t"), ids);
}

// What builds of format 1 wrote: the index had the whole key, and the id a
// digest of 16 bytes.
TEST_P(TrackStoreTest, EventsOfFormat1AreFound) {
  std::vector<Event> events;
  for (const char* id : {"e1", "e10", "e"}) {
    events.push_back(MakeEvent(id, 5, static_cast<int64_t>(events.size()) + 1));
    const Event& event = events.back();
    Append("t", {event});
    PutOne(Family::kEventsBySequence, SequenceKey("t", event.sequence),
           EventKeyOf("t", event.actor, PositionOf(event)));
    PutOne(Family::kEventIds, IdKey("t", event.id),
           "\x0a\x10"
           "0123456789abcdef" +
               EncodeSequenceOfId(event.sequence));
  }
  EXPECT_EQ(*store_->FindEvents("t", {"e1", "e10", "e"}), events);
  EXPECT_THAT(ListBySequence("t"), ElementsAre("e1", "e10", "e"));
  EXPECT_EQ(*store_->LastSequence("t"), 3);
}

TEST_P(TrackStoreTest, IdWithoutItsEventIsDataLoss) {
  const Event event = MakeEvent("e8", 5, 1);
  const std::string start = EventKeyStart("t", event.actor, event.time);
  Append("t", {event});
  const struct {
    int64_t sequence;   // Of e9, which has no event.
    std::string start;  // Of sequence 2.
  } cases[] = {{0, start}, {-1, start}, {1, start}, {2, start},
               {2, ""},    {2, "t"},    {3, start}};
  for (const auto& c : cases) {
    PutOne(Family::kEventIds, IdKey("t", "e9"), EncodeSequenceOfId(c.sequence));
    PutOne(Family::kEventsBySequence, SequenceKey("t", 2), c.start);
    const auto found = store_->FindEvents("t", {"e8", "e9"});
    ASSERT_THAT(found, HasCode(absl::StatusCode::kDataLoss)) << c.sequence;
    EXPECT_THAT(std::string(found.status().message()),
                HasSubstr("event e9 of tenant t"));
  }
  // And one whose event has another sequence.
  PutOne(Family::kEventIds, IdKey("t", "e8"), EncodeSequenceOfId(2));
  PutOne(Family::kEventsBySequence, SequenceKey("t", 2), start);
  EXPECT_THAT(store_->FindEvents("t", {"e8"}),
              HasCode(absl::StatusCode::kDataLoss));
}

// 255 and 256 microseconds: bytes 0xff and 0x00 at the end of the time.
TEST_P(TrackStoreTest, EventsAreFoundAtTimesWhoseBytesAreOutermost) {
  std::vector<Event> events;
  std::vector<EventId> ids;
  for (const int64_t micros : {-257, -256, -1, 0, 1, 255, 256, 65'535}) {
    ids.push_back("e" + std::to_string(ids.size()));
    events.push_back(
        MakeEvent(ids.back(), micros, static_cast<int64_t>(ids.size())));
  }
  Append("t", events);
  EXPECT_EQ(*store_->FindEvents("t", ids), events);
}

TEST_P(TrackStoreTest, BrokenRecordIsDataLossThatNamesItsEvent) {
  PutOne(Family::kEvents, EventKeyOf("t7", kLearner, {absl::UnixEpoch(), "e9"}),
         "\xff\xff");
  const absl::Status status =
      store_->ListAll("t7", [](const Event&) { return true; });
  EXPECT_THAT(status, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(status.message()), HasSubstr("e9"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("t7"));
}

TEST(HaveSameContentTest, IdAndSequenceDoNotCount) {
  EXPECT_TRUE(HaveSameContent(MakeEvent("a", 5, 1), MakeEvent("b", 5, 2)));
}

TEST(HaveSameContentTest, MinusNothingIsNothing) {
  Event event = MakeEvent("a", 5, 1);
  Event same = event;
  event.score = 0.0f;
  same.score = -0.0f;
  ASSERT_EQ(event, same);
  EXPECT_TRUE(HaveSameContent(event, same));
}

TEST(HaveSameContentTest, EverythingElseCounts) {
  const Event event = MakeEvent("a", 5, 1);
  const std::vector<std::function<void(Event&)>> changes = {
      [](Event& e) { e.time += absl::Microseconds(1); },
      [](Event& e) { e.actor.id = "l2"; },
      [](Event& e) { e.actor.kind = ActorKind::kTeacher; },
      [](Event& e) { e.verb = Verb::kCompleted; },
      [](Event& e) { e.phase = Phase::kInClass; },
      [](Event& e) { e.resource = "r2"; },
      [](Event& e) { e.question = "q"; },
      [](Event& e) { e.kcs = {"k"}; },
      [](Event& e) { e.score = 0.5f; },
      [](Event& e) { e.is_graded = true; },
      [](Event& e) { e.time_spent = absl::Seconds(1); },
      [](Event& e) { e.stars = 3; },
      [](Event& e) { e.dismiss_reason = DismissReason::kTooHard; },
      [](Event& e) { e.list = "a"; },
      [](Event& e) { e.time_is_order = true; },
      [](Event& e) { e.class_id = "c"; },
      [](Event& e) { e.learners = {"l2"}; },
      [](Event& e) { e.due_time = absl::FromUnixSeconds(9); },
      [](Event& e) {
        e.listed = {{"r", 1, 0.5f}};
      },
      [](Event& e) { e.model_version = 1; },
      [](Event& e) { e.catalog_version = 1; },
      [](Event& e) { e.policy_version = 1; },
  };
  for (size_t row = 0; row < changes.size(); ++row) {
    Event other = event;
    changes[row](other);
    EXPECT_FALSE(HaveSameContent(other, event)) << row;
  }
}

}  // namespace
}  // namespace evenlight
