#include "recommender/evaluation/full_ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel_for.h"

namespace evenlight {
namespace {

// Enough learners for one pass over the resources to be a matrix product, and
// few enough for the scores of 40,000 resources to stay near.
constexpr int64_t kBlock = 32;

constexpr float kNever = -std::numeric_limits<float>::infinity();

struct Scored {
  float score = 0;
  int32_t row = 0;

  bool operator<(const Scored& other) const {  // Better first.
    return score != other.score ? score > other.score : row < other.row;
  }
};

// Candidates gather above a threshold; when they are twice as many as wanted,
// the worse half goes and the threshold rises. Rows come in order, so one equal
// to the threshold is never better than those kept.
class BestRows {
 public:
  explicit BestRows(int depth) : depth_(static_cast<size_t>(depth)) {
    best_.reserve(2 * depth_);
  }

  void Add(float score, int32_t row) {
    if (!(score > threshold_) || score == -kNever) return;
    best_.push_back({score, row});
    if (best_.size() < 2 * depth_) return;
    KeepBest();
    threshold_ = best_.back().score;
  }

  std::vector<ResourceRow> Take() {
    if (best_.size() > depth_) KeepBest();
    std::sort(best_.begin(), best_.end());
    std::vector<ResourceRow> rows;
    rows.reserve(best_.size());
    for (const Scored& scored : best_) {
      rows.push_back(static_cast<ResourceRow>(scored.row));
    }
    return rows;
  }

 private:
  // The worst of those kept is the last.
  void KeepBest() {
    const auto last = best_.begin() + static_cast<int64_t>(depth_) - 1;
    std::nth_element(best_.begin(), last, best_.end());
    best_.resize(depth_);
  }

  const size_t depth_;
  float threshold_ = kNever;
  std::vector<Scored> best_;
};

std::vector<ResourceRow> BestOf(absl::Span<const float> scores, int depth) {
  BestRows best(depth);
  for (size_t row = 0; row < scores.size(); ++row) {
    best.Add(scores[row], static_cast<int32_t>(row));
  }
  return best.Take();
}

}  // namespace

std::vector<std::vector<ResourceRow>> RankLearners(
    const RankingTask& task,
    absl::FunctionRef<void(absl::Span<const int64_t>, FactorMatrix&)> scorer) {
  std::vector<std::vector<ResourceRow>> rankings(task.learners.size());
  if (task.depth < 1) return rankings;
  ParallelFor(task.num_threads, static_cast<int64_t>(task.learners.size()),
              kBlock, [&](int64_t begin, int64_t end) {
                const auto learners = task.learners.subspan(begin, end - begin);
                FactorMatrix scores(end - begin, task.num_resources);
                scorer(learners, scores);
                for (int64_t row = 0; row < end - begin; ++row) {
                  for (const ResourceRow seen : task.seen(learners[row])) {
                    scores(row, ToInt(seen)) = kNever;
                  }
                  rankings[begin + row] = BestOf(
                      absl::MakeConstSpan(scores.data() + row * scores.cols(),
                                          static_cast<size_t>(scores.cols())),
                      task.depth);
                }
              });
  return rankings;
}

BlockScorer FactorScorer(const FactorMatrix& learners,
                         const FactorMatrix& resources) {
  return [&learners, &resources](absl::Span<const int64_t> block,
                                 FactorMatrix& scores) {
    FactorMatrix gathered(static_cast<Eigen::Index>(block.size()),
                          learners.cols());
    for (size_t row = 0; row < block.size(); ++row) {
      gathered.row(static_cast<Eigen::Index>(row)) = learners.row(block[row]);
    }
    scores.noalias() = gathered * resources.transpose();
  };
}

}  // namespace evenlight
