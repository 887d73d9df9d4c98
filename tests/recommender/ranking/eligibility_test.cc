#include "recommender/ranking/eligibility.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

// Everything about one decision; a row of the table changes some of it.
struct Decision {
  Resource resource = Question("q", {"k"});
  ResourceFilter filter;
  LearnerProfile profile;
  Phase phase = Phase::kSelfStudy;
};

struct Row {
  std::string name;
  Refusal refusal;
  std::function<void(Decision&)> change;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name;
}

Refusal Decide(const Decision& d) {
  const auto snapshot = MakeSnapshot({Kc("k"), Kc("other")}, {d.resource});
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const EligibilityGate gate(&view, d.profile, d.filter, d.phase);
  return gate.CheckNew(ResourceIndex{0});
}

class EligibilityTable : public testing::TestWithParam<Row> {};

TEST_P(EligibilityTable, Decides) {
  Decision decision;
  GetParam().change(decision);
  EXPECT_STREQ(Name(Decide(decision)), Name(GetParam().refusal));
}

using R = Refusal;
using D = Decision;

INSTANTIATE_TEST_SUITE_P(
    Open, EligibilityTable,
    testing::ValuesIn(std::vector<Row>{
        {"Plain", R::kNone, [](D&) {}},
        {"Hidden", R::kHidden, [](D& d) { d.resource.hidden = true; }},
        {"PublishedNow", R::kNone,
         [](D& d) { d.resource.publish_time = kNow; }},
        {"PublishedSoon", R::kNotPublished,
         [](D& d) { d.resource.publish_time = kNow + absl::Seconds(1); }},
        {"ExpiresNow", R::kExpired,
         [](D& d) { d.resource.expire_time = kNow; }},
        {"ExpiresSoon", R::kNone,
         [](D& d) { d.resource.expire_time = kNow + absl::Seconds(1); }},
        {"LessonPlan", R::kLessonPlan,
         [](D& d) { d.resource.kind = ResourceKind::kLessonPlan; }},
        {"OtherPhase", R::kPhase, [](D& d) { d.resource.phases = 1 << 1; }},
        {"ThisPhase", R::kNone, [](D& d) { d.resource.phases = 1 << 4; }}}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Filter, EligibilityTable,
    testing::ValuesIn(std::vector<Row>{
        {"Subject", R::kNone,
         [](D& d) { d.filter.subject = d.resource.subject = "math"; }},
        {"OtherSubject", R::kSubject, [](D& d) { d.filter.subject = "math"; }},
        {"InGrade", R::kNone,
         [](D& d) {
           d.resource.min_grade = d.resource.max_grade = d.filter.grade = 3;
         }},
        {"AboveGrade", R::kGrade,
         [](D& d) {
           d.resource.min_grade = 4;
           d.filter.grade = 3;
         }},
        {"OwnGrade", R::kGrade,
         [](D& d) {
           d.resource.max_grade = 4;
           d.profile.grade = 5;
         }},
        {"FilterBeforeOwnGrade", R::kNone,
         [](D& d) {
           d.resource.max_grade = 4;
           d.profile.grade = 5;
           d.filter.grade = 4;
         }},
        {"GradeAnyForResource", R::kNone, [](D& d) { d.filter.grade = 12; }},
        {"Kind", R::kNone, [](D& d) { d.filter.kinds = 1 << 1; }},
        {"OtherKind", R::kKind, [](D& d) { d.filter.kinds = 1 << 2; }},
        {"Kc", R::kNone, [](D& d) { d.filter.kcs = {"other", "k"}; }},
        {"OtherKc", R::kKcs, [](D& d) { d.filter.kcs = {"other"}; }},
        {"UnknownKc", R::kKcs, [](D& d) { d.filter.kcs = {"no"}; }},
        {"ZhTakesZhCn", R::kNone,
         [](D& d) {
           d.filter.language = "zh";
           d.resource.language = "zh-CN";
         }},
        {"ZhCnDoesNotTakeZh", R::kLanguage,
         [](D& d) {
           d.filter.language = "zh-CN";
           d.resource.language = "zh";
         }},
        {"ZhDoesNotTakeZha", R::kLanguage,
         [](D& d) {
           d.filter.language = "zh";
           d.resource.language = "zha";
         }},
        {"NoLanguagePasses", R::kNone, [](D& d) { d.filter.language = "zh"; }},
        {"JustInTime", R::kNone, [](D& d) { d.filter.max_minutes = 3; }},
        {"TooLong", R::kMinutes, [](D& d) { d.filter.max_minutes = 2.9f; }},
        {"Needs", R::kAccessibility,
         [](D& d) {
           d.resource.accessibility = 2;
           d.profile.accessibility_needs = 6;
         }},
        {"AskedForAccessibility", R::kAccessibility,
         [](D& d) { d.filter.accessibility = 2; }},
        {"NeedsMet", R::kNone,
         [](D& d) {
           d.resource.accessibility = 6;
           d.filter.accessibility = 2;
           d.profile.accessibility_needs = 4;
         }},
        {"OwnBandwidth", R::kBandwidth,
         [](D& d) {
           d.resource.bandwidth_kbps = 501;
           d.profile.bandwidth_kbps = 500;
         }},
        {"FilterBeforeOwnBandwidth", R::kNone,
         [](D& d) {
           d.resource.bandwidth_kbps = 501;
           d.profile.bandwidth_kbps = 500;
           d.filter.max_bandwidth_kbps = 600;
         }},
        {"Excluded", R::kExcluded,
         [](D& d) {
           d.filter.exclude = {"x", "q"};
         }}}),
    [](const auto& row) { return row.param.name; });

// One question of a kc, answered `num_right` times right and then `num_wrong`
// times wrong `age` ago.
Refusal DecideReview(const Resource& resource, int num_right, int num_wrong,
                     absl::Duration age, bool is_dismissed = false) {
  const auto snapshot = MakeSnapshot({Kc("k")}, {resource});
  LearnerState state;
  for (int i = 0; i < num_right + num_wrong; ++i) {
    Apply(*snapshot, Answer(*snapshot, resource.id, i < num_right, kNow - age),
          state);
  }
  if (is_dismissed) {
    Apply(*snapshot,
          Interact(*snapshot, Verb::kDismissed, resource.id, kNow - age),
          state);
  }
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const EligibilityGate gate(&view, {}, {}, Phase::kSelfStudy);
  return gate.Check(ResourceIndex{0}, Reason::kReview);
}

TEST(ReviewEligibility, FollowsTheRepeatPolicy) {
  constexpr absl::Duration kDay = absl::Hours(24);
  const Resource question = Question("q", {"k"});
  EXPECT_EQ(DecideReview(question, 0, 0, kDay), R::kNotDue);
  EXPECT_EQ(DecideReview(question, 6, 0, 20 * kDay), R::kNotDue);
  EXPECT_EQ(DecideReview(question, 6, 0, 30 * kDay), R::kNone);
  EXPECT_EQ(DecideReview(question, 1, 0, 30 * kDay), R::kNotDue)
      << "right, and not mastered";
  EXPECT_EQ(DecideReview(question, 0, 1, kDay / 2), R::kNotDue);
  EXPECT_EQ(DecideReview(question, 0, 1, kDay), R::kNone);
  EXPECT_EQ(DecideReview(question, 6, 0, 30 * kDay, true), R::kDismissed);
  EXPECT_EQ(DecideReview(Video("q", {"k"}), 6, 0, 30 * kDay), R::kNotDue);
  Resource hidden = question;
  hidden.hidden = true;
  EXPECT_EQ(DecideReview(hidden, 6, 0, 30 * kDay), R::kHidden);
}

// A shelf may hold more than passes, never less.
TEST(RepeatPolicy, PractisesAMasteredKcUntilItIsSettled) {
  const auto snapshot =
      MakeSnapshot({Kc("k")}, {Question("asked", {"k"}), Question("q", {"k"})});
  LearnerState state;
  int num_while_mastered = 0;
  for (int answer = 1; answer <= 8; ++answer) {
    Apply(*snapshot, Answer(*snapshot, "asked", true, kNow), state);
    const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
    const bool is_mastered = view.kc(KcIndex{0}).is_mastered;
    const bool is_settled = is_mastered && answer >= kMinSettledAnswers;
    num_while_mastered += is_mastered && !is_settled ? 1 : 0;
    const EligibilityGate gate(&view, {}, {}, Phase::kSelfStudy);
    EXPECT_STREQ(Name(gate.CheckNew(ResourceIndex{1})),
                 Name(is_settled ? Refusal::kMastered : Refusal::kNone))
        << answer;
  }
  EXPECT_GT(num_while_mastered, 0) << "else the rule was not met";
}

TEST(FilterIndexTest, AShelfHoldsAllThatPassTheFilter) {
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    const auto snapshot = RandomSnapshot(random, {});
    const LearnerState state;
    const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
    const EligibilityGate gate(
        &view, {}, RandomFilter(random, *snapshot->catalog), Phase::kSelfStudy);
    const std::vector<ResourceIndex>& scope = gate.scope().resources;
    EXPECT_TRUE(std::is_sorted(scope.begin(), scope.end()));
    for (int r = 0; r < snapshot->catalog->num_resources(); ++r) {
      const ResourceIndex resource{r};
      if (gate.CheckNew(resource) != Refusal::kNone) continue;
      EXPECT_TRUE(std::binary_search(scope.begin(), scope.end(), resource));
      for (const KcIndex kc : snapshot->catalog->KcsOf(resource)) {
        EXPECT_TRUE(std::binary_search(gate.scope().kcs.begin(),
                                       gate.scope().kcs.end(), kc));
      }
    }
  }
}

}  // namespace
}  // namespace evenlight
