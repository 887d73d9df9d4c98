#include "recommender/simulation/district.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "core/curriculum.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/simulation/lesson_plan.h"
#include "recommender/simulation/topics.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

District Make(int num_learners = 2000, int64_t seed = 7) {
  DistrictOptions options;
  options.num_learners = num_learners;
  options.seed = seed;
  return *MakeDistrict(options);
}

TEST(DistrictTest, EqualOptionsGiveAnEqualDistrict) {
  const District a = Make();
  const District b = Make();
  EXPECT_EQ(a.schools, b.schools);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.learners, b.learners);
  EXPECT_EQ(a.resources, b.resources);
  EXPECT_NE(a.learners, Make(2000, 8).learners);
}

TEST(DistrictTest, HasAboutAsManyLearnersAsAskedInEveryTier) {
  for (const int num_learners : {20, 333, 2000}) {
    const District district = Make(num_learners);
    EXPECT_NEAR(static_cast<double>(district.learners.size()), num_learners, 6);
    std::map<SchoolId, Tier> tier_of;
    for (const School& school : district.schools) {
      tier_of[school.id] = school.tier;
    }
    std::map<Tier, int> learners_by_tier;
    for (const Person& learner : district.learners) {
      ++learners_by_tier[tier_of.at(learner.school)];
    }
    EXPECT_THAT(learners_by_tier, SizeIs(5));
  }
}

TEST(DistrictTest, EveryReferenceExists) {
  const District district = Make(500);
  std::set<std::string> kcs, schools, classes;
  for (const auto& kc : district.kcs) EXPECT_TRUE(kcs.insert(kc.id).second);
  for (const auto& s : district.schools) schools.insert(s.id);
  for (const auto& c : district.classes) {
    EXPECT_TRUE(classes.insert(c.id).second) << c.id;
    EXPECT_THAT(schools, Contains(c.school));
  }
  for (const auto& kc : district.kcs) {
    for (const KcId& id : kc.prerequisites) EXPECT_THAT(kcs, Contains(id));
  }
  std::set<std::string> resources;
  for (const Resource& r : district.resources) {
    EXPECT_TRUE(resources.insert(r.id).second) << r.id;
    EXPECT_TRUE(IsValidId(r.id)) << r.id;
    EXPECT_LE(r.kcs.size(), 16u);
    for (const KcId& id : r.kcs) EXPECT_THAT(kcs, Contains(id));
  }
  std::vector<Person> people = district.learners;
  people.insert(people.end(), district.teachers.begin(),
                district.teachers.end());
  for (const Person& person : people) {
    EXPECT_THAT(schools, Contains(person.school));
    for (const ClassId& id : person.classes) EXPECT_THAT(classes, Contains(id));
  }
  EXPECT_THAT(district.teachers, SizeIs(district.classes.size()));
  EXPECT_THAT(district.learner_truth, SizeIs(district.learners.size()));
  EXPECT_THAT(district.resource_truth, SizeIs(district.resources.size()));
}

TEST(DistrictTest, PrerequisitesHaveNoCycleAndNeverAHigherGrade) {
  const District district = Make(20);
  std::vector<Curriculum::Edge> edges;
  for (size_t kc = 0; kc < district.kcs.size(); ++kc) {
    for (const int prerequisite : district.student_kcs[kc].prerequisites) {
      EXPECT_LE(district.kcs[prerequisite].grade, district.kcs[kc].grade)
          << district.kcs[kc].id;
      edges.push_back({KcIndex{prerequisite}, KcIndex{static_cast<int>(kc)}});
    }
    EXPECT_EQ(district.student_kcs[kc].prerequisites.size(),
              district.kcs[kc].prerequisites.size());
  }
  const Curriculum curriculum(static_cast<int32_t>(district.kcs.size()), edges);
  EXPECT_THAT(curriculum.cycles(), IsEmpty());
}

TEST(DistrictTest, EveryGradeHasKcsAndAQuizInEverySubject) {
  const District district = Make(20);
  const LessonPlan plan(district);
  for (int grade = 1; grade <= kNumGrades; ++grade) {
    for (int subject = 0; subject < kNumSubjects; ++subject) {
      const int kc = plan.KcOfWeek(grade, subject, 0);
      EXPECT_EQ(district.kcs[kc].grade, grade);
      EXPECT_EQ(district.kcs[kc].subject, kSubjects[subject]);
      EXPECT_EQ(district.resources[plan.Quiz(grade, subject)].kind,
                ResourceKind::kQuiz);
    }
  }
}

TEST(DistrictTest, EverythingSaysThatItIsSynthetic) {
  const District district = Make(200);
  for (const School& school : district.schools) {
    EXPECT_TRUE(absl::StartsWith(school.title, "Synthetic")) << school.title;
  }
  for (const Resource& r : district.resources) {
    EXPECT_TRUE(absl::StartsWith(r.id, "syn-"));
    EXPECT_TRUE(absl::StartsWith(r.provider, "Synthetic")) << r.provider;
  }
  for (const Person& learner : district.learners) {
    EXPECT_TRUE(absl::StartsWith(learner.actor.id, "syn-"));
  }
}

TEST(DistrictTest, OptionsOutsideTheirRangesAreRefused) {
  DistrictOptions options;
  options.num_learners = 19;
  EXPECT_THAT(MakeDistrict(options),
              HasCode(absl::StatusCode::kInvalidArgument));
  options = DistrictOptions();
  options.weeks = 0;
  EXPECT_THAT(MakeDistrict(options),
              HasCode(absl::StatusCode::kInvalidArgument));
  options = DistrictOptions();
  options.end = absl::InfiniteFuture();
  EXPECT_THAT(MakeDistrict(options),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace evenlight
