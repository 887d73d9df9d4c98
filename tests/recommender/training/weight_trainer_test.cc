#include "recommender/training/weight_trainer.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/ranking/policy.h"
#include "tests/recommender/training/planted_lists.h"

namespace evenlight {
namespace {

constexpr ScoreParts kPlanted = {0, .1f, .1f, .2f, .4f, .2f, 0};

ScoreParts HandSet() {
  return RankingPolicy::DefaultWeights()[static_cast<size_t>(
      Phase::kSelfStudy)];
}

PlantedLists Planted() { return {.weights = kPlanted, .shown_by = HandSet()}; }

TEST(WeightTrainerTest, FindsThePlantedWeightsAndPlaces) {
  const WeightFit fit = FitWeights(MakeLists(Planted(), 8000), HandSet(), {});
  for (int part = 0; part < kNumScoreParts; ++part) {
    EXPECT_NEAR(fit.weights[part], kPlanted[part], 0.03)
        << kScorePartNames[part];
  }
  EXPECT_NEAR(fit.scale, 8, 0.8);
  for (int place = 0; place < Planted().size; ++place) {
    EXPECT_NEAR(fit.places[place], Planted().place * place, 0.2) << place;
  }
}

// The order that was shown is by the hand-set weights, so that what stands
// above has more of `ready`, which nobody looks for.
TEST(WeightTrainerTest, WithoutPlacesTheOrderShownTeachesItself) {
  std::vector<ExposedList> lists = MakeLists(Planted(), 8000);
  for (ExposedList& list : lists) {
    for (Exposure& shown : list.shown) shown.place = 0;
  }
  const WeightFit fit = FitWeights(lists, HandSet(), {});
  EXPECT_GT(fit.weights[0], 0.07);
  EXPECT_LT(fit.weights[static_cast<size_t>(ScorePart::kInterest)], 0.35);
}

TEST(WeightTrainerTest, AreAShareOfOneAndNeverNegative) {
  PlantedLists planted = Planted();
  planted.weights[0] = -0.3f;
  const WeightFit fit = FitWeights(MakeLists(planted, 2000), HandSet(), {});
  EXPECT_EQ(fit.weights[0], 0);
  for (const float weight : fit.weights) EXPECT_GE(weight, 0);
  EXPECT_NEAR(std::accumulate(fit.weights.begin(), fit.weights.end(), 0.0f), 1,
              1e-5);
}

// As `ready` nearly always is, since what is not ready is seldom shown.
TEST(WeightTrainerTest, APartThatNeverVariesKeepsItsShare) {
  PlantedLists planted = Planted();
  planted.has_constant_ready = true;
  const WeightFit fit = FitWeights(MakeLists(planted, 4000), HandSet(), {});
  const ScoreParts hand_set = HandSet();
  const double share =
      ScoreBy(fit.weights, hand_set) / ScoreBy(hand_set, hand_set);
  EXPECT_NEAR(fit.weights[0], share * hand_set[0], 1e-3);
  EXPECT_GT(fit.weights[0], 0.1);
}

TEST(WeightTrainerTest, NoNearbyPointHasALowerLoss) {
  const std::vector<ExposedList> lists = MakeLists(Planted(), 500);
  const WeightOptions free = {.regularization = 1e-9,
                              .place_regularization = 1e-6};
  const WeightFit best = FitWeights(lists, HandSet(), free);
  const auto loss_of = [&](const WeightFit& fit) {
    double loss = 0;
    for (const ExposedList& list : lists) loss += PairLoss(fit, list);
    return loss;
  };
  const double least = loss_of(best);
  for (const float step : {-0.01f, 0.01f}) {
    for (int part = 0; part < kNumScoreParts; ++part) {
      WeightFit near = best;
      near.weights[part] += step;
      if (near.weights[part] < 0) continue;
      EXPECT_GT(loss_of(near), least) << kScorePartNames[part] << " " << step;
    }
    for (int place = 0; place < Planted().size; ++place) {
      WeightFit near = best;
      near.places[place] += 10 * step;
      EXPECT_GT(loss_of(near), least) << place << " " << step;
    }
  }
}

TEST(WeightTrainerTest, WithoutListsTheHandSetOnesStay) {
  const WeightFit fit = FitWeights({}, HandSet(), {});
  for (int part = 0; part < kNumScoreParts; ++part) {
    EXPECT_NEAR(fit.weights[part], HandSet()[part], 1e-2);
  }
}

TEST(WeightTrainerTest, OnlyTheScaleMayBeFitted) {
  const WeightFit fit = FitWeights(MakeLists(Planted(), 2000), HandSet(),
                                   {.regularization = kHandSetOnly});
  for (int part = 0; part < kNumScoreParts; ++part) {
    EXPECT_NEAR(fit.weights[part], HandSet()[part], 1e-4);
  }
  EXPECT_GT(fit.scale, 1);
}

TEST(WeightTrainerTest, EqualListsGiveEqualWeights) {
  const std::vector<ExposedList> lists = MakeLists(Planted(), 300);
  const WeightFit once = FitWeights(lists, HandSet(), {});
  const WeightFit again = FitWeights(lists, HandSet(), {});
  EXPECT_EQ(once.weights, again.weights);
  EXPECT_EQ(once.places, again.places);
}

ExposedList ThreeLines(int taken) {
  ExposedList list;
  for (int place = 0; place < 3; ++place) {
    list.shown.push_back(
        {{static_cast<float>(3 - place) / 4}, place, place == taken});
  }
  return list;
}

TEST(TakenUpNdcgTest, IsTheDiscountOfWhereItStands) {
  constexpr ScoreParts kFirstPart = {1};
  EXPECT_DOUBLE_EQ(TakenUpNdcg(kFirstPart, {}, ThreeLines(0)), 1);
  EXPECT_DOUBLE_EQ(TakenUpNdcg(kFirstPart, {}, ThreeLines(1)),
                   1 / std::log2(3));
  EXPECT_DOUBLE_EQ(TakenUpNdcg(kFirstPart, {}, ThreeLines(2)), 0.5);
  EXPECT_DOUBLE_EQ(TakenUpNdcg({}, {}, ThreeLines(0)), 0.5) << "a tie";
}

TEST(TakenUpNdcgTest, WhatWasTakenUpFarDownCountsMore) {
  ExposedList list = ThreeLines(0);
  list.shown[2].is_taken_up = true;
  std::array<double, kNumPlaces> places = {};
  places[2] = -std::log(4.0);
  // Gains 1 and 4 in the order 1, 0, 4; the best is 4, 1, 0.
  EXPECT_NEAR(TakenUpNdcg({1}, places, list), 3 / (4 + 1 / std::log2(3)), 1e-9);
}

}  // namespace
}  // namespace evenlight
