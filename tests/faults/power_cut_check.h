// Compares a database with what its earlier lives were promised.

#ifndef EVENLIGHT_TESTS_FAULTS_POWER_CUT_CHECK_H_
#define EVENLIGHT_TESTS_FAULTS_POWER_CUT_CHECK_H_

#include <string>
#include <vector>

#include "recommender/models/model_set.h"
#include "storage/database.h"
#include "tests/faults/power_cut_oracle.h"

namespace evenlight {

// One line for each thing that is not so; empty if all of these are:
// - every acknowledged event is there once, with its sequence and its content;
// - nothing is there that was not sent;
// - a batch is there whole, with what was attached to it, or not at all;
// - sequences are 1, 2, 3 and so on, and both orders of the track and the ids
//   tell of the same events;
// - a stored state that is not stale, and the state as read, are what the
//   events give in order;
// - a list that was shown is there exactly if its event is.
std::vector<std::string> BrokenPromises(Database& database,
                                        const Promises& promises,
                                        const ModelSet& models);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_POWER_CUT_CHECK_H_
