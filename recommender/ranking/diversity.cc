#include "recommender/ranking/diversity.h"

#include <algorithm>

#include "core/filter_index.h"
#include "recommender/state/liked_resources.h"

namespace evenlight {
namespace {

constexpr float kKcShare = 0.6f;
constexpr float kKindShare = 0.2f;
constexpr float kProviderShare = 0.2f;

// What likeness is judged by, side by side: each is compared many times.
struct Traits {
  absl::Span<const KcIndex> kcs;
  int32_t provider = kAnyNumber;
  ResourceKind kind = ResourceKind::kUnspecified;
};

Traits TraitsOf(const Catalog& catalog, ResourceIndex resource) {
  const ResourceFacts& facts = catalog.filter_index().facts(resource);
  return {catalog.KcsOf(resource), facts.provider, facts.kind};
}

float Similarity(const Traits& left, const Traits& right) {
  float similarity = kKcShare * SharedKcs(left.kcs, right.kcs);
  if (left.kind == right.kind) similarity += kKindShare;
  if (left.provider != kAnyNumber && left.provider == right.provider) {
    similarity += kProviderShare;
  }
  return similarity;
}

}  // namespace

float Similarity(const Catalog& catalog, ResourceIndex a, ResourceIndex b) {
  return Similarity(TraitsOf(catalog, a), TraitsOf(catalog, b));
}

float MarginalRelevance(const Catalog& catalog, const Scored& item,
                        absl::Span<const ResourceIndex> chosen,
                        float diversity) {
  float most_similar = 0;
  for (const ResourceIndex other : chosen) {
    most_similar =
        std::max(most_similar, Similarity(catalog, item.resource, other));
  }
  return (1 - diversity) * item.score - diversity * most_similar;
}

std::vector<int32_t> Diversify(const Catalog& catalog,
                               absl::Span<const Scored> items, float diversity,
                               int32_t num_chosen) {
  const int32_t num_items = static_cast<int32_t>(items.size());
  std::vector<Traits> traits;
  traits.reserve(items.size());
  for (const Scored& item : items) {
    traits.push_back(TraitsOf(catalog, item.resource));
  }
  std::vector<float> most_similar(items.size(), 0);
  std::vector<bool> is_chosen(items.size(), false);
  std::vector<int32_t> chosen;
  const auto value = [&](int32_t item) {
    return (1 - diversity) * items[item].score - diversity * most_similar[item];
  };
  const auto is_better = [&](int32_t a, int32_t b) {
    if (items[a].turn != items[b].turn) return items[a].turn < items[b].turn;
    return value(a) > value(b);
  };
  num_chosen = std::min(num_chosen, num_items);
  while (static_cast<int32_t>(chosen.size()) < num_chosen) {
    int32_t best = -1;
    for (int32_t item = 0; item < num_items; ++item) {
      if (is_chosen[item]) continue;
      if (best < 0 || is_better(item, best)) best = item;
    }
    is_chosen[best] = true;
    chosen.push_back(best);
    for (int32_t item = 0; diversity > 0 && item < num_items; ++item) {
      if (is_chosen[item]) continue;
      most_similar[item] =
          std::max(most_similar[item], Similarity(traits[item], traits[best]));
    }
  }
  return chosen;
}

}  // namespace evenlight
