#include "storage/track_store.h"

#include <random>

#include "storage/keys.h"
#include "storage/records.h"
#include "tests/storage/databases.h"

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
  std::vector<EventId> ListBySequence(const TenantId& tenant, int64_t from) {
    std::vector<EventId> ids;
    EXPECT_THAT(store_->ListBySequence(tenant, from, Collect(ids)), IsOk());
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
    EXPECT_THAT(ListBySequence(tenant, 0), expected);
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
  EXPECT_EQ(ListBySequence("t", 0), ids);
  EXPECT_EQ(ListBySequence("t", 300),
            std::vector<EventId>(ids.begin() + 299, ids.end()));
  EXPECT_THAT(ListBySequence("t", 601), IsEmpty());
  EXPECT_EQ(*store_->LastSequence("t"), 600);
}

TEST_P(TrackStoreTest, ListingBySequenceEndsWhenTheVisitorSaysSo) {
  for (const int64_t wanted : {1, 256, 257, 300}) {
    std::vector<Event> events;
    const TenantId tenant = "t" + std::to_string(wanted);
    for (int64_t sequence = 1; sequence <= 600; ++sequence) {
      events.push_back(
          MakeEvent("e" + std::to_string(sequence), sequence, sequence));
    }
    Append(tenant, events);
    int64_t num_seen = 0;
    EXPECT_THAT(
        store_->ListBySequence(
            tenant, 0, [&](const Event&) { return ++num_seen < wanted; }),
        IsOk());
    EXPECT_EQ(num_seen, wanted);
  }
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
  EXPECT_EQ(ListBySequence("t", 0), ids);
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
               EncodeEventId(event.sequence));
  }
  EXPECT_EQ(*store_->FindEvents("t", {"e1", "e10", "e"}), events);
  EXPECT_THAT(ListBySequence("t", 0), ElementsAre("e1", "e10", "e"));
  EXPECT_EQ(*store_->LastSequence("t"), 3);
}

TEST_P(TrackStoreTest, IdWithoutItsEventIsDataLoss) {
  PutOne(Family::kEventIds, IdKey("t", "e9"), EncodeEventId(1));
  EXPECT_THAT(store_->FindEvents("t", {"e9"}),
              HasCode(absl::StatusCode::kDataLoss));
  PutOne(Family::kEventsBySequence, SequenceKey("t", 1),
         EventKeyOf("t", kLearner, {absl::UnixEpoch(), ""}));
  const auto found = store_->FindEvents("t", {"e9"});
  ASSERT_THAT(found, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(found.status().message()),
              HasSubstr("sequence 1 but is missing"));
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

TEST_P(TrackStoreTest, SequenceWithoutItsEventIsDataLoss) {
  PutOne(Family::kEventsBySequence, SequenceKey("t", 1),
         EventKeyOf("t", kLearner, {absl::UnixEpoch(), ""}));
  EXPECT_THAT(store_->ListBySequence("t", 0, [](const Event&) { return true; }),
              HasCode(absl::StatusCode::kDataLoss));
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
  std::vector<Event> others(8, event);
  others[0].time += absl::Microseconds(1);
  others[1].actor.id = "l2";
  others[2].actor.kind = ActorKind::kTeacher;
  others[3].verb = Verb::kCompleted;
  others[4].resource = "r2";
  others[5].kcs = {"k"};
  others[6].time_spent = absl::Seconds(1);
  others[7].listed = {{"r", 1, 0.5f}};
  for (const Event& other : others) {
    EXPECT_FALSE(HaveSameContent(other, event));
  }
}

}  // namespace
}  // namespace evenlight
