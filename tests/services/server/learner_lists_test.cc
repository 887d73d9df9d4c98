#include "services/server/learner_lists.h"

#include "core/awaited.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "gmock/gmock.h"
#include "storage/list_store.h"
#include "storage/track_store.h"
#include "tests/services/server/parts_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class LearnerListsTest : public PartsWorld {
 protected:
  explicit LearnerListsTest(Committer::Options options = {},
                            const RankingPolicy& policy = {})
      : PartsWorld(options),
        states_(&database_, &committer_),
        names_(1),
        lists_({&clock_, &database_, &catalogs_, &registry_, &states_,
                &committer_, &names_, policy, &stages_, &day_}) {}

  v1::RecommendResourcesResponse Recommend(const std::string& request_id) {
    v1::RecommendResourcesRequest request;
    request.set_learner("learners/l1");
    request.set_request_id(request_id);
    const auto bytes = lists_.Recommend(kTenant, request);
    EXPECT_THAT(bytes, IsOk());
    v1::RecommendResourcesResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes.value_or("")));
    return response;
  }

  StateReader states_;
  NameMaker names_;
  StageMeter stages_;
  LearnerDay day_{&database_, MinutesCapPolicy()};
  LearnerLists lists_;
};

class FullQueue : public LearnerListsTest {
 protected:
  FullQueue() : LearnerListsTest({.max_queued_exposures = 1}) {}
};

TEST_F(FullQueue, ListThatIsNotRecordedHasNoNameAndSaysSo) {
  HoldCommitter();
  const auto recorded = Recommend("r1");
  EXPECT_THAT(recorded.list(), Not(IsEmpty()));
  EXPECT_THAT(recorded.degraded_reasons(),
              Not(Contains(HasSubstr("not recorded"))));

  testing::internal::CaptureStderr();
  for (int request = 0; request < 1'001; ++request) {
    const auto dropped = Recommend(absl::StrCat("dropped", request));
    ASSERT_EQ(dropped.list(), "");
    ASSERT_TRUE(dropped.degraded());
    ASSERT_THAT(dropped.degraded_reasons(),
                Contains(HasSubstr("the list is not recorded")));
    ASSERT_THAT(dropped.recommendations(), SizeIs(1));
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"dropped_since_start\":1}"));
  EXPECT_THAT(log, HasSubstr("\"dropped_since_start\":1001"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;

  // The queue's list is found again; once there is room, a retry is recorded.
  EXPECT_EQ(Recommend("r1").list(), recorded.list());
  database_.Release();
}

TEST_F(LearnerListsTest, StoppedCommitterRecordsNoList) {
  committer_.Stop();
  const auto response = Recommend("");
  EXPECT_EQ(response.list(), "");
  EXPECT_THAT(response.degraded_reasons(),
              Contains(HasSubstr("the list is not recorded")));
}

TEST_F(LearnerListsTest, AListThatNobodyWaitsForIsNotRecorded) {
  // Gone once the pipeline runs: at the first question the client is there.
  int num_asked = 0;
  const auto gone_later = [&num_asked] {
    return ++num_asked > 5 ? absl::CancelledError("the client is gone")
                           : absl::OkStatus();
  };
  v1::RecommendResourcesRequest request;
  request.set_learner("learners/l1");
  request.set_request_id("r1");
  {
    const AwaitedScope scope(gone_later);
    EXPECT_THAT(lists_.Recommend(kTenant, request),
                HasCode(absl::StatusCode::kCancelled));
  }
  committer_.Stop();
  const auto record = ListStore(&database_).FindRequest(kTenant, "l1", "r1");
  ASSERT_THAT(record, IsOk());
  EXPECT_FALSE(record->has_value());
}

class ExploringLists : public LearnerListsTest {
 protected:
  ExploringLists() : LearnerListsTest({}, Policy()) { AddQuestions(); }

  static RankingPolicy Policy() {
    RankingPolicy policy;
    policy.exploration.share = 1;
    policy.exploration.temperature = 10;  // All but uniform.
    return policy;
  }

  // Eight questions on one kc.
  void AddQuestions() {
    CatalogChange change;
    auto kc = std::make_shared<KnowledgeComponent>();
    kc->id = "k";
    kc->title = "k";
    change.kcs.push_back(kc);
    for (int row = 0; row < 8; ++row) {
      auto resource = std::make_shared<Resource>();
      resource->id = absl::StrCat("q", row);
      resource->title = resource->id;
      resource->kind = ResourceKind::kExercise;
      resource->kcs = {"k"};
      change.resources.push_back(resource);
    }
    ASSERT_THAT(
        catalogs_.Update(kTenant, [&](const Catalog&) { return change; }),
        IsOk());
  }

  // The last of the five that `lists` answers.
  std::string LastFor(LearnerLists* lists, int learner, bool is_preview) {
    v1::RecommendResourcesRequest request;
    request.set_learner(absl::StrCat("learners/l", learner));
    request.set_page_size(5);
    request.set_preview(is_preview);
    const auto bytes = lists->Recommend(kTenant, request);
    EXPECT_THAT(bytes, IsOk());
    v1::RecommendResourcesResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes.value_or("")));
    list_id_ = response.list().substr(response.list().find('/') + 1);
    EXPECT_THAT(response.recommendations(), SizeIs(5));
    return response.recommendations(4).resource();
  }

  ListId list_id_;  // Of the last list.
};

TEST_F(ExploringLists, ADrawnPlaceIsRecordedWithAllThatCouldStandThere) {
  const std::string last = LastFor(&lists_, 1, false);
  committer_.Stop();
  const auto record = ListStore(&database_).Get(kTenant, list_id_);
  ASSERT_THAT(record, IsOk());
  ASSERT_TRUE(record->has_value());
  EXPECT_EQ((*record)->drawn_position, 5);
  ASSERT_THAT((*record)->alternatives, SizeIs(4));
  float sum = 0;
  float propensity = 0;
  for (const StoredAlternative& alternative : (*record)->alternatives) {
    sum += alternative.propensity;
    if (last == "resources/" + alternative.resource) {
      propensity = alternative.propensity;
    }
  }
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_NEAR(propensity, .25, .01);
  std::vector<float> listed;
  ASSERT_THAT(TrackStore(&database_)
                  .ListAll(kTenant,
                           [&](const Event& event) {
                             for (const auto& line : event.listed) {
                               listed.push_back(line.propensity);
                             }
                             return true;
                           }),
              IsOk());
  EXPECT_EQ(listed, (std::vector<float>{1, 1, 1, 1, propensity}));
}

TEST_F(ExploringLists, APreviewIsNeverDrawn) {
  LearnerLists plain({&clock_, &database_, &catalogs_, &registry_, &states_,
                      &committer_, &names_, RankingPolicy(), &stages_, &day_});
  int num_drawn = 0;
  for (int learner = 0; learner < 20; ++learner) {
    const std::string expected = LastFor(&plain, learner, true);
    EXPECT_EQ(LastFor(&lists_, learner, true), expected);
    num_drawn += LastFor(&lists_, learner, false) != expected ? 1 : 0;
  }
  EXPECT_GT(num_drawn, 5);
}

}  // namespace
}  // namespace evenlight
