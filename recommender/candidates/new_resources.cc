#include "recommender/candidates/new_resources.h"

#include "core/filter_index.h"

namespace evenlight {
namespace {

constexpr absl::Duration kNew = absl::Hours(24 * 30);
// After a large upload all is new; a request must not walk through it.
constexpr int kMaxLookedAt = 4096;

}  // namespace

void ProposeNewResources(const SourceInput& input,
                         std::vector<Candidate>& candidates) {
  const Catalog& catalog = input.view.catalog();
  const absl::Time since = input.view.now() - kNew;
  int num_looked_at = 0;
  int num_proposed = 0;
  for (const ResourceIndex resource : catalog.NewestFirst()) {
    if (num_proposed == input.limit || num_looked_at++ == kMaxLookedAt) return;
    if (catalog.filter_index().facts(resource).create_time < since) return;
    if (!input.is_eligible(resource) || catalog.resource(resource).imported) {
      continue;
    }
    candidates.push_back({resource, Reason::kNewResource});
    ++num_proposed;
  }
}

}  // namespace evenlight
