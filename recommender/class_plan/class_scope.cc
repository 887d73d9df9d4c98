#include "recommender/class_plan/class_scope.h"

#include <algorithm>
#include <utility>

namespace evenlight {
namespace {

// How many learners stand where with a kc of the scope.
struct Counts {
  int32_t num_ready = 0;  // And have not mastered it.
  int32_t num_begun = 0;  // Of those, who practised it.
  int32_t num_practised = 0;
  bool is_in_scope = false;
};

// By KcIndex.
std::vector<Counts> CountLearners(PlannedLearners learners) {
  std::vector<Counts> counts;
  for (const auto& learner : learners) {
    counts.resize(learner->view.catalog().num_kcs());
    for (const KcIndex kc : learner->gate.scope().kcs) {
      const KcView& view = learner->view.kc(kc);
      Counts& count = counts[ToInt(kc)];
      count.is_in_scope = true;
      const bool is_ready = view.is_ready && !view.is_mastered;
      count.num_ready += is_ready ? 1 : 0;
      count.num_begun += is_ready && view.is_practised ? 1 : 0;
      count.num_practised += view.is_practised ? 1 : 0;
    }
  }
  return counts;
}

// At most `limit` kcs of the scope, those with the smallest `key` first.
template <typename Key>
std::vector<KcIndex> First(const std::vector<Counts>& counts, size_t limit,
                           Key key) {
  std::vector<KcIndex> kcs;
  for (size_t kc = 0; kc < counts.size(); ++kc) {
    if (counts[kc].is_in_scope) kcs.push_back(KcIndex{static_cast<int>(kc)});
  }
  const auto end =
      kcs.begin() + static_cast<ptrdiff_t>(std::min(limit, kcs.size()));
  std::partial_sort(kcs.begin(), end, kcs.end(), [&](KcIndex a, KcIndex b) {
    return std::pair(key(a), a) < std::pair(key(b), b);
  });
  kcs.erase(end, kcs.end());
  return kcs;
}

std::vector<KcIndex> Named(const Catalog& catalog,
                           const ResourceFilter& filter) {
  std::vector<KcIndex> kcs;
  for (const KcId& id : filter.kcs) {
    const KcIndex kc = catalog.FindKc(id);
    if (kc != KcIndex::kNone) kcs.push_back(kc);
  }
  PutInCurriculumOrder(catalog, kcs);
  return kcs;
}

}  // namespace

void PutInCurriculumOrder(const Catalog& catalog, std::vector<KcIndex>& kcs) {
  const Curriculum& curriculum = catalog.curriculum();
  std::sort(kcs.begin(), kcs.end(), [&](KcIndex a, KcIndex b) {
    return std::pair(curriculum.Group(a), a) <
           std::pair(curriculum.Group(b), b);
  });
  kcs.erase(std::unique(kcs.begin(), kcs.end()), kcs.end());
}

std::vector<KcIndex> DirectPrerequisites(const Catalog& catalog,
                                         absl::Span<const KcIndex> kcs) {
  std::vector<KcIndex> found;
  for (const KcIndex kc : kcs) {
    for (const KcIndex needed : catalog.curriculum().Prerequisites(kc)) {
      if (std::find(kcs.begin(), kcs.end(), needed) == kcs.end()) {
        found.push_back(needed);
      }
    }
  }
  PutInCurriculumOrder(catalog, found);
  return found;
}

ClassScope ScopeOf(PlannedLearners learners, const ResourceFilter& filter) {
  ClassScope scope;
  if (learners.empty()) return scope;
  const Catalog& catalog = learners[0]->view.catalog();
  if (!filter.kcs.empty()) {
    scope.lesson = Named(catalog, filter);
    scope.map = scope.lesson;
    for (const KcIndex kc : DirectPrerequisites(catalog, scope.lesson)) {
      scope.map.push_back(kc);
    }
    if (scope.map.size() > kMaxMapKcs) scope.map.resize(kMaxMapKcs);
  } else {
    const std::vector<Counts> counts = CountLearners(learners);
    scope.lesson = First(counts, kLessonKcs, [&](KcIndex kc) {
      const Counts& count = counts[ToInt(kc)];
      return std::pair(-(count.num_ready + count.num_begun),
                       catalog.curriculum().Group(kc));
    });
    std::erase_if(scope.lesson,
                  [&](KcIndex kc) { return counts[ToInt(kc)].num_ready == 0; });
    scope.map = First(counts, kMaxMapKcs, [&](KcIndex kc) {
      const Counts& count = counts[ToInt(kc)];
      return std::pair(-count.num_practised, -count.num_ready);
    });
  }
  PutInCurriculumOrder(catalog, scope.map);
  return scope;
}

std::vector<ClassKc> MapMastery(PlannedLearners learners,
                                absl::Span<const KcIndex> kcs) {
  const float one = 1 / static_cast<float>(learners.size());
  std::vector<ClassKc> map;
  for (const KcIndex kc : kcs) {
    ClassKc& entry = map.emplace_back();
    entry.kc = kc;
    int32_t num_mastered = 0, num_in_progress = 0;
    for (const auto& learner : learners) {
      const KcView& view = learner->view.kc(kc);
      entry.mean_p_known += one * view.p_known;
      num_mastered += view.is_mastered ? 1 : 0;
      num_in_progress += view.is_practised && !view.is_mastered ? 1 : 0;
    }
    const auto num_learners = static_cast<int32_t>(learners.size());
    entry.share_mastered = one * static_cast<float>(num_mastered);
    entry.share_in_progress = one * static_cast<float>(num_in_progress);
    entry.share_not_started =
        one * static_cast<float>(num_learners - num_mastered - num_in_progress);
  }
  return map;
}

}  // namespace evenlight
