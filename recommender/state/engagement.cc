#include "recommender/state/engagement.h"

#include <algorithm>
#include <cmath>

namespace evenlight {
namespace {

constexpr float kAlpha = 3.0f;
// A school term and a half: what was practised last year says less about now.
constexpr absl::Duration kHalfLife = absl::Hours(24 * 182);
constexpr int kLikedStars = 4;
constexpr int kDislikedStars = 2;

bool IsDisliked(const ResourceState& resource) {
  const bool is_rated_low =
      resource.stars > 0 && resource.stars <= kDislikedStars;
  return is_rated_low ||
         (resource.is_dismissed &&
          resource.dismiss_reason == DismissReason::kNotInterested);
}

// In [0, 1]; steps are equal because nothing measured says otherwise.
float Strength(const ResourceState& resource) {
  if (resource.is_bookmarked || resource.stars >= kLikedStars) return 1.0f;
  if (resource.is_completed) return 0.75f;
  if (resource.num_correct + resource.num_incorrect > 0) return 0.5f;
  return resource.is_viewed ? 0.25f : 0.0f;
}

// In (0, 1]: halves with every kHalfLife of age.
float Decay(const ResourceState& resource, absl::Time newest) {
  if (resource.last_time == absl::InfinitePast() ||
      newest <= resource.last_time) {
    return 1;
  }
  return static_cast<float>(
      std::exp2(-absl::FDivDuration(newest - resource.last_time, kHalfLife)));
}

}  // namespace

float EngagementWeight(const ResourceState& resource, absl::Time newest) {
  if (IsDisliked(resource)) return 0;
  const float strength = Strength(resource);
  return strength == 0 ? 0 : 1 + kAlpha * strength * Decay(resource, newest);
}

std::vector<const ResourceState*> LatestEngagements(
    const LearnerState& state, absl::FunctionRef<bool(ResourceKey)> is_known) {
  std::vector<const ResourceState*> engaged;
  for (const ResourceState& resource : state.resources) {
    if (EngagementWeight(resource) > 0) engaged.push_back(&resource);
  }
  std::sort(engaged.begin(), engaged.end(),
            [](const ResourceState* a, const ResourceState* b) {
              return a->last_event != b->last_event
                         ? a->last_event > b->last_event
                         : a->resource < b->resource;
            });
  std::vector<const ResourceState*> latest;
  for (const ResourceState* resource : engaged) {
    if (latest.size() == kMaxEngagements) break;
    if (is_known(resource->resource)) latest.push_back(resource);
  }
  return latest;
}

}  // namespace evenlight
