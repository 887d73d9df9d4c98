// Stages and sources that fail: the list is made from the rest, and says so.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/pipeline/sources.h"
#include "recommender/pipeline/stages.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

absl::Status FailStage(StageRun&) {
  return absl::DataLossError("its table is damaged");
}

absl::Status FailSource(const ProposeInput&, const SourceInput& places,
                        std::vector<Candidate>& candidates) {
  // What it had found before.
  candidates.push_back({places.scope.back(), Reason::kPopular});
  return absl::DataLossError("its table is damaged");
}

// Counts failures by name.
class Failures : public StageWatch {
 public:
  bool HasTimeFor(const char*) override { return true; }
  void Begin(const char*) override {}
  void End(const char*, int64_t) override {}
  void Fail(const char* stage) override { ++counts[stage]; }

  std::map<std::string, int> counts;
};

// A learner who answered one of ten questions of one kc, or none.
struct Asking {
  explicit Asking(bool is_known) {
    std::vector<Resource> resources;
    for (int q = 0; q < 10; ++q) {
      resources.push_back(Question(absl::StrCat("q", q), {"add"}));
    }
    snapshot = MakeSnapshot({Kc("add")}, resources);
    if (is_known) Apply(*snapshot, Answer(*snapshot, "q0", true, kNow), state);
    request.page_size = 4;
  }

  RankedList Ask(absl::Span<const Stage> stages,
                 absl::Span<const NamedSource> sources) {
    return RecommendBy({.snapshot = *snapshot,
                        .state = state,
                        .profile = profile,
                        .request = request,
                        .policy = policy,
                        .now = kNow,
                        .new_resources = new_resources,
                        .watch = &failures},
                       stages, sources);
  }
  RankedList Ask() { return Ask(Stages(), Sources()); }

  std::shared_ptr<const ServingSnapshot> snapshot;
  LearnerState state;
  LearnerProfile profile;
  RecommendationRequest request;
  RankingPolicy policy;
  const NewResources* new_resources = nullptr;
  Failures failures;
};

std::vector<ResourceIndex> Shown(const RankedList& list) {
  std::vector<ResourceIndex> shown;
  for (const RankedResource& one : list.shown) shown.push_back(one.resource);
  return shown;
}

TEST(FailingStageTest, TheListIsThatWithoutItAndNamesIt) {
  for (const std::string& name : OptionalStages()) {
    SCOPED_TRACE(name);
    std::vector<Stage> stages(Stages().begin(), Stages().end());
    for (Stage& stage : stages) {
      if (stage.name == name) stage.run = FailStage;
    }
    Asking asking(/*is_known=*/true);
    const RankedList list = asking.Ask(stages, Sources());
    EXPECT_THAT(list.shown, SizeIs(4));
    EXPECT_THAT(list.degraded,
                Contains(absl::StrCat("stage ", name,
                                      " failed: its table is damaged")));
    EXPECT_EQ(asking.failures.counts, (std::map<std::string, int>{{name, 1}}));
    asking.policy.switched_off = {name};
    EXPECT_EQ(Shown(asking.Ask()), Shown(list));
  }
}

TEST(FailingStageTest, AFloorThatFailsKeepsNoPlaces) {
  std::vector<Stage> stages(Stages().begin(), Stages().end());
  for (Stage& stage : stages) {
    if (stage.name == std::string(kEquityFloorStage)) stage.run = FailStage;
  }
  Asking asking(/*is_known=*/true);
  const RankedList list = asking.Ask(stages, Sources());
  EXPECT_EQ(Shown(list), Shown(asking.Ask()));
  EXPECT_THAT(list.degraded,
              Contains("stage equity_floor failed: its table is damaged"));
}

TEST(FailingSourceTest, TheListIsMadeOfTheOthersAndNamesIt) {
  for (const bool is_known : {false, true}) {
    for (const NamedSource& failing : Sources()) {
      SCOPED_TRACE(absl::StrCat(failing.name, is_known ? " known" : " new"));
      std::vector<NamedSource> sources(Sources().begin(), Sources().end());
      for (NamedSource& source : sources) {
        if (source.name == failing.name) source.propose = FailSource;
      }
      const bool is_asked =
          is_known ? failing.is_for_known : failing.is_for_new;
      Asking asking(is_known);
      const RankedList list = asking.Ask(Stages(), sources);
      EXPECT_THAT(list.shown, SizeIs(4));
      const auto says_so =
          Contains(absl::StrCat(failing.name, " failed: its table is damaged"));
      if (!is_asked) {
        EXPECT_THAT(list.degraded, Not(says_so));
        continue;
      }
      EXPECT_THAT(list.degraded, says_so);
      EXPECT_EQ(asking.failures.counts[failing.name], 1);
      for (const RankedResource& one : list.considered) {
        EXPECT_EQ(one.reasons >> static_cast<int>(Reason::kPopular) & 1, 0u);
      }
    }
  }
}

TEST(FailingSourceTest, NobodyIsAskedAndStillThereIsAList) {
  std::vector<NamedSource> sources(Sources().begin(), Sources().end());
  for (NamedSource& source : sources) source.propose = FailSource;
  Asking asking(/*is_known=*/true);
  EXPECT_THAT(asking.Ask(Stages(), sources).shown, SizeIs(4));
}

TEST(FailingInterestTest, FactorsThatAreNotFiniteAreSaid) {
  InterestParams params;
  params.resources = {"q0", "q1"};
  params.popularity = {1, 1};
  params.factors.factors = FactorMatrix::Identity(2, 2);
  ToEigenbasis(params.factors);
  params.factors.regularization = 1;
  params.factors.factors(0, 0) = 1e30f;  // Its square is infinite.
  ModelSet models;
  models.version = 1;
  models.interest = InterestModel(std::move(params));
  Asking asking(/*is_known=*/true);
  asking.snapshot =
      MakeSnapshot({Kc("add")},
                   {Question("q0", {"add"}), Question("q1", {"add"}),
                    Question("q2", {"add"}), Question("q3", {"add"}),
                    Question("q4", {"add"})},
                   std::move(models));
  const RankedList list = asking.Ask();
  EXPECT_THAT(list.shown, SizeIs(4));
  EXPECT_THAT(list.degraded,
              AllOf(Contains(HasSubstr("stage interest failed: the learner's")),
                    Contains(HasSubstr("source:similar_learners failed: "))));
  for (const RankedResource& one : list.shown) {
    EXPECT_EQ(one.parts[static_cast<size_t>(ScorePart::kInterest)], 0.5f);
  }
}

TEST(NewResourcesInputTest, OnesWithABudgetAreNewAndUnknownBudgetsAreSaid) {
  Asking asking(/*is_known=*/true);
  const auto num_new = [](const RankedList& list) {
    return std::count_if(
        list.considered.begin(), list.considered.end(),
        [](const RankedResource& one) {
          return (one.reasons >> static_cast<int>(Reason::kNewResource) & 1) !=
                 0;
        });
  };
  const NewResources two =
      std::vector<ResourceIndex>{ResourceIndex{7}, ResourceIndex{3}};
  asking.new_resources = &two;
  EXPECT_EQ(num_new(asking.Ask()), 2);
  EXPECT_THAT(asking.Ask().degraded, ElementsAre("no model is serving"));
  const NewResources unknown = absl::DataLossError("the track is damaged");
  asking.new_resources = &unknown;
  EXPECT_EQ(num_new(asking.Ask()), 0);
  EXPECT_THAT(asking.Ask().degraded,
              Contains("source:new_resources failed: the track is damaged"));
}

}  // namespace
}  // namespace evenlight
