// Who engaged with what, and how strongly: what the factorisation reads.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_TABLE_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "recommender/models/factors.h"

namespace evenlight {

// Engagements by learner, in compressed rows: those of learner l are
// entries[begin[l] .. begin[l + 1]). 8 bytes each.
struct EngagementTable {
  int32_t num_resources = 0;
  std::vector<int64_t> begin = {0};
  std::vector<Engagement> entries;

  int64_t num_learners() const {
    return static_cast<int64_t>(begin.size()) - 1;
  }
  absl::Span<const Engagement> Of(int64_t learner) const {
    return absl::MakeConstSpan(entries).subspan(
        begin[learner], begin[learner + 1] - begin[learner]);
  }
  void AddLearner(absl::Span<const Engagement> engagements);
};

// The same engagements by resource; Engagement::resource is then the learner,
// and each row is in the order of learners. Needs a valid table.
EngagementTable Transpose(const EngagementTable& table);

// OUT_OF_RANGE: an entry's resource is not in [0, num_resources).
// INVALID_ARGUMENT: a weight is not positive and finite. Both name the learner
// row and the resource row.
absl::Status ValidateTable(const EngagementTable& table);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_TABLE_H_
