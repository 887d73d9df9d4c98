#include "recommender/candidates/new_resources.h"

#include <vector>

#include "core/filter_index.h"

namespace evenlight {
namespace {

constexpr absl::Duration kNew = absl::Hours(24 * 28);
// After a large upload all is new; a request must not walk through it.
constexpr int kMaxLookedAt = 4096;
// From so many on that were looked at, the scope is worth a bit each.
constexpr size_t kMany = 64;

// Tells resources in scope from the rest, at first of none. One thread.
class ScopeBits {
 public:
  explicit ScopeBits(const SourceInput& input) : input_(input) {}

  // False only of what the gate refuses, as it is not in scope: where few of
  // many are, that is cheaper to see here.
  bool MayHold(ResourceIndex resource) {
    if (++num_asked_ == kMany) Fill();
    return bits_.empty() || bits_[ToInt(resource)];
  }

 private:
  void Fill() {
    const auto num_resources =
        static_cast<size_t>(input_.view.catalog().num_resources());
    constexpr size_t kFew = 4;  // Of the catalog, a quarter at most.
    if (input_.scope.size() > num_resources / kFew) return;
    bits_.assign(num_resources, false);
    for (const ResourceIndex resource : input_.scope) {
      bits_[ToInt(resource)] = true;
    }
  }

  const SourceInput& input_;
  size_t num_asked_ = 0;
  std::vector<bool> bits_;  // By ResourceIndex.
};

}  // namespace

void ProposeNewResources(const SourceInput& input,
                         absl::Span<const ResourceIndex> new_resources,
                         std::vector<Candidate>& candidates) {
  int32_t num_left = input.limit;
  std::vector<ResourceIndex> too_early;
  ScopeBits scope(input);
  const auto propose = [&](ResourceIndex resource) {
    if (!scope.MayHold(resource) || !input.is_eligible(resource)) return;
    if (!input.view.IsReady(resource)) return too_early.push_back(resource);
    candidates.push_back({resource, Reason::kNewResource});
    --num_left;
  };
  size_t turn = 0;
  while (turn < new_resources.size() && num_left > input.limit / 2) {
    propose(new_resources[turn++]);
  }
  const absl::Span<const ResourceIndex> rest = new_resources.subspan(turn);
  size_t next = rest.empty() ? 0 : input.seed % rest.size();
  for (size_t i = 0; i < rest.size() && num_left > 0; ++i) {
    propose(rest[next]);
    if (++next == rest.size()) next = 0;
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
