#include "recommender/ingest/committer.h"

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/list_store.h"
#include "storage/rocks_database.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/fault_database.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using Outcome = CommitResult::Outcome;
using testing::ElementsAre;

class CommitterTest : public testing::Test {
 protected:
  void Start(Committer::Options options = {}) {
    committer_ =
        std::make_unique<Committer>(options, &database_, &registry_, nullptr);
  }

  // Has the committer's thread stand in a write until Release().
  std::future<CommitResults> Block() {
    database_.Hold();
    const int num_writes = database_.num_writes();
    auto blocked = SubmitLater(*committer_, {Answer("blocked", "other", 0)});
    database_.WaitForWrites(num_writes + 1);
    return blocked;
  }

  FaultDatabase database_;
  ModelRegistry registry_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(CommitterTest, NewEventsGetSequencesInOrderOfSubmission) {
  Start();
  const auto first =
      SubmitNow(*committer_, {Answer("b", "l1", 2), Answer("a", "l2", 1)});
  const auto second = SubmitNow(*committer_, {Answer("c", "l1", 3)});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(*first, ElementsAre(CommitResult{Outcome::kAccepted, 1},
                                  CommitResult{Outcome::kAccepted, 2}));
  EXPECT_THAT(*second, ElementsAre(CommitResult{Outcome::kAccepted, 3}));
}

TEST_F(CommitterTest, EachTenantHasItsOwnSequenceAndIds) {
  Start();
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  const auto other =
      SubmitNow(*committer_, {Answer("a", "l1", 2)}, false, "elsewhere");
  ASSERT_THAT(other, IsOk());
  EXPECT_THAT(*other, ElementsAre(CommitResult{Outcome::kAccepted, 1}));
}

TEST_F(CommitterTest, RepeatAnswersWithTheFirstSequence) {
  Start();
  const Event event = Answer("a", "l1", 1);
  ASSERT_THAT(SubmitNow(*committer_, {Answer("z", "l1", 0), event}), IsOk());
  const auto again =
      SubmitNow(*committer_, {event, Answer("b", "l1", 2), event});
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(*again, ElementsAre(CommitResult{Outcome::kDuplicate, 2},
                                  CommitResult{Outcome::kAccepted, 3},
                                  CommitResult{Outcome::kDuplicate, 2}));
  EXPECT_EQ(Sequences(database_), OneTo(3));
}

TEST_F(CommitterTest, RepeatWithinOneWriteIsRecognised) {
  Start();
  auto blocked = Block();
  auto first =
      SubmitLater(*committer_, {Answer("a", "l1", 1), Answer("a", "l1", 1)});
  auto second =
      SubmitLater(*committer_, {Answer("a", "l1", 1), Answer("a", "l1", 2)});
  database_.Release();
  EXPECT_THAT(*first.get(), ElementsAre(CommitResult{Outcome::kAccepted, 2},
                                        CommitResult{Outcome::kDuplicate, 2}));
  EXPECT_THAT(*second.get(), ElementsAre(CommitResult{Outcome::kDuplicate, 2},
                                         CommitResult{Outcome::kConflict, 0}));
  EXPECT_THAT(blocked.get(), IsOk());
}

TEST_F(CommitterTest, ConflictTakesNoSequence) {
  Start();
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  const auto results = SubmitNow(
      *committer_,
      {Answer("b", "l1", 2), Answer("a", "l1", 9), Answer("c", "l1", 3)});
  ASSERT_THAT(results, IsOk());
  EXPECT_THAT(*results, ElementsAre(CommitResult{Outcome::kAccepted, 2},
                                    CommitResult{Outcome::kConflict, 0},
                                    CommitResult{Outcome::kAccepted, 3}));
  EXPECT_EQ(Sequences(database_), OneTo(3));
}

TEST_F(CommitterTest, ConflictOfAllOrNothingWritesNothing) {
  Start();
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  auto blocked = Block();
  auto refused = SubmitLater(
      *committer_,
      {Answer("b", "l1", 2), Answer("a", "l1", 9), Answer("a", "l1", 1)},
      /*all_or_nothing=*/true);
  // The id of the refused one is free for the next in the same write.
  auto next = SubmitLater(*committer_, {Answer("b", "l1", 7)}, true);
  database_.Release();
  EXPECT_THAT(*refused.get(),
              ElementsAre(CommitResult{Outcome::kAccepted, 0},
                          CommitResult{Outcome::kConflict, 0},
                          CommitResult{Outcome::kDuplicate, 1}));
  EXPECT_THAT(*next.get(), ElementsAre(CommitResult{Outcome::kAccepted, 3}));
  EXPECT_THAT(blocked.get(), IsOk());
  EXPECT_EQ(Sequences(database_), OneTo(3));
}

TEST_F(CommitterTest, WhatWaitsTogetherIsWrittenTogether) {
  Start();
  auto blocked = Block();
  std::vector<std::future<CommitResults>> waiting;
  for (int caller = 0; caller < 20; ++caller) {
    const std::string id = std::to_string(caller);
    waiting.push_back(SubmitLater(*committer_, {Answer(id, id, 1)}, false,
                                  caller % 2 == 0 ? "even" : "odd"));
  }
  database_.Release();
  for (auto& results : waiting) ASSERT_THAT(results.get(), IsOk());
  EXPECT_EQ(database_.num_writes(), 2);
  EXPECT_EQ(Sequences(database_, "even"), OneTo(10));
  EXPECT_EQ(Sequences(database_, "odd"), OneTo(10));
}

TEST_F(CommitterTest, WriteTakesNoMoreThanItsLimitButALargerSubmissionWhole) {
  Start({.max_batch_events = 3});
  auto blocked = Block();
  std::vector<Event> many;
  for (int minute = 0; minute < 5; ++minute) {
    many.push_back(Answer("m" + std::to_string(minute), "l1", minute));
  }
  auto two =
      SubmitLater(*committer_, {Answer("a", "l2", 1), Answer("b", "l2", 2)});
  auto five = SubmitLater(*committer_, many);
  auto one = SubmitLater(*committer_, {Answer("c", "l2", 3)});
  database_.Release();
  ASSERT_THAT(two.get(), IsOk());
  ASSERT_THAT(five.get(), IsOk());
  ASSERT_THAT(one.get(), IsOk());
  EXPECT_EQ(database_.num_writes(), 4);  // The blocked one and three more.
}

TEST_F(CommitterTest, FullQueueIsRefusedAndTakesMoreOnceDrained) {
  Start({.max_queued_events = 2});
  auto blocked = Block();
  auto queued =
      SubmitLater(*committer_, {Answer("a", "l1", 1), Answer("b", "l1", 2)});
  EXPECT_THAT(SubmitNow(*committer_, {Answer("c", "l1", 3)}),
              HasCode(absl::StatusCode::kResourceExhausted));
  database_.Release();
  ASSERT_THAT(queued.get(), IsOk());
  EXPECT_THAT(SubmitNow(*committer_, {Answer("c", "l1", 3)}), IsOk());
  EXPECT_EQ(Sequences(database_), OneTo(4));
}

TEST_F(CommitterTest, FailingDiskAnswersAllWaitingAndAllLater) {
  Start();
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  auto writing = Block();
  auto waiting = SubmitLater(*committer_, {Answer("b", "l1", 2)});
  database_.FailWrites(absl::UnavailableError("disk full"));
  database_.Release();
  const auto unavailable = HasCode(absl::StatusCode::kUnavailable);
  EXPECT_THAT(writing.get(), unavailable);
  EXPECT_THAT(waiting.get(), unavailable);
  // Also when the disk would take it: what lies on it is not known.
  database_.FailWrites(absl::OkStatus());
  EXPECT_THAT(SubmitNow(*committer_, {Answer("c", "l1", 3)}), unavailable);
  EXPECT_EQ(Sequences(database_), OneTo(1));

  // A restart settles it: the retry is new, or a repeat, and no gap is left.
  Start();
  const auto retry = SubmitNow(*committer_, {Answer("b", "l1", 2)});
  ASSERT_THAT(retry, IsOk());
  EXPECT_THAT(*retry, ElementsAre(CommitResult{Outcome::kAccepted, 2}));
}

TEST_F(CommitterTest, DamagedRecordFailsOnlyTheCallThatReadsIt) {
  Start();
  auto blocked = Block();
  auto sound = SubmitLater(*committer_, {Answer("a", "l1", 1)});
  auto damaged = SubmitLater(*committer_, {Answer("unlucky", "l2", 1)});
  auto after = SubmitLater(*committer_, {Answer("b", "l1", 2)});
  database_.Damage("unlucky");
  database_.Release();
  ASSERT_THAT(blocked.get(), IsOk());
  EXPECT_THAT(sound.get(), IsOk());
  EXPECT_THAT(damaged.get(), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(after.get(), IsOk());
  EXPECT_EQ(Sequences(database_), OneTo(3));
}

TEST_F(CommitterTest, DamagedRecordLeavesNoGapInTheSequencesOfOtherTenants) {
  Start();
  auto blocked = Block();
  auto sound = SubmitLater(*committer_, {Answer("a", "l1", 1)});
  auto damaged = SubmitLater(*committer_, {Answer("unlucky", "l1", 1)}, false,
                             "elsewhere");  // Comes after kTenant in a commit.
  database_.Damage("unlucky");
  database_.Release();
  ASSERT_THAT(blocked.get(), IsOk());
  EXPECT_THAT(sound.get(), IsOk());
  EXPECT_THAT(damaged.get(), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(Sequences(database_), OneTo(2));
}

TEST_F(CommitterTest, StopCommitsWhatIsQueuedAndRefusesMore) {
  Start();
  auto blocked = Block();
  auto queued = SubmitLater(*committer_, {Answer("a", "l1", 1)});
  auto [list, event] = Shown("list1", "l1", "");
  committer_->SubmitExposure(kTenant, list, event);
  database_.Release();
  committer_->Stop();
  EXPECT_THAT(queued.get(), IsOk());
  EXPECT_EQ(Sequences(database_), OneTo(3));
  EXPECT_THAT(SubmitNow(*committer_, {Answer("b", "l1", 2)}),
              HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(CommitterTest, ExposureIsFoundByRequestBeforeDuringAndAfterItsCommit) {
  Start();
  auto blocked = Block();
  const auto [list, event] = Shown("list1", "l1", "request1");
  committer_->SubmitExposure(kTenant, list, event);
  EXPECT_EQ(committer_->FindQueuedRequest(kTenant, "l1", "request1"), list);
  EXPECT_EQ(committer_->FindQueuedRequest(kTenant, "l2", "request1"),
            std::nullopt);
  EXPECT_EQ(committer_->FindQueuedRequest("elsewhere", "l1", "request1"),
            std::nullopt);
  // A second answer to the same request is the same list.
  const auto [twin, twin_event] = Shown("list2", "l1", "request1");
  committer_->SubmitExposure(kTenant, twin, twin_event);

  database_.Release();
  ASSERT_THAT(blocked.get(), IsOk());
  committer_->Stop();
  EXPECT_EQ(committer_->FindQueuedRequest(kTenant, "l1", "request1"),
            std::nullopt);
  const ListStore lists(&database_);
  EXPECT_EQ(*lists.FindRequest(kTenant, "l1", "request1"), list);
  EXPECT_EQ(*lists.Get(kTenant, "list2"), std::nullopt);
  EXPECT_EQ(Sequences(database_), OneTo(2));
}

TEST_F(CommitterTest, ExposureIsFoundWhileItIsBeingWritten) {
  Start();
  database_.Hold();
  const auto [list, event] = Shown("list1", "l1", "request1");
  committer_->SubmitExposure(kTenant, list, event);
  database_.WaitForWrites(1);  // Nobody else waits: it is written alone.
  EXPECT_EQ(committer_->FindQueuedRequest(kTenant, "l1", "request1"), list);
  database_.Release();
}

TEST_F(CommitterTest, ExposureWithAUsedIdIsRecordedOnce) {
  Start();
  const auto [list, event] = Shown("list1", "l1", "");
  committer_->SubmitExposure(kTenant, list, event);
  committer_->SubmitExposure(kTenant, list, event);
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  committer_->SubmitExposure(kTenant, list, event);
  committer_->Stop();
  EXPECT_EQ(Sequences(database_), OneTo(2));
}

TEST_F(CommitterTest, ExposuresOverTheLimitAreDroppedAndCounted) {
  Start({.max_queued_exposures = 2});
  auto blocked = Block();
  for (const char* id : {"list1", "list2", "list3"}) {
    const auto [list, event] = Shown(id, "l1", "");
    EXPECT_EQ(committer_->SubmitExposure(kTenant, list, event),
              list.id != "list3");
  }
  EXPECT_EQ(committer_->figures().num_dropped_exposures, 1);
  database_.Release();
  committer_->Stop();
  EXPECT_EQ(Sequences(database_), OneTo(3));
}

// Stands still until it is set.
class StillClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(seconds); }
  std::atomic<int64_t> seconds = 1'000;
};

TEST_F(CommitterTest, FiguresTellWhatWaitsHowLongAndWhatWasRefused) {
  StillClock clock;
  Start({.max_queued_events = 3, .clock = &clock});
  auto blocked = Block();
  EXPECT_EQ(committer_->figures().num_queued_events, 0);
  EXPECT_EQ(committer_->figures().oldest_wait, absl::ZeroDuration());
  auto two =
      SubmitLater(*committer_, {Answer("a", "l1", 1), Answer("b", "l1", 2)});
  clock.seconds += 7;
  auto one = SubmitLater(*committer_, {Answer("c", "l1", 3)});
  EXPECT_FALSE(
      committer_->Submit(kTenant, {Answer("d", "l1", 4)}, false, [](auto) {})
          .ok());
  const CommitterFigures figures = committer_->figures();
  EXPECT_EQ(figures.num_queued_events, 3);
  EXPECT_EQ(figures.oldest_wait, absl::Seconds(7));
  EXPECT_EQ(figures.num_refused, 1);
  EXPECT_TRUE(figures.takes_writes);
  database_.Release();
  committer_->Stop();
  EXPECT_EQ(committer_->figures().num_queued_events, 0);
  EXPECT_EQ(committer_->figures().num_accepted, 4);
  EXPECT_EQ(committer_->figures().write_events.sum(), 4);
}

TEST_F(CommitterTest, FiguresTellWhatBecameOfEvents) {
  Start();
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  ASSERT_THAT(SubmitNow(*committer_, {Answer("a", "l1", 1)}), IsOk());
  // Another content for `a`: nothing of this call is written.
  std::promise<void> done;
  ASSERT_THAT(committer_->Submit(
                  kTenant, {Answer("a", "l1", 5), Answer("b", "l1", 2)},
                  /*all_or_nothing=*/true, [&](auto) { done.set_value(); }),
              IsOk());
  done.get_future().wait();
  const CommitterFigures figures = committer_->figures();
  EXPECT_EQ(figures.num_accepted, 1);
  EXPECT_EQ(figures.num_duplicates, 1);
  EXPECT_EQ(figures.num_conflicts, 1);
  EXPECT_EQ(figures.num_failed_commits, 0);
}

TEST_F(CommitterTest, FiguresTellThatTheDiskRefused) {
  Start();
  database_.FailWrites(absl::UnavailableError("full"));
  EXPECT_FALSE(SubmitNow(*committer_, {Answer("a", "l1", 1)}).ok());
  EXPECT_FALSE(committer_->figures().takes_writes);
  EXPECT_EQ(committer_->figures().num_failed_commits, 1);
  EXPECT_EQ(committer_->figures().num_accepted, 0);
}

TEST_F(CommitterTest, ShownListComesBeforeTheEventsThatFollowFromIt) {
  Start();
  auto blocked = Block();
  auto viewed = SubmitLater(*committer_, {Answer("a", "l1", 1)});
  const auto [list, event] = Shown("list1", "l1", "");
  committer_->SubmitExposure(kTenant, list, event);
  database_.Release();
  EXPECT_THAT(*viewed.get(), ElementsAre(CommitResult{Outcome::kAccepted, 3}));
}

TEST(CommitterOnDiskTest, AcknowledgedEventsAreThereAfterReopening) {
  const TemporaryDirectory directory;
  const RocksDatabase::Options options = {.directory =
                                              directory.path() + "/db"};
  const ModelRegistry registry;
  std::vector<Event> events;
  for (int minute = 0; minute < 50; ++minute) {
    events.push_back(Answer("e" + std::to_string(minute), "l1", minute));
  }
  {
    auto database = RocksDatabase::Open(options);
    ASSERT_THAT(database, IsOk());
    Committer committer({}, database->get(), &registry, nullptr);
    ASSERT_THAT(SubmitNow(committer, events), IsOk());
  }
  auto database = RocksDatabase::Open(options);
  ASSERT_THAT(database, IsOk());
  Committer committer({}, database->get(), &registry, nullptr);
  const auto again =
      SubmitNow(committer, {events[7], Answer("new", "l1", 100)});
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(*again, ElementsAre(CommitResult{Outcome::kDuplicate, 8},
                                  CommitResult{Outcome::kAccepted, 51}));
  events.push_back(Answer("new", "l1", 100));
  const auto state =
      StateReader(database->get(), nullptr).Read(kTenant, "l1", ModelSet());
  ASSERT_THAT(state, IsOk());
  EXPECT_EQ(EncodeState(*state), ReplayedState(events, "l1", ModelSet()));
}

}  // namespace
}  // namespace evenlight
