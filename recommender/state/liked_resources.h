// What a learner lately took up with success or liked, and how much another
// resource is like it. The source proposes by it and the sentence names it.

#ifndef EVENLIGHT_RECOMMENDER_STATE_LIKED_RESOURCES_H_
#define EVENLIGHT_RECOMMENDER_STATE_LIKED_RESOURCES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "recommender/models/model_binding.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// What the state says of it; the first that holds.
enum class Liking : uint8_t { kFinished, kRight, kBookmarked, kRated };

struct LikedResource {
  ResourceIndex resource = ResourceIndex::kNone;
  Liking liking = Liking::kFinished;
};

// Each costs a product with every resource looked at.
inline constexpr int kMaxLiked = 4;

// The latest kMaxLiked resources of the catalog that the learner completed,
// last answered right, bookmarked or rated 4 and more, and did not rate low or
// dismiss since; the latest first.
std::vector<LikedResource> LikedResources(const LearnerView& view);

// The Jaccard index of the kcs of two resources, in [0, 1]; 0 if neither has
// any.
float SharedKcs(absl::Span<const KcIndex> a, absl::Span<const KcIndex> b);
float SharedKcs(const Catalog& catalog, ResourceIndex a, ResourceIndex b);

// How alike two resources are, in [-1, 1]: the cosine of their factors, those
// from features included; SharedKcs() if either has none.
float Likeness(const ServingSnapshot& snapshot, ResourceIndex a,
               ResourceIndex b);

// Below this nobody would call two resources alike. Hand-set.
inline constexpr float kMinLikeness = 0.5f;

// The one of `liked` that `resource` is most like, the later if equal; nullopt
// if none reaches kMinLikeness.
std::optional<LikedResource> MostAlike(const ServingSnapshot& snapshot,
                                       absl::Span<const LikedResource> liked,
                                       ResourceIndex resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_LIKED_RESOURCES_H_
