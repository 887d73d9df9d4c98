#include "recommender/exposure/learner_tiers.h"

#include "gtest/gtest.h"
#include "storage/memory_database.h"
#include "tests/recommender/exposure/exposed.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "county";

class LearnerTiersTest : public testing::Test {
 protected:
  void PutSchool(const SchoolId& id, Tier tier) {
    WriteBatch batch;
    roster_.Put(kTenant, School{id, "", "", tier}, &batch);
    roster_.Put(kTenant, SchoolClass{"class of " + id, "", id, 0, false},
                &batch);
    ASSERT_THAT(database_.Write(batch), IsOk());
  }
  void PutLearner(const LearnerId& id, const SchoolId& school,
                  std::vector<ClassId> classes) {
    Person person;
    person.actor = {ActorKind::kLearner, id};
    person.school = school;
    person.classes = std::move(classes);
    WriteBatch batch;
    ASSERT_THAT(roster_.PutPerson(kTenant, person, &batch), IsOk());
    ASSERT_THAT(database_.Write(batch), IsOk());
  }
  Tier Of(const LearnerId& learner) {
    return *TierOf(roster_, kTenant, learner);
  }

  MemoryDatabase database_;
  const RosterStore roster_{&database_};
};

TEST_F(LearnerTiersTest, IsThatOfTheSchoolElseOfTheFirstClassElseNotKnown) {
  PutSchool("s1", Tier::kVillage);
  PutSchool("s2", Tier::kUrban);
  PutSchool("s3", Tier::kUnspecified);
  PutLearner("own", "s1", {"class of s2"});
  PutLearner("class", "", {"class of s2", "class of s1"});
  PutLearner("none", "", {});
  PutLearner("plain", "s3", {});
  PutLearner("gone", "s9", {});
  EXPECT_EQ(Of("own"), Tier::kVillage);
  EXPECT_EQ(Of("class"), Tier::kUrban);
  for (const char* id : {"none", "plain", "gone", "stranger"}) {
    EXPECT_EQ(Of(id), Tier::kUnspecified) << id;
  }
}

TEST_F(LearnerTiersTest, ACorrectionHoldsFromTheNextHourOn) {
  LearnerTiers tiers(&database_);
  PutSchool("s1", Tier::kVillage);
  EXPECT_EQ(tiers.Of(kTenant, "l1", kExposedNow), Tier::kUnspecified);
  PutLearner("l1", "s1", {});
  EXPECT_EQ(tiers.Of(kTenant, "l1", kExposedNow + absl::Minutes(59)),
            Tier::kUnspecified);
  EXPECT_EQ(tiers.Of(kTenant, "l1", kExposedNow + absl::Minutes(60)),
            Tier::kVillage);
}

}  // namespace
}  // namespace evenlight
