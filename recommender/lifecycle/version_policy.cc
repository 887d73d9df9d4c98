#include "recommender/lifecycle/version_policy.h"

#include <algorithm>
#include <limits>

namespace evenlight {
namespace {

// The newest sound version below `limit`; 0 if there is none.
int64_t NewestBelow(const VersionFacts& facts, int64_t limit) {
  int64_t newest = 0;
  for (const int64_t version : facts.published) {
    if (version < limit && !facts.broken.contains(version)) {
      newest = std::max(newest, version);
    }
  }
  return newest;
}

bool IsSound(const VersionFacts& facts, int64_t version) {
  return !facts.broken.contains(version) &&
         std::find(facts.published.begin(), facts.published.end(), version) !=
             facts.published.end();
}

}  // namespace

int64_t ChooseVersion(const VersionFacts& facts) {
  if (facts.pinned.has_value()) {
    if (IsSound(facts, *facts.pinned)) return *facts.pinned;
    if (facts.serving != 0) return facts.serving;
  }
  return NewestBelow(facts, std::numeric_limits<int64_t>::max());
}

int64_t PreviousVersion(const VersionFacts& facts) {
  return NewestBelow(facts, facts.serving);
}

}  // namespace evenlight
