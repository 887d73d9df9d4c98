// A set of rows of a gain matrix, as bits: what a column serves.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_ROW_SET_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_ROW_SET_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace evenlight {

// Rows in [0, num_rows). A value; sets that meet have the same num_rows.
class RowSet {
 public:
  explicit RowSet(int32_t num_rows)
      : num_rows_(num_rows), words_((num_rows + 63) / 64) {}

  int32_t num_rows() const { return num_rows_; }

  void Add(int32_t row) { words_[row / 64] |= uint64_t{1} << row % 64; }
  void Add(const RowSet& rows) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] |= rows.words_[w];
  }

  bool Has(int32_t row) const {
    return (words_[row / 64] >> row % 64 & 1) != 0;
  }
  bool empty() const {
    return std::all_of(words_.begin(), words_.end(),
                       [](uint64_t word) { return word == 0; });
  }

  int32_t size() const { return CountIn(*this); }

  RowSet Without(const RowSet& rows) const {
    RowSet left = *this;
    for (size_t w = 0; w < words_.size(); ++w)
      left.words_[w] &= ~rows.words_[w];
    return left;
  }

  // How many rows are in both.
  int32_t CountIn(const RowSet& rows) const {
    int32_t count = 0;
    for (size_t w = 0; w < words_.size(); ++w) {
      count += std::popcount(words_[w] & rows.words_[w]);
    }
    return count;
  }

  // Calls `visit` with each row that is in both, in order.
  template <typename Visit>
  void ForEachIn(const RowSet& rows, Visit visit) const {
    for (size_t w = 0; w < words_.size(); ++w) {
      for (uint64_t both = words_[w] & rows.words_[w]; both != 0;
           both &= both - 1) {
        visit(static_cast<int32_t>(64 * w) + std::countr_zero(both));
      }
    }
  }

 private:
  int32_t num_rows_;
  std::vector<uint64_t> words_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_ROW_SET_H_
