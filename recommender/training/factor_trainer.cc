#include "recommender/training/factor_trainer.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/models/factor_buffer.h"
#include "recommender/models/factor_kernels.h"
#include "recommender/models/matrix_kernels.h"
#include "recommender/training/factor_start.h"
#include "recommender/training/feature_prior.h"

namespace evenlight {
namespace {

constexpr int64_t kRowsPerChunk = 64;
// Gram matrices are sums of at most this many parts, whatever the threads.
constexpr int64_t kMaxGramParts = 32;
constexpr int64_t kMinChunksPerPart = 4;

int64_t NumChunks(int64_t count) {
  return (count + kRowsPerChunk - 1) / kRowsPerChunk;
}

// A table of factors whose rows are padded, and their number to fours.
struct Table {
  Table() = default;
  Table(int64_t num_rows, int padded)
      : num_rows(num_rows),
        num_padded_rows((num_rows + 3) / 4 * 4),
        padded(padded),
        values(num_padded_rows * padded) {}

  float* Row(int64_t row) { return values.data() + row * padded; }
  const float* Row(int64_t row) const { return values.data() + row * padded; }
  using Strided = Eigen::Map<FactorMatrix, 0, Eigen::OuterStride<>>;
  Strided View(int num_factors) {
    return Strided(values.data(), num_rows, num_factors,
                   Eigen::OuterStride<>(padded));
  }

  int64_t num_rows = 0;
  int64_t num_padded_rows = 0;
  int padded = 0;
  FactorBuffer<float> values;
};

// The Gram matrix of a table in parts, each made by whoever solves the last of
// its rows, while they are still in a cache.
class GramParts {
 public:
  explicit GramParts(int padded)
      : padded_(padded), sums_(kMaxGramParts * padded * padded) {}

  // For a table that is about to be solved.
  void Start(const Table& table) {
    const int64_t num_chunks = NumChunks(table.num_padded_rows);
    chunks_per_part_ = std::max(
        kMinChunksPerPart, (num_chunks + kMaxGramParts - 1) / kMaxGramParts);
    num_parts_ = (num_chunks + chunks_per_part_ - 1) / chunks_per_part_;
    for (int64_t part = 0; part < num_parts_; ++part) {
      num_left_[part] =
          std::min(chunks_per_part_, num_chunks - part * chunks_per_part_);
    }
  }

  // By any thread, once for each chunk of rows, when they have their values.
  void ChunkIsSolved(const Table& table, int64_t chunk) {
    const int64_t part = chunk / chunks_per_part_;
    if (num_left_[part].fetch_sub(1) > 1) return;
    const int64_t begin = part * chunks_per_part_ * kRowsPerChunk;
    const int64_t end = std::min(table.num_padded_rows,
                                 begin + chunks_per_part_ * kRowsPerChunk);
    float* const sum = Sum(part);
    std::fill_n(sum, padded_ * padded_, 0.0f);
    AddGram(table.Row(begin), end - begin, padded_, sum);
  }

  // When all chunks are solved. [num_factors x num_factors]
  Eigen::MatrixXf Gram(int num_factors) {
    FactorMatrix gram = FactorMatrix::Zero(num_factors, num_factors);
    for (int64_t part = 0; part < num_parts_; ++part) {
      gram += Table::Strided(Sum(part), num_factors, num_factors,
                             Eigen::OuterStride<>(padded_));
    }
    return gram.selfadjointView<Eigen::Upper>();
  }

 private:
  float* Sum(int64_t part) { return sums_.data() + part * padded_ * padded_; }

  const int padded_;
  int64_t chunks_per_part_ = 0;
  int64_t num_parts_ = 0;
  std::array<std::atomic<int64_t>, kMaxGramParts> num_left_;
  FactorBuffer<float> sums_;  // [kMaxGramParts x padded x padded]
};

// One side: its table, what it engaged with, and what follows from that alone.
struct Side {
  const EngagementTable* engagements = nullptr;
  Table table;
  std::vector<float> penalties;  // lambda (n + w |other side|)^nu by row.
  double sum_of_penalties = 0;   // Of penalty * |row|^2, when last solved.
  FeaturePrior* prior = nullptr;
};

class Trainer {
 public:
  Trainer(const EngagementTable& engagements, const FactorOptions& options)
      : options_(options),
        d_(options.num_factors),
        padded_(PaddedFactors(d_)),
        by_resource_(Transpose(engagements)),
        gram_(padded_) {
    resources_ = MakeSide(by_resource_, engagements.num_learners());
    StartFactors(options, resources_.table.View(d_));
    learners_ = MakeSide(engagements, by_resource_.num_learners());
    if (options.features != nullptr) {
      // Each resource counts once: weighted as in the objective, the popular
      // ones would speak for the rest. Measured by cold_bench --validate.
      prior_ = std::make_unique<FeaturePrior>(*options.features, d_);
      resources_.prior = prior_.get();
    }
    int64_t longest = 0;
    for (const Side* side : {&learners_, &resources_}) {
      for (int64_t row = 0; row < side->table.num_rows; ++row) {
        longest = std::max(
            longest, static_cast<int64_t>(side->engagements->Of(row).size()));
      }
    }
    for (int thread = 0; thread < options.num_threads; ++thread) {
      // Its prior mean, then that of the kernels.
      scratch_.emplace_back(4 * padded_ + FactorScratchFloats(d_, longest));
    }
    if (options.half_precision) {
      half_ = FactorBuffer<uint16_t>(
          std::max(learners_.table.num_rows, resources_.table.num_rows) *
          padded_);
    }
  }

  TrainedFactors Run() {
    GramOfStart();
    for (int epoch = 1; epoch <= options_.num_epochs; ++epoch) {
      const absl::Time start = absl::Now();
      SolveSide(resources_, learners_);
      const double loss =
          SolveSide(learners_, resources_) + learners_.sum_of_penalties;
      if (prior_ != nullptr) prior_->Fit(resources_.table.View(d_));
      const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
      if (options_.on_epoch && !options_.on_epoch({epoch, seconds, loss, [&] {
                                                     return Result(false);
                                                   }})) {
        break;
      }
    }
    return Result(true);
  }

 private:
  Side MakeSide(const EngagementTable& engagements, int64_t num_others) const {
    const int64_t num_rows = engagements.num_learners();
    Side side;
    side.engagements = &engagements;
    side.table = Table(num_rows, padded_);
    side.penalties.reserve(num_rows);
    for (int64_t row = 0; row < num_rows; ++row) {
      double weight = 0;
      for (const Engagement& entry : engagements.Of(row)) {
        weight += entry.weight;
      }
      side.penalties.push_back(Penalty(weight, num_others));
    }
    return side;
  }

  float Penalty(double weight, int64_t num_others) const {
    weight +=
        double{options_.unobserved_weight} * static_cast<double>(num_others);
    return static_cast<float>(options_.regularization *
                              std::pow(weight, options_.exponent));
  }

  void GramOfStart() {
    gram_.Start(resources_.table);
    ForEachChunk(resources_.table.num_padded_rows,
                 [&](int, int64_t begin, int64_t) {
                   gram_.ChunkIsSolved(resources_.table, begin / kRowsPerChunk);
                 });
  }

  // Solves every row of `moving`, given `fixed`, whose Gram matrix is in
  // `gram_`; both are rotated into its eigenbasis. Leaves the Gram matrix of
  // `moving`. Returns the objective before, without the penalty of the fixed
  // side.
  double SolveSide(Side& fixed, Side& moving) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> eigen(gram_.Gram(d_));
    spectrum_ = eigen.eigenvalues().cwiseMax(0);
    rotation_ = Table(padded_, padded_);
    rotation_.View(d_).topRows(d_) = eigen.eigenvectors();
    RotateFixed(fixed);
    if (prior_ != nullptr) prior_->Rotate(eigen.eigenvectors());

    FactorBuffer<float> dense(padded_);
    Eigen::Map<Eigen::VectorXf>(dense.data(), d_) =
        options_.unobserved_weight * spectrum_;
    const SpectralSystem system = {
        .num_factors = d_,
        .fixed = fixed.table.Row(0),
        .fixed_stride = padded_,
        .fixed_half = options_.half_precision ? half_.data() : nullptr,
        .dense = dense.data(),
        .num_steps = options_.num_steps};
    return SolveRows(system, moving);
  }

  double SolveRows(const SpectralSystem& system, Side& moving) {
    const int64_t num_rows = moving.table.num_rows;
    std::vector<RowLoss> losses(NumChunks(num_rows));
    gram_.Start(moving.table);
    ForEachChunk(num_rows, [&](int thread, int64_t begin, int64_t end) {
      float* const scratch = scratch_[thread].data();
      RotateRows(moving.table.Row(begin), (end - begin + 3) / 4 * 4, padded_,
                 rotation_.Row(0), scratch);
      const int64_t chunk = begin / kRowsPerChunk;
      RowLoss& sum = losses[chunk];
      for (int64_t row = begin; row < end; ++row) {
        const float* prior = nullptr;
        if (moving.prior != nullptr) {
          std::fill_n(scratch, padded_, 0.0f);
          moving.prior->Mean(row, scratch);
          prior = scratch;
        }
        if (prior == nullptr && moving.engagements->Of(row).empty()) {
          // Exactly, and not as near as rounding allows.
          std::fill_n(moving.table.Row(row), padded_, 0.0f);
          continue;
        }
        const RowLoss loss = SolveRow(system,
                                      {.entries = moving.engagements->Of(row),
                                       .penalty = moving.penalties[row],
                                       .prior = prior,
                                       .factors = moving.table.Row(row)},
                                      scratch + 4 * padded_);
        sum.before += loss.before;
        sum.penalty_after += loss.penalty_after;
      }
      gram_.ChunkIsSolved(moving.table, chunk);
    });
    moving.sum_of_penalties = 0;
    double before = 0;
    for (const RowLoss& loss : losses) {
      before += loss.before;
      moving.sum_of_penalties += loss.penalty_after;
    }
    return before;
  }

  // Rotates the fixed side and makes its copy in half precision.
  void RotateFixed(Side& fixed) {
    ForEachChunk(fixed.table.num_padded_rows,
                 [&](int thread, int64_t begin, int64_t end) {
                   RotateRows(fixed.table.Row(begin), end - begin, padded_,
                              rotation_.Row(0), scratch_[thread].data());
                   if (!options_.half_precision) return;
                   const int64_t last = std::min(end, fixed.table.num_rows);
                   ToHalf(fixed.table.Row(begin), (last - begin) * padded_,
                          half_.data() + begin * padded_);
                 });
  }

  // Chunks of rows in any order, each thread with a number of its own.
  void ForEachChunk(
      int64_t count,
      absl::FunctionRef<void(int thread, int64_t begin, int64_t end)> body) {
    std::atomic<int64_t> next = 0;
    ParallelFor(options_.num_threads, options_.num_threads, 1,
                [&](int64_t thread, int64_t) {
                  while (true) {
                    const int64_t begin = next.fetch_add(kRowsPerChunk);
                    if (begin >= count) return;
                    body(static_cast<int>(thread), begin,
                         std::min(count, begin + kRowsPerChunk));
                  }
                });
  }

  // What there is, brought into the eigenbasis of the resources' Gram matrix.
  // The last one leaves nothing behind, so that no more than one table is there
  // twice.
  TrainedFactors Result(bool is_last) {
    TrainedFactors result;
    if (is_last) by_resource_ = EngagementTable();
    result.resources.unobserved_weight = options_.unobserved_weight;
    result.resources.regularization = options_.regularization;
    result.resources.exponent = options_.exponent;
    result.resources.factors = resources_.table.View(d_);
    if (is_last) resources_.table = Table();
    const Eigen::MatrixXf rotation = ToEigenbasis(result.resources);
    result.learners = learners_.table.View(d_);
    if (is_last) learners_.table = Table();
    Rotate(rotation, result.learners);
    // The prior as it is. That nobody met a resource yet is no sign that they
    // do not want it, as (w G + lambda)^-1 lambda B g would take it.
    if (prior_ != nullptr) result.cold = prior_->weights() * rotation;
    return result;
  }

  const FactorOptions& options_;
  const int d_;
  const int padded_;
  EngagementTable by_resource_;
  Side learners_;
  Side resources_;
  std::unique_ptr<FeaturePrior> prior_;
  std::vector<FactorBuffer<float>> scratch_;  // By thread.
  FactorBuffer<uint16_t> half_;               // Of the side that is fixed.
  GramParts gram_;            // Of the side that was solved last.
  Table rotation_;            // [padded x padded]
  Eigen::VectorXf spectrum_;  // [num_factors], of the side that was fixed last.
};

}  // namespace

absl::StatusOr<TrainedFactors> TrainFactors(const EngagementTable& engagements,
                                            const FactorOptions& options) {
  RETURN_IF_ERROR(ValidateFactorOptions(engagements, options));
  return Trainer(engagements, options).Run();
}

Eigen::VectorXf ColdFactors(const FactorMatrix& cold,
                            absl::Span<const int32_t> features) {
  Eigen::VectorXf factors = Eigen::VectorXf::Zero(cold.cols());
  for (const int32_t feature : features) {
    factors += cold.row(feature).transpose();
  }
  return factors;
}

}  // namespace evenlight
