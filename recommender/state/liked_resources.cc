#include "recommender/state/liked_resources.h"

#include <Eigen/Core>
#include <algorithm>

#include "recommender/state/engagement.h"

namespace evenlight {
namespace {

constexpr int kLikedStars = 4;

std::optional<Liking> LikingOf(const ResourceState& resource) {
  if (resource.is_dismissed || EngagementWeight(resource) == 0) {
    return std::nullopt;
  }
  if (resource.is_completed) return Liking::kFinished;
  if (resource.last_outcome == Outcome::kCorrect) return Liking::kRight;
  if (resource.is_bookmarked) return Liking::kBookmarked;
  if (resource.stars >= kLikedStars) return Liking::kRated;
  return std::nullopt;
}

Eigen::Map<const Eigen::VectorXf> ToVector(absl::Span<const float> factors) {
  return {factors.data(), static_cast<Eigen::Index>(factors.size())};
}

}  // namespace

std::vector<LikedResource> LikedResources(const LearnerView& view) {
  std::vector<const ResourceState*> latest;
  for (const ResourceState& resource : view.state().resources) {
    if (LikingOf(resource).has_value()) latest.push_back(&resource);
  }
  std::sort(latest.begin(), latest.end(),
            [](const ResourceState* a, const ResourceState* b) {
              return a->last_event != b->last_event
                         ? a->last_event > b->last_event
                         : a->resource < b->resource;
            });
  std::vector<LikedResource> liked;
  for (const ResourceState* resource : latest) {
    if (liked.size() == kMaxLiked) break;
    const ResourceIndex index = view.catalog().FindResource(resource->resource);
    if (index == ResourceIndex::kNone) continue;
    liked.push_back({index, *LikingOf(*resource)});
  }
  return liked;
}

float SharedKcs(absl::Span<const KcIndex> a, absl::Span<const KcIndex> b) {
  int num_shared = 0;
  for (const KcIndex kc : a) {
    num_shared += std::find(b.begin(), b.end(), kc) != b.end() ? 1 : 0;
  }
  const int num_all = static_cast<int>(a.size() + b.size()) - num_shared;
  return num_all == 0
             ? 0
             : static_cast<float>(num_shared) / static_cast<float>(num_all);
}

float SharedKcs(const Catalog& catalog, ResourceIndex a, ResourceIndex b) {
  return SharedKcs(catalog.KcsOf(a), catalog.KcsOf(b));
}

float Likeness(const ServingSnapshot& snapshot, ResourceIndex a,
               ResourceIndex b) {
  const absl::Span<const float> left = snapshot.FactorsOf(a);
  const absl::Span<const float> right = snapshot.FactorsOf(b);
  if (left.empty() || right.empty()) return SharedKcs(*snapshot.catalog, a, b);
  const float norms = snapshot.coarse.norm(a) * snapshot.coarse.norm(b);
  return norms == 0 ? 0 : ToVector(left).dot(ToVector(right)) / norms;
}

std::optional<LikedResource> MostAlike(const ServingSnapshot& snapshot,
                                       absl::Span<const LikedResource> liked,
                                       ResourceIndex resource) {
  std::optional<LikedResource> best;
  float most = 0;
  for (const LikedResource& one : liked) {
    const float likeness = Likeness(snapshot, one.resource, resource);
    if (likeness < kMinLikeness || likeness <= most) continue;
    most = likeness;
    best = one;
  }
  return best;
}

}  // namespace evenlight
