// What a learner's answers on the prerequisites of a question say, whatever
// their order: the features that BiasExample has beside learner and question.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_PREREQUISITE_OUTCOMES_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_PREREQUISITE_OUTCOMES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/catalog.h"
#include "core/interaction.h"

namespace evenlight {

// log(1 + n) of right and of wrong answers, on direct prerequisites and on
// those further up.
enum class OutcomeFeature : int {
  kDirectRight,
  kDirectWrong,
  kFurtherRight,
  kFurtherWrong,
  kCount,
};
inline constexpr int kNumOutcomeFeatures =
    static_cast<int>(OutcomeFeature::kCount);

// One learner at a time, one thread. `catalog` outlives it.
class PrerequisiteOutcomes {
 public:
  explicit PrerequisiteOutcomes(const Catalog* catalog);

  // Forgets the last learner and counts the answers of `history`.
  void Start(absl::Span<const Interaction> history);

  // Of a question with `kcs`. What it practises itself is none of its
  // prerequisites, nor are kcs in a cycle with it: where the answer is part of
  // the history, its own outcome is not among the features.
  std::array<float, kNumOutcomeFeatures> Of(absl::Span<const KcKey> kcs) const;

 private:
  struct Counts {
    int32_t num_right = 0;
    int32_t num_wrong = 0;
  };
  Counts Sum(const std::vector<KcIndex>& kcs) const;

  const Catalog& catalog_;
  std::vector<std::vector<KcIndex>> direct_;   // By KcIndex; in order.
  std::vector<std::vector<KcIndex>> further_;  // The same; without direct ones.
  std::vector<Counts> counts_;                 // By KcIndex.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_PREREQUISITE_OUTCOMES_H_
