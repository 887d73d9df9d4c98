#include "recommender/evaluation/choice_replay.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "recommender/evaluation/choice_rank.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/score.h"
#include "recommender/state/fold.h"
#include "recommender/state/learner_view.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

// Five kcs of eight questions each that differ in how hard they are, and a
// video.
class ChoiceReplayTest : public testing::Test {
 protected:
  ChoiceReplayTest() {
    std::vector<KnowledgeComponent> kcs;
    std::vector<Resource> resources = {Video("v", {"k0"})};
    TracingParams params;
    for (int kc = 0; kc < 5; ++kc) {
      kcs.push_back(Kc(absl::StrCat("k", kc)));
      params.kcs.push_back(kcs.back().id);
      params.bkt.push_back({.p_init = 0.1f + 0.15f * static_cast<float>(kc)});
      params.kc_p_correct.push_back(0.6f);
      for (int question = 0; question < 8; ++question) {
        resources.push_back(
            Question(absl::StrCat("q", kc, question), {kcs.back().id}));
      }
    }
    ModelSet models;
    models.version = 1;
    models.tracing = TracingModel(std::move(params));
    snapshot_ = MakeSnapshot(kcs, resources, std::move(models));
    for (int row = 0; row < 30; ++row) {
      track_.push_back(Answer(*snapshot_, absl::StrCat("q", row % 5, row % 7),
                              row % 3 != 0, kNow + absl::Minutes(row)));
      track_.back().time_is_order = true;
    }
  }

  std::vector<ReplayedChoice> Replay(int32_t num_others, uint64_t seed = 1) {
    ChoiceReplayOptions options;
    options.num_others = num_others;
    options.seed = seed;
    return ReplayChoices(*snapshot_, track_, 7, options);
  }

  std::shared_ptr<const ServingSnapshot> snapshot_;
  std::vector<Interaction> track_;
};

TEST_F(ChoiceReplayTest, PredictsAsTheServiceDoesBeforeEachAnswer) {
  const std::vector<ReplayedChoice> choices = Replay(0);
  ASSERT_EQ(choices.size(), track_.size());
  LearnerState state;
  for (size_t row = 0; row < track_.size(); ++row) {
    SCOPED_TRACE(row);
    EXPECT_EQ(choices[row].prediction.p_correct,
              PredictAndFold(snapshot_->models->tracing, track_[row], state));
    EXPECT_EQ(choices[row].prediction.is_correct, track_[row].is_correct);
    EXPECT_EQ(choices[row].prediction.learner, 7);
    EXPECT_EQ(choices[row].prediction.number, static_cast<int64_t>(row));
  }
}

TEST_F(ChoiceReplayTest, RanksAmongAllOtherEligibleQuestions) {
  const std::vector<ReplayedChoice> choices = Replay(0);
  LearnerState state;
  for (size_t row = 0; row < track_.size(); ++row) {
    SCOPED_TRACE(row);
    const RankingPolicy policy;
    const LearnerView view(snapshot_.get(), &state, track_[row].position.time,
                           policy.mastered_p_known);
    const EligibilityGate gate(&view, {}, {}, Phase::kSelfStudy);
    const Scorer scorer(&view, &policy, Phase::kSelfStudy, nullptr);
    const Catalog& catalog = *snapshot_->catalog;
    const ResourceIndex chosen = catalog.FindResource(track_[row].question);
    const auto part = [&](ResourceIndex question, ScorePart of) {
      return scorer.Evaluate(question).parts[static_cast<size_t>(of)];
    };
    const auto is_eligible = [&](ResourceIndex question) {
      return gate.CheckNew(question) == Refusal::kNone ||
             gate.CheckReview(question) == Refusal::kNone;
    };
    std::vector<float> bands;
    std::vector<float> gains;
    for (int32_t other = 0; other < catalog.num_resources(); ++other) {
      const ResourceIndex resource{other};
      if (resource == chosen || !is_eligible(resource)) continue;
      if (catalog.resource(resource).id == "v") continue;
      bands.push_back(part(resource, ScorePart::kBand));
      gains.push_back(part(resource, ScorePart::kGain));
    }
    EXPECT_EQ(choices[row].num_others, static_cast<int32_t>(bands.size()));
    EXPECT_EQ(choices[row].is_eligible(), is_eligible(chosen));
    EXPECT_EQ(choices[row].band_rank,
              MidRank(part(chosen, ScorePart::kBand), bands));
    EXPECT_EQ(choices[row].gain_rank,
              MidRank(part(chosen, ScorePart::kGain), gains));
    Fold(snapshot_->models->tracing, track_[row], state);
  }
}

TEST_F(ChoiceReplayTest, TellsWhyAChoiceWasNotEligible) {
  track_[1] = track_[0];
  track_[1].position.time += absl::Minutes(1);
  const std::vector<ReplayedChoice> choices = Replay(5);
  EXPECT_EQ(choices[0].refusal, Refusal::kNone);
  EXPECT_EQ(choices[1].refusal, Refusal::kMet);
}

TEST_F(ChoiceReplayTest, DrawsRepeatWithTheSeedAndStayNearTheWhole) {
  const std::vector<ReplayedChoice> whole = Replay(0);
  const std::vector<ReplayedChoice> drawn = Replay(10);
  const std::vector<ReplayedChoice> again = Replay(10);
  const std::vector<ReplayedChoice> other = Replay(10, 2);
  double sum = 0;
  bool differs = false;
  for (size_t row = 0; row < drawn.size(); ++row) {
    EXPECT_EQ(drawn[row].num_others, 10);
    EXPECT_EQ(drawn[row].band_rank, again[row].band_rank);
    differs |= drawn[row].band_rank != other[row].band_rank;
    sum += drawn[row].band_rank - whole[row].band_rank;
  }
  EXPECT_TRUE(differs);
  EXPECT_NEAR(sum / static_cast<double>(drawn.size()), 0, 0.1);
}

TEST_F(ChoiceReplayTest, WhatTheCatalogLacksHasNoRow) {
  track_[3].question = track_[3].resource = ResourceKeyOf("elsewhere");
  const std::vector<ReplayedChoice> choices = Replay(5);
  ASSERT_EQ(choices.size(), track_.size() - 1);
  EXPECT_EQ(choices[3].prediction.number, 4);
}

}  // namespace
}  // namespace evenlight
