// `show exposure` against a fake server.

#include "services/cli/show_exposure.h"

#include <sstream>

#include "evenlight/v1/report_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/fake_client.h"

namespace evenlight {
namespace {

using testing::HasSubstr;
using testing::Not;

class ShowExposureTest : public testing::Test {
 protected:
  ShowExposureTest() {
    server_.On(kGetExposure, [this](const auto& request, auto* response) {
      seen_ = request.max_new_resources();
      *response = answer_;
      return absl::OkStatus();
    });
    v1::TierExposure* urban = answer_.add_tiers();
    urban->set_tier(v1::TIER_URBAN);
    urban->set_num_learners(40);
    urban->set_num_lists(90);
    urban->set_exposure(2.5f);
    v1::NewResourceExposure* film = answer_.add_new_resources();
    film->set_resource("resources/film");
    film->set_title("A film");
    film->set_exposure(1.25f);
    film->set_budget_left(98.75f);
    answer_.set_num_new_resources(7);
    answer_.mutable_start_time()->set_seconds(1'772'352'000);
  }

  v1::GetExposureResponse answer_;
  int seen_ = 0;
  FakeClient server_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_ = {.out = out_, .err = err_, .sleep = [](absl::Duration) {}};
};

TEST_F(ShowExposureTest, TiersParityAndWhatIsLeftOfBudgets) {
  answer_.set_parity(0.8f);
  EXPECT_EQ(ShowExposure({.max_new_resources = 5}, &server_, console_),
            kExitOk);
  EXPECT_EQ(seen_, 5);
  EXPECT_THAT(out_.str(),
              HasSubstr("tier=urban learners=40 lists=90 exposure=2.500\n"));
  EXPECT_THAT(
      out_.str(),
      HasSubstr("parity=0.800 since=2026-03-01T08:00:00Z new_resources=7\n"));
  EXPECT_THAT(out_.str(), HasSubstr("new_resource=film exposure=1.250 "
                                    "budget_left=98.750 title="));
  EXPECT_THAT(out_.str(), Not(HasSubstr("not_counted")));
}

TEST_F(ShowExposureTest, WithoutTwoTiersThereIsNoParity) {
  answer_.set_num_left_out(3);
  EXPECT_EQ(ShowExposure({}, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("parity=too_few_tiers"));
  EXPECT_THAT(out_.str(), HasSubstr("not_counted=3\n"));
}

TEST_F(ShowExposureTest, AServerThatStillReadsIsSaid) {
  server_.failures = {absl::UnavailableError("still being read")};
  EXPECT_EQ(ShowExposure({}, &server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("show exposure: "));
  EXPECT_THAT(err_.str(), HasSubstr("still being read"));
}

}  // namespace
}  // namespace evenlight
