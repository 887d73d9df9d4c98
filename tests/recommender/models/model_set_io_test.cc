#include "recommender/models/model_set_io.h"

#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "evenlight/storage/v1/model_records.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/interest_model_io.h"
#include "recommender/models/ranker_io.h"
#include "recommender/models/tracing_model_io.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using Files = std::map<std::string, std::string>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TracingParams SomeTracing() {
  TracingParams params;
  params.kcs = {"add", "subtract"};
  params.bkt = {BktParams{}, {0.6f, 0.1f, 0.0f, 0.1f, 0.2f}};
  params.kc_p_correct = {0.8f, 0.4f};
  params.questions = {"q1", "q2", "q3"};
  params.question_p_correct = {0.9f, 0.5f, 0.0f};
  params.mean_p_correct = 0.7f;
  params.lrh.bias = -0.25f;
  params.lrh.questions = {1, 2, 3};
  params.lrh.kcs = {4, -5};
  for (int column = 0; column < kNumLrhShared; ++column) {
    params.lrh.shared[column] = 0.5f * static_cast<float>(column);
  }
  params.lrh.slopes.assign(2 * kNumLrhSlopes, 0.125f);
  return params;
}

// `SomeTracing()` with all that corrects it.
TracingParams CorrectedTracing() {
  TracingParams params = SomeTracing();
  ResidualWeights& residual = params.residual;
  residual.shape = {.num_kcs = 2,
                    .num_questions = 3,
                    .kc_dim = 2,
                    .question_dim = 1,
                    .num_units = 3,
                    .num_features = 4};
  residual.values.resize(NumValues(residual.shape));
  for (size_t row = 0; row < residual.values.size(); ++row) {
    residual.values[row] = 0.01f * static_cast<float>(row) - 1;
  }
  residual.feature_mean = {0, 1, -2, 3};
  residual.feature_scale = {1, 0.5f, 2, 1e6f};
  params.calibration = {0.9f, -0.1f};
  params.correction_rate = 0.05f;
  return params;
}

InterestParams SomeInterest() {
  InterestParams params;
  params.resources = {"r1", "r2", "r3"};
  params.factors.factors =
      FactorMatrix{{1.0f, 0.0f}, {0.0f, 1.0f}, {0.6f, 0.8f}};
  ToEigenbasis(params.factors);
  params.factors.unobserved_weight = 0.1f;
  params.factors.regularization = 0.05f;
  params.factors.exponent = 0.5f;
  params.neighbours.begin = {0, 2, 2, 3};
  params.neighbours.neighbours = {
      {ResourceRow{2}, 0.5f}, {ResourceRow{1}, -0.25f}, {ResourceRow{0}, 1.0f}};
  params.cold_features = {3, 8};
  params.cold = FactorMatrix{{0.5f, 0.25f}, {-1.0f, 0.0f}};
  params.popularity = {10, 0, 3};
  params.grades[4] = {{ResourceRow{0}, 8.0f}, {ResourceRow{2}, 1.0f}};
  params.grades[5] = {{ResourceRow{2}, 2.0f}};
  params.score_mean = 0.01f;
  params.score_deviation = 0.1f;
  return params;
}

ModelSet MakeModels(TracingParams tracing, InterestParams interest) {
  ModelSet models;
  models.tracing = TracingModel(std::move(tracing));
  models.interest = InterestModel(std::move(interest));
  return models;
}

TEST(ModelSetIoTest, RoundTripGivesTheSameModelAndBytes) {
  const Files files = EncodeModelSet(MakeModels(SomeTracing(), SomeInterest()));
  const auto models = DecodeModelSet(7, files);
  ASSERT_THAT(models, IsOk());
  EXPECT_EQ((*models)->version, 7);
  EXPECT_EQ(EncodeModelSet(**models), files);

  const TracingParams& tracing = (*models)->tracing.params();
  EXPECT_EQ(tracing.kcs, SomeTracing().kcs);
  EXPECT_EQ(tracing.question_p_correct, SomeTracing().question_p_correct);
  EXPECT_FLOAT_EQ(tracing.bkt[1].p_init, 0.6f);
  EXPECT_FLOAT_EQ(tracing.bkt[1].p_guess, 0.2f);
  EXPECT_EQ(tracing.lrh.shared, SomeTracing().lrh.shared);
  const InterestParams& interest = (*models)->interest.params();
  EXPECT_EQ(interest.grades, SomeInterest().grades);
  EXPECT_EQ(interest.factors.factors, SomeInterest().factors.factors);
}

TEST(ModelSetIoTest, WhatCorrectsLrhRoundTrips) {
  for (const int num_questions : {3, 0}) {
    for (const bool has_kc_gru : {true, false}) {
      TracingParams params = CorrectedTracing();
      params.residual.shape.num_questions = num_questions;
      params.residual.shape.has_kc_gru = has_kc_gru;
      params.residual.values.resize(NumValues(params.residual.shape), 0.5f);
      const std::string bytes = EncodeTracing(params);
      const auto decoded = DecodeTracing(bytes);
      ASSERT_THAT(decoded, IsOk());
      EXPECT_EQ(EncodeTracing(*decoded), bytes);
      EXPECT_EQ(decoded->residual.shape, params.residual.shape);
      EXPECT_EQ(decoded->residual.values, params.residual.values);
      EXPECT_EQ(decoded->residual.feature_mean, params.residual.feature_mean);
      EXPECT_EQ(decoded->residual.feature_scale, params.residual.feature_scale);
      EXPECT_EQ(decoded->calibration, params.calibration);
      EXPECT_EQ(decoded->correction_rate, params.correction_rate);
    }
  }
}

TEST(ModelSetIoTest, BytesOfTheFirstFormatCorrectNothing) {
  // A model that nothing corrects is written as the first format was.
  storage::v1::TracingRecord record;
  ASSERT_TRUE(record.ParseFromString(EncodeTracing(SomeTracing())));
  EXPECT_FALSE(record.has_residual());
  EXPECT_FALSE(record.has_calibration());
  const auto decoded = DecodeTracing(record.SerializeAsString());
  ASSERT_THAT(decoded, IsOk());
  EXPECT_TRUE(decoded->residual.empty());
  EXPECT_EQ(decoded->calibration, Calibration());
  EXPECT_EQ(decoded->correction_rate, 0);
}

TEST(ModelSetIoTest, SizesThatLieAreRefusedBeforeAnythingIsAllocated) {
  struct Lie {
    const char* field;
    std::function<void(storage::v1::ResidualRecord&)> tell;
  };
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  for (const Lie& lie : std::vector<Lie>{
           {"num_kcs", [](auto& r) { r.set_num_kcs(kMax); }},
           {"num_kcs", [](auto& r) { r.set_num_kcs(-1); }},
           {"num_questions", [](auto& r) { r.set_num_questions(kMax); }},
           {"num_questions", [](auto& r) { r.set_num_questions(kMin); }},
           {"kc_dim", [](auto& r) { r.set_kc_dim(kMax); }},
           {"kc_dim", [](auto& r) { r.set_kc_dim(-1); }},
           {"question_dim", [](auto& r) { r.set_question_dim(kMax); }},
           {"num_units", [](auto& r) { r.set_num_units(kMax); }},
           {"num_units", [](auto& r) { r.set_num_units(0); }},
           {"num_features", [](auto& r) { r.set_num_features(65); }},
           {"num_features", [](auto& r) { r.set_num_features(kMin); }},
           {"values", [](auto& r) { r.set_num_units(512); }},
           {"values", [](auto& r) { r.set_has_kc_gru(false); }},
           {"values", [](auto& r) { r.clear_values(); }},
       }) {
    storage::v1::TracingRecord record;
    ASSERT_TRUE(record.ParseFromString(EncodeTracing(CorrectedTracing())));
    lie.tell(*record.mutable_residual());
    const auto decoded = DecodeTracing(record.SerializeAsString());
    EXPECT_THAT(decoded, HasCode(absl::StatusCode::kDataLoss)) << lie.field;
    EXPECT_THAT(decoded.status().message(),
                testing::HasSubstr(std::string("residual.") + lie.field));
  }
}

TEST(ModelSetIoTest, TheWholeFactorisationComesBack) {
  const auto params = DecodeInterest(EncodeInterest(SomeInterest()));
  ASSERT_THAT(params, IsOk());
  EXPECT_EQ(params->factors.spectrum, SomeInterest().factors.spectrum);
  EXPECT_EQ(params->factors.exponent, 0.5f);
  EXPECT_EQ(params->cold_features, SomeInterest().cold_features);
  EXPECT_EQ(params->cold, SomeInterest().cold);
}

TEST(ModelSetIoTest, FactorsOfFormatOneAreBroughtIntoTheirEigenbasis) {
  storage::v1::FactorsRecord record;
  ASSERT_TRUE(record.ParseFromString(EncodeInterest(SomeInterest())));
  const FactorMatrix old{{1.0f, 0.0f}, {0.0f, 1.0f}, {0.6f, 0.8f}};
  record.set_factors(old.data(), old.size() * sizeof(float));
  record.clear_format_version();
  record.clear_spectrum();
  record.clear_exponent();
  const auto params = DecodeInterest(record.SerializeAsString());
  ASSERT_THAT(params, IsOk());
  EXPECT_EQ(params->factors.exponent, 1);
  const FactorMatrix& v = params->factors.factors;
  const Eigen::MatrixXf diagonal = params->factors.spectrum.asDiagonal();
  EXPECT_TRUE((v.transpose() * v).isApprox(diagonal, 1e-5f));
  EXPECT_TRUE((v * v.transpose()).isApprox(old * old.transpose(), 1e-5f));
}

// Each of these is a file whose parts were not trained together, or of a format
// that is not known here.
TEST(ModelSetIoTest, FactorsOfTwoGenerationsAreRefused) {
  struct Lie {
    std::string word;
    std::function<void(storage::v1::FactorsRecord&)> tell;
  };
  for (const Lie& lie : std::vector<Lie>{
           {"generations", [](auto& r) { r.set_spectrum(0, 9); }},
           {"generations",
            [](auto& r) {
              const FactorMatrix other{{1, 0}, {0, 1}, {1, 1}};
              r.set_factors(other.data(), other.size() * sizeof(float));
            }},
           {"spectrum", [](auto& r) { r.add_spectrum(1); }},
           {"exponent", [](auto& r) { r.set_exponent(2); }},
           {"cold_features", [](auto& r) { r.set_cold_features(0, 8); }},
           {"cold", [](auto& r) { r.mutable_cold()->pop_back(); }},
           {"newer", [](auto& r) { r.set_format_version(4); }},
       }) {
    storage::v1::FactorsRecord record;
    ASSERT_TRUE(record.ParseFromString(EncodeInterest(SomeInterest())));
    lie.tell(record);
    const auto decoded = DecodeInterest(record.SerializeAsString());
    EXPECT_THAT(decoded, HasCode(absl::StatusCode::kDataLoss)) << lie.word;
    EXPECT_THAT(decoded.status().message(), testing::HasSubstr(lie.word));
  }
}

TEST(ModelSetIoTest, DefaultAndUntrainedModelsRoundTrip) {
  EXPECT_THAT(DecodeModelSet(0, EncodeModelSet(ModelSet{})), IsOk());

  TracingParams tracing = SomeTracing();
  tracing.lrh = LrhWeights{};
  InterestParams interest = SomeInterest();
  interest.factors = ResourceFactors{};
  interest.cold_features.clear();
  interest.cold.resize(0, 0);
  const auto models =
      DecodeModelSet(1, EncodeModelSet(MakeModels(tracing, interest)));
  ASSERT_THAT(models, IsOk());
  EXPECT_FALSE((*models)->tracing.is_trained());
  EXPECT_FALSE((*models)->interest.has_factors());
}

LearntWeights SomeWeights() {
  LearntWeights weights;
  SetWeights(Phase::kInClass, {.5f, .25f, .25f, 0, 0, 0, 0}, weights);
  SetWeights(Phase::kSelfStudy, {.1f, .1f, .1f, .1f, .1f, .1f, .4f}, weights);
  return weights;
}

TEST(ModelSetIoTest, LearntWeightsRoundTrip) {
  ModelSet models = MakeModels(SomeTracing(), SomeInterest());
  models.weights = SomeWeights();
  const Files files = EncodeModelSet(models);
  const auto decoded = DecodeModelSet(1, files);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ((*decoded)->weights, models.weights);
  EXPECT_EQ((*decoded)->weights[static_cast<size_t>(Phase::kUnspecified)],
            (ScoreParts{.1f, .1f, .1f, .1f, .1f, .1f, .4f}));
  EXPECT_EQ(EncodeModelSet(**decoded), files);
}

TEST(ModelSetIoTest, AVersionWithoutWeightsHasNoFileOfThem) {
  const Files files = EncodeModelSet(MakeModels(SomeTracing(), SomeInterest()));
  EXPECT_EQ(files.size(), 2);
  const auto models = DecodeModelSet(1, files);
  ASSERT_THAT(models, IsOk());
  EXPECT_EQ((*models)->weights, LearntWeights());
}

TEST(ModelSetIoTest, BrokenWeightsAreRefusedByName) {
  struct Lie {
    std::string word;
    std::function<void(storage::v1::RankerRecord&)> tell;
  };
  const Files whole = EncodeModelSet(MakeModels(SomeTracing(), SomeInterest()));
  for (const Lie& lie : std::vector<Lie>{
           {"format_version is 2", [](auto& r) { r.set_format_version(2); }},
           {"format_version is 0", [](auto& r) { r.Clear(); }},
           {"phase holds 0",
            [](auto& r) { r.mutable_phases(0)->set_phase(0); }},
           {"phase holds 5",
            [](auto& r) { r.mutable_phases(0)->set_phase(5); }},
           {"twice", [](auto& r) { r.mutable_phases(0)->set_phase(4); }},
           {"size 8", [](auto& r) { r.mutable_phases(1)->add_weights(0); }},
           {"size 0", [](auto& r) { r.mutable_phases(1)->clear_weights(); }},
           {"holds nan",
            [](auto& r) { r.mutable_phases(0)->set_weights(3, kNan); }},
           {"holds -0.25",
            [](auto& r) { r.mutable_phases(0)->set_weights(3, -.25f); }},
           {"adds up to 0.75",
            [](auto& r) { r.mutable_phases(0)->set_weights(1, 0); }},
       }) {
    storage::v1::RankerRecord record;
    ASSERT_TRUE(record.ParseFromString(EncodeRanker(SomeWeights())));
    lie.tell(record);
    Files files = whole;
    files[kRankerFile] = record.SerializeAsString();
    const auto decoded = DecodeModelSet(1, files);
    EXPECT_THAT(decoded, HasCode(absl::StatusCode::kDataLoss)) << lie.word;
    EXPECT_THAT(decoded.status().message(), testing::HasSubstr("ranker.pb"));
    EXPECT_THAT(decoded.status().message(), testing::HasSubstr(lie.word));
  }
  Files files = whole;
  files[kRankerFile] = "\xff";
  EXPECT_THAT(DecodeModelSet(1, files), HasCode(absl::StatusCode::kDataLoss));
}

TEST(ModelSetIoTest, NamesAMissingFile) {
  Files files = EncodeModelSet(MakeModels(SomeTracing(), SomeInterest()));
  files.erase("factors.pb");
  const auto models = DecodeModelSet(1, files);
  EXPECT_THAT(models, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(models.status().message(), testing::HasSubstr("factors.pb"));
}

struct BrokenTracing {
  std::string name;
  std::string field;
  std::function<void(TracingParams&)> breaks;
};

class DecodeTracingRejects : public testing::TestWithParam<BrokenTracing> {};

TEST_P(DecodeTracingRejects, AndNamesTheField) {
  TracingParams params = CorrectedTracing();
  GetParam().breaks(params);
  const auto decoded = DecodeTracing(EncodeTracing(params));
  ASSERT_THAT(decoded, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(decoded.status().message(),
              testing::HasSubstr("tracing.pb field " + GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecodeTracingRejects,
    testing::ValuesIn(std::vector<BrokenTracing>{
        {"KcTwice", "kcs", [](auto& p) { p.kcs[1] = "add"; }},
        {"QuestionTwice", "questions", [](auto& p) { p.questions[2] = "q1"; }},
        {"BktShort", "bkt", [](auto& p) { p.bkt.pop_back(); }},
        {"BktNan", "bkt", [](auto& p) { p.bkt[0].p_slip = kNan; }},
        {"BktAboveOne", "bkt", [](auto& p) { p.bkt[0].p_slip = 1.5f; }},
        {"KcMeansLong", "kc_p_correct",
         [](auto& p) { p.kc_p_correct.push_back(0); }},
        {"QuestionMeanNegative", "question_p_correct",
         [](auto& p) { p.question_p_correct[0] = -1; }},
        {"MeanNan", "mean_p_correct", [](auto& p) { p.mean_p_correct = kNan; }},
        {"BiasNan", "bias", [](auto& p) { p.lrh.bias = kNan; }},
        {"QuestionWeightsShort", "question_weights",
         [](auto& p) { p.lrh.questions.pop_back(); }},
        {"KcWeightsMissing", "kc_weights", [](auto& p) { p.lrh.kcs.clear(); }},
        {"SharedInfinite", "shared_weights",
         [](auto& p) {
           p.lrh.shared[3] = std::numeric_limits<float>::infinity();
         }},
        {"SlopesShort", "kc_slopes", [](auto& p) { p.lrh.slopes.pop_back(); }},
        {"ResidualWithoutLrh", "residual",
         [](auto& p) { p.lrh = LrhWeights(); }},
        {"ResidualOfOtherKcs", "residual.num_kcs",
         [](auto& p) { ++p.residual.shape.num_kcs; }},
        {"ResidualOfOtherQuestions", "residual.num_questions",
         [](auto& p) { --p.residual.shape.num_questions; }},
        {"ResidualShort", "residual.values",
         [](auto& p) { p.residual.values.pop_back(); }},
        {"ResidualNan", "residual.values",
         [](auto& p) { p.residual.values[5] = kNan; }},
        {"FeatureMeansLong", "residual.feature_mean",
         [](auto& p) { p.residual.feature_mean.push_back(0); }},
        {"FeatureMeanNan", "residual.feature_mean",
         [](auto& p) { p.residual.feature_mean[0] = kNan; }},
        {"FeatureScalesShort", "residual.feature_scale",
         [](auto& p) { p.residual.feature_scale.pop_back(); }},
        {"FeatureScaleZero", "residual.feature_scale",
         [](auto& p) { p.residual.feature_scale[1] = 0; }},
        {"SlopeZero", "calibration.slope",
         [](auto& p) { p.calibration.slope = 0; }},
        {"SlopeNan", "calibration.slope",
         [](auto& p) { p.calibration.slope = kNan; }},
        {"CalibrationBiasInfinite", "calibration.bias",
         [](auto& p) {
           p.calibration.bias = std::numeric_limits<float>::infinity();
         }},
        {"RateNegative", "correction_rate",
         [](auto& p) { p.correction_rate = -0.1f; }},
        {"RateAboveOne", "correction_rate",
         [](auto& p) { p.correction_rate = 1.5f; }},
    }),
    [](const auto& test) { return test.param.name; });

struct BrokenInterest {
  std::string name;
  std::string field;
  std::function<void(InterestParams&)> breaks;
};

class DecodeInterestRejects : public testing::TestWithParam<BrokenInterest> {};

TEST_P(DecodeInterestRejects, AndNamesTheField) {
  InterestParams params = SomeInterest();
  GetParam().breaks(params);
  const auto decoded = DecodeInterest(EncodeInterest(params));
  ASSERT_THAT(decoded, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(decoded.status().message(),
              testing::HasSubstr("factors.pb field " + GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecodeInterestRejects,
    testing::ValuesIn(std::vector<BrokenInterest>{
        {"ResourceTwice", "resources", [](auto& p) { p.resources[1] = "r1"; }},
        {"FactorsShort", "factors",
         [](auto& p) { p.factors.factors = FactorMatrix::Zero(2, 2); }},
        {"FactorsNan", "factors",
         [](auto& p) { p.factors.factors(1, 1) = kNan; }},
        {"FactorsTooLargeToSquare", "factors",
         [](auto& p) { p.factors.factors(1, 1) = 1e30f; }},
        {"TooManyFactors", "num_factors",
         [](auto& p) {
           p.factors.factors = FactorMatrix::Zero(3, kMaxNumFactors + 1);
         }},
        {"RegularizationZero", "regularization",
         [](auto& p) { p.factors.regularization = 0; }},
        {"UnobservedWeightNegative", "unobserved_weight",
         [](auto& p) { p.factors.unobserved_weight = -1; }},
        {"PopularityShort", "popularity",
         [](auto& p) { p.popularity.pop_back(); }},
        {"PopularityNan", "popularity",
         [](auto& p) { p.popularity[0] = kNan; }},
        {"GradeRowPastEnd", "grades.resource_rows",
         [](auto& p) { p.grades[4][0].first = ResourceRow{3}; }},
        {"GradeRowNone", "grades.resource_rows",
         [](auto& p) { p.grades[4][0].first = ResourceRow::kNone; }},
        {"GradePopularityNan", "grades.popularity",
         [](auto& p) { p.grades[4][0].second = kNan; }},
        {"NeighboursOfTooFew", "num_neighbours",
         [](auto& p) { p.neighbours.begin.pop_back(); }},
        {"NeighbourPastEnd", "neighbour_rows",
         [](auto& p) { p.neighbours.neighbours[1].resource = ResourceRow{3}; }},
        {"SimilarityNan", "similarities",
         [](auto& p) { p.neighbours.neighbours[0].similarity = kNan; }},
        {"ScoreMeanNan", "score_mean", [](auto& p) { p.score_mean = kNan; }},
        {"ScoreDeviationNegative", "score_deviation",
         [](auto& p) { p.score_deviation = -1; }},
    }),
    [](const auto& test) { return test.param.name; });

// Any answer will do but a crash; what is accepted must be usable.
void DecodeAndUse(const Files& files) {
  const auto models = DecodeModelSet(1, files);
  if (!models.ok()) {
    EXPECT_THAT(models, HasCode(absl::StatusCode::kDataLoss));
    return;
  }
  for (const auto& kc : (*models)->tracing.params().kcs) {
    (*models)->tracing.Bkt((*models)->tracing.FindKc(KcKeyOf(kc)));
  }
  const ResidualWeights& residual = (*models)->tracing.params().residual;
  if (!residual.empty()) {
    LrhInput input;
    input.question =
        residual.shape.num_questions > 0 ? QuestionRow{0} : QuestionRow::kNone;
    input.kcs.push_back({.row = KcRow{residual.shape.num_kcs - 1}});
    const std::vector<float> zeros(residual.num_units());
    ResidualLogOdds(residual, input, zeros, zeros);
  }
  EncodeModelSet(**models);
}

TEST(ModelSetIoTest, NeverCrashesOnCutFiles) {
  const Files files =
      EncodeModelSet(MakeModels(CorrectedTracing(), SomeInterest()));
  for (const auto& [name, bytes] : files) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      Files cut = files;
      cut[name].resize(size);
      DecodeAndUse(cut);
    }
  }
}

TEST(ModelSetIoTest, NeverCrashesOnAFlippedByte) {
  const Files files =
      EncodeModelSet(MakeModels(CorrectedTracing(), SomeInterest()));
  std::mt19937 random(1);
  for (const auto& [name, bytes] : files) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const int mask :
           {0x01, 0x80, 0xff, static_cast<int>(random() % 255) + 1}) {
        Files flipped = files;
        flipped[name][at] = static_cast<char>(flipped[name][at] ^ mask);
        DecodeAndUse(flipped);
      }
    }
  }
}

}  // namespace
}  // namespace evenlight
