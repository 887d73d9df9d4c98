// Fewer tracks to train on, where all of them are more than memory or time
// allows.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_SPREAD_PARTS_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_SPREAD_PARTS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/training/dataset.h"

namespace evenlight {

// Whole parts, evenly spread, of about `max_answers` answers: a part with holes
// would be another learner's history. All parts if they have no more.
std::vector<TrackPart> SpreadParts(absl::Span<const TrackPart> parts,
                                   int64_t max_answers);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_SPREAD_PARTS_H_
