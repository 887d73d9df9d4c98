#include "recommender/candidates/new_learner.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "recommender/candidates/popular.h"
#include "recommender/candidates/take_turns.h"

namespace evenlight {
namespace {

// Those of `scope_kcs` with nothing missing before them, or the others.
std::vector<KcIndex> InCurriculumOrder(const SourceInput& input,
                                       bool is_ready) {
  std::vector<KcIndex> kcs;
  for (const KcIndex kc : input.scope_kcs) {
    if (input.view.kc(kc).is_ready == is_ready) kcs.push_back(kc);
  }
  const Curriculum& curriculum = input.view.catalog().curriculum();
  std::stable_sort(kcs.begin(), kcs.end(), [&](KcIndex a, KcIndex b) {
    return curriculum.Group(a) < curriculum.Group(b);
  });
  return kcs;
}

}  // namespace

void ProposeForNewLearner(const SourceInput& input,
                          std::vector<Candidate>& candidates) {
  SourceInput half = input;
  half.limit = (input.limit + 1) / 2;
  std::vector<Candidate> popular;
  ProposePopular(half, popular);

  absl::flat_hash_set<ResourceIndex> proposed;
  const auto propose = [&](ResourceIndex resource) {
    if (static_cast<int>(proposed.size()) == input.limit ||
        !proposed.insert(resource).second) {
      return;
    }
    candidates.push_back({resource, Reason::kNewLearner});
  };
  for (const Candidate& candidate : popular) propose(candidate.resource);
  for (const bool is_ready : {true, false}) {
    const auto accept = [&](ResourceIndex resource) {
      return input.is_eligible(resource) &&
             (!is_ready || input.view.IsReady(resource));
    };
    for (const ResourceIndex resource :
         TakeTurns(input.view.catalog(), InCurriculumOrder(input, is_ready),
                   input.limit, accept)) {
      propose(resource);
    }
  }
}

}  // namespace evenlight
