// GetExposure through a server: what lists gave to tiers and new resources.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class ExposureTest : public ServerWorld {
 protected:
  // Ten learners of an urban school and ten of a village's: u0, v0 and so on.
  void AddRoster() {
    v1::UpsertSchoolsResponse schools;
    ExpectOk(client_->Call(*client_->roster,
                           &v1::RosterService::Stub::UpsertSchools,
                           Parse<v1::UpsertSchoolsRequest>(R"pb(
                             schools { name: "schools/u" tier: TIER_URBAN }
                             schools { name: "schools/v" tier: TIER_VILLAGE }
                           )pb"),
                           &schools));
    v1::UpsertPeopleRequest people;
    for (const char* school : {"u", "v"}) {
      for (int learner = 0; learner < 10; ++learner) {
        v1::Person* person = people.add_people();
        person->set_name(absl::StrCat("learners/", school, learner));
        person->set_school(absl::StrCat("schools/", school));
      }
    }
    v1::UpsertPeopleResponse written;
    ExpectOk(client_->Call(*client_->roster,
                           &v1::RosterService::Stub::UpsertPeople, people,
                           &written));
  }

  void Ask(const std::string& learner) {
    Recommend(absl::StrCat("learner: 'learners/", learner, "' page_size: 3"));
  }

  v1::GetExposureResponse Get(int max_new_resources = 0) const {
    v1::GetExposureRequest request;
    request.set_max_new_resources(max_new_resources);
    v1::GetExposureResponse response;
    ExpectOk(client_->Call(*client_->reports,
                           &v1::ReportService::Stub::GetExposure, request,
                           &response));
    return response;
  }

  // Once `is_whole` says so of it.
  v1::GetExposureResponse GetOnce(
      const std::function<bool(const v1::GetExposureResponse&)>& is_whole)
      const {
    v1::GetExposureResponse response;
    for (int tries = 0; tries < 10'000; ++tries) {
      response = Get();
      if (is_whole(response)) return response;
      absl::SleepFor(absl::Milliseconds(1));
    }
    ADD_FAILURE() << "some lists are never counted: "
                  << response.ShortDebugString();
    return response;
  }

  v1::GetExposureResponse GetWithLists(int64_t num_lists) const {
    return GetOnce([=](const v1::GetExposureResponse& exposure) {
      int64_t num_counted = 0;
      for (const auto& tier : exposure.tiers()) num_counted += tier.num_lists();
      return num_counted >= num_lists;
    });
  }
};

TEST_F(ExposureTest, TiersAreComparedAndAStartFindsTheSameAgain) {
  server_->WaitForStates();
  AddCatalog();
  AddRoster();
  for (int learner = 0; learner < 10; ++learner) {
    Ask(absl::StrCat("v", learner));
    Ask(absl::StrCat("u", learner));
    Ask(absl::StrCat("u", learner));
  }
  Ask("stranger");
  Recommend("learner: 'learners/v1' preview: true");
  const v1::GetExposureResponse before = GetWithLists(30);
  // Of the one stranger nothing is said.
  ASSERT_THAT(before.tiers(), SizeIs(2));
  const v1::TierExposure& urban = before.tiers(0);
  const v1::TierExposure& village = before.tiers(1);
  EXPECT_EQ(urban.tier(), v1::TIER_URBAN);
  EXPECT_EQ(village.tier(), v1::TIER_VILLAGE);
  EXPECT_EQ(urban.num_learners(), 10);
  EXPECT_EQ(urban.num_lists(), 20);
  EXPECT_EQ(village.num_lists(), 10);
  // Three places of quality 0.5, as no model knows better.
  EXPECT_NEAR(village.exposure(), 0.5 * (1 + 0.63093 + 0.5), 1e-4);
  EXPECT_NEAR(before.parity(), 0.5, 1e-6);

  // Shutdown() commits what is queued.
  server_->Shutdown(absl::Seconds(30));
  Restart();
  server_->WaitForStates();
  const v1::GetExposureResponse after = GetWithLists(30);
  EXPECT_NEAR(after.tiers(0).exposure(), urban.exposure(), 1e-4);
  EXPECT_EQ(after.tiers(0).num_lists(), 20);
  EXPECT_NEAR(after.parity(), 0.5, 1e-6);
  ASSERT_EQ(after.new_resources_size(), before.new_resources_size());
  for (int r = 0; r < after.new_resources_size(); ++r) {
    EXPECT_NEAR(after.new_resources(r).exposure(),
                before.new_resources(r).exposure(), 1e-4);
  }
}

TEST_F(ExposureTest, NewResourcesAreThoseWithABudgetLeftLeastExposedFirst) {
  config_.ranking.new_resources.budget = 4;
  Restart();
  server_->WaitForStates();
  AddCatalog();
  EXPECT_EQ(Get().num_new_resources(), 6);
  EXPECT_THAT(Get(2).new_resources(), SizeIs(2));
  Ask("l1");
  const v1::GetExposureResponse exposure =
      GetOnce([](const v1::GetExposureResponse& now) {
        return now.new_resources(5).exposure() == 1;
      });
  ASSERT_THAT(exposure.new_resources(), SizeIs(6));
  for (int r = 0; r < 6; ++r) {
    const auto& one = exposure.new_resources(r);
    EXPECT_NEAR(one.exposure() + one.budget_left(), 4, 1e-5);
    if (r == 0) continue;
    EXPECT_GE(one.exposure(), exposure.new_resources(r - 1).exposure());
  }
  // The first place of such lists spends it.
  for (int learner = 0; learner < 8; ++learner) {
    Ask(absl::StrCat("m", learner));
  }
  EXPECT_LT(GetOnce([](const v1::GetExposureResponse& now) {
              return now.num_new_resources() < 6;
            }).num_new_resources(),
            6);
}

TEST_F(ExposureTest, AWrongNumberIsNamed) {
  server_->WaitForStates();
  v1::GetExposureRequest request;
  request.set_max_new_resources(1'001);
  v1::GetExposureResponse response;
  const grpc::Status status =
      client_->Call(*client_->reports, &v1::ReportService::Stub::GetExposure,
                    request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("max_new_resources: 1001")));
}

}  // namespace
}  // namespace evenlight
