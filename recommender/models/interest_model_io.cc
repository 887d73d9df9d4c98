#include "recommender/models/interest_model_io.h"

#include <bit>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "recommender/models/record_checks.h"

namespace evenlight {
namespace {

using storage::v1::FactorsRecord;

constexpr int kFactorsFormat = 3;
// The first whose factors stand in their eigenbasis.
constexpr int kEigenbasisFormat = 2;
// Of the largest; rounding is below 1e-5.
constexpr float kSpectrumTolerance = 1e-3f;

static_assert(std::endian::native == std::endian::little,
              "factors are stored as little-endian floats");

absl::Status ValidateGrades(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  absl::flat_hash_set<int32_t> seen;
  for (const auto& grade : record.grades()) {
    if (!seen.insert(grade.grade()).second) {
      return check.Broken("grades",
                          absl::StrCat("holds ", grade.grade(), " twice"));
    }
    RETURN_IF_ERROR(check.Size("grades.popularity", grade.popularity_size(),
                               grade.resource_rows_size()));
    RETURN_IF_ERROR(
        check.Within("grades.popularity", grade.popularity(), 0, kMaxFloat));
    for (const int32_t row : grade.resource_rows()) {
      if (row >= 0 && row < record.resources_size()) continue;
      return check.Broken("grades.resource_rows",
                          absl::StrCat("holds ", row, ", not in [0, ",
                                       record.resources_size(), ")"));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateFactors(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  const int64_t num_factors = record.num_factors();
  if (num_factors < 0 || num_factors > kMaxNumFactors) {
    return check.Broken(
        "num_factors",
        absl::StrCat("is ", num_factors, ", not in [0, ", kMaxNumFactors, "]"));
  }
  const int64_t num_values = record.resources_size() * num_factors;
  RETURN_IF_ERROR(check.Size("factors",
                             static_cast<int64_t>(record.factors().size()),
                             num_values * int64_t{sizeof(float)}));
  RETURN_IF_ERROR(check.Within("unobserved_weight", record.unobserved_weight(),
                               0, kMaxFloat));
  RETURN_IF_ERROR(
      check.Within("regularization", record.regularization(), 0, kMaxFloat));
  if (num_values > 0 && record.regularization() == 0) {
    return check.Broken("regularization", "is not positive");
  }
  return absl::OkStatus();
}

absl::Status ValidateScores(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  RETURN_IF_ERROR(check.Size("popularity", record.popularity_size(),
                             record.resources_size()));
  RETURN_IF_ERROR(
      check.Within("popularity", record.popularity(), 0, kMaxFloat));
  RETURN_IF_ERROR(check.Finite("score_mean", {record.score_mean()}));
  return check.Within("score_deviation", record.score_deviation(), 0,
                      kMaxFloat);
}

absl::Status ValidateCold(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  const auto& features = record.cold_features();
  RETURN_IF_ERROR(check.Size("cold", static_cast<int64_t>(record.cold().size()),
                             int64_t{features.size()} * record.num_factors() *
                                 int64_t{sizeof(float)}));
  for (int row = 1; row < features.size(); ++row) {
    if (features[row - 1] >= features[row]) {
      return check.Broken("cold_features", "do not increase");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateNeighbours(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  const int64_t num_resources = record.resources_size();
  RETURN_IF_ERROR(
      check.Size("num_neighbours", record.num_neighbours_size(),
                 record.num_neighbours_size() == 0 ? 0 : num_resources));
  int64_t sum = 0;
  for (const int32_t count : record.num_neighbours()) {
    if (count < 0 || count > num_resources) {
      return check.Broken(
          "num_neighbours",
          absl::StrCat("holds ", count, ", not in [0, ", num_resources, "]"));
    }
    sum += count;
  }
  RETURN_IF_ERROR(
      check.Size("neighbour_rows", record.neighbour_rows_size(), sum));
  RETURN_IF_ERROR(check.Size("similarities", record.similarities_size(), sum));
  for (const int32_t row : record.neighbour_rows()) {
    if (row >= 0 && row < num_resources) continue;
    return check.Broken(
        "neighbour_rows",
        absl::StrCat("holds ", row, ", not in [0, ", num_resources, ")"));
  }
  return check.Within("similarities", record.similarities(), -kMaxFloat,
                      kMaxFloat);
}

// Both are stored, so that a file whose halves come from two trainings shows.
absl::Status ValidateSpectrum(const ResourceFactors& resources) {
  const RecordChecks check(kFactorsFile);
  const Eigen::MatrixXf gram =
      resources.factors.transpose() * resources.factors;
  // One number that is not finite, or too large to square, shows here.
  if (!gram.allFinite()) {
    return check.Broken("factors", "holds a number that is not finite");
  }
  Eigen::MatrixXf difference = gram;
  difference.diagonal() -= resources.spectrum;
  if (difference.cwiseAbs().maxCoeff() >
      kSpectrumTolerance * gram.diagonal().maxCoeff()) {
    return check.Broken("spectrum",
                        "is not that of the factors: the file is of two "
                        "generations");
  }
  return absl::OkStatus();
}

absl::StatusOr<ResourceFactors> ToFactors(const FactorsRecord& record) {
  const RecordChecks check(kFactorsFile);
  ResourceFactors resources;
  resources.unobserved_weight = record.unobserved_weight();
  resources.regularization = record.regularization();
  if (record.factors().empty()) return resources;
  resources.factors.resize(record.resources_size(), record.num_factors());
  std::memcpy(resources.factors.data(), record.factors().data(),
              record.factors().size());
  if (record.format_version() < kEigenbasisFormat) {
    if (!(resources.factors.transpose() * resources.factors)
             .eval()
             .allFinite()) {
      return check.Broken("factors", "holds a number that is not finite");
    }
    ToEigenbasis(resources);
    return resources;
  }
  resources.exponent = record.exponent();
  RETURN_IF_ERROR(
      check.Size("spectrum", record.spectrum_size(), record.num_factors()));
  RETURN_IF_ERROR(check.Within("spectrum", record.spectrum(), 0, kMaxFloat));
  RETURN_IF_ERROR(check.Within("exponent", record.exponent(), 0, 1));
  resources.spectrum = Eigen::Map<const Eigen::VectorXf>(
      record.spectrum().data(), record.spectrum_size());
  RETURN_IF_ERROR(ValidateSpectrum(resources));
  return resources;
}

void SetNeighbours(const FactorsRecord& record, InterestParams& params) {
  ResourceNeighbours& result = params.neighbours;
  int64_t end = 0;
  for (const int32_t count : record.num_neighbours()) {
    result.begin.push_back(end += count);
  }
  result.neighbours.reserve(record.neighbour_rows_size());
  for (int entry = 0; entry < record.neighbour_rows_size(); ++entry) {
    result.neighbours.push_back({ResourceRow{record.neighbour_rows(entry)},
                                 record.similarities(entry)});
  }
}

void AddNeighbours(const InterestParams& params, FactorsRecord& record) {
  const ResourceNeighbours& neighbours = params.neighbours;
  for (int32_t row = 0; row < neighbours.num_resources(); ++row) {
    record.add_num_neighbours(
        static_cast<int32_t>(neighbours.Of(ResourceRow{row}).size()));
  }
  for (const auto& neighbour : neighbours.neighbours) {
    record.add_neighbour_rows(ToInt(neighbour.resource));
    record.add_similarities(neighbour.similarity);
  }
}

void SetGrades(const FactorsRecord& record, InterestParams& params) {
  for (const auto& grade : record.grades()) {
    auto& popular = params.grades[grade.grade()];
    popular.reserve(grade.resource_rows_size());
    for (int position = 0; position < grade.resource_rows_size(); ++position) {
      popular.emplace_back(ResourceRow{grade.resource_rows(position)},
                           grade.popularity(position));
    }
  }
}

void AddGrades(const InterestParams& params, FactorsRecord& record) {
  for (const auto& [grade, popular] : params.grades) {
    auto& grade_record = *record.add_grades();
    grade_record.set_grade(grade);
    for (const auto& [resource, popularity] : popular) {
      grade_record.add_resource_rows(ToInt(resource));
      grade_record.add_popularity(popularity);
    }
  }
}

}  // namespace

std::string EncodeInterest(const InterestParams& params) {
  FactorsRecord record;
  record.mutable_resources()->Add(params.resources.begin(),
                                  params.resources.end());
  const FactorMatrix& factors = params.factors.factors;
  if (factors.size() > 0) {
    record.set_num_factors(static_cast<int32_t>(factors.cols()));
    record.set_factors(factors.data(), factors.size() * sizeof(float));
  }
  record.set_format_version(kFactorsFormat);
  record.mutable_spectrum()->Add(params.factors.spectrum.begin(),
                                 params.factors.spectrum.end());
  record.set_exponent(params.factors.exponent);
  record.mutable_cold_features()->Add(params.cold_features.begin(),
                                      params.cold_features.end());
  if (params.cold.size() > 0) {
    record.set_cold(params.cold.data(), params.cold.size() * sizeof(float));
  }
  AddNeighbours(params, record);
  record.set_unobserved_weight(params.factors.unobserved_weight);
  record.set_regularization(params.factors.regularization);
  record.mutable_popularity()->Add(params.popularity.begin(),
                                   params.popularity.end());
  AddGrades(params, record);
  record.set_score_mean(params.score_mean);
  record.set_score_deviation(params.score_deviation);
  return record.SerializeAsString();
}

absl::StatusOr<InterestParams> DecodeInterest(absl::string_view bytes) {
  FactorsRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("factors.pb does not parse");
  }
  if (record.format_version() > kFactorsFormat) {
    return absl::DataLossError(
        absl::StrCat(kFactorsFile, " has format ", record.format_version(),
                     ", newer than this build's ", kFactorsFormat));
  }
  RETURN_IF_ERROR(ValidateFactors(record));
  RETURN_IF_ERROR(ValidateCold(record));
  RETURN_IF_ERROR(ValidateScores(record));
  RETURN_IF_ERROR(ValidateGrades(record));
  RETURN_IF_ERROR(ValidateNeighbours(record));

  InterestParams params;
  params.resources.assign(record.resources().begin(), record.resources().end());
  RETURN_IF_ERROR(
      RecordChecks(kFactorsFile).Distinct("resources", params.resources));
  ASSIGN_OR_RETURN(params.factors, ToFactors(record));
  params.cold_features.assign(record.cold_features().begin(),
                              record.cold_features().end());
  if (!record.cold().empty()) {
    params.cold.resize(record.cold_features_size(), record.num_factors());
    std::memcpy(params.cold.data(), record.cold().data(), record.cold().size());
    if (!params.cold.allFinite()) {
      return RecordChecks(kFactorsFile)
          .Broken("cold", "holds a number that is not finite");
    }
  }
  params.popularity.assign(record.popularity().begin(),
                           record.popularity().end());
  SetGrades(record, params);
  SetNeighbours(record, params);
  params.score_mean = record.score_mean();
  params.score_deviation = record.score_deviation();
  return params;
}

}  // namespace evenlight
