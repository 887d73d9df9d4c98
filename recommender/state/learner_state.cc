#include "recommender/state/learner_state.h"

#include <algorithm>

namespace evenlight {
namespace {

bool IsMet(const ResourceState& resource) {
  return resource.is_viewed || resource.is_completed ||
         resource.last_answer >= 0;
}

}  // namespace

const KcState* LearnerState::FindKc(KcKey kc) const {
  const auto it = std::lower_bound(
      kcs.begin(), kcs.end(), kc,
      [](const KcState& state, KcKey key) { return state.kc < key; });
  return it != kcs.end() && it->kc == kc ? &*it : nullptr;
}

const ResourceState* LearnerState::FindResource(ResourceKey resource) const {
  const auto it =
      std::lower_bound(resources.begin(), resources.end(), resource,
                       [](const ResourceState& state, ResourceKey key) {
                         return state.resource < key;
                       });
  return it != resources.end() && it->resource == resource ? &*it : nullptr;
}

absl::Span<const float> LearnerState::HiddenOf(const KcState& kc) const {
  const size_t num_units = hidden.size();
  if (kc_hidden.size() != kcs.size() * num_units) return {};
  return absl::MakeConstSpan(kc_hidden).subspan(
      static_cast<size_t>(&kc - kcs.data()) * num_units, num_units);
}

bool LearnerState::HasMet(ResourceKey resource) const {
  const ResourceState* state = FindResource(resource);
  if (state != nullptr && IsMet(*state)) return true;
  return std::binary_search(older_resources.begin(), older_resources.end(),
                            static_cast<uint32_t>(resource));
}

}  // namespace evenlight
