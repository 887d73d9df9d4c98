// What refused calls cost a machine that sends and refuses them itself: no
// server can answer in that time.

#ifndef EVENLIGHT_BENCH_LOAD_REFUSAL_COST_H_
#define EVENLIGHT_BENCH_LOAD_REFUSAL_COST_H_

#include "bench/load/open_loop.h"

namespace evenlight {

// Processor time, in seconds, of sending one call of `traffic` and refusing it:
// against a server in this process that refuses whatever comes.
double SecondsOfRefusal(const Traffic& traffic);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_LOAD_REFUSAL_COST_H_
