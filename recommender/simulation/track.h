// The track of a synthetic district: what its teachers and learners did on
// every day of some weeks, with real times.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_TRACK_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_TRACK_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "core/event.h"
#include "recommender/simulation/district.h"

namespace evenlight {

// Calls `visit` with every event in the order of time, then id, and returns how
// many there were: about 100 per learner in six weeks. `day` counts from 0.
// Equal districts have equal tracks. Event ids differ between districts with
// different options.
//
// Classes work through the kcs of their grade week by week; learners practise
// the week's kc, what their teacher assigned, what has faded, and now and then
// something else; they learn, forget, slip and guess as student.h says. Where
// devices are fewer there are fewer events.
int64_t SimulateTrack(const District& district,
                      absl::FunctionRef<void(int day, const Event&)> visit);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_TRACK_H_
