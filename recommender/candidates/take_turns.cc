#include "recommender/candidates/take_turns.h"

#include <cstdint>

#include "absl/container/flat_hash_set.h"

namespace evenlight {

std::vector<ResourceIndex> TakeTurns(
    const Catalog& catalog, absl::Span<const KcIndex> kcs, int limit,
    absl::FunctionRef<bool(ResourceIndex)> accept) {
  std::vector<absl::Span<const ResourceIndex>> lists;
  lists.reserve(kcs.size());
  for (const KcIndex kc : kcs) lists.push_back(catalog.ResourcesOf(kc));
  return TakeTurns(lists, limit, accept);
}

std::vector<ResourceIndex> TakeTurns(
    absl::Span<const absl::Span<const ResourceIndex>> lists, int limit,
    absl::FunctionRef<bool(ResourceIndex)> accept) {
  struct Turn {
    absl::Span<const ResourceIndex> resources;
    size_t next = 0;
  };
  std::vector<Turn> turns;
  turns.reserve(lists.size());
  for (const auto& list : lists) turns.push_back({list});

  std::vector<ResourceIndex> taken;
  absl::flat_hash_set<ResourceIndex> is_taken;
  const auto is_full = [&] { return static_cast<int>(taken.size()) >= limit; };
  const auto take_one = [&](Turn& turn) {
    while (turn.next < turn.resources.size()) {
      const ResourceIndex resource = turn.resources[turn.next++];
      if (!accept(resource) || !is_taken.insert(resource).second) continue;
      taken.push_back(resource);
      return true;
    }
    return false;
  };

  while (!turns.empty() && !is_full()) {
    size_t num_left = 0;
    for (size_t turn = 0; turn < turns.size() && !is_full(); ++turn) {
      if (take_one(turns[turn])) turns[num_left++] = turns[turn];
    }
    // When the places ran out in mid-round the loop ends anyway.
    turns.resize(num_left);
  }
  return taken;
}

}  // namespace evenlight
