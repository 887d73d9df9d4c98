// Stages one by one: what the teacher's word, the minutes and dismissals do to
// a list, and how stages are watched and left out.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/pipeline/propose.h"
#include "recommender/state/learner_view.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::Not;
using testing::SizeIs;

Resource WithMinutes(Resource resource, float minutes) {
  resource.minutes = minutes;
  return resource;
}

Resource From(Resource resource, const std::string& provider) {
  resource.provider = provider;
  return resource;
}

// A learner who asks.
struct Asking {
  explicit Asking(std::shared_ptr<const ServingSnapshot> on)
      : snapshot(std::move(on)) {}

  RankedList Ask() const {
    return Recommend({.snapshot = *snapshot,
                      .state = state,
                      .profile = profile,
                      .request = request,
                      .policy = policy,
                      .now = kNow,
                      .pins = pins,
                      .bans = bans,
                      .assigned = assigned,
                      .minutes_left = left,
                      .equity_floor = equity_floor,
                      .watch = watch});
  }

  std::vector<ResourceId> Ids() const {
    std::vector<ResourceId> ids;
    for (const RankedResource& shown : Ask().shown) {
      ids.push_back(snapshot->catalog->resource(shown.resource).id);
    }
    return ids;
  }

  ResourceIndex Find(const ResourceId& id) const {
    return snapshot->catalog->FindResource(id);
  }

  void Dismiss(const ResourceId& id, DismissReason reason) {
    Interaction dismissal = Interact(*snapshot, Verb::kDismissed, id, kNow);
    dismissal.dismiss_reason = reason;
    Apply(*snapshot, dismissal, state);
  }

  std::shared_ptr<const ServingSnapshot> snapshot;
  LearnerState state;
  LearnerProfile profile;
  RecommendationRequest request;
  RankingPolicy policy;
  std::vector<ResourceIndex> pins;
  std::vector<ResourceIndex> bans;
  std::vector<ResourceIndex> assigned;
  MinutesLeft left = MinutesLeft::Unlimited();
  const EquityFloor* equity_floor = nullptr;
  StageWatch* watch = nullptr;
};

// Ten questions of five minutes and a film of twenty, all of one kc.
Asking OneKc() {
  std::vector<Resource> resources = {WithMinutes(Video("film", {"add"}), 20)};
  for (int i = 0; i < 10; ++i) {
    resources.push_back(
        WithMinutes(Question(absl::StrCat("q", i), {"add"}), 5));
  }
  return Asking(MakeSnapshot({Kc("add")}, resources));
}

float SumOfMinutes(const Asking& asking, const RankedList& list) {
  float sum = 0;
  for (const RankedResource& shown : list.shown) {
    sum += asking.snapshot->catalog->resource(shown.resource).minutes;
  }
  return sum;
}

TEST(PinsTest, StandFirstInTheirOrderWhateverTheScore) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  asking.pins = {asking.Find("film"), asking.Find("q9")};
  const RankedList list = asking.Ask();
  EXPECT_THAT(asking.Ids(), SizeIs(3));
  EXPECT_EQ(list.shown[0].resource, asking.Find("film"));
  EXPECT_EQ(list.shown[1].resource, asking.Find("q9"));
  EXPECT_EQ(list.shown[0].reason, Reason::kAssigned);
  EXPECT_EQ(list.shown[0].reason_text, "Your teacher chose this for you.");
}

TEST(PinsTest, WhatIsDoneOrHiddenIsNotPinnedAgain) {
  Asking asking = OneKc();
  asking.pins = {asking.Find("film")};
  Apply(*asking.snapshot,
        Interact(*asking.snapshot, Verb::kViewed, "film", kNow), asking.state);
  EXPECT_THAT(asking.Ids(), Not(Contains("film")));
}

TEST(AssignedTest, ComesAheadOfWhatNobodyAskedForAndStaysUnderTheCap) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  asking.assigned = {asking.Find("q7")};
  asking.left = {5, 5};
  const RankedList list = asking.Ask();
  ASSERT_THAT(list.shown, SizeIs(2));
  EXPECT_EQ(list.shown[0].resource, asking.Find("q7"));
  EXPECT_EQ(list.shown[0].reason, Reason::kAssigned);
  EXPECT_NE(list.shown[1].reason, Reason::kAssigned);
  Apply(*asking.snapshot, Answer(*asking.snapshot, "q7", true, kNow),
        asking.state);
  EXPECT_THAT(asking.Ids(), Not(Contains("q7")));
}

TEST(PinsTest, StandOnceEachAndNotIfBanned) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  asking.pins = {asking.Find("film"), asking.Find("film"), asking.Find("q9")};
  asking.bans = {asking.Find("q9")};
  const std::vector<ResourceId> ids = asking.Ids();
  ASSERT_THAT(ids, SizeIs(3));
  EXPECT_EQ(ids[0], "film");
  EXPECT_NE(ids[1], "film");
  EXPECT_THAT(ids, Not(Contains("q9")));
}

TEST(BansTest, TheRestFillsThePage) {
  Asking asking = OneKc();
  for (int page_size = 1; page_size <= 3; ++page_size) {
    asking.request.page_size = page_size;
    asking.bans.clear();
    for (int r = 0; r < 8; ++r) asking.bans.push_back(ResourceIndex{r});
    EXPECT_THAT(asking.Ids(), SizeIs(page_size));
  }
}

TEST(AssignedTest, NeitherADrawNorAnEquityFloorTakesItsPlace) {
  Asking asking = OneKc();
  asking.request.page_size = 5;
  asking.policy.exploration.share = 1;
  asking.policy.exploration.temperature = 10;
  for (const char* id : {"q1", "q3", "q5", "q7", "q9"}) {
    asking.assigned.push_back(asking.Find(id));
  }
  for (int seed = 0; seed < 20; ++seed) {
    asking.request.seed = static_cast<uint64_t>(seed);
    const RankedList list = asking.Ask();
    ASSERT_THAT(list.shown, SizeIs(5));
    for (const RankedResource& shown : list.shown) {
      EXPECT_EQ(shown.reason, Reason::kAssigned);
    }
    EXPECT_THAT(list.alternatives, IsEmpty());
  }
}

TEST(BansTest, NeverLeave) {
  Asking asking = OneKc();
  asking.request.page_size = 100;
  asking.bans = {asking.Find("q3"), asking.Find("film")};
  const std::vector<ResourceId> ids = asking.Ids();
  EXPECT_THAT(ids, SizeIs(9));
  EXPECT_THAT(ids, Not(Contains("q3")));
  EXPECT_THAT(ids, Not(Contains("film")));
}

TEST(BansTest, OfEverythingLeavesAnEmptyList) {
  Asking asking = OneKc();
  for (int r = 0; r < asking.snapshot->catalog->num_resources(); ++r) {
    asking.bans.push_back(ResourceIndex{r});
  }
  EXPECT_THAT(asking.Ids(), IsEmpty());
}

TEST(MinutesTest, AListFitsWhatIsLeftAndSaysWhyItIsShort) {
  Asking asking = OneKc();
  asking.request.page_size = 5;
  for (const float minutes : {5.0f, 12.0f, 20.0f, 24.0f}) {
    asking.left = {minutes, minutes};
    const RankedList list = asking.Ask();
    EXPECT_FALSE(list.shown.empty());
    EXPECT_LE(SumOfMinutes(asking, list), minutes);
    EXPECT_TRUE(list.minutes_cap_reached) << minutes;
  }
  asking.left = {100, 100};
  EXPECT_FALSE(asking.Ask().minutes_cap_reached);
  EXPECT_THAT(asking.Ids(), SizeIs(5));
}

TEST(MinutesTest, NothingLeftIsAnEmptyListForThatReason) {
  Asking asking = OneKc();
  for (const float minutes : {0.0f, 4.0f}) {
    asking.left = {minutes, minutes};
    EXPECT_THAT(asking.Ids(), IsEmpty());
    EXPECT_TRUE(asking.Ask().minutes_cap_reached);
  }
  asking.request.filter.subject = "nothing has this subject";
  EXPECT_FALSE(asking.Ask().minutes_cap_reached);
}

TEST(MinutesTest, WithoutWrittenWorkThereAreNoQuestions) {
  Asking asking = OneKc();
  asking.left = LeftToday({}, /*grade=*/1, /*used=*/0);
  EXPECT_THAT(asking.Ids(), ElementsAre("film"));
}

TEST(MinutesTest, LittleWrittenWorkIsAShortQuestionOrNone) {
  std::vector<Resource> resources;
  for (int i = 0; i < 300; ++i) {
    resources.push_back(
        WithMinutes(Question(absl::StrCat("q", 1000 + i), {"add"}), 9));
  }
  resources.push_back(WithMinutes(Question("short", {"add"}), 3));
  Asking asking(MakeSnapshot({Kc("add")}, resources));
  asking.request.page_size = 1;
  asking.left.written = 4;
  EXPECT_THAT(asking.Ids(), ElementsAre("short"));
}

TEST(MinutesTest, WhatTheTeacherChoseStaysAndIsCountedAlready) {
  Asking asking = OneKc();
  asking.pins = {asking.Find("film")};
  asking.left = {4, 4};
  EXPECT_THAT(asking.Ids(), ElementsAre("film"));
  // Five questions beside it: its own minutes are counted already.
  asking.left = {26, 26};
  const RankedList list = asking.Ask();
  EXPECT_THAT(list.shown, SizeIs(6));
  EXPECT_EQ(SumOfMinutes(asking, list), 20 + 25);
}

// Questions on one kc whose difficulty the model knows, of two providers, and a
// film.
Asking Graded() {
  TracingParams tracing;
  tracing.kcs = {"add", "read"};
  tracing.bkt = {{.p_init = 0.3f}, {.p_init = 0.3f}};
  tracing.kc_p_correct = {0.6f, 0.6f};
  tracing.questions = {"easy", "fair", "hard", "poem"};
  tracing.question_p_correct = {0.9f, 0.7f, 0.3f, 0.7f};
  tracing.lrh.kcs = {0, 0};
  tracing.lrh.slopes.assign(2 * kNumLrhSlopes, 0);
  tracing.lrh.questions = {2.0f, 0.8f, -1.0f, 0.8f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(tracing));
  return Asking(MakeSnapshot(
      {Kc("add"), Kc("read")},
      {From(Question("easy", {"add"}), "a"),
       From(Question("fair", {"add"}), "a"),
       From(Question("hard", {"add"}), "b"), From(Video("film", {"add"}), "a"),
       From(Question("poem", {"read"}), "a")},
      std::move(models)));
}

// Where `a` stands in `ids` beside `b`: both are there, a is before b.
void ExpectBefore(const std::vector<ResourceId>& ids, const ResourceId& a,
                  const ResourceId& b) {
  const auto at = [&](const ResourceId& id) {
    return std::find(ids.begin(), ids.end(), id);
  };
  ASSERT_THAT(ids, Contains(a));
  ASSERT_THAT(ids, Contains(b));
  EXPECT_LT(at(a), at(b));
}

TEST(DismissalTest, TooHardBringsWhatIsEasierAndDefersWhatIsHarder) {
  Asking asking = Graded();
  asking.Dismiss("fair", DismissReason::kTooHard);
  const std::vector<ResourceId> ids = asking.Ids();
  EXPECT_THAT(ids, Not(Contains("fair")));
  EXPECT_TRUE(ids[0] == "easy" || ids[0] == "film") << ids[0];
  ExpectBefore(ids, "easy", "hard");
  EXPECT_EQ(ids.back(), "hard");
}

TEST(DismissalTest, TooEasyBringsWhatIsHarder) {
  Asking asking = Graded();
  asking.Dismiss("fair", DismissReason::kTooEasy);
  const std::vector<ResourceId> ids = asking.Ids();
  EXPECT_EQ(ids.front(), "hard");
  EXPECT_EQ(ids.back(), "easy");
}

TEST(DismissalTest, AlreadyKnownBringsACheckAndNoMoreTeaching) {
  Asking asking = Graded();
  asking.Dismiss("fair", DismissReason::kAlreadyKnown);
  const std::vector<ResourceId> ids = asking.Ids();
  EXPECT_TRUE(ids[0] == "easy" || ids[0] == "hard") << ids[0];
  EXPECT_EQ(ids.back(), "film");
}

TEST(DismissalTest, NotInterestedBringsAnotherProviderOrKind) {
  Asking asking = Graded();
  asking.Dismiss("fair", DismissReason::kNotInterested);
  const std::vector<ResourceId> ids = asking.Ids();
  EXPECT_TRUE(ids[0] == "hard" || ids[0] == "film") << ids[0];
  EXPECT_EQ(ids.back(), "easy");
}

TEST(DismissalTest, WithoutAReasonOrLongAgoNothingElseMoves) {
  Asking asking = Graded();
  const auto without = [](std::vector<ResourceId> ids) {
    std::erase(ids, "fair");
    return ids;
  };
  Apply(*asking.snapshot, Answer(*asking.snapshot, "poem", true, kNow),
        asking.state);
  const std::vector<ResourceId> before = without(asking.Ids());
  asking.Dismiss("fair", DismissReason::kUnspecified);
  EXPECT_EQ(without(asking.Ids()), before);

  Asking old = Graded();
  old.Dismiss("fair", DismissReason::kTooHard);
  for (int i = 0; i < kDismissalReach; ++i) {
    Apply(*old.snapshot, Interact(*old.snapshot, Verb::kViewed, "poem", kNow),
          old.state);
  }
  EXPECT_NE(old.Ids().back(), "hard");
}

// Writes down what it sees; has time until a stage of some name.
class Notes : public StageWatch {
 public:
  bool IsAwaited() override { return begun.size() != num_awaited; }
  bool HasTimeFor(const char* stage) override { return out_of_time != stage; }
  void Begin(const char* stage) override { begun.emplace_back(stage); }
  void End(const char* stage, int64_t num_left) override {
    left[stage] = num_left;
  }
  void CountSource(const char* source, int64_t num_proposed,
                   int64_t num_shown) override {
    counts[source] = {num_proposed, num_shown};
  }

  std::string out_of_time;
  size_t num_awaited = 1'000;  // Stages until nobody waits any more.
  std::vector<std::string> begun;
  std::map<std::string, int64_t> left;
  std::map<std::string, std::pair<int64_t, int64_t>> counts;
};

TEST(StageTest, EachIsWatchedInOrder) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  asking.bans = {asking.Find("q3")};
  Notes notes;
  asking.watch = &notes;
  asking.Ask();
  EXPECT_THAT(notes.begun,
              ElementsAre("interest", "propose", "merge", "features", "score",
                          "order", "bans", "eligibility", "diversity",
                          "equity_floor", "exploration", "pins", "eligibility",
                          "minutes_cap", "explain"));
  // Several sources proposed the same.
  EXPECT_GT(notes.left["propose"], 11);
  EXPECT_EQ(notes.left["merge"], 11);
  EXPECT_EQ(notes.left["features"], 11);
  EXPECT_EQ(notes.left["score"], 11);
  EXPECT_EQ(notes.left["bans"], 10);
  EXPECT_EQ(notes.left["explain"], 3);
}

TEST(StageTest, NoneBeginsOnceNobodyWaits) {
  Asking asking = OneKc();
  Notes notes;
  notes.num_awaited = 3;
  asking.watch = &notes;
  asking.Ask();
  EXPECT_THAT(notes.begun, ElementsAre("interest", "propose", "merge"));
}

TEST(StageTest, OneThatIsLateIsLeftOutAndTheAnswerSaysSo) {
  for (const std::string& stage : OptionalStages()) {
    SCOPED_TRACE(stage);
    Asking asking = OneKc();
    asking.request.page_size = 3;
    Notes notes;
    notes.out_of_time = stage;
    asking.watch = &notes;
    const RankedList list = asking.Ask();
    EXPECT_THAT(list.shown, SizeIs(3));
    EXPECT_THAT(list.degraded,
                Contains(absl::StrCat("no time was left for stage ", stage)));
  }
}

TEST(StageTest, OneThatIsSwitchedOffIsLeftOutAndTheAnswerSaysSo) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  asking.policy.switched_off = {"diversity", "interest"};
  const RankedList list = asking.Ask();
  EXPECT_THAT(list.shown, SizeIs(3));
  EXPECT_THAT(list.degraded, Contains("stage diversity is switched off"));
  EXPECT_THAT(list.degraded, Contains("stage interest is switched off"));
  // By score alone.
  for (size_t i = 1; i < list.shown.size(); ++i) {
    EXPECT_GE(list.shown[i - 1].score, list.shown[i].score);
  }
}

TEST(SourceTest, OneThatIsOffOrLateIsNotAskedAndTheAnswerSaysSo) {
  for (const std::string& source : OptionalSources()) {
    SCOPED_TRACE(source);
    Asking off = OneKc();
    off.request.page_size = 3;
    if (source != "source:new_learner") {
      Apply(*off.snapshot, Answer(*off.snapshot, "q0", true, kNow), off.state);
    }
    Asking late = off;
    off.policy.switched_off = {source};
    Notes notes;
    off.watch = &notes;
    const RankedList list = off.Ask();
    EXPECT_THAT(list.shown, SizeIs(3));
    EXPECT_THAT(list.degraded, Contains(source + " is switched off"));
    EXPECT_EQ(notes.counts.count(source), 0u);

    notes.out_of_time = source;
    late.watch = &notes;
    EXPECT_THAT(late.Ask().shown, SizeIs(3));
    EXPECT_THAT(late.Ask().degraded,
                Contains("no time was left for " + source));
  }
}

TEST(SourceTest, WhatEachProposesAndHasShownIsCounted) {
  Asking asking = OneKc();
  asking.request.page_size = 3;
  Notes notes;
  asking.watch = &notes;
  asking.Ask();
  EXPECT_EQ(notes.counts["source:new_learner"],
            std::make_pair(int64_t{11}, int64_t{3}));
  EXPECT_EQ(notes.counts["source:zone"].first, 10);
}

TEST(EquityFloorTest, WithoutAPolicyOrAShareNothingChanges) {
  Asking asking = OneKc();
  asking.request.page_size = 4;
  const std::vector<ResourceId> before = asking.Ids();
  const EquityFloor none = {0, [](ResourceIndex) { return true; }};
  asking.equity_floor = &none;
  EXPECT_EQ(asking.Ids(), before);
}

TEST(EquityFloorTest, KeepsItsPlacesFromTheEndAndNoMore) {
  Asking asking = OneKc();
  asking.request.page_size = 4;
  const std::vector<ResourceId> before = asking.Ids();
  const auto is_favoured = [&](ResourceIndex resource) {
    return std::find(before.begin(), before.end(),
                     asking.snapshot->catalog->resource(resource).id) ==
           before.end();
  };
  const EquityFloor half = {0.5f, is_favoured};
  asking.equity_floor = &half;
  const std::vector<ResourceId> after = asking.Ids();
  ASSERT_THAT(after, SizeIs(4));
  for (size_t place = 0; place < 4; ++place) {
    EXPECT_EQ(is_favoured(asking.Find(after[place])), place >= 2) << place;
  }
  int num_removed = 0;
  for (const RankedResource& ranked : asking.Ask().considered) {
    num_removed += std::string(ranked.removed_by) == "equity_floor" ? 1 : 0;
  }
  EXPECT_EQ(num_removed, 2);
}

TEST(EquityFloorTest, TakesNothingThatATeacherAssignedOrPinned) {
  Asking asking = OneKc();
  asking.request.page_size = 4;
  asking.pins = {asking.Find("q2")};
  asking.assigned = {asking.Find("q4"), asking.Find("q6")};
  const auto is_favoured = [&](ResourceIndex resource) {
    return resource == asking.Find("q8") || resource == asking.Find("q9") ||
           resource == asking.Find("film");
  };
  const auto places_of = [&](float min_share) {
    const EquityFloor floor = {min_share, is_favoured};
    asking.equity_floor = &floor;
    return asking.Ids();
  };
  for (const float min_share : {0.25f, 0.5f, 1.0f}) {
    const std::vector<ResourceId> ids = places_of(min_share);
    SCOPED_TRACE(min_share);
    ASSERT_THAT(ids, SizeIs(4));
    EXPECT_EQ(ids[0], "q2");
    EXPECT_THAT(ids, Contains("q4"));
    EXPECT_THAT(ids, Contains("q6"));
    // Of the two places that the assigned ones leave, the pin takes the last.
    EXPECT_EQ(is_favoured(asking.Find(ids[3])), min_share > 0.25f) << ids[3];
  }
}

}  // namespace
}  // namespace evenlight
