#include "recommender/training/engagement_table.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace evenlight {

void EngagementTable::AddLearner(absl::Span<const Engagement> engagements) {
  entries.insert(entries.end(), engagements.begin(), engagements.end());
  begin.push_back(static_cast<int64_t>(entries.size()));
}

EngagementTable Transpose(const EngagementTable& table) {
  EngagementTable transposed;
  transposed.num_resources = static_cast<int32_t>(table.num_learners());
  transposed.begin.assign(table.num_resources + 1, 0);
  for (const Engagement& entry : table.entries) {
    ++transposed.begin[ToInt(entry.resource) + 1];
  }
  for (int32_t row = 0; row < table.num_resources; ++row) {
    transposed.begin[row + 1] += transposed.begin[row];
  }
  std::vector<int64_t> next = transposed.begin;
  transposed.entries.resize(table.entries.size());
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    for (const Engagement& entry : table.Of(learner)) {
      transposed.entries[next[ToInt(entry.resource)]++] = {
          static_cast<ResourceRow>(learner), entry.weight};
    }
  }
  return transposed;
}

absl::Status ValidateTable(const EngagementTable& table) {
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    for (const Engagement& entry : table.Of(learner)) {
      const int32_t row = ToInt(entry.resource);
      if (row < 0 || row >= table.num_resources) {
        return absl::OutOfRangeError(
            absl::StrCat("resource row ", row, " of learner row ", learner,
                         " not in [0, ", table.num_resources, ")"));
      }
      if (!(entry.weight > 0) || !std::isfinite(entry.weight)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "engagement weight ", entry.weight, " of learner row ", learner,
            " with resource row ", row, " is not positive and finite"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace evenlight
