// RocksDB's counters and sizes as figures, under names that begin with
// `rocksdb_`.

#ifndef EVENLIGHT_STORAGE_ROCKS_FIGURES_H_
#define EVENLIGHT_STORAGE_ROCKS_FIGURES_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/figure.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Statistics;
}  // namespace rocksdb

namespace evenlight {

// To open a database with: counters only, for timers would read the clock twice
// in every call.
std::shared_ptr<rocksdb::Statistics> NewRocksStatistics();

// Sizes are of all `families` of `db` together, of which there is one at least;
// `statistics` are those that it was opened with. Reads no file. Thread-safe.
std::vector<Figure> ReadRocksFigures(
    rocksdb::DB& db, absl::Span<rocksdb::ColumnFamilyHandle* const> families,
    const rocksdb::Statistics& statistics);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_ROCKS_FIGURES_H_
