#include "recommender/evaluation/full_ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/parallel_for.h"
#include "recommender/models/factor_buffer.h"
#include "recommender/models/matrix_kernels.h"

namespace evenlight {
namespace {

// Enough learners for one pass over the resources to be a matrix product, and
// few enough for the scores of 40,000 resources to stay near.
constexpr int64_t kBlock = 32;

// How many scores are compared with the threshold at once.
constexpr size_t kScoresAtOnce = 16;

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

  // No score that is not above it is kept.
  float threshold() const { return threshold_; }

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

// Without a branch for each, because nearly all are below.
bool AnyIsAbove(const float* scores, float threshold) {
  int num_above = 0;
  for (size_t row = 0; row < kScoresAtOnce; ++row) {
    num_above += scores[row] > threshold ? 1 : 0;
  }
  return num_above > 0;
}

std::vector<ResourceRow> BestOf(absl::Span<const float> scores, int depth) {
  BestRows best(depth);
  for (size_t begin = 0; begin < scores.size(); begin += kScoresAtOnce) {
    const size_t end = std::min(scores.size(), begin + kScoresAtOnce);
    if (end - begin == kScoresAtOnce &&
        !AnyIsAbove(scores.data() + begin, best.threshold())) {
      continue;
    }
    for (size_t row = begin; row < end; ++row) {
      best.Add(scores[row], static_cast<int32_t>(row));
    }
  }
  return best.Take();
}

// Factors of resources as ScorePanel() takes them.
class Panels {
 public:
  explicit Panels(const FactorMatrix& resources)
      : num_resources_(resources.rows()),
        num_factors_(static_cast<int>(resources.cols())),
        values_(NumPanels() * PanelSize()) {
    for (int64_t row = 0; row < num_resources_; ++row) {
      float* const first = Panel(row / kPanelWidth) + row % kPanelWidth;
      for (int factor = 0; factor < num_factors_; ++factor) {
        first[factor * kPanelWidth] = resources(row, factor);
      }
    }
  }

  // `learners` has a multiple of four rows, of which `scores` [n x
  // num_resources] wants the first n.
  void Score(const FactorMatrix& learners, FactorMatrix& scores) const {
    FactorMatrix some(learners.rows(), kPanelWidth);
    for (int64_t panel = 0; panel < NumPanels(); ++panel) {
      const int64_t first = panel * kPanelWidth;
      const int64_t width = std::min(kPanelWidth, num_resources_ - first);
      const bool fits =
          width == kPanelWidth && learners.rows() == scores.rows();
      ScorePanel(learners.data(), learners.rows(), num_factors_, Panel(panel),
                 fits ? scores.data() + first : some.data(),
                 fits ? scores.cols() : kPanelWidth);
      if (fits) continue;
      scores.middleCols(first, width) =
          some.topLeftCorner(scores.rows(), width);
    }
  }

 private:
  int64_t NumPanels() const {
    return (num_resources_ + kPanelWidth - 1) / kPanelWidth;
  }
  int64_t PanelSize() const { return num_factors_ * kPanelWidth; }
  float* Panel(int64_t panel) { return values_.data() + panel * PanelSize(); }
  const float* Panel(int64_t panel) const {
    return values_.data() + panel * PanelSize();
  }

  const int64_t num_resources_;
  const int num_factors_;
  FactorBuffer<float> values_;
};

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
  return [&learners, panels = std::make_shared<const Panels>(resources)](
             absl::Span<const int64_t> block, FactorMatrix& scores) {
    // By fours, filled up with zeros.
    const auto num_rows = static_cast<Eigen::Index>((block.size() + 3) / 4 * 4);
    FactorMatrix gathered = FactorMatrix::Zero(num_rows, learners.cols());
    for (size_t row = 0; row < block.size(); ++row) {
      gathered.row(static_cast<Eigen::Index>(row)) = learners.row(block[row]);
    }
    panels->Score(gathered, scores);
  };
}

}  // namespace evenlight
