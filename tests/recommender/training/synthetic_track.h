// Learners with a known structure, for tests of training: they know or do not
// know a kc as BKT says, and questions differ in difficulty.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_SYNTHETIC_TRACK_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_SYNTHETIC_TRACK_H_

#include <cstdint>
#include <vector>

#include "core/answers.h"
#include "core/event.h"
#include "core/ids.h"
#include "recommender/models/bkt.h"
#include "recommender/training/dataset.h"
#include "storage/database.h"

namespace evenlight {

struct SyntheticOptions {
  int num_learners = 100;
  int num_kcs = 4;
  int questions_per_kc = 10;
  int answers_per_learner = 60;
  BktParams bkt = {0.3f, 0.15f, 0.01f, 0.1f, 0.2f};
  uint64_t seed = 1;
  bool time_is_order = true;
  // From this answer of each learner on, every outcome is turned around; -1:
  // none.
  int flip_from = -1;
};

// Learners "l0", "l1", ..., kcs "k0", ..., questions "q<kc>-<number>"; the kc
// of an answer is drawn at random, and in each a quarter of the questions is
// much harder.
AnswerSet SyntheticAnswers(const SyntheticOptions& options);

// The same answers as events of learners, a minute apart from 2026 on, all
// learners side by side. Sequences are from 1 on.
std::vector<Event> SyntheticEvents(const SyntheticOptions& options);

// Appends events to the track of `tenant`, as a committer would.
void AppendEvents(const TenantId& tenant, const std::vector<Event>& events,
                  Database* database);

// Tracks and tables as ReadDataset() makes them.
Dataset SyntheticDataset(const SyntheticOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_SYNTHETIC_TRACK_H_
