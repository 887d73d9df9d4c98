// Tables of engagements as a test writes them down.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_TABLE_OF_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_TABLE_OF_H_

#include <cstdint>
#include <vector>

#include "recommender/training/engagement_table.h"

namespace evenlight {

// By learner the rows of the resources they engaged with, each with weight 1.
inline EngagementTable TableOf(
    int32_t num_resources, const std::vector<std::vector<int32_t>>& learners) {
  EngagementTable table;
  table.num_resources = num_resources;
  for (const std::vector<int32_t>& rows : learners) {
    std::vector<Engagement> engagements;
    for (const int32_t row : rows) {
      engagements.push_back({static_cast<ResourceRow>(row), 1});
    }
    table.AddLearner(engagements);
  }
  return table;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_TABLE_OF_H_
