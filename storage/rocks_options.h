// The options of RocksDB, fixed in one place, each with its reason.

#ifndef EVENLIGHT_STORAGE_ROCKS_OPTIONS_H_
#define EVENLIGHT_STORAGE_ROCKS_OPTIONS_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "storage/rocks_database.h"

namespace rocksdb {
class Cache;
struct ColumnFamilyOptions;
struct DBOptions;
}  // namespace rocksdb

namespace evenlight {

// Of the whole database. What RocksDB finds wrong goes to our log, but for a
// read-only one.
rocksdb::DBOptions DbOptions(const RocksDatabase::Options& options);

// Of the family with this name on disk, also of one that this build does not
// know; all of them share `cache`.
rocksdb::ColumnFamilyOptions FamilyOptions(
    const RocksDatabase::Options& options, absl::string_view name,
    const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_ROCKS_OPTIONS_H_
