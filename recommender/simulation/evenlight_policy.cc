#include "recommender/simulation/evenlight_policy.h"

namespace evenlight {
namespace {

bool IsReady(const RankedList& list) {
  if (list.shown.empty()) return false;
  constexpr auto kReady = static_cast<size_t>(ScorePart::kReady);
  return list.shown.front().parts[kReady] == 1;
}

}  // namespace

RankedList EvenlightPolicy::Ask(const LoopView& view,
                                absl::Span<const KcIndex> kcs) {
  request_.filter.kcs.clear();
  for (const KcIndex kc : kcs) {
    request_.filter.kcs.push_back(view.snapshot.catalog->kc(kc).id);
  }
  return Recommend(
      {view.snapshot, view.state, profile_, request_, ranking_, view.now});
}

ResourceIndex EvenlightPolicy::Choose(const LoopView& view, Random*) {
  request_.phase = phase_ == Phase::kUnspecified ? view.phase : phase_;
  request_.page_size = 1;
  request_.filter.max_minutes = view.minutes_left;
  RankedList list = Ask(view, view.goal);
  if (!IsReady(list)) list = Ask(view, view.scope);
  return list.shown.empty() ? ResourceIndex::kNone
                            : list.shown.front().resource;
}

}  // namespace evenlight
