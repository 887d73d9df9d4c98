#include "recommender/class_plan/floor_cover.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "recommender/class_plan/row_set.h"

namespace evenlight {
namespace {

constexpr int kMaxSwaps = 32;
constexpr double kLeastRise = 1e-6;  // Of F, or rounding could go round.

// What a choice is worth: how many rows are served, then F.
struct Value {
  Eigen::Index num_served = 0;
  double sum = 0;

  friend bool operator<(const Value& a, const Value& b) {
    return a.num_served != b.num_served ? a.num_served < b.num_served
                                        : a.sum < b.sum;
  }
};

Value ValueOf(const Eigen::VectorXf& best) {
  return {(best.array() > 0).count(), best.cast<double>().sum()};
}

// Of the larger of both in each row, without a copy: swaps ask it often.
template <typename Column>
Value ValueOfLarger(const Eigen::VectorXf& best, const Column& column) {
  Value value;
  for (Eigen::Index row = 0; row < best.size(); ++row) {
    const float larger = std::max(best(row), column(row));
    value.num_served += larger > 0 ? 1 : 0;
    value.sum += larger;
  }
  return value;
}

std::vector<int32_t> ColumnsOf(absl::Span<const Chosen> chosen) {
  std::vector<int32_t> columns;
  for (const Chosen& one : chosen) columns.push_back(one.column);
  return columns;
}

// Depth first over the rows not served yet, the hardest to serve first.
class CoverSearch {
 public:
  CoverSearch(const std::vector<RowSet>& served, const ChoiceLimits& limits)
      : served_(served), limits_(limits) {}

  // More columns that serve all of `open`; nullopt if there are none, or the
  // search was cut.
  std::optional<std::vector<int32_t>> Find(const RowSet& open,
                                           int32_t num_places, float minutes) {
    found_.clear();
    if (!Serve(open, num_places, minutes)) return std::nullopt;
    return found_;
  }

 private:
  bool Fits(size_t column, float minutes) const {
    return limits_.max_minutes <= 0 || limits_.minutes[column] <= minutes;
  }

  // The row of `open` that fewest columns serve. -1: even the columns that
  // serve most cannot serve so many rows in so few places.
  int32_t HardestRow(const RowSet& open, int32_t num_places,
                     float minutes) const {
    std::vector<int32_t> num_columns(open.num_rows());
    int32_t most = 0;
    for (size_t column = 0; column < served_.size(); ++column) {
      if (!Fits(column, minutes)) continue;
      most = std::max(most, served_[column].CountIn(open));
      served_[column].ForEachIn(open, [&](int32_t r) { ++num_columns[r]; });
    }
    if (most * num_places < open.size()) return -1;
    int32_t hardest = -1;
    open.ForEachIn(open, [&](int32_t row) {
      if (hardest < 0 || num_columns[row] < num_columns[hardest]) hardest = row;
    });
    return hardest;
  }

  // The columns that serve `row`; those that serve more of `open` first.
  std::vector<int32_t> Branches(const RowSet& open, int32_t row,
                                float minutes) const {
    std::vector<std::pair<int32_t, int32_t>> ordered;
    for (size_t column = 0; column < served_.size(); ++column) {
      if (!served_[column].Has(row) || !Fits(column, minutes)) continue;
      ordered.emplace_back(-served_[column].CountIn(open),
                           static_cast<int32_t>(column));
    }
    std::sort(ordered.begin(), ordered.end());
    std::vector<int32_t> branches;
    for (const auto& [count, column] : ordered) branches.push_back(column);
    return branches;
  }

  bool Serve(const RowSet& open, int32_t num_places, float minutes) {
    if (open.empty()) return true;
    if (num_places <= 0 || ++num_nodes_ > kMaxCoverNodes) return false;
    const int32_t row = HardestRow(open, num_places, minutes);
    if (row < 0) return false;
    for (const int32_t column : Branches(open, row, minutes)) {
      found_.push_back(column);
      const float spent =
          limits_.max_minutes > 0 ? limits_.minutes[column] : 0.0f;
      if (Serve(open.Without(served_[column]), num_places - 1,
                minutes - spent)) {
        return true;
      }
      found_.pop_back();
    }
    return false;
  }

  const std::vector<RowSet>& served_;
  const ChoiceLimits& limits_;
  int32_t num_nodes_ = 0;
  std::vector<int32_t> found_;
};

class FloorChoice {
 public:
  FloorChoice(const GainMatrix& gains, absl::Span<const int32_t> given,
              const ChoiceLimits& limits)
      : gains_(gains), columns_(gains), given_(given), limits_(limits) {
    for (int32_t column = 0; column < gains.cols(); ++column) {
      RowSet& rows = served_.emplace_back(static_cast<int32_t>(gains.rows()));
      for (int32_t row = 0; row < gains.rows(); ++row) {
        if (gains(row, column) > 0) rows.Add(row);
      }
    }
  }

  std::vector<Chosen> Choose() const {
    std::vector<Chosen> chosen = ChooseGreedily(gains_, given_, limits_);
    const int32_t num_servable = Servable().size();
    if (NumServed(gains_, chosen) == num_servable) return chosen;
    KeepBetter(Completed(CoverAll()), chosen);
    if (NumServed(gains_, chosen) < num_servable) {
      KeepBetter(Completed(CoverGreedily()), chosen);
    }
    for (int swap = 0; swap < kMaxSwaps && Swap(chosen); ++swap) {
    }
    return InOrder(chosen);
  }

 private:
  // Whom nothing serves, or only what takes more minutes than are left, cannot
  // be helped by any choice.
  RowSet Servable() const {
    RowSet servable(static_cast<int32_t>(gains_.rows()));
    for (const int32_t column : given_) servable.Add(served_[column]);
    for (size_t column = 0; column < served_.size(); ++column) {
      if (limits_.max_minutes <= 0 ||
          limits_.minutes[column] <= MinutesLeft()) {
        servable.Add(served_[column]);
      }
    }
    return servable;
  }

  float MinutesLeft() const {
    float left = limits_.max_minutes;
    for (const int32_t column : given_) {
      if (limits_.max_minutes > 0) left -= limits_.minutes[column];
    }
    return left;
  }

  std::vector<int32_t> CoverAll() const {
    RowSet open = Servable();
    for (const int32_t column : given_) open = open.Without(served_[column]);
    const auto found =
        CoverSearch(served_, limits_)
            .Find(open,
                  limits_.num_places - static_cast<int32_t>(given_.size()),
                  MinutesLeft());
    std::vector<int32_t> columns(given_.begin(), given_.end());
    if (found) columns.insert(columns.end(), found->begin(), found->end());
    return columns;
  }

  // Facility location of rows served or not, F breaking ties.
  std::vector<int32_t> CoverGreedily() const {
    const float largest = std::max(gains_.maxCoeff(), 1.0f);
    const float tie = 1e-3f / (largest * static_cast<float>(gains_.rows()));
    GainMatrix is_served = GainMatrix::Zero(gains_.rows(), gains_.cols());
    for (Eigen::Index row = 0; row < gains_.rows(); ++row) {
      for (Eigen::Index column = 0; column < gains_.cols(); ++column) {
        const float gain = gains_(row, column);
        if (gain > 0) is_served(row, column) = 1 + tie * gain;
      }
    }
    return ColumnsOf(ChooseGreedily(is_served, given_, limits_));
  }

  std::vector<Chosen> Completed(const std::vector<int32_t>& columns) const {
    return ChooseGreedily(gains_, columns, limits_);
  }

  void KeepBetter(std::vector<Chosen> other,
                  std::vector<Chosen>& chosen) const {
    if (ValueOf(BestOf(chosen)) < ValueOf(BestOf(other))) {
      chosen = std::move(other);
    }
  }

  // By row, the most that a chosen column gives; that at `left_out` aside.
  Eigen::VectorXf BestOf(absl::Span<const Chosen> chosen,
                         size_t left_out = SIZE_MAX) const {
    Eigen::VectorXf best = Eigen::VectorXf::Zero(gains_.rows());
    for (size_t place = 0; place < chosen.size(); ++place) {
      if (place == left_out) continue;
      best = best.cwiseMax(gains_.col(chosen[place].column)).eval();
    }
    return best;
  }

  // Makes the best swap of one column that was not given, if one improves.
  bool Swap(std::vector<Chosen>& chosen) const {
    Value most = ValueOf(BestOf(chosen));
    most.sum += kLeastRise;
    std::pair<size_t, int32_t> swap = {SIZE_MAX, 0};
    for (size_t place = given_.size(); place < chosen.size(); ++place) {
      const Eigen::VectorXf others = BestOf(chosen, place);
      for (int32_t column = 0; column < gains_.cols(); ++column) {
        const Value value = ValueOfLarger(others, columns_.col(column));
        if (!(most < value) || !FitsAt(chosen, place, column)) continue;
        most = value;
        swap = {place, column};
      }
    }
    if (swap.first == SIZE_MAX) return false;
    chosen[swap.first].column = swap.second;
    return true;
  }

  bool FitsAt(absl::Span<const Chosen> chosen, size_t place,
              int32_t column) const {
    return limits_.max_minutes <= 0 ||
           MinutesOf(chosen, limits_) - limits_.minutes[chosen[place].column] +
                   limits_.minutes[column] <=
               limits_.max_minutes;
  }

  // What adds most first; what adds too little after the others is left out.
  std::vector<Chosen> InOrder(absl::Span<const Chosen> chosen) const {
    GainMatrix only = GainMatrix::Zero(gains_.rows(), gains_.cols());
    for (const Chosen& one : chosen) {
      only.col(one.column) = gains_.col(one.column);
    }
    ChoiceLimits limits = limits_;
    limits.max_minutes = 0;  // They are within it together.
    return ChooseGreedily(only, given_, limits);
  }

  const GainMatrix& gains_;
  const Eigen::MatrixXf columns_;  // The same, each column contiguous.
  const absl::Span<const int32_t> given_;
  const ChoiceLimits& limits_;
  std::vector<RowSet> served_;  // By column.
};

}  // namespace

int32_t NumServed(const GainMatrix& gains, absl::Span<const Chosen> chosen) {
  Eigen::VectorXf best = Eigen::VectorXf::Zero(gains.rows());
  for (const Chosen& one : chosen) {
    best = best.cwiseMax(gains.col(one.column)).eval();
  }
  return static_cast<int32_t>((best.array() > 0).count());
}

std::vector<Chosen> ChooseWithFloor(const GainMatrix& gains,
                                    absl::Span<const int32_t> given,
                                    const ChoiceLimits& limits) {
  return FloorChoice(gains, given, limits).Choose();
}

}  // namespace evenlight
