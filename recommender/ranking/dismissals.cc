#include "recommender/ranking/dismissals.h"

#include <algorithm>

namespace evenlight {
namespace {

// Questions that differ by less are as hard as one another.
constexpr float kSameDifficulty = 0.02f;

// `easier` is what was asked for: too hard, or else too easy.
Wish OfDifficulty(bool is_practice, bool dismissed_practice, bool easier,
                  float difference) {
  // What explains helps with what is too hard. Of two media nothing is known.
  if (!is_practice) {
    return easier && dismissed_practice ? Wish::kAskedFor : Wish::kNone;
  }
  if (!dismissed_practice) return Wish::kNone;
  const float gain = easier ? difference : -difference;
  return gain > kSameDifficulty ? Wish::kAskedFor : Wish::kUnwanted;
}

}  // namespace

Dismissals::Dismissals(const LearnerView* view) : view_(view) {
  const LearnerState& state = view->state();
  for (const ResourceState& resource : state.resources) {
    if (!resource.is_dismissed ||
        resource.dismiss_reason == DismissReason::kUnspecified ||
        state.num_events - resource.last_event >= kDismissalReach) {
      continue;
    }
    const ResourceIndex index = view->catalog().FindResource(resource.resource);
    if (index == ResourceIndex::kNone) continue;
    heeded_.push_back({index, resource.dismiss_reason, resource.last_event});
  }
  std::sort(heeded_.begin(), heeded_.end(), [](const auto& a, const auto& b) {
    return a.event != b.event ? a.event > b.event : a.resource < b.resource;
  });
  if (heeded_.size() > kMaxHeeded) heeded_.resize(kMaxHeeded);
}

bool Dismissals::SharesKc(ResourceIndex a, ResourceIndex b) const {
  const absl::Span<const KcIndex> of_a = view_->catalog().KcsOf(a);
  const absl::Span<const KcIndex> of_b = view_->catalog().KcsOf(b);
  return std::find_first_of(of_a.begin(), of_a.end(), of_b.begin(),
                            of_b.end()) != of_a.end();
}

Wish Dismissals::Of(size_t dismissal, ResourceIndex resource,
                    PCorrect p_correct) const {
  const Heeded& heeded = heeded_[dismissal];
  if (resource == heeded.resource) return Wish::kUnwanted;
  if (!SharesKc(resource, heeded.resource)) return Wish::kNone;
  const Resource& now = view_->catalog().resource(resource);
  const Resource& then = view_->catalog().resource(heeded.resource);
  const bool is_practice = IsPractice(now.kind);
  switch (heeded.reason) {
    case DismissReason::kTooHard:
    case DismissReason::kTooEasy: {
      const bool was_practice = IsPractice(then.kind);
      const float difference =
          is_practice && was_practice
              ? p_correct(resource) - p_correct(heeded.resource)
              : 0;
      return OfDifficulty(is_practice, was_practice,
                          heeded.reason == DismissReason::kTooHard, difference);
    }
    case DismissReason::kAlreadyKnown:
      return is_practice ? Wish::kAskedFor : Wish::kUnwanted;
    case DismissReason::kNotInterested:
      return now.kind == then.kind && now.provider == then.provider
                 ? Wish::kUnwanted
                 : Wish::kAskedFor;
    case DismissReason::kUnspecified:
      break;
  }
  return Wish::kNone;
}

Wish Dismissals::Of(ResourceIndex resource, PCorrect p_correct) const {
  Wish wish = Wish::kNone;
  for (size_t dismissal = 0; dismissal < size(); ++dismissal) {
    const Wish one = Of(dismissal, resource, p_correct);
    if (one == Wish::kUnwanted) return one;
    if (one == Wish::kAskedFor) wish = one;
  }
  return wish;
}

std::vector<ResourceIndex> Dismissals::Related() const {
  std::vector<ResourceIndex> related;
  for (const Heeded& heeded : heeded_) {
    for (const KcIndex kc : view_->catalog().KcsOf(heeded.resource)) {
      const absl::Span<const ResourceIndex> of_kc =
          view_->catalog().ResourcesOf(kc);
      related.insert(related.end(), of_kc.begin(), of_kc.end());
    }
  }
  std::sort(related.begin(), related.end());
  related.erase(std::unique(related.begin(), related.end()), related.end());
  return related;
}

}  // namespace evenlight
