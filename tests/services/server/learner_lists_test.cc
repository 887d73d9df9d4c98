#include "services/server/learner_lists.h"

#include "evenlight/v1/recommendation_service.pb.h"
#include "gmock/gmock.h"
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
  explicit LearnerListsTest(Committer::Options options = {})
      : PartsWorld(options),
        states_(&database_, &committer_),
        names_(1),
        lists_({&clock_, &database_, &catalogs_, &registry_, &states_,
                &committer_, &names_, RankingPolicy()}) {}

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

}  // namespace
}  // namespace evenlight
