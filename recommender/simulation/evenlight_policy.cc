#include "recommender/simulation/evenlight_policy.h"

namespace evenlight {

ResourceIndex EvenlightPolicy::Choose(const LoopView& view, Random*) {
  if (request_.filter.kcs.empty()) {
    for (const KcIndex kc : view.scope) {
      request_.filter.kcs.push_back(view.snapshot.catalog->kc(kc).id);
    }
  }
  request_.phase = phase_ == Phase::kUnspecified ? view.phase : phase_;
  request_.page_size = 1;
  request_.filter.max_minutes = view.minutes_left;
  const RankedList list = Recommend(
      {view.snapshot, view.state, profile_, request_, ranking_, view.now});
  return list.shown.empty() ? ResourceIndex::kNone
                            : list.shown.front().resource;
}

}  // namespace evenlight
