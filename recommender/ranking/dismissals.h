// What a learner's dismissals ask of the next lists, beyond that what was
// dismissed itself stays away (recommender/ranking/eligibility.h):
//
//   too hard        what is easier, or explains, comes first; what practises
//                   the same and is as hard or harder comes last
//   too easy        the same the other way round
//   already known   a check comes first, more teaching of the same last
//   not interested  the same matter by another provider or in another kind
//                   first, the same provider and kind last
//
// "The same" is a resource that shares a kc. A dismissal without a reason asks
// for nothing.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_DISMISSALS_H_
#define EVENLIGHT_RECOMMENDER_RANKING_DISMISSALS_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/ids.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// A dismissal is heeded for so many events of the learner.
inline constexpr int64_t kDismissalReach = 50;
// The latest so many are heeded.
inline constexpr size_t kMaxHeeded = 8;

// How a resource stands to a dismissal.
enum class Wish : uint8_t { kNone, kAskedFor, kUnwanted };

// Immutable; refers to `view`, which outlives it.
class Dismissals {
 public:
  // P(correct) of a question; asked for those that share a kc with a dismissed
  // question.
  using PCorrect = absl::FunctionRef<float(ResourceIndex)>;

  explicit Dismissals(const LearnerView* view);

  // How many are heeded, the latest first.
  size_t size() const { return heeded_.size(); }

  // Of one of them, and of all: kUnwanted if any does not want it, else
  // kAskedFor if any asks for it.
  Wish Of(size_t dismissal, ResourceIndex resource, PCorrect p_correct) const;
  Wish Of(ResourceIndex resource, PCorrect p_correct) const;

  // Resources that share a kc with a dismissed one, each once, the dismissed
  // ones among them. In the order of positions.
  std::vector<ResourceIndex> Related() const;

 private:
  struct Heeded {
    ResourceIndex resource = ResourceIndex::kNone;
    DismissReason reason = DismissReason::kUnspecified;
    int64_t event = 0;
  };

  bool SharesKc(ResourceIndex a, ResourceIndex b) const;

  const LearnerView* view_;
  std::vector<Heeded> heeded_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_DISMISSALS_H_
