#include "recommender/ranking/minutes_cap.h"

#include <algorithm>
#include <limits>

namespace evenlight {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

MinutesLeft MinutesLeft::Unlimited() { return {kInfinity, kInfinity}; }

MinutesLeft LeftToday(const MinutesCapPolicy& policy, int32_t grade,
                      float used) {
  const auto last = static_cast<int32_t>(policy.minutes.size()) - 1;
  const float cap = policy.minutes[std::clamp(grade, 0, last)];
  const float left = std::max(0.0f, cap - used);
  const bool is_written_only =
      grade > 0 && grade <= policy.last_written_only_grade;
  return {is_written_only ? kInfinity : left, left};
}

}  // namespace evenlight
