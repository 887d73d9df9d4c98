#include "recommender/training/ease.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

constexpr int64_t kRowsPerChunk = 64;

absl::Status Validate(const EngagementTable& table,
                      const EaseOptions& options) {
  if (table.num_resources > kMaxEaseResources) {
    return absl::ResourceExhaustedError(
        absl::StrCat("EASE takes at most ", kMaxEaseResources,
                     " resources, and there are ", table.num_resources));
  }
  if (!(options.regularization > 0) || !std::isfinite(options.regularization)) {
    return absl::InvalidArgumentError(
        absl::StrCat("EASE's lambda ", options.regularization,
                     " is not positive and finite"));
  }
  return ValidateTable(table);
}

// X'X + lambda I. Counts are exact in single precision up to 2^24 learners.
FactorMatrix Gram(const EngagementTable& table, const EaseOptions& options) {
  const EngagementTable by_resource = Transpose(table);
  FactorMatrix gram =
      FactorMatrix::Zero(table.num_resources, table.num_resources);
  ParallelFor(
      options.num_threads, table.num_resources, kRowsPerChunk,
      [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          for (const Engagement& of_row : by_resource.Of(row)) {
            for (const Engagement& other : table.Of(ToInt(of_row.resource))) {
              ++gram(row, ToInt(other.resource));
            }
          }
        }
      });
  gram.diagonal().array() += options.regularization;
  return gram;
}

// The larger first; of equals the earlier row.
bool IsLarger(const ResourceNeighbours::Neighbour& a,
              const ResourceNeighbours::Neighbour& b) {
  const float of_a = std::abs(a.similarity);
  const float of_b = std::abs(b.similarity);
  return of_a != of_b ? of_a > of_b : a.resource < b.resource;
}

}  // namespace

absl::StatusOr<FactorMatrix> FitEase(const EngagementTable& table,
                                     const EaseOptions& options) {
  RETURN_IF_ERROR(Validate(table, options));
  FactorMatrix gram = Gram(table, options);
  const Eigen::LLT<Eigen::Ref<FactorMatrix>, Eigen::Lower> cholesky(gram);
  if (cholesky.info() != Eigen::Success) {
    return absl::InvalidArgumentError(absl::StrCat(
        "EASE's lambda ", options.regularization,
        " is too small for these engagements in single precision"));
  }

  // P is symmetric: its columns, solved for one by one, are rows of the result.
  const Eigen::Index size = table.num_resources;
  FactorMatrix weights(size, size);
  Eigen::VectorXf diagonal(size);
  ParallelFor(options.num_threads, size, kRowsPerChunk,
              [&](int64_t begin, int64_t end) {
                Eigen::MatrixXf columns =
                    Eigen::MatrixXf::Zero(size, end - begin);
                for (int64_t row = begin; row < end; ++row) {
                  columns(row, row - begin) = 1;
                }
                cholesky.solveInPlace(columns);
                weights.middleRows(begin, end - begin) = columns.transpose();
                for (int64_t row = begin; row < end; ++row) {
                  diagonal[row] = columns(row, row - begin);
                }
              });
  ParallelFor(options.num_threads, size, kRowsPerChunk,
              [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) {
                  weights.row(row).array() /= -diagonal.transpose().array();
                  weights(row, row) = 0;
                }
              });
  return weights;
}

void ScoreByEase(const FactorMatrix& weights,
                 absl::Span<const Engagement> history,
                 absl::Span<float> scores) {
  std::fill(scores.begin(), scores.end(), 0.0f);
  Eigen::Map<Eigen::RowVectorXf> sums(scores.data(),
                                      static_cast<Eigen::Index>(scores.size()));
  for (const Engagement& engagement : history) {
    sums += weights.row(ToInt(engagement.resource));
  }
}

ResourceNeighbours LargestWeights(const FactorMatrix& weights,
                                  int num_neighbours) {
  ResourceNeighbours result;
  std::vector<ResourceNeighbours::Neighbour> row;
  for (Eigen::Index from = 0; from < weights.rows(); ++from) {
    row.clear();
    for (Eigen::Index to = 0; to < weights.cols(); ++to) {
      if (weights(from, to) == 0) continue;
      row.push_back({static_cast<ResourceRow>(static_cast<int32_t>(to)),
                     weights(from, to)});
    }
    const auto kept =
        std::min<int64_t>(num_neighbours, static_cast<int64_t>(row.size()));
    std::partial_sort(row.begin(), row.begin() + kept, row.end(), IsLarger);
    result.neighbours.insert(result.neighbours.end(), row.begin(),
                             row.begin() + kept);
    result.begin.push_back(static_cast<int64_t>(result.neighbours.size()));
  }
  return result;
}

}  // namespace evenlight
