// How the list moves with what the learner does.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/state/learner_view.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// A learner on a catalog, asking at some moment.
class Learner {
 public:
  explicit Learner(std::shared_ptr<const ServingSnapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}

  void Answers(const ResourceId& id, bool is_correct, absl::Time time = kNow) {
    Apply(*snapshot_, Answer(*snapshot_, id, is_correct, time), state);
  }

  void Does(Verb verb, const ResourceId& id) {
    Apply(*snapshot_, Interact(*snapshot_, verb, id, kNow), state);
  }

  RankedList Ask(absl::Time now = kNow) const {
    return Recommend({*snapshot_, state, profile, request, policy, now});
  }

  std::vector<ResourceId> Ids(absl::Time now = kNow) const {
    std::vector<ResourceId> ids;
    for (const RankedResource& shown : Ask(now).shown) {
      ids.push_back(snapshot_->catalog->resource(shown.resource).id);
    }
    return ids;
  }

  // The reason for `id`; kUnspecified if it is not shown.
  Reason ReasonFor(const ResourceId& id, absl::Time now = kNow) const {
    for (const RankedResource& shown : Ask(now).shown) {
      if (snapshot_->catalog->resource(shown.resource).id == id) {
        return shown.reason;
      }
    }
    return Reason::kUnspecified;
  }

  LearnerState state;
  LearnerProfile profile;
  RecommendationRequest request;
  RankingPolicy policy;

 private:
  std::shared_ptr<const ServingSnapshot> snapshot_;
};

// add -> multiply -> divide, with `num_each` questions and a video each.
std::shared_ptr<const ServingSnapshot> Arithmetic(int num_each = 10) {
  std::vector<Resource> resources;
  for (const std::string kc : {"add", "multiply", "divide"}) {
    for (int question = 0; question < num_each; ++question) {
      resources.push_back(Question(absl::StrCat(kc, question), {kc}));
    }
    resources.push_back(Video(absl::StrCat(kc, "_video"), {kc}));
  }
  return MakeSnapshot(
      {Kc("add"), Kc("multiply", {"add"}), Kc("divide", {"multiply"})},
      resources);
}

TEST(PipelineReaction, AnAnsweredQuestionIsGoneFromTheNextList) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  learner.Does(Verb::kViewed, "add_video");
  ASSERT_THAT(learner.Ids(), Contains("add0"));

  learner.Answers("add0", true);

  EXPECT_THAT(learner.Ids(), Not(Contains("add0")));
}

TEST(PipelineReaction, ASeenVideoIsGoneButAnOpenedQuestionStays) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  learner.Does(Verb::kViewed, "add_video");
  learner.Does(Verb::kViewed, "add1");
  EXPECT_THAT(learner.Ids(), Not(Contains("add_video")));
  EXPECT_THAT(learner.Ids(), Contains("add1"));
}

TEST(PipelineReaction, ADismissedResourceIsGone) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  learner.Does(Verb::kDismissed, "add1");
  EXPECT_THAT(learner.Ids(), Not(Contains("add1")));
}

TEST(PipelineReaction, MasteringAKcBringsItsSuccessors) {
  Learner learner(Arithmetic());
  learner.Answers("add0", true);
  EXPECT_NE(learner.ReasonFor("multiply0"), Reason::kNextStep);

  for (int i = 1; i < 6; ++i) learner.Answers(absl::StrCat("add", i), true);

  const RankedList list = learner.Ask();
  ASSERT_FALSE(list.shown.empty());
  EXPECT_EQ(list.shown[0].reason, Reason::kNextStep);
  EXPECT_EQ(list.shown[0].reason_text,
            "You are ready for multiply: you have mastered add.");
  EXPECT_NE(learner.ReasonFor("divide0"), Reason::kNextStep);
}

TEST(PipelineReaction, AReviewComesBackWhenDueAndNotBefore) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  for (int i = 0; i < 6; ++i) learner.Answers(absl::StrCat("add", i), true);
  // Six right answers in a row: S = 2 x 1.5^6 = 22.8 days until recall is .9.
  const absl::Duration due = absl::Hours(24) * 22.78;

  EXPECT_EQ(learner.ReasonFor("add0", kNow + due - absl::Hours(2)),
            Reason::kUnspecified);
  EXPECT_EQ(learner.ReasonFor("add0", kNow + due + absl::Hours(2)),
            Reason::kReview);
  EXPECT_EQ(learner.ReasonFor("add_video", kNow + due + absl::Hours(2)),
            Reason::kUnspecified);
}

TEST(PipelineReaction, AReviewedKcIsNotDueAgain) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  for (int i = 0; i < 6; ++i) learner.Answers(absl::StrCat("add", i), true);
  const absl::Time later = kNow + absl::Hours(24 * 30);
  ASSERT_EQ(learner.ReasonFor("add0", later), Reason::kReview);

  learner.Answers("add0", true, later);

  EXPECT_EQ(learner.ReasonFor("add1", later), Reason::kUnspecified);
}

TEST(PipelineReaction, NothingFadesWhereOnlyTheOrderIsKnown) {
  const auto snapshot = Arithmetic();
  Learner learner(snapshot);
  learner.request.page_size = 100;
  for (int i = 0; i < 6; ++i) {
    Interaction answer = Answer(*snapshot, absl::StrCat("add", i), true,
                                kNow + absl::Minutes(i));
    answer.time_is_order = true;
    Apply(*snapshot, answer, learner.state);
  }
  for (const RankedResource& shown :
       learner.Ask(kNow + absl::Hours(24 * 365)).shown) {
    EXPECT_NE(shown.reason, Reason::kReview);
  }
}

TEST(PipelineReaction, AMistakeWaitsADayBeforeItIsAskedAgain) {
  Learner learner(Arithmetic());
  learner.request.page_size = 100;
  learner.Answers("add0", false);
  EXPECT_EQ(learner.ReasonFor("add0", kNow + absl::Hours(23)),
            Reason::kUnspecified);
  EXPECT_EQ(learner.ReasonFor("add0", kNow + absl::Hours(25)), Reason::kReview);
}

TEST(PipelineReaction, AHiddenResourceIsGoneOnTheNextRequest) {
  std::vector<Resource> resources = {Question("a", {"k"}),
                                     Question("b", {"k"})};
  Learner before(MakeSnapshot({Kc("k")}, resources));
  resources[0].hidden = true;
  Learner after(MakeSnapshot({Kc("k")}, resources));
  EXPECT_THAT(before.Ids(), ElementsAre("a", "b"));
  EXPECT_THAT(after.Ids(), ElementsAre("b"));
}

TEST(PipelineReaction, AnEmptyCatalogGivesAnEmptyListAndNoError) {
  EXPECT_THAT(Learner(MakeSnapshot({}, {})).Ids(), IsEmpty());
}

TEST(PipelineReaction, WithoutAModelTheListSaysSo) {
  Learner learner(Arithmetic());
  learner.Answers("add0", true);
  EXPECT_THAT(learner.Ask().degraded, ElementsAre("no model is serving"));
  EXPECT_FALSE(learner.Ask().shown.empty());
}

TEST(PipelineReaction, AModelWithoutFactorsIsNoFault) {
  ModelSet models;
  models.version = 3;
  Learner learner(
      MakeSnapshot({Kc("k")}, {Question("a", {"k"})}, std::move(models)));
  EXPECT_THAT(learner.Ask().degraded, IsEmpty());
}

// Multi-kc questions only, each naming a kc and its prerequisite: the shape in
// which tutors have been known to offer nothing (PEERS E5). And a kc that BKT
// forgets so fast that P(known) never reaches the policy's threshold.
TEST(PipelineReaction, ALearnerWhoIsAlwaysRightFinishesAGoalOfSeveralKcs) {
  constexpr int kNumKcs = 6;
  std::vector<KnowledgeComponent> kcs;
  std::vector<Resource> resources;
  TracingParams params;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    const KcId id = absl::StrCat("k", kc);
    const KcId before = absl::StrCat("k", std::max(kc - 1, 0));
    kcs.push_back(kc == 0 ? Kc(id) : Kc(id, {before}));
    for (int i = 0; i < 30; ++i) {
      resources.push_back(
          Question(absl::StrCat("q", kc, "_", i), {id, before}));
    }
    params.kcs.push_back(id);
    params.bkt.push_back({.p_init = 0.05f,
                          .p_learn = 0.1f,
                          .p_forget = kc == 2 ? 0.3f : 0.02f,
                          .p_slip = 0.1f,
                          .p_guess = 0.3f});
    params.kc_p_correct.push_back(0.6f);
  }
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  const auto snapshot = MakeSnapshot(kcs, resources, std::move(models));
  Learner learner(snapshot);
  learner.request.page_size = 1;

  int num_steps = 0;
  for (; num_steps < 10 * kNumKcs; ++num_steps) {
    const std::vector<ResourceId> next = learner.Ids();
    if (next.empty()) break;
    learner.Answers(next[0], true);
  }

  const LearnerView view(snapshot.get(), &learner.state, kNow,
                         learner.policy.mastered_p_known);
  for (int kc = 0; kc < kNumKcs; ++kc) {
    EXPECT_TRUE(view.kc(KcIndex{kc}).is_mastered) << "k" << kc;
  }
  EXPECT_LT(num_steps, 10 * kNumKcs);
}

TEST(PipelineReaction, ALearnerWhoIsAlwaysWrongIsNotTakenFurther) {
  Learner learner(Arithmetic(40));
  learner.request.page_size = 5;
  for (int step = 0; step < 35; ++step) {
    const std::vector<ResourceId> ids = learner.Ids();
    ASSERT_FALSE(ids.empty());
    for (const ResourceId& id : ids) {
      EXPECT_EQ(id.substr(0, 3), "add") << "step " << step;
    }
    learner.Answers(ids[0], false);
  }
}

TEST(PipelineReaction, KcsInACycleDoNotBlockOneAnother) {
  Learner learner(MakeSnapshot(
      {Kc("a", {"b"}), Kc("b", {"a"}), Kc("c", {"c"}), Kc("d", {"a"})},
      {Question("qa", {"a"}), Question("qb", {"b"}), Question("qc", {"c"}),
       Question("qd", {"d"}), Question("other", {})}));
  learner.Answers("other", true);
  EXPECT_EQ(learner.ReasonFor("qa"), Reason::kNextStep);
  EXPECT_EQ(learner.ReasonFor("qb"), Reason::kNextStep);
  EXPECT_EQ(learner.ReasonFor("qc"), Reason::kNextStep);
  EXPECT_EQ(learner.ReasonFor("qd"), Reason::kNotTried);
}

}  // namespace
}  // namespace evenlight
