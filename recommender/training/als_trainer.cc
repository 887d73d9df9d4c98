#include "recommender/training/als_trainer.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/factor_start.h"

namespace evenlight {
namespace {

constexpr int64_t kRowsPerChunk = 64;

// Solves every row of one side, given the other.
absl::Status SolveSide(const EngagementTable& rows, int num_threads,
                       const ResourceFactors& fixed, FactorMatrix& factors) {
  const Eigen::MatrixXf gram = fixed.factors.transpose() * fixed.factors;
  const int64_t num_rows = rows.num_learners();
  std::vector<absl::Status> statuses((num_rows + kRowsPerChunk - 1) /
                                     kRowsPerChunk);
  const auto solve = [&](int64_t begin, int64_t end) -> absl::Status {
    for (int64_t row = begin; row < end; ++row) {
      ASSIGN_OR_RETURN(const Eigen::VectorXf solved,
                       FoldInExactly(fixed, gram, rows.Of(row)));
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

ResourceFactors EmptySide(const FactorOptions& options) {
  ResourceFactors side;
  side.unobserved_weight = options.unobserved_weight;
  side.regularization = options.regularization;
  side.exponent = options.exponent;
  return side;
}

}  // namespace

absl::StatusOr<TrainedFactors> TrainAls(const EngagementTable& engagements,
                                        const FactorOptions& options) {
  RETURN_IF_ERROR(ValidateFactorOptions(engagements, options));
  const EngagementTable by_resource = Transpose(engagements);
  ResourceFactors resources = EmptySide(options);
  resources.factors.resize(engagements.num_resources, options.num_factors);
  StartFactors(options, resources.factors);
  ResourceFactors learners = EmptySide(options);
  learners.factors =
      FactorMatrix::Zero(engagements.num_learners(), options.num_factors);

  for (int epoch = 1; epoch <= options.num_epochs; ++epoch) {
    const absl::Time start = absl::Now();
    RETURN_IF_ERROR(SolveSide(engagements, options.num_threads, resources,
                              learners.factors));
    RETURN_IF_ERROR(SolveSide(by_resource, options.num_threads, learners,
                              resources.factors));
    if (!options.on_epoch) continue;
    const auto factors = [&] {
      TrainedFactors now = {resources, learners.factors, {}};
      Rotate(ToEigenbasis(now.resources), now.learners);
      return now;
    };
    if (!options.on_epoch(
            {epoch, absl::ToDoubleSeconds(absl::Now() - start), 0, factors})) {
      break;
    }
  }
  TrainedFactors trained;
  trained.learners = std::move(learners.factors);
  Rotate(ToEigenbasis(resources), trained.learners);
  trained.resources = std::move(resources);
  return trained;
}

}  // namespace evenlight
