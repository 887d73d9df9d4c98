#include "recommender/training/als_trainer.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/parallel_for.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

constexpr int64_t kRowsPerChunk = 256;

int64_t NumChunks(int64_t count) {
  return (count + kRowsPerChunk - 1) / kRowsPerChunk;
}

// The same engagements by resource; Engagement::resource is then the learner.
EngagementTable Transpose(const EngagementTable& table) {
  EngagementTable transposed;
  transposed.num_resources = static_cast<int32_t>(table.num_learners());
  transposed.begin.assign(table.num_resources + 1, 0);
  for (const Engagement& entry : table.entries) {
    ++transposed.begin[ToInt(entry.resource) + 1];
  }
  for (int32_t row = 0; row < table.num_resources; ++row) {
    transposed.begin[row + 1] += transposed.begin[row];
  }
  std::vector<int64_t> next = transposed.begin;
  transposed.entries.resize(table.entries.size());
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    for (const Engagement& entry : table.Of(learner)) {
      transposed.entries[next[ToInt(entry.resource)]++] = {
          static_cast<ResourceRow>(learner), entry.weight};
    }
  }
  return transposed;
}

// factors^T * factors; chunks are summed in their order.
Eigen::MatrixXf Gram(const FactorMatrix& factors, int num_threads) {
  const Eigen::Index d = factors.cols();
  std::vector<Eigen::MatrixXf> parts(NumChunks(factors.rows()));
  ParallelFor(num_threads, factors.rows(), kRowsPerChunk,
              [&](int64_t begin, int64_t end) {
                const auto rows = factors.middleRows(begin, end - begin);
                parts[begin / kRowsPerChunk].noalias() =
                    rows.transpose() * rows;
              });
  Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(d, d);
  for (const Eigen::MatrixXf& part : parts) gram += part;
  return gram;
}

// Solves every row of one side, given the other. `fixed.gram` is brought up to
// date.
absl::Status SolveSide(const EngagementTable& rows, int num_threads,
                       ResourceFactors& fixed, FactorMatrix& factors) {
  fixed.gram = Gram(fixed.factors, num_threads);
  const int64_t num_rows = rows.num_learners();
  std::vector<absl::Status> statuses(NumChunks(num_rows));
  const auto solve = [&](int64_t begin, int64_t end) -> absl::Status {
    for (int64_t row = begin; row < end; ++row) {
      ASSIGN_OR_RETURN(const Eigen::VectorXf solved,
                       FoldIn(fixed, rows.Of(row)));
      factors.row(row) = solved.transpose();
    }
    return absl::OkStatus();
  };
  ParallelFor(num_threads, num_rows, kRowsPerChunk,
              [&](int64_t begin, int64_t end) {
                statuses[begin / kRowsPerChunk] = solve(begin, end);
              });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

FactorMatrix RandomFactors(int64_t num_rows, int num_factors, int64_t seed) {
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  std::normal_distribution<float> normal(
      0, 0.1f / std::sqrt(static_cast<float>(num_factors)));
  FactorMatrix factors(num_rows, num_factors);
  std::generate_n(factors.data(), factors.size(),
                  [&] { return normal(random); });
  return factors;
}

ResourceFactors EmptySide(const AlsOptions& options) {
  ResourceFactors side;
  side.unobserved_weight = options.unobserved_weight;
  side.regularization = options.regularization;
  return side;
}

}  // namespace

void EngagementTable::AddLearner(absl::Span<const Engagement> engagements) {
  entries.insert(entries.end(), engagements.begin(), engagements.end());
  begin.push_back(static_cast<int64_t>(entries.size()));
}

absl::StatusOr<ResourceFactors> TrainAls(const EngagementTable& engagements,
                                         const AlsOptions& options) {
  const EngagementTable by_resource = Transpose(engagements);
  ResourceFactors resources = EmptySide(options);
  resources.factors = RandomFactors(engagements.num_resources,
                                    options.num_factors, options.seed);
  ResourceFactors learners = EmptySide(options);
  learners.factors =
      FactorMatrix::Zero(engagements.num_learners(), options.num_factors);

  for (int epoch = 1; epoch <= options.num_epochs; ++epoch) {
    RETURN_IF_ERROR(SolveSide(engagements, options.num_threads, resources,
                              learners.factors));
    RETURN_IF_ERROR(SolveSide(by_resource, options.num_threads, learners,
                              resources.factors));
    if (options.progress) {
      options.progress(static_cast<double>(epoch) / options.num_epochs);
    }
  }
  resources.gram = Gram(resources.factors, options.num_threads);
  return resources;
}

}  // namespace evenlight
