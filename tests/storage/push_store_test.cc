#include "storage/push_store.h"

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTenant[] = "t";

Audience Class(const std::string& id) { return {AudienceKind::kClass, id}; }
Audience Learner(const std::string& id) { return {AudienceKind::kLearner, id}; }

// A first version, made at day `sequence` and due a day later.
StoredPush MakePush(const PushId& id, int64_t sequence,
                    std::vector<LearnerId> learners) {
  StoredPush push;
  push.id = id;
  push.sequence = push.first_sequence = sequence;
  push.class_id = "c1";
  push.learners = std::move(learners);
  push.is_whole_class = true;
  push.teacher = push.edited_by = "w";
  push.phase = Phase::kPostClass;
  push.create_time = absl::UnixEpoch() + absl::Hours(24) * sequence;
  push.update_time = push.create_time;
  push.due_time = push.create_time + absl::Hours(24);
  push.resources = {{"r1", true}, {"r2", false}};
  push.bans = {"r3"};
  push.edits = {
      {PushEditKind::kReplace, "r0", "r2", "too hard", "w", push.create_time}};
  push.over_cap = {{"l1", 75, 60, "the exam is near"}};
  push.request_digest = std::string("d\0\xff", 3);
  return push;
}

StoredPush NextVersion(StoredPush push, int64_t sequence) {
  push.sequence = sequence;
  push.resources = {{"r2", false}};
  return push;
}

class PushStoreTest : public DatabaseContract {
 protected:
  PushStore store() { return PushStore(database_.get()); }

  void Put(const StoredPush& push, const TenantId& tenant = kTenant) {
    WriteBatch batch;
    store().Put(tenant, push, &batch);
    Write(batch);
  }

  // `id/sequence` of what a call returned.
  static std::vector<std::string> Names(
      const absl::StatusOr<std::vector<StoredPush>>& pushes) {
    EXPECT_THAT(pushes, IsOk());
    std::vector<std::string> names;
    for (const StoredPush& push : *pushes) {
      names.push_back(push.id + "/" + std::to_string(push.sequence));
    }
    return names;
  }
};

INSTANTIATE_TEST_SUITE_P(All, PushStoreTest, AllDatabases(), NameOfKind);

TEST_P(PushStoreTest, NewestVersionIsFoundWithAllThatItHolds) {
  const StoredPush first = MakePush("p", 1, {"l1", "l2"});
  Put(first);
  EXPECT_EQ(*store().Get(kTenant, "p"), first);
  const StoredPush second = NextVersion(first, 2);
  Put(second);
  EXPECT_EQ(*store().Get(kTenant, "p"), second);
  EXPECT_EQ(*store().Get(kTenant, "q"), std::nullopt);
  EXPECT_EQ(*store().Get("other", "p"), std::nullopt);
}

TEST_P(PushStoreTest, SequenceIsThatOfTheTenantsNewestVersion) {
  EXPECT_EQ(*store().LastSequence(kTenant), 0);
  Put(MakePush("p", 1, {"l1"}));
  Put(NextVersion(MakePush("p", 1, {"l1"}), 2));
  Put(MakePush("q", 1, {"l1"}), "tt");
  EXPECT_EQ(*store().LastSequence(kTenant), 2);
  EXPECT_EQ(*store().LastSequence("tt"), 1);
}

TEST_P(PushStoreTest, ChangesAreThoseOfTheAudienceInTheOrderOfCommit) {
  const StoredPush first = MakePush("p", 1, {"l1", "l2"});
  Put(first);
  Put(MakePush("q", 2, {"l2"}));
  Put(NextVersion(first, 3));
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Class("c1"), 0, 10)),
              ElementsAre("p/1", "q/2", "p/3"));
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Learner("l1"), 0, 10)),
              ElementsAre("p/1", "p/3"));
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Learner("l2"), 1, 1)),
              ElementsAre("q/2"));
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Learner("l2"), 3, 10)),
              IsEmpty());
  // Neither a learner of a class's name nor an id that begins like another.
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Learner("c1"), 0, 10)),
              IsEmpty());
  EXPECT_THAT(Names(store().ChangesAfter(kTenant, Learner("l"), 0, 10)),
              IsEmpty());
}

TEST_P(PushStoreTest, NewestFirstShowsEachPushOnceAsItIs) {
  for (int64_t sequence = 1; sequence <= 300; ++sequence) {
    Put(MakePush("p" + std::to_string(sequence), sequence, {"l1"}));
  }
  Put(NextVersion(MakePush("p299", 299, {"l1"}), 301));
  EXPECT_THAT(
      Names(store().Newest(kTenant, Learner("l1"), PushStore::kNewest, 3)),
      ElementsAre("p300/300", "p299/301", "p298/298"));
  EXPECT_THAT(Names(store().Newest(kTenant, Class("c1"), 2, 3)),
              ElementsAre("p2/2", "p1/1"));
}

TEST_P(PushStoreTest, WhatIsPendingIsWhatIsNotPastDue) {
  for (int64_t day = 1; day <= 4; ++day) {
    Put(MakePush("p" + std::to_string(day), day, {"l1"}));
  }
  StoredPush late = MakePush("late", 5, {"l1"});
  late.create_time = absl::UnixEpoch();
  late.due_time = absl::UnixEpoch() + kMaxPushLife;
  Put(late);
  // Pushes are found newest first, whatever their times say.
  const absl::Time noon = absl::UnixEpoch() + absl::Hours(24 * 4);
  EXPECT_THAT(Names(store().DueFrom(kTenant, Learner("l1"), noon)),
              ElementsAre("late/5", "p4/4", "p3/3"));
  EXPECT_THAT(Names(store().DueFrom(kTenant, Learner("l1"),
                                    absl::UnixEpoch() + kMaxPushLife)),
              ElementsAre("late/5"));
}

TEST_P(PushStoreTest, RequestIsFoundWithTheVersionThatItMade) {
  StoredPush first = MakePush("p", 1, {"l1"});
  first.request_id = "q 1/\xe5\xad\xa6";
  Put(first);
  StoredPush second = NextVersion(first, 2);
  second.edited_by = "x";
  second.request_id = "q2";
  Put(second);
  EXPECT_EQ(*store().FindRequest(kTenant, "w", first.request_id), first);
  EXPECT_EQ(*store().FindRequest(kTenant, "x", "q2"), second);
  EXPECT_EQ(*store().FindRequest(kTenant, "w", "q2"), std::nullopt);
  EXPECT_EQ(*store().FindRequest(kTenant, "w", ""), std::nullopt);
}

TEST_P(PushStoreTest, DamagedVersionIsNamed) {
  Put(MakePush("p", 1, {"l1"}));
  PutOne(Family::kLists, PushVersionKey(kTenant, 1), "\xff");
  const auto found = store().Get(kTenant, "p");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(found.status().message(), testing::HasSubstr("of tenant t"));
}

}  // namespace
}  // namespace evenlight
