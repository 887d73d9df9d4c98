// The few best of many, in a bounded heap.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_TOP_FEW_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_TOP_FEW_H_

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "core/ids.h"

namespace evenlight {

// One thread. Ties go to the lower position, so that the result does not depend
// on the order of Add().
class TopFew {
 public:
  explicit TopFew(int limit) : limit_(static_cast<size_t>(limit)) {}

  // True if Add() would keep it: cheaper to ask than to check eligibility.
  bool Takes(float value, ResourceIndex resource) const {
    return heap_.size() < limit_ ||
           (!heap_.empty() && IsBetter({value, resource}, heap_.front()));
  }

  // Nothing below is kept; -infinity while there is room.
  float threshold() const {
    return heap_.size() < limit_ || heap_.empty()
               ? -std::numeric_limits<float>::infinity()
               : heap_.front().first;
  }

  void Add(float value, ResourceIndex resource) {
    if (!Takes(value, resource)) return;
    if (heap_.size() == limit_) {
      std::pop_heap(heap_.begin(), heap_.end(), IsBetter);
      heap_.pop_back();
    }
    heap_.emplace_back(value, resource);
    std::push_heap(heap_.begin(), heap_.end(), IsBetter);
  }

  // Best first; nothing is left.
  std::vector<std::pair<float, ResourceIndex>> Take() {
    std::sort_heap(heap_.begin(), heap_.end(), IsBetter);
    return std::exchange(heap_, {});
  }

 private:
  using Entry = std::pair<float, ResourceIndex>;

  static bool IsBetter(const Entry& a, const Entry& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  }

  size_t limit_;
  std::vector<Entry> heap_;  // The worst in front.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_TOP_FEW_H_
