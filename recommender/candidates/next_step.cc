#include "recommender/candidates/next_step.h"

#include <algorithm>

#include "recommender/candidates/take_turns.h"

namespace evenlight {
namespace {

std::vector<KcIndex> ReadyKcs(const SourceInput& input) {
  const LearnerView& view = input.view;
  std::vector<KcIndex> kcs;
  for (const KcIndex kc : input.scope_kcs) {
    if (view.kc(kc).is_ready && !view.kc(kc).is_settled) kcs.push_back(kc);
  }
  const Curriculum& curriculum = view.catalog().curriculum();
  std::sort(kcs.begin(), kcs.end(), [&](KcIndex a, KcIndex b) {
    const KcView& left = view.kc(a);
    const KcView& right = view.kc(b);
    if (left.is_practised != right.is_practised) return left.is_practised;
    if (left.is_practised && left.p_known != right.p_known) {
      return left.p_known > right.p_known;
    }
    if (curriculum.Group(a) != curriculum.Group(b)) {
      return curriculum.Group(a) < curriculum.Group(b);
    }
    return a < b;
  });
  return kcs;
}

}  // namespace

void ProposeNextStep(const SourceInput& input,
                     std::vector<Candidate>& candidates) {
  const auto accept = [&](ResourceIndex resource) {
    return input.is_eligible(resource) && input.view.IsReady(resource);
  };
  for (const ResourceIndex resource :
       TakeTurns(input.view.catalog(), ReadyKcs(input), input.limit, accept)) {
    candidates.push_back({resource, Reason::kNextStep});
  }
}

}  // namespace evenlight
