// Asks the memory ahead for what a check or a score reads of a resource:
// candidates lie anywhere in the catalog, and most of the time is waiting.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_ASK_AHEAD_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_ASK_AHEAD_H_

#include <cstddef>

#include "absl/types/span.h"
#include "core/catalog.h"
#include "core/filter_index.h"
#include "core/ids.h"
#include "recommender/models/model_binding.h"

namespace evenlight {

// So many resources ahead of the one at hand.
inline constexpr size_t kAskedAhead = 8;

// These change nothing but time.
inline void AskForFacts(const Catalog& catalog, ResourceIndex resource) {
  const ResourceFacts& facts = catalog.filter_index().facts(resource);
  // They may lie across two cache lines.
  const char* const bytes = reinterpret_cast<const char*>(&facts);
  __builtin_prefetch(bytes);
  __builtin_prefetch(bytes + sizeof(facts) - 1);
}

inline void AskForFactors(const ServingSnapshot& snapshot,
                          ResourceIndex resource) {
  constexpr size_t kFloatsPerLine = 64 / sizeof(float);
  const absl::Span<const float> factors = snapshot.FactorsOf(resource);
  for (size_t i = 0; i < factors.size(); i += kFloatsPerLine) {
    __builtin_prefetch(factors.data() + i);
  }
}

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_ASK_AHEAD_H_
