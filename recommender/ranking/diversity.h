// Puts variety into a list: maximal marginal relevance, Carbonell & Goldstein,
// SIGIR 1998.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_DIVERSITY_H_
#define EVENLIGHT_RECOMMENDER_RANKING_DIVERSITY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/catalog.h"

namespace evenlight {

struct Scored {
  ResourceIndex resource = ResourceIndex::kNone;
  float score = 0;
  int turn = 0;  // Those of a lower one are all chosen before.
};

// How alike two resources are, in [0, 1]: 0.6 x the Jaccard index of their kcs,
// + 0.2 if of the same kind, + 0.2 if of the same provider.
float Similarity(const Catalog& catalog, ResourceIndex a, ResourceIndex b);

// What `item` adds to a list that has `chosen`:
//
//   (1 - diversity) score - diversity max over chosen c of Similarity(item, c)
float MarginalRelevance(const Catalog& catalog, const Scored& item,
                        absl::Span<const ResourceIndex> chosen,
                        float diversity);

// Positions in `items` of the chosen ones, at most `num_chosen`, each once, in
// order. Each is the one with the highest MarginalRelevance() among those of
// the lowest turn that is left: what cannot be followed yet is never chosen for
// the sake of variety or interest. Ties go to the earlier item. `diversity` 0
// is the order of scores.
std::vector<int32_t> Diversify(const Catalog& catalog,
                               absl::Span<const Scored> items, float diversity,
                               int32_t num_chosen);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_DIVERSITY_H_
