// Prerequisites between knowledge components, with the cycles that real
// curricula contain.

#ifndef EVENLIGHT_CORE_CURRICULUM_H_
#define EVENLIGHT_CORE_CURRICULUM_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// Immutable. Kcs that are prerequisites of one another, directly or not, form
// one group: within it nothing has to be mastered first.
class Curriculum {
 public:
  struct Edge {
    KcIndex prerequisite;
    KcIndex kc;
  };

  Curriculum() = default;

  // Edges may repeat and may form cycles and self-loops.
  Curriculum(int32_t num_kcs, absl::Span<const Edge> edges);

  // The direct prerequisites of `kc` outside its own group, each once, in
  // order. What must be mastered before `kc` is ready.
  absl::Span<const KcIndex> Prerequisites(KcIndex kc) const;

  // The group of `kc`. Groups are numbered so that a prerequisite's group never
  // has a higher number than that of what needs it.
  int32_t Group(KcIndex kc) const { return group_[ToInt(kc)]; }
  int32_t num_groups() const { return num_groups_; }

  // The members of every cycle, a self-loop included; each in order.
  const std::vector<std::vector<KcIndex>>& cycles() const { return cycles_; }

 private:
  int32_t num_groups_ = 0;
  std::vector<int32_t> group_;
  std::vector<int32_t> begin_;
  std::vector<KcIndex> prerequisites_;
  std::vector<std::vector<KcIndex>> cycles_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_CURRICULUM_H_
