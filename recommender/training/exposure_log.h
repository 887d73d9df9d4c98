// What learners were shown, with the parts that its score was made of, its
// place, and whether they took it up: what score weights are learnt from.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_EXPOSURE_LOG_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_EXPOSURE_LOG_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/recommendation.h"
#include "recommender/training/list_outcomes.h"
#include "storage/database.h"

namespace evenlight {

// One line of a list.
struct Exposure {
  ScoreParts parts{};  // When it was shown, each in [0, 1].
  int32_t place = 0;   // From 0, the first.
  bool is_taken_up = false;
};

struct ExposedList {
  int64_t learner = 0;  // As in ListOutcome.
  absl::Time time;
  std::vector<Exposure> shown;
};

// The lists of one phase.
struct PhaseExposures {
  int64_t num_lists = 0;  // Whose window is over.
  // Of those, the ones that tell what is preferred to what: something was taken
  // up and something was not. Oldest first.
  std::vector<ExposedList> lists;
};

// By Phase; a list of no phase is in kSelfStudy, whose weights it had.
using ExposureLog = std::array<PhaseExposures, 5>;

// Left out are what a teacher put on a list, which no weight put there, and
// lines whose parts are not recorded. DATA_LOSS: a record is damaged.
absl::StatusOr<ExposureLog> ReadExposures(const ListOutcomeOptions& options,
                                          Database* database);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_EXPOSURE_LOG_H_
