#include "recommender/candidates/new_resources.h"

#include "core/filter_index.h"

namespace evenlight {
namespace {

constexpr absl::Duration kNew = absl::Hours(24 * 28);
// After a large upload all is new; a request must not walk through it.
constexpr int kMaxLookedAt = 4096;

}  // namespace

void ProposeNewResources(const SourceInput& input,
                         absl::Span<const ResourceIndex> new_resources,
                         std::vector<Candidate>& candidates) {
  int32_t num_left = input.limit;
  std::vector<ResourceIndex> too_early;
  const auto propose = [&](ResourceIndex resource) {
    if (!input.is_eligible(resource)) return;
    if (!input.view.IsReady(resource)) return too_early.push_back(resource);
    candidates.push_back({resource, Reason::kNewResource});
    --num_left;
  };
  size_t turn = 0;
  while (turn < new_resources.size() && num_left > input.limit / 2) {
    propose(new_resources[turn++]);
  }
  const absl::Span<const ResourceIndex> rest = new_resources.subspan(turn);
  for (size_t i = 0; i < rest.size() && num_left > 0; ++i) {
    propose(rest[(input.seed + i) % rest.size()]);
  }
  for (const ResourceIndex resource : too_early) {
    if (num_left-- == 0) return;
    candidates.push_back({resource, Reason::kNewResource});
  }
}

void ProposeNewestResources(const SourceInput& input,
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
