// Each source alone: what it proposes, in which order, and that it asks.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/candidates/new_learner.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/candidates/next_step.h"
#include "recommender/candidates/not_tried.h"
#include "recommender/candidates/popular.h"
#include "recommender/candidates/review.h"
#include "recommender/candidates/similar_learners.h"
#include "recommender/candidates/similar_resources.h"
#include "recommender/candidates/take_turns.h"
#include "recommender/candidates/top_few.h"
#include "recommender/candidates/zone.h"
#include "recommender/models/resource_features.h"
#include "recommender/state/engagement.h"
#include "recommender/state/liked_resources.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Source = std::function<void(const SourceInput&, std::vector<Candidate>&)>;

// Asks a source about everything in the catalog, all eligible unless said.
struct Asked {
  const ServingSnapshot& snapshot;
  LearnerState state = {};
  absl::Time now = kNow;
  int limit = 10;
  std::set<ResourceId> refused = {};
  int grade = 0;
  int stride = 1;  // Of the resources in scope.
  uint64_t seed = 0;

  std::vector<ResourceId> Ask(const Source& source) const {
    const Catalog& catalog = *snapshot.catalog;
    std::vector<ResourceIndex> scope;
    for (int r = 0; r < catalog.num_resources(); r += stride) {
      scope.push_back(ResourceIndex{r});
    }
    std::vector<KcIndex> kcs;
    for (int kc = 0; kc < catalog.num_kcs(); ++kc) kcs.push_back(KcIndex{kc});
    const LearnerView view(&snapshot, &state, now, 0.9f);
    const auto is_eligible = [&](ResourceIndex resource) {
      return ToInt(resource) % stride == 0 &&
             refused.count(catalog.resource(resource).id) == 0;
    };
    std::vector<Candidate> candidates;
    source({view, scope, kcs, is_eligible, is_eligible, grade, limit, seed},
           candidates);
    std::vector<ResourceId> ids;
    for (const Candidate& candidate : candidates) {
      ids.push_back(catalog.resource(candidate.resource).id);
    }
    return ids;
  }
};

TEST(NextStepTest, SpreadsOverKcsInTheOrderOfTheCurriculum) {
  const auto snapshot =
      MakeSnapshot({Kc("a"), Kc("b"), Kc("c", {"a"})},
                   {Question("a1", {"a"}), Question("a2", {"a"}),
                    Question("b1", {"b"}), Question("c1", {"c"})});
  EXPECT_THAT(Asked{*snapshot}.Ask(ProposeNextStep),
              ElementsAre("a1", "b1", "a2"));
}

TEST(NextStepTest, AKcAlreadyBegunComesFirst) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")}, {Question("a1", {"a"}), Question("b1", {"b"})});
  Asked asked = {*snapshot};
  Apply(*snapshot, Answer(*snapshot, "b1", false, kNow), asked.state);
  EXPECT_THAT(asked.Ask(ProposeNextStep), ElementsAre("b1", "a1"));
}

TEST(NextStepTest, AMasteredKcIsProposedUntilItIsSettled) {
  const auto snapshot =
      MakeSnapshot({Kc("a")}, {Question("a1", {"a"}), Question("a2", {"a"})});
  Asked asked = {*snapshot};
  for (int answer = 1; answer <= kMinSettledAnswers + 2; ++answer) {
    Apply(*snapshot, Answer(*snapshot, "a1", true, kNow), asked.state);
    const bool is_proposed = !asked.Ask(ProposeNextStep).empty();
    EXPECT_EQ(is_proposed, answer < kMinSettledAnswers) << answer;
  }
}

// The model presumes that `a` is known; `b`, which builds on it, does not go.
TEST(NextStepTest, WhereAKcIsStuckWhatItBuildsOnIsProposed) {
  TracingParams params;
  params.kcs = {"a"};
  params.bkt = {{.p_init = 0.97f}};
  params.kc_p_correct = {0.9f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b", {"a"})},
      {Question("a1", {"a"}), Question("b1", {"b"}), Question("b2", {"b"})},
      std::move(models));
  Asked asked = {*snapshot};
  EXPECT_THAT(asked.Ask(ProposeNextStep), ElementsAre("a1", "b1", "b2"));
  for (int answer = 0; answer < kMinStuckAnswers; ++answer) {
    Apply(*snapshot, Answer(*snapshot, "b1", false, kNow), asked.state);
  }
  EXPECT_THAT(asked.Ask(ProposeNextStep), ElementsAre("a1"));
}

TEST(NextStepTest, WastesNoPlaceOnWhatIsRefused) {
  const auto snapshot =
      MakeSnapshot({Kc("a")}, {Question("a1", {"a"}), Question("a2", {"a"})});
  EXPECT_THAT((Asked{.snapshot = *snapshot, .limit = 1, .refused = {"a1"}})
                  .Ask(ProposeNextStep),
              ElementsAre("a2"));
}

TEST(ReviewTest, TheMostForgottenKcComesFirstAndUnmetBeforeMet) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")}, {Question("a1", {"a"}), Question("a2", {"a"}),
                           Question("b1", {"b"}), Question("b2", {"b"})});
  Asked asked = {*snapshot};
  for (int i = 0; i < 6; ++i) {
    Apply(*snapshot, Answer(*snapshot, "a1", true, kNow - absl::Hours(24 * 40)),
          asked.state);
  }
  for (int i = 0; i < 6; ++i) {
    Apply(*snapshot, Answer(*snapshot, "b1", true, kNow - absl::Hours(24 * 30)),
          asked.state);
  }
  EXPECT_THAT(asked.Ask(ProposeReview), ElementsAre("a2", "b2", "a1", "b1"));
}

TEST(ReviewTest, OldMistakesComeAfterTheOldestFirst) {
  const auto snapshot =
      MakeSnapshot({Kc("a")}, {Question("a1", {"a"}), Question("a2", {"a"})});
  Asked asked = {*snapshot};
  Apply(*snapshot, Answer(*snapshot, "a2", false, kNow - absl::Hours(50)),
        asked.state);
  Apply(*snapshot, Answer(*snapshot, "a1", false, kNow - absl::Hours(49)),
        asked.state);
  EXPECT_THAT(asked.Ask(ProposeReview), ElementsAre("a2", "a1"));
}

TEST(NewResourcesTest, TheNewestComeFirstAndImportsAreNoNews) {
  std::vector<Resource> resources;
  for (const int days : {1, 3, 2, 31}) {
    resources.push_back(Question(absl::StrCat("d", days), {}));
    resources.back().create_time = kNow - absl::Hours(24 * days);
  }
  resources.push_back(Question("imported", {}));
  resources.back().create_time = kNow;
  resources.back().imported = true;
  const auto snapshot = MakeSnapshot({}, resources);
  EXPECT_THAT(Asked{*snapshot}.Ask(ProposeNewestResources),
              ElementsAre("d1", "d2", "d3"));
}

// Proposes of the resources with these ids, in this order.
Source NewInOrder(const ServingSnapshot& snapshot,
                  const std::vector<ResourceId>& ids) {
  std::vector<ResourceIndex> order;
  for (const ResourceId& id : ids) {
    order.push_back(snapshot.catalog->FindResource(id));
  }
  return [order](const SourceInput& input, std::vector<Candidate>& out) {
    ProposeNewResources(input, order, out);
  };
}

TEST(NewResourcesTest, GoByTurnEachOnceAndWhatIsNotReadyLast) {
  const auto snapshot =
      MakeSnapshot({Kc("k"), Kc("after", {"k"})},
                   {Question("a", {}), Question("b", {}), Question("c", {}),
                    Question("d", {}), Question("later", {"after"})});
  const Source source = NewInOrder(*snapshot, {"c", "later", "a", "d", "b"});
  EXPECT_THAT(Asked{*snapshot}.Ask(source),
              ElementsAre("c", "a", "d", "b", "later"));
  EXPECT_THAT((Asked{.snapshot = *snapshot, .limit = 4}).Ask(source),
              ElementsAre("c", "a", "d", "b"));
  EXPECT_THAT((Asked{.snapshot = *snapshot, .refused = {"c", "d"}}).Ask(source),
              ElementsAre("a", "b", "later"));
  EXPECT_THAT(Asked{*snapshot}.Ask(NewInOrder(*snapshot, {})), IsEmpty());
}

TEST(NewResourcesTest, HalfOfThePlacesGoByTurnTheOthersByTheSeed) {
  std::vector<Resource> resources;
  std::vector<ResourceId> order;
  for (int r = 0; r < 30; ++r) {
    order.push_back(absl::StrCat("q", 100 + r));
    resources.push_back(Question(order.back(), {}));
  }
  const auto snapshot = MakeSnapshot({}, resources);
  std::map<ResourceId, int> num_proposed;
  for (uint64_t seed = 0; seed < 26; ++seed) {
    const Asked asked = {.snapshot = *snapshot, .limit = 8, .seed = seed};
    const std::vector<ResourceId> ids = asked.Ask(NewInOrder(*snapshot, order));
    ASSERT_EQ(ids.size(), 8u);
    EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 4, order.begin()));
    for (const ResourceId& id : ids) ++num_proposed[id];
    EXPECT_EQ(std::set<ResourceId>(ids.begin(), ids.end()).size(), 8u);
  }
  for (size_t r = 4; r < order.size(); ++r) {
    EXPECT_EQ(num_proposed[order[r]], 4) << order[r];
  }
}

// However many of other subjects come before: of 400 new ones every fifth is in
// scope, and of these every other one is refused.
TEST(NewResourcesTest, ComeFromTheWholeOfASmallScope) {
  std::vector<Resource> resources;
  std::vector<ResourceId> order;
  std::set<ResourceId> refused;
  std::vector<ResourceId> wanted;
  for (int r = 0; r < 400; ++r) {
    order.push_back(absl::StrCat("q", 100 + r));
    resources.push_back(Question(order.back(), {}));
    if (r % 10 == 0) refused.insert(order.back());
    if (r % 10 == 5) wanted.push_back(order.back());
  }
  const auto snapshot = MakeSnapshot({}, resources);
  const Asked asked = {
      .snapshot = *snapshot, .limit = 100, .refused = refused, .stride = 5};
  EXPECT_EQ(asked.Ask(NewInOrder(*snapshot, order)), wanted);
}

TEST(NotTriedTest, WhatIsReadyComesFirst) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b", {"a"})},
      {Question("1", {"b"}), Question("2", {"a"}), Question("3", {})});
  EXPECT_THAT(Asked{*snapshot}.Ask(ProposeNotTried),
              ElementsAre("2", "3", "1"));
}

// Popularity 1, 2, 3 in the tenant; in grade 3 the other way round.
ModelSet PopularModels() {
  InterestParams params;
  params.resources = {"r1", "r2", "r3", "gone"};
  params.popularity = {1, 2, 3, 9};
  params.grades[3] = {{ResourceRow{3}, 9.0f},
                      {ResourceRow{0}, 3.0f},
                      {ResourceRow{1}, 2.0f},
                      {ResourceRow{2}, 0.0f}};
  ModelSet models;
  models.version = 1;
  models.interest = InterestModel(std::move(params));
  return models;
}

std::shared_ptr<const ServingSnapshot> PopularSnapshot() {
  return MakeSnapshot({Kc("k")},
                      {Question("r1", {}), Question("r2", {}),
                       Question("r3", {}), Question("r4", {"k"})},
                      PopularModels());
}

TEST(PopularTest, GradeIfKnownElseTenant) {
  const auto snapshot = PopularSnapshot();
  EXPECT_THAT((Asked{.snapshot = *snapshot, .grade = 3}).Ask(ProposePopular),
              ElementsAre("r1", "r2"));
  EXPECT_THAT((Asked{.snapshot = *snapshot, .grade = 4}).Ask(ProposePopular),
              ElementsAre("r3", "r2", "r1"));
}

TEST(NewLearnerTest, PopularThenTheFirstKcs) {
  const auto snapshot = PopularSnapshot();
  EXPECT_THAT(
      (Asked{.snapshot = *snapshot, .limit = 4}).Ask(ProposeForNewLearner),
      ElementsAre("r3", "r2", "r4"));
}

TEST(SimilarLearnersTest, TheScanIsExact) {
  Random random(9);
  for (int round = 0; round < 50; ++round) {
    const auto snapshot = RandomSnapshot(random, {.num_resources = 200});
    // All resources, or a shelf of few of them.
    Asked asked = {.snapshot = *snapshot,
                   .limit = round % 2 == 0 ? 7 : 2,
                   .stride = round % 2 == 0 ? 1 : 20};
    asked.state = RandomState(random, *snapshot, 30, false);
    const LearnerView view(snapshot.get(), &asked.state, kNow, 0.9f);
    const LearnerInterest interest = InterestOf(view);
    ASSERT_TRUE(interest.is_known());

    const auto ids = asked.Ask([&](const SourceInput& input, auto& out) {
      ProposeSimilarLearners(input, interest, out);
    });

    std::vector<std::pair<float, ResourceId>> all;
    for (int r = 0; r < snapshot->catalog->num_resources(); r += asked.stride) {
      const ResourceRow row = snapshot->resource_row(ResourceIndex{r});
      if (row == ResourceRow::kNone) continue;
      all.emplace_back(-snapshot->models->interest.params()
                            .factors.factors.row(ToInt(row))
                            .dot(interest.factors),
                       snapshot->catalog->resource(ResourceIndex{r}).id);
    }
    std::sort(all.begin(), all.end());
    ASSERT_EQ(ids.size(), static_cast<size_t>(asked.limit));
    for (int i = 0; i < asked.limit; ++i) EXPECT_EQ(ids[i], all[i].second);
  }
}

TEST(SimilarLearnersTest, EngagementsCountByTheirAge) {
  Random random(9);
  const auto snapshot = RandomSnapshot(
      random, {.num_resources = 200, .has_plain_resources = true});
  LearnerState state;
  for (int r = 0; r < 150; ++r) {
    Apply(*snapshot,
          Interact(*snapshot, Verb::kViewed,
                   snapshot->catalog->resource(ResourceIndex{r}).id,
                   kNow - absl::Hours(24 * (200 - r))),
          state);
  }
  const InterestModel& interest = snapshot->models->interest;
  std::vector<Engagement> history;
  for (const ResourceState& resource : state.resources) {
    const ResourceRow row = interest.FindResource(resource.resource);
    if (row == ResourceRow::kNone) continue;
    history.push_back({row, EngagementWeight(resource, state.last.time)});
  }
  ASSERT_GT(history.size(), 64u);
  const auto [light, heavy] = std::minmax_element(
      history.begin(), history.end(),
      [](const auto& a, const auto& b) { return a.weight < b.weight; });
  EXPECT_LT(light->weight, heavy->weight);
  const LearnerInterest known =
      InterestOf(LearnerView(snapshot.get(), &state, kNow, 0.9f));
  ASSERT_TRUE(known.is_known());
  EXPECT_TRUE(known.factors.isApprox(
      *FoldIn(interest.params().factors, history), 1e-3f));
}

TEST(SimilarLearnersTest, AResourceAddedAfterTrainingIsProposedByItsFeatures) {
  InterestParams params;
  params.resources = {"sums", "poems"};
  params.popularity = {1, 1};
  params.factors.factors = FactorMatrix::Identity(2, 2);
  ToEigenbasis(params.factors);
  Resource more;
  more.id = "more";
  more.kcs = {"add"};
  params.cold_features = ResourceFeatures(more);
  const auto num_features =
      static_cast<Eigen::Index>(params.cold_features.size());
  params.cold = params.factors.factors.row(0).replicate(num_features, 1);
  ModelSet models;
  models.interest = InterestModel(std::move(params));
  Resource plain;
  plain.id = "plain";  // Of which the model knows nothing.
  const auto snapshot = MakeSnapshot(
      {Kc("add"), Kc("rhyme")},
      {Question("sums", {"add"}), Video("poems", {"rhyme"}), more, plain},
      std::move(models));

  Asked asked = {.snapshot = *snapshot, .refused = {"sums"}};
  Apply(*snapshot, Answer(*snapshot, "sums", true, kNow), asked.state);
  const LearnerView view(snapshot.get(), &asked.state, kNow, 0.9f);
  EXPECT_THAT(asked.Ask([&](const SourceInput& input, auto& out) {
    ProposeSimilarLearners(input, InterestOf(view), out);
  }),
              ElementsAre("more", "poems"));
}

TEST(SimilarLearnersTest, NeighboursRankInPlaceOfTheFactors) {
  InterestParams params;
  params.resources = {"sums", "poems", "songs", "maps"};
  params.popularity = {1, 1, 1, 1};
  params.factors.factors = FactorMatrix::Identity(4, 4);
  ToEigenbasis(params.factors);
  params.neighbours.begin = {0, 3, 3, 3, 3};
  params.neighbours.neighbours = {{ResourceRow{2}, 0.5f},
                                  {ResourceRow{1}, 0.25f},
                                  {ResourceRow{3}, -0.25f}};
  ModelSet models;
  models.interest = InterestModel(std::move(params));
  const auto snapshot =
      MakeSnapshot({Kc("add"), Kc("rhyme")},
                   {Question("sums", {"add"}), Video("poems", {"rhyme"}),
                    Video("songs", {"rhyme"}), Video("maps", {"rhyme"})},
                   std::move(models));

  Asked asked = {.snapshot = *snapshot, .refused = {"sums"}};
  Apply(*snapshot, Answer(*snapshot, "sums", true, kNow), asked.state);
  const LearnerView view(snapshot.get(), &asked.state, kNow, 0.9f);
  const LearnerInterest interest = InterestOf(view);
  EXPECT_THAT(asked.Ask([&](const SourceInput& input, auto& out) {
    ProposeSimilarLearners(input, interest, out);
  }),
              ElementsAre("songs", "poems"));
  const auto in = [&](const ResourceId& id) {
    return InterestIn(interest, *snapshot,
                      snapshot->catalog->FindResource(ResourceKeyOf(id)));
  };
  EXPECT_EQ(in("songs"), 0.5f);
  EXPECT_EQ(in("maps"), -0.25f);
  EXPECT_EQ(in("sums"), 0);
}

TEST(SimilarLearnersTest, OneWithoutKnownEngagementHasNoFactors) {
  Random random(9);
  const auto snapshot = RandomSnapshot(random, {});
  const LearnerState state;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  EXPECT_FALSE(InterestOf(view).is_known());
}

TEST(TakeTurnsTest, OffersEveryResourceOnceAndStopsAtTheLimit) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    const auto snapshot = RandomSnapshot(random, {});
    const Catalog& catalog = *snapshot->catalog;
    std::vector<KcIndex> kcs;
    for (int kc = 0; kc < catalog.num_kcs(); ++kc) kcs.push_back(KcIndex{kc});
    const int limit = 1 + Below(random, 80);
    const auto taken = TakeTurns(catalog, kcs, limit,
                                 [](ResourceIndex r) { return ToInt(r) % 3; });
    std::set<ResourceIndex> expected;
    for (const KcIndex kc : kcs) {
      for (const ResourceIndex r : catalog.ResourcesOf(kc)) {
        if (ToInt(r) % 3 != 0) expected.insert(r);
      }
    }
    const std::set<ResourceIndex> distinct(taken.begin(), taken.end());
    EXPECT_EQ(distinct.size(), taken.size());
    EXPECT_EQ(taken.size(), std::min<size_t>(limit, expected.size()));
    for (const ResourceIndex r : taken) EXPECT_EQ(expected.count(r), 1u);
  }
}

TEST(TopFewTest, KeepsTheBestAndBreaksTiesByPosition) {
  TopFew best(2);
  best.Add(1, ResourceIndex{5});
  best.Add(2, ResourceIndex{4});
  best.Add(2, ResourceIndex{3});
  best.Add(2, ResourceIndex{9});
  EXPECT_THAT(best.Take(), ElementsAre(std::pair(2.0f, ResourceIndex{3}),
                                       std::pair(2.0f, ResourceIndex{4})));
  TopFew none(0);
  none.Add(1, ResourceIndex{1});
  EXPECT_THAT(none.Take(), IsEmpty());
}

// Whatever the learner's interest.
void ProposeLike(const SourceInput& input, std::vector<Candidate>& out) {
  ProposeSimilarResources(input, LearnerInterest(), out);
}

TEST(SimilarResourcesTest, ByFactorsWhatIsLikeTheLatestSuccesses) {
  Random random(4);
  for (int round = 0; round < 30; ++round) {
    const auto snapshot = RandomSnapshot(random, {.num_resources = 200});
    Asked asked = {.snapshot = *snapshot, .limit = 7};
    asked.state = RandomState(random, *snapshot, 30, false);
    const LearnerView view(snapshot.get(), &asked.state, kNow, 0.9f);
    const auto liked = LikedResources(view);
    std::vector<std::pair<float, ResourceId>> all;
    for (int r = 0; r < snapshot->catalog->num_resources(); ++r) {
      float most = -1;
      for (const LikedResource& one : liked) {
        most =
            std::max(most, Likeness(*snapshot, one.resource, ResourceIndex{r}));
      }
      if (most < kMinLikeness) continue;
      all.emplace_back(-most, snapshot->catalog->resource(ResourceIndex{r}).id);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.first < b.first;
    });
    const auto ids = asked.Ask(ProposeLike);
    ASSERT_EQ(ids.size(), std::min<size_t>(7, all.size()));
    for (size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], all[i].second);
  }
}

TEST(SimilarResourcesTest, WithoutFactorsBySharedKcsOfWhatWentWell) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")},
      {Question("a1", {"a"}), Question("a2", {"a"}), Question("ab", {"a", "b"}),
       Question("b1", {"b"}), Question("b2", {"b"})});
  Asked asked = {.snapshot = *snapshot, .refused = {"a1"}};
  EXPECT_THAT(asked.Ask(ProposeLike), IsEmpty());
  Apply(*snapshot, Answer(*snapshot, "b1", false, kNow), asked.state);
  EXPECT_THAT(asked.Ask(ProposeLike), IsEmpty());
  Apply(*snapshot, Answer(*snapshot, "a1", true, kNow), asked.state);
  EXPECT_THAT(asked.Ask(ProposeLike), ElementsAre("a2", "ab"));
}

// One liked question of {a}, then `num_between` of {a, b}, then two of {a}
// again; at the end one of a kc that is not shared.
std::shared_ptr<const ServingSnapshot> ManyOfOneKc(size_t num_between) {
  std::vector<Resource> resources = {Question("q00000", {"a"})};
  const auto add = [&](std::vector<KcId> kcs) {
    resources.push_back(
        Question(absl::StrCat("q", 10'000 + resources.size()), std::move(kcs)));
  };
  for (size_t r = 0; r < num_between; ++r) add({"a", "b"});
  add({"a"});
  add({"a"});
  add({"c"});
  return MakeSnapshot({Kc("a"), Kc("b"), Kc("c")}, resources);
}

TEST(SimilarResourcesTest, OfALargeScopeTheFirstThatShareAKcAreLookedThrough) {
  const auto first_of = [](size_t num_between) {
    const auto snapshot = ManyOfOneKc(num_between);
    Asked asked = {.snapshot = *snapshot, .limit = 3, .refused = {"q00000"}};
    Apply(*snapshot, Answer(*snapshot, "q00000", true, kNow), asked.state);
    return asked.Ask(ProposeLike);
  };
  // All of the scope: the two that are most like it come first.
  EXPECT_THAT(first_of(kMaxLookedThrough - 4),
              ElementsAre("q12045", "q12046", "q10001"));
  // One more, and only those that share the kc count: both are still there.
  EXPECT_THAT(first_of(kMaxLookedThrough - 3),
              ElementsAre("q12046", "q12047", "q10001"));
  // Now one of them is beyond the first that share it, then both.
  EXPECT_THAT(first_of(kMaxLookedThrough - 2),
              ElementsAre("q12047", "q10001", "q10002"));
  EXPECT_THAT(first_of(kMaxLookedThrough + 52),
              ElementsAre("q10001", "q10002", "q10003"));
}

TEST(ZoneTest, ProgressIsTheLaterHalfLessTheEarlier) {
  using enum Outcome;
  KcState kc;
  EXPECT_EQ(LearningProgress(kc), 0);
  kc.recent = {kCorrect, kNone, kNone};
  EXPECT_EQ(LearningProgress(kc), 0);
  kc.recent = {kCorrect, kIncorrect, kNone};
  EXPECT_EQ(LearningProgress(kc), 1);
  kc.recent = {kIncorrect, kIncorrect, kCorrect};
  EXPECT_EQ(LearningProgress(kc), -1);
}

TEST(ZoneTest, DrawsReadyKcsMoreOftenWhereThereIsProgress) {
  const auto snapshot =
      MakeSnapshot({Kc("a"), Kc("b"), Kc("c", {"a"})},
                   {Question("a1", {"a"}), Question("b1", {"b"}),
                    Question("c1", {"c"}), Video("film", {"a"})});
  Asked asked = {*snapshot};
  for (const bool is_correct : {false, true}) {
    Apply(*snapshot, Answer(*snapshot, "b1", is_correct, kNow), asked.state);
  }
  int num_b_first = 0;
  for (int seed = 0; seed < 1000; ++seed) {
    asked.seed = static_cast<uint64_t>(seed);
    const auto ids = asked.Ask(ProposeZone);
    ASSERT_EQ(ids, asked.Ask(ProposeZone));
    ASSERT_THAT(ids, testing::UnorderedElementsAre("a1", "b1"));
    num_b_first += ids[0] == "b1" ? 1 : 0;
  }
  // 1.1 to 0.1; five deviations are 44.
  EXPECT_NEAR(num_b_first, 1000 * 1.1 / 1.2, 44);
}

TEST(ZoneTest, EndsWithHistory) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")}, {Question("a1", {"a"}), Question("b1", {"b"})});
  Asked asked = {*snapshot};
  for (int i = 0; i < kZoneAnswers; ++i) {
    EXPECT_THAT(asked.Ask(ProposeZone), testing::Contains("b1"));
    Apply(*snapshot, Answer(*snapshot, "a1", false, kNow), asked.state);
  }
  EXPECT_THAT(asked.Ask(ProposeZone), IsEmpty());
}

}  // namespace
}  // namespace evenlight
