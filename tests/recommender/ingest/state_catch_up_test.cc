// Late events, new models and damaged bytes: the committer marks, the reader
// and the worker catch up.

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/ingest/state_worker.h"
#include "storage/keys.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/fault_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const LearnerId kLearner = "l1";

class StateCatchUpTest : public testing::Test {
 protected:
  StateCatchUpTest() { Start(); }

  void Start() {
    registry_.Publish(kTenant, Models(1));
    committer_ = std::make_unique<Committer>(
        Committer::Options(), &database_, &registry_,
        [this](const TenantId&, const LearnerId& learner) {
          stale_.push_back(learner);
        });
  }

  void Record(Event event) {
    events_.push_back(event);
    ASSERT_THAT(SubmitNow(*committer_, {std::move(event)}), IsOk());
  }

  StoredLearnerState Stored() const {
    auto stored = LearnerStateStore(&database_).Get(kTenant, kLearner);
    return stored.ok() && stored->has_value() ? **stored : StoredLearnerState();
  }

  // Leaves bytes that are no record in place of the learner's state.
  void DamageRecord() {
    WriteBatch batch;
    batch.Put(Family::kLearnerState, IdKey(kTenant, kLearner), "\xff\xff");
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  // What a reader that writes nothing back gets.
  std::string Read(const ModelSet& models) {
    const auto state =
        StateReader(&database_, nullptr).Read(kTenant, kLearner, models);
    return state.ok() ? EncodeState(*state) : state.status().ToString();
  }
  std::string Replayed(const ModelSet& models) const {
    return ReplayedState(events_, kLearner, models);
  }

  mutable FaultDatabase database_;
  ModelRegistry registry_;
  std::vector<Event> events_;
  std::vector<LearnerId> stale_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(StateCatchUpTest, LearnerWithoutEventsHasTheDefaultState) {
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, EventInOrderIsFoldedAtOnce) {
  Record(Answer("a", kLearner, 1));
  Record(Answer("b", kLearner, 2));
  EXPECT_FALSE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 2);
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, LateEventMarksStaleAndTheNextReaderSeesIt) {
  Record(Answer("a", kLearner, 5));
  const std::string before = Stored().state;
  Record(Answer("b", kLearner, 3));
  EXPECT_TRUE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 2);
  EXPECT_EQ(Stored().state, before);
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
  committer_->Stop();
  EXPECT_THAT(stale_, testing::ElementsAre(kLearner));
}

TEST_F(StateCatchUpTest, ShuffledEventsOfOneWriteNeedNoRefold) {
  Record(Answer("a", kLearner, 1));
  const std::vector<Event> shuffled = {Answer("d", kLearner, 4),
                                       Answer("b", kLearner, 2),
                                       Answer("c", kLearner, 2)};
  events_.insert(events_.end(), shuffled.begin(), shuffled.end());
  ASSERT_THAT(SubmitNow(*committer_, shuffled), IsOk());
  EXPECT_FALSE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 4);
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, ReaderHandsItsRefoldToTheCommitter) {
  Record(Answer("a", kLearner, 5));
  Record(Answer("b", kLearner, 3));
  const StateReader reader(&database_, committer_.get());
  ASSERT_THAT(reader.Read(kTenant, kLearner, *Models(1)), IsOk());
  Record(Answer("c", kLearner, 6));  // Goes with the refold or after it.
  EXPECT_FALSE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 3);
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, EventBetweenReadAndWriteBackKeepsTheStateStale) {
  Record(Answer("a", kLearner, 5));
  Record(Answer("b", kLearner, 3));
  const StoredLearnerState refolded = {.is_stale = false,
                                       .last_sequence = 2,
                                       .model_version = 1,
                                       .state = Replayed(*Models(1))};
  Record(Answer("c", kLearner, 4));
  committer_->SubmitState(kTenant, kLearner, refolded);
  committer_->Stop();
  EXPECT_TRUE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 3);
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
  // Told when it became stale, and again as the refold was refused.
  EXPECT_THAT(stale_, testing::ElementsAre(kLearner, kLearner));
}

TEST_F(StateCatchUpTest, NewModelIsSeenByTheNextReaderAndMarkedByTheNextEvent) {
  Record(Answer("a", kLearner, 1));
  const std::string old = Read(*Models(1));
  registry_.Publish(kTenant, Models(2));
  EXPECT_EQ(Read(*Models(2)), Replayed(*Models(2)));
  EXPECT_NE(Read(*Models(2)), old);
  Record(Answer("b", kLearner, 2));
  EXPECT_TRUE(Stored().is_stale);
  EXPECT_EQ(Stored().model_version, 1);
  EXPECT_EQ(Read(*Models(2)), Replayed(*Models(2)));
  // A request that began before the swap still gets its own version.
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, RefoldUnderAModelThatNoLongerServesIsNotWritten) {
  Record(Answer("a", kLearner, 1));
  registry_.Publish(kTenant, Models(2));
  committer_->SubmitState(
      kTenant, kLearner,
      {.last_sequence = 1, .model_version = 2, .state = Replayed(*Models(2))});
  committer_->SubmitState(
      kTenant, kLearner,
      {.last_sequence = 1, .model_version = 1, .state = Replayed(*Models(1))});
  committer_->Stop();
  EXPECT_EQ(Stored().model_version, 2);
  EXPECT_EQ(Stored().state, Replayed(*Models(2)));
}

TEST_F(StateCatchUpTest, ExposuresAndAssignmentsDoNotTouchTheState) {
  Record(Answer("a", kLearner, 5));
  const StoredLearnerState before = Stored();
  const auto [list, shown] = Shown("list1", kLearner, "");
  committer_->SubmitExposure(kTenant, list, shown);
  Event assigned = Answer("b", kLearner, 1);
  assigned.actor.kind = ActorKind::kTeacher;
  assigned.verb = Verb::kAssigned;
  Record(assigned);
  committer_->Stop();
  EXPECT_EQ(Stored(), before);
}

TEST_F(StateCatchUpTest, TeachersEventsFoldIntoNoState) {
  Event viewed = Answer("a", kLearner, 1);
  viewed.actor.kind = ActorKind::kTeacher;
  viewed.verb = Verb::kViewed;
  Record(viewed);
  EXPECT_EQ(Stored(), StoredLearnerState());
}

TEST_F(StateCatchUpTest, BytesThatAreNoStateAreRefoldedAndRepaired) {
  Record(Answer("a", kLearner, 1));
  StoredLearnerState damaged = Stored();
  damaged.state = "no state";
  WriteBatch batch;
  LearnerStateStore(&database_).Put(kTenant, kLearner, damaged, &batch);
  ASSERT_THAT(database_.Write(batch), IsOk());
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));

  const StateReader reader(&database_, committer_.get());
  ASSERT_THAT(reader.Read(kTenant, kLearner, *Models(1)), IsOk());
  committer_->Stop();
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, EventOnBytesThatAreNoStateMarksThemStale) {
  Record(Answer("a", kLearner, 1));
  StoredLearnerState damaged = Stored();
  damaged.state = "no state";
  WriteBatch batch;
  LearnerStateStore(&database_).Put(kTenant, kLearner, damaged, &batch);
  ASSERT_THAT(database_.Write(batch), IsOk());
  Record(Answer("b", kLearner, 2));
  EXPECT_TRUE(Stored().is_stale);
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
}

TEST_F(StateCatchUpTest, DamagedRecordIsRefoldedAndRepaired) {
  Record(Answer("a", kLearner, 1));
  DamageRecord();
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));

  const StateReader reader(&database_, committer_.get());
  StateWorker worker(&database_, &reader, &registry_);
  worker.EnqueueOutdated(kTenant);
  worker.WaitUntilIdle();
  committer_->Stop();
  EXPECT_FALSE(Stored().is_stale);
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
  EXPECT_THAT(stale_, testing::IsEmpty());
}

TEST_F(StateCatchUpTest, EventOnADamagedRecordIsTakenAndTheStateRefolded) {
  Record(Answer("a", kLearner, 1));
  DamageRecord();
  Record(Answer("b", kLearner, 2));
  EXPECT_TRUE(Stored().is_stale);
  EXPECT_EQ(Stored().last_sequence, 2);
  EXPECT_EQ(Read(*Models(1)), Replayed(*Models(1)));
  // A refold from before the event is too old.
  committer_->SubmitState(
      kTenant, kLearner, {.last_sequence = 1, .model_version = 1, .state = ""});
  committer_->Stop();
  EXPECT_TRUE(Stored().is_stale);
  // Told by the event, and again as the refold was refused.
  EXPECT_THAT(stale_, testing::ElementsAre(kLearner, kLearner));
}

TEST_F(StateCatchUpTest, WorkerBringsAllStatesToTheModelThatServes) {
  Record(Answer("a", kLearner, 1));
  Record(Answer("b", "l2", 1));
  registry_.Publish(kTenant, Models(2));
  Record(Answer("c", "l3", 1));  // Of the new model from the start.
  const StateReader reader(&database_, committer_.get());
  StateWorker worker(&database_, &reader, &registry_);
  worker.EnqueueOutdated("elsewhere");
  worker.EnqueueOutdated(kTenant);
  worker.WaitUntilIdle();
  committer_->Stop();
  for (const LearnerId learner : {"l1", "l2", "l3"}) {
    const auto stored = LearnerStateStore(&database_).Get(kTenant, learner);
    ASSERT_THAT(stored, IsOk());
    EXPECT_FALSE((*stored)->is_stale) << learner;
    EXPECT_EQ((*stored)->model_version, 2) << learner;
    EXPECT_EQ((*stored)->state, ReplayedState(events_, learner, *Models(2)));
  }
}

TEST_F(StateCatchUpTest, ReadManyIsReadOfEach) {
  Record(Answer("a", kLearner, 5));
  Record(Answer("b", kLearner, 3));
  Record(Answer("c", "l2", 4));
  const std::vector<LearnerId> learners = {"l2", "nobody", kLearner};
  const StateReader reader(&database_, nullptr);
  const auto states = reader.ReadMany(kTenant, learners, *Models(1));
  ASSERT_THAT(states, IsOk());
  ASSERT_EQ(states->size(), 3);
  for (size_t row = 0; row < learners.size(); ++row) {
    EXPECT_EQ(EncodeState((*states)[row]),
              ReplayedState(events_, learners[row], *Models(1)));
  }
}

TEST_F(StateCatchUpTest, WorkerCatchesUpEveryLearnerOnce) {
  Record(Answer("a", kLearner, 5));
  Record(Answer("b", kLearner, 3));
  const StateReader reader(&database_, committer_.get());
  StateWorker worker(&database_, &reader, &registry_);
  worker.Enqueue(kTenant, kLearner);
  worker.Enqueue(kTenant, "nobody");
  worker.WaitUntilIdle();
  committer_->Stop();
  EXPECT_FALSE(Stored().is_stale);
  EXPECT_EQ(Stored().state, Replayed(*Models(1)));
}

}  // namespace
}  // namespace evenlight
