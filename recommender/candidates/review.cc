#include "recommender/candidates/review.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "recommender/candidates/take_turns.h"

namespace evenlight {
namespace {

std::vector<KcIndex> DueKcs(const LearnerView& view) {
  std::vector<KcIndex> kcs;
  for (const KcIndex kc : view.practised()) {
    if (view.kc(kc).is_due) kcs.push_back(kc);
  }
  std::sort(kcs.begin(), kcs.end(), [&](KcIndex a, KcIndex b) {
    const float left = view.kc(a).recall;
    const float right = view.kc(b).recall;
    return left != right ? left < right : a < b;
  });
  return kcs;
}

// The oldest first.
std::vector<ResourceIndex> OldMistakes(const LearnerView& view) {
  std::vector<std::pair<int64_t, ResourceIndex>> mistakes;
  for (const ResourceIndex resource : view.mistakes()) {
    const ResourceState* state =
        view.state().FindResource(view.catalog().key(resource));
    mistakes.emplace_back(state->last_event, resource);
  }
  std::sort(mistakes.begin(), mistakes.end());
  std::vector<ResourceIndex> resources;
  for (const auto& [last_event, resource] : mistakes) {
    resources.push_back(resource);
  }
  return resources;
}

}  // namespace

void ProposeReview(const SourceInput& input,
                   std::vector<Candidate>& candidates) {
  const LearnerView& view = input.view;
  absl::flat_hash_set<ResourceIndex> proposed;
  const auto is_full = [&] {
    return static_cast<int>(proposed.size()) >= input.limit;
  };
  const auto propose = [&](ResourceIndex resource) {
    if (is_full() || !proposed.insert(resource).second) return;
    candidates.push_back({resource, Reason::kReview});
  };

  const std::vector<KcIndex> due = DueKcs(view);
  for (const bool is_met : {false, true}) {
    const auto accept = [&](ResourceIndex resource) {
      return view.HasMet(resource) == is_met &&
             input.is_review_eligible(resource);
    };
    for (const ResourceIndex resource :
         TakeTurns(view.catalog(), due, input.limit, accept)) {
      propose(resource);
    }
  }
  for (const ResourceIndex resource : OldMistakes(view)) {
    if (input.is_review_eligible(resource)) propose(resource);
  }
}

}  // namespace evenlight
