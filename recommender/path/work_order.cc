#include "recommender/path/work_order.h"

#include <limits>
#include <utility>

namespace evenlight {
namespace {

// More minutes than any goal takes.
constexpr float kLast = 1e9f;

// What `goal` takes that has no place yet, itself too.
std::vector<NeedIndex> LeadingTo(NeedIndex goal, const Foundations& foundations,
                                 const std::vector<bool>& is_placed) {
  std::vector<NeedIndex> needs;
  for (NeedIndex need = 0; need <= goal; ++need) {
    const bool leads = need == goal || foundations[goal][need];
    if (leads && !is_placed[need]) needs.push_back(need);
  }
  return needs;
}

// What leads to the goal with the least minutes left; empty after the last.
std::vector<NeedIndex> NextGoal(const WorkOrderInput& input,
                                const std::vector<bool>& is_placed) {
  std::vector<NeedIndex> best;
  float least = std::numeric_limits<float>::max();
  const auto num_needs = static_cast<NeedIndex>(input.needs.size());
  for (NeedIndex goal = 0; goal < num_needs; ++goal) {
    if (!input.needs[goal].is_goal || is_placed[goal]) continue;
    std::vector<NeedIndex> needs =
        LeadingTo(goal, input.foundations, is_placed);
    float sum = input.is_blocked[goal] ? kLast : 0;
    for (const NeedIndex need : needs) sum += input.minutes[need];
    if (sum >= least) continue;
    least = sum;
    best = std::move(needs);
  }
  return best;
}

}  // namespace

Foundations FoundationsOf(absl::Span<const Need> needs) {
  Foundations foundations;
  for (const Need& need : needs) {
    std::vector<bool> on(needs.size(), false);
    for (const NeedIndex before : need.before) {
      on[before] = true;
      for (NeedIndex deeper = 0; deeper < before; ++deeper) {
        if (foundations[before][deeper]) on[deeper] = true;
      }
    }
    foundations.push_back(std::move(on));
  }
  return foundations;
}

std::vector<NeedIndex> OrderOfWork(const WorkOrderInput& input) {
  std::vector<NeedIndex> order;
  std::vector<bool> is_placed(input.needs.size(), false);
  std::vector<NeedIndex> next;
  const NeedIndex first = input.first_goal;
  if (first >= 0 && !input.is_blocked[first]) {
    next = LeadingTo(first, input.foundations, is_placed);
  }
  if (next.empty()) next = NextGoal(input, is_placed);
  while (!next.empty()) {
    for (const NeedIndex need : next) {
      is_placed[need] = true;
      order.push_back(need);
    }
    next = NextGoal(input, is_placed);
  }
  return order;
}

}  // namespace evenlight
