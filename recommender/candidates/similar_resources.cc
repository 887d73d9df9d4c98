#include "recommender/candidates/similar_resources.h"

#include <algorithm>

#include "recommender/candidates/ask_ahead.h"
#include "recommender/candidates/top_few.h"
#include "recommender/state/liked_resources.h"

namespace evenlight {
namespace {

// Each once, by position; of a large scope those that share a kc. Where the
// scope is a small part of the catalog many of these are outside: to ask the
// gate costs less than to compare.
std::vector<ResourceIndex> ToLookThrough(
    const SourceInput& input, absl::Span<const LikedResource> liked) {
  if (input.scope.size() <= kMaxLookedThrough) {
    return {input.scope.begin(), input.scope.end()};
  }
  const Catalog& catalog = input.view.catalog();
  std::vector<ResourceIndex> sharing;
  std::vector<bool> is_shared(catalog.num_resources(), false);
  for (const LikedResource& one : liked) {
    for (const KcIndex kc : catalog.KcsOf(one.resource)) {
      for (const ResourceIndex resource : catalog.ResourcesOf(kc)) {
        if (sharing.size() == kMaxLookedThrough) break;
        if (is_shared[ToInt(resource)]) continue;
        is_shared[ToInt(resource)] = true;
        sharing.push_back(resource);
      }
    }
  }
  constexpr size_t kSmallPart = 4;  // A quarter.
  const auto num_resources = static_cast<size_t>(catalog.num_resources());
  if (input.scope.size() <= num_resources / kSmallPart) {
    std::erase_if(sharing, [&](ResourceIndex resource) {
      return !input.is_eligible(resource);
    });
  }
  return sharing;
}

float MostLikeness(const ServingSnapshot& snapshot,
                   absl::Span<const LikedResource> liked,
                   ResourceIndex resource) {
  float most = 0;
  for (const LikedResource& one : liked) {
    most = std::max(most, Likeness(snapshot, one.resource, resource));
  }
  return most;
}

}  // namespace

void ProposeSimilarResources(const SourceInput& input,
                             const LearnerInterest& interest,
                             std::vector<Candidate>& candidates) {
  const std::vector<LikedResource> liked = LikedResources(input.view);
  if (liked.empty()) return;
  TopFew best(input.limit);
  const std::vector<ResourceIndex> all = ToLookThrough(input, liked);
  for (size_t i = 0; i < all.size(); ++i) {
    if (i + kAskedAhead < all.size()) {
      AskForFactors(input.view.snapshot(), all[i + kAskedAhead]);
    }
    const ResourceIndex resource = all[i];
    const float likeness = MostLikeness(input.view.snapshot(), liked, resource);
    if (likeness >= kMinLikeness && best.Takes(likeness, resource) &&
        InterestIn(interest, input.view.snapshot(), resource).value_or(1) > 0 &&
        input.is_eligible(resource)) {
      best.Add(likeness, resource);
    }
  }
  for (const auto& [likeness, resource] : best.Take()) {
    candidates.push_back({resource, Reason::kSimilarResources});
  }
}

}  // namespace evenlight
