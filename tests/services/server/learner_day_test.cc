#include "services/server/learner_day.h"

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTenant[] = "t";

class LearnerDayTest : public testing::Test {
 protected:
  // 2026-03-02T01:00 in Shanghai; still 2026-03-01 in UTC.
  const absl::Time now_ =
      absl::FromCivil(absl::CivilHour(2026, 3, 1, 17), absl::UTCTimeZone());

  LearnerDayTest() : day_(&database_, Policy()), catalog_(1, Resources(), {}) {
    profile_.id = "l1";
    profile_.grade = 5;
  }

  static MinutesCapPolicy Policy() {
    MinutesCapPolicy policy;
    policy.time_zone = "Asia/Shanghai";
    return policy;
  }

  static std::vector<std::shared_ptr<const Resource>> Resources() {
    std::vector<std::shared_ptr<const Resource>> resources;
    for (const auto& [id, kind] :
         std::vector<std::pair<std::string, ResourceKind>>{
             {"film", ResourceKind::kVideo},
             {"film2", ResourceKind::kVideo},
             {"quiz", ResourceKind::kQuiz}}) {
      auto resource = std::make_shared<Resource>();
      resource->id = id;
      resource->kind = kind;
      resource->minutes = 10;
      resources.push_back(std::move(resource));
    }
    return resources;
  }

  // `hours` from now on, for learner l1.
  StoredPush& Push(std::vector<StoredPushedResource> resources,
                   double due_hours, double made_hours_ago = 1) {
    StoredPush& push = pushes_.emplace_back();
    push.id = "p" + std::to_string(pushes_.size());
    push.sequence = push.first_sequence = static_cast<int64_t>(pushes_.size());
    push.class_id = "c";
    push.learners = {"l1"};
    push.phase = Phase::kPostClass;
    push.create_time = now_ - absl::Hours(made_hours_ago);
    push.due_time = now_ + absl::Hours(due_hours);
    push.resources = std::move(resources);
    return push;
  }

  void Spend(double minutes, double hours_ago, Phase phase = Phase::kPostClass,
             const std::string& resource = "quiz", Verb verb = Verb::kViewed) {
    Event event;
    event.id = "e" + std::to_string(++num_events_);
    event.actor = {ActorKind::kLearner, "l1"};
    event.time = now_ - absl::Hours(hours_ago);
    event.verb = verb;
    event.phase = phase;
    event.resource = resource;
    event.time_spent = absl::Minutes(minutes);
    event.sequence = num_events_;
    WriteBatch batch;
    TrackStore(&database_).Append(kTenant, event, &batch);
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  void Store() {
    WriteBatch batch;
    for (const StoredPush& push : pushes_) {
      PushStore(&database_).Put(kTenant, push, &batch);
    }
    ASSERT_THAT(database_.Write(batch), IsOk());
  }

  DayQuestion Question(Phase phase = Phase::kPostClass) const {
    return {tenant_, profile_, state_, catalog_, phase, now_, ""};
  }
  float Left(Phase phase = Phase::kPostClass) const {
    const auto left = day_.LeftFor(Question(phase));
    EXPECT_THAT(left, IsOk());
    return std::min(left->all, left->written);
  }
  std::vector<std::string> Ids(const std::vector<ResourceIndex>& found) const {
    std::vector<std::string> ids;
    for (const ResourceIndex resource : found) {
      ids.push_back(catalog_.resource(resource).id);
    }
    return ids;
  }

  void Do(const std::string& resource, double hours_ago) {
    ResourceState& done = state_.resources.emplace_back();
    done.resource = ResourceKeyOf(resource);
    done.is_viewed = true;
    done.last_time = now_ - absl::Hours(hours_ago);
  }

  MemoryDatabase database_;
  const TenantId tenant_ = kTenant;
  LearnerDay day_;
  Catalog catalog_;
  LearnerProfile profile_;
  LearnerState state_;
  std::vector<StoredPush> pushes_;
  int num_events_ = 0;
};

TEST_F(LearnerDayTest, TimeSpentSinceTheLocalMidnightCounts) {
  Spend(12, 0.5);
  Spend(30, 1.5);  // Yesterday in Shanghai.
  Spend(7, 0.25, Phase::kInClass);
  Spend(5, 0.1, Phase::kPreClass);
  EXPECT_FLOAT_EQ(Left(), 60 - 12 - 5);
  EXPECT_EQ(day_.DateOf(now_), "2026-03-02");
}

TEST_F(LearnerDayTest, PhasesOutsideTheCapAreUnlimited) {
  Spend(1000, 0.5);
  EXPECT_TRUE(std::isinf(Left(Phase::kInClass)));
  EXPECT_EQ(Left(), 0);
}

TEST_F(LearnerDayTest, WhatIsDueTodayAndNotDoneCountsOnce) {
  Push({{"film", false}}, 10);
  Push({{"film", true}, {"quiz", false}}, 22.9);
  Push({{"film2", false}}, 23.5);  // Tomorrow.
  Push({{"film2", false}}, 10).phase = Phase::kInClass;
  Store();
  EXPECT_FLOAT_EQ(Left(), 60 - 20);
  Do("film", 0.5);
  EXPECT_FLOAT_EQ(Left(), 60 - 10);
  DayQuestion question = Question();
  question.except = "p2";
  EXPECT_FLOAT_EQ(day_.LeftFor(question)->all, 60);
}

TEST_F(LearnerDayTest, InTheFirstGradesOnlyWrittenWorkCounts) {
  profile_.grade = 3;
  Spend(10, 0.5, Phase::kPostClass, "film");
  EXPECT_EQ(Left(), 50);
  MinutesCapPolicy policy = Policy();
  policy.minutes[2] = 15;
  profile_.grade = 2;
  const LearnerDay day(&database_, policy);
  EXPECT_FLOAT_EQ(day.LeftFor(Question())->written, 15);
  EXPECT_TRUE(std::isinf(day.LeftFor(Question())->all));
  Spend(4, 0.4, Phase::kPostClass, "gone", Verb::kAnswered);
  EXPECT_FLOAT_EQ(day.LeftFor(Question())->written, 11);
}

TEST_F(LearnerDayTest, WordIsThatOfPushesNotPastDue) {
  Push({{"quiz", true}}, -0.5);
  StoredPush& first = Push({{"quiz", false}}, 48);
  first.bans = {"film", "film2"};
  Push({{"film", true}, {"gone", true}}, 10);
  Store();
  const auto word = day_.WordFor(Question());
  ASSERT_THAT(word, IsOk());
  EXPECT_THAT(Ids(word->pins), ElementsAre("film"));
  EXPECT_THAT(Ids(word->assigned), ElementsAre("quiz"));
  EXPECT_THAT(Ids(word->bans), ElementsAre("film2"));  // `film` was lifted.

  const auto lesson = day_.WordFor(Question(Phase::kInClass));
  EXPECT_THAT(lesson->pins, IsEmpty());
  EXPECT_THAT(Ids(lesson->bans), ElementsAre("film2"));

  Do("film", 0.5);
  EXPECT_THAT(day_.WordFor(Question())->pins, IsEmpty());
}

TEST_F(LearnerDayTest, WhatWasDoneBeforeThePushIsToBeDoneAgain) {
  Do("film", 3);
  const Resource& film = catalog_.resource(catalog_.FindResource("film"));
  EXPECT_FALSE(IsDoneSince(state_, film, now_ - absl::Hours(1)));
  EXPECT_TRUE(IsDoneSince(state_, film, now_ - absl::Hours(3)));
  Do("quiz", 3);  // Looked at only.
  std::sort(state_.resources.begin(), state_.resources.end(),
            [](const ResourceState& a, const ResourceState& b) {
              return a.resource < b.resource;
            });
  const Resource& quiz = catalog_.resource(catalog_.FindResource("quiz"));
  EXPECT_FALSE(IsDoneSince(state_, quiz, now_ - absl::Hours(4)));
}

}  // namespace
}  // namespace evenlight
