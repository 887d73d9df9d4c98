// What the factorisation and its baselines learn from and are judged by: who
// engaged with what, and with what next, by tracks.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_HISTORY_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_HISTORY_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "recommender/training/dataset.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

// Who engaged with what until TrackPart::from, and with what else after it.
struct EngagementHistory {
  // By row, in the order of ids: those that somebody engaged with before.
  std::vector<ResourceId> resources;
  std::vector<int32_t> subjects;  // By row, numbers of IdTables; 0: unknown.
  EngagementTable before;         // By part.
  // By entry of `before`: from the last event with the resource until the
  // newest of all parts; 0 where only the order of events is known.
  std::vector<absl::Duration> ages;
  EngagementTable latest;  // Of `before`, by part: what serving would fold in
                           // (LatestEngagements()).
  // By part: rows engaged with after, and neither met nor engaged with before.
  std::vector<std::vector<ResourceRow>> after;
};

// Weights come from EngagementWeight() of states folded from the parts, as at
// serving: a learner's newest kMaxResourceStates, no older ones.
EngagementHistory CollectEngagements(absl::Span<const TrackPart> parts,
                                     const IdTables& ids, int num_threads);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_ENGAGEMENT_HISTORY_H_
