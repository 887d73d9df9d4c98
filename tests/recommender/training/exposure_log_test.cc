#include "recommender/training/exposure_log.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/list_store.h"
#include "storage/memory_database.h"
#include "storage/track_store.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "t";
const absl::Time kStart = absl::FromUnixSeconds(1'772'352'000);

class ExposureLogTest : public testing::Test {
 protected:
  void Append(Event event) {
    event.sequence = ++sequence_;
    event.id = absl::StrCat("e", sequence_);
    WriteBatch batch;
    TrackStore(&database_).Append(kTenant, event, &batch);
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  static StoredCandidate Candidate(const ResourceId& id, float part) {
    return {id, static_cast<int32_t>(Reason::kNextStep), part,
            std::vector<float>(kNumScoreParts, part), ""};
  }

  // Shows `a`, `b` and `c`.
  void AddList(const ListId& id, Phase phase,
               std::vector<StoredCandidate> candidates,
               absl::Time time = kStart) {
    StoredList record;
    record.id = id;
    record.learner = "l";
    record.candidates = std::move(candidates);
    WriteBatch batch;
    ListStore(&database_).Put(kTenant, record, &batch);
    EXPECT_THAT(database_.Write(batch), IsOk());
    Event event;
    event.actor.id = "l";
    event.time = time;
    event.verb = Verb::kRecommended;
    event.phase = phase;
    event.list = id;
    event.listed = {{"a", 1, 1}, {"b", 2, 1}, {"c", 3, 1}};
    Append(event);
  }

  void Complete(const ListId& list, const ResourceId& resource,
                absl::Duration after = absl::Hours(1)) {
    Event event;
    event.actor.id = "l";
    event.time = kStart + after;
    event.verb = Verb::kCompleted;
    event.list = list;
    event.resource = resource;
    Append(event);
  }

  // Ends every window.
  PhaseExposures Read(Phase phase = Phase::kSelfStudy) {
    Complete("", "a", absl::Hours(72));
    const auto log = ReadExposures({.tenant = kTenant}, &database_);
    EXPECT_THAT(log, IsOk());
    return log.ok() ? (*log)[static_cast<size_t>(phase)] : PhaseExposures();
  }

  static std::vector<StoredCandidate> AllThree() {
    return {Candidate("c", .25f), Candidate("b", .5f), Candidate("a", 1)};
  }

  MemoryDatabase database_;
  int64_t sequence_ = 0;
};

TEST_F(ExposureLogTest, JoinsPartsPlacesAndWhatWasTakenUp) {
  AddList("x", Phase::kSelfStudy, AllThree());
  Complete("x", "b");
  const PhaseExposures exposures = Read();
  EXPECT_EQ(exposures.num_lists, 1);
  ASSERT_EQ(exposures.lists.size(), 1);
  const std::vector<Exposure>& shown = exposures.lists[0].shown;
  ASSERT_EQ(shown.size(), 3);
  for (int place = 0; place < 3; ++place) {
    EXPECT_EQ(shown[place].place, place);
    EXPECT_EQ(shown[place].is_taken_up, place == 1);
  }
  EXPECT_EQ(shown[0].parts[0], 1);
  EXPECT_EQ(shown[2].parts[kNumScoreParts - 1], .25f);
}

TEST_F(ExposureLogTest, ListsWithOneOutcomeOrAnOpenWindowTellNothing) {
  AddList("none", Phase::kSelfStudy, AllThree());
  AddList("all", Phase::kSelfStudy, AllThree());
  for (const char* resource : {"a", "b", "c"}) Complete("all", resource);
  AddList("late", Phase::kSelfStudy, AllThree());
  Complete("late", "a", absl::Hours(25));
  AddList("open", Phase::kSelfStudy, AllThree(), kStart + absl::Hours(60));
  Complete("open", "a", absl::Hours(61));
  const PhaseExposures exposures = Read();
  EXPECT_EQ(exposures.num_lists, 3);
  EXPECT_TRUE(exposures.lists.empty());
}

TEST_F(ExposureLogTest, WhatATeacherPutThereAndWhatHasNoPartsIsLeftOut) {
  StoredCandidate assigned = Candidate("a", 1);
  assigned.reason = static_cast<int32_t>(Reason::kAssigned);
  AddList("x", Phase::kSelfStudy,
          {assigned, Candidate("b", .5f), Candidate("c", 0)});
  Complete("x", "b");
  StoredCandidate cut = Candidate("c", 0);
  cut.parts.pop_back();
  AddList("y", Phase::kSelfStudy, {Candidate("a", 1), cut},
          kStart + absl::Hours(1));
  Complete("y", "a", absl::Hours(2));
  const PhaseExposures exposures = Read();
  EXPECT_EQ(exposures.num_lists, 2);
  ASSERT_EQ(exposures.lists.size(), 1) << "y has one line left";
  ASSERT_EQ(exposures.lists[0].shown.size(), 2);
  EXPECT_EQ(exposures.lists[0].shown[0].place, 1) << "where it was shown";
}

TEST_F(ExposureLogTest, PhasesAreKeptApartAndOldestIsFirst) {
  AddList("later", Phase::kUnspecified, AllThree(), kStart + absl::Minutes(5));
  AddList("first", Phase::kSelfStudy, AllThree());
  AddList("class", Phase::kInClass, AllThree());
  for (const char* list : {"later", "first", "class"}) Complete(list, "a");
  const PhaseExposures exposures = Read();
  ASSERT_EQ(exposures.lists.size(), 2);
  EXPECT_EQ(exposures.lists[0].time, kStart);
  EXPECT_EQ(Read(Phase::kInClass).lists.size(), 1);
}

}  // namespace
}  // namespace evenlight
