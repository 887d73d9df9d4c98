#include "recommender/candidates/similar_resources.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "recommender/candidates/top_few.h"
#include "recommender/state/liked_resources.h"

namespace evenlight {
namespace {

// Each once, by position; of a large scope those that share a kc.
std::vector<ResourceIndex> ToLookThrough(
    const SourceInput& input, absl::Span<const LikedResource> liked) {
  if (input.scope.size() <= kMaxLookedThrough) {
    return {input.scope.begin(), input.scope.end()};
  }
  const Catalog& catalog = input.view.catalog();
  absl::flat_hash_set<ResourceIndex> sharing;
  for (const LikedResource& one : liked) {
    for (const KcIndex kc : catalog.KcsOf(one.resource)) {
      for (const ResourceIndex resource : catalog.ResourcesOf(kc)) {
        if (sharing.size() == kMaxLookedThrough) break;
        sharing.insert(resource);
      }
    }
  }
  return {sharing.begin(), sharing.end()};
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
  for (const ResourceIndex resource : ToLookThrough(input, liked)) {
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
