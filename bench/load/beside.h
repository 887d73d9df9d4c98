// Lists while the machine does something else for the service: training, a
// backup, a compaction.

#ifndef EVENLIGHT_BENCH_LOAD_BESIDE_H_
#define EVENLIGHT_BENCH_LOAD_BESIDE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/open_loop.h"
#include "bench/load/served_world.h"

namespace evenlight {

// One run of traffic.
struct LoadRow {
  std::string name;
  double load = 0;  // 1: what is reached by callers who wait.
  LoadFigures figures;
};

struct BesideOptions {
  double calls_per_second = 0;  // Mixed: half events, some class lists.
  double seconds = 0;
  // Written beside the world, so that there is something to compact and to back
  // up.
  int64_t pile_bytes = 0;
};

// Mixed traffic with nothing beside it: how much is answered, and the p99 of
// each kind of call.
void MeasureMixed(ServedWorld* world, const BesideOptions& options,
                  std::vector<LoadRow>* rows);

// Each of the others runs twice with and twice without, in turns, prints the
// ratio of the p99 of lists, and adds its rows.

// Training and backup are commands with the lowest priority, begun with the
// run. Every backup is of everything.
void MeasureBesideTraining(ServedWorld* world, const BesideOptions& options,
                           std::vector<LoadRow>* rows);
void MeasureBesideBackup(ServedWorld* world, const BesideOptions& options,
                         std::vector<LoadRow>* rows);

// The server is started over files that were written with compaction switched
// off, so that it compacts from the start on, at its own priority. The run
// without begins when that is done. Also prints how much was compacted during
// the runs beside.
void MeasureBesideCompaction(ServedWorld* world, const BesideOptions& options,
                             std::vector<LoadRow>* rows);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_LOAD_BESIDE_H_
