// The database on disk: RocksDB with one column family per Family.

#ifndef EVENLIGHT_STORAGE_ROCKS_DATABASE_H_
#define EVENLIGHT_STORAGE_ROCKS_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "core/figure.h"
#include "storage/database.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace evenlight {

// Thread-safe.
class RocksDatabase : public Database {
 public:
  // The format that this build writes, and the oldest that it opens.
  static constexpr int kFormatVersion = 2;
  static constexpr int kOldestFormatVersion = 1;

  struct Options {
    std::string directory;
    bool read_only = false;  // For a checkpoint; writes nothing at all.
    // A directory of the format before stays so; no event may be written. For
    // those who open it only to hold its lock.
    bool keep_format = false;
    // Memory for reading, shared by all families.
    int64_t block_cache_bytes = int64_t{256} << 20;
    // Memory for writing, per family, before it goes to a file.
    int64_t write_buffer_bytes = int64_t{32} << 20;
    // A family that is rarely written keeps the log that its last write is in;
    // this bounds what a restart has to read again, at some 20 ms a MiB.
    int64_t max_log_bytes = int64_t{128} << 20;
    // The most that flushes and compactions write in a second. A burst of them
    // would fill the disk's queue before the log's syncs, which calls wait for.
    // The rate is fixed: RocksDB's auto-tuning falls to a twentieth in a quiet
    // hour and takes minutes to rise again, in which the first lesson of the
    // day would wait for flushes. Their reads follow their writes and mostly
    // find the page cache; the log is not limited.
    int64_t background_bytes_per_second = int64_t{64} << 20;
    // Where files are; null: the machine's own. Tests give one that loses power
    // or whose disk fails. Outlives the database.
    rocksdb::Env* env = nullptr;
  };

  // Opens the directory, or makes it (parents too) unless read-only.
  //
  // FAILED_PRECONDITION: another process holds it, or its format is newer than
  // kFormatVersion; the message names the directory and both versions.
  // NOT_FOUND: read-only, and there is no database.
  // DATA_LOSS: the files are damaged; also where acknowledged commits follow
  // damage in the log, see log_check.h. UNAVAILABLE: the disk refused.
  static absl::StatusOr<std::unique_ptr<RocksDatabase>> Open(
      const Options& options);

  ~RocksDatabase() override;

  // The format that the directory has.
  int format_version() const;

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override;
  absl::Status Scan(
      Family family, absl::string_view begin, absl::string_view end,
      absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit)
      const override;
  absl::StatusOr<std::optional<std::string>> LastKey(
      Family family, absl::string_view begin,
      absl::string_view end) const override;
  absl::Status Write(const WriteBatch& batch) override;
  absl::Status CreateCheckpoint(const std::string& directory) override;

  // For RocksDB's own backup engine, which storage/backup.cc alone asks.
  rocksdb::DB* rocks() const;

  // What RocksDB says of itself; see rocks_figures.h.
  std::vector<Figure> Figures() const;

 private:
  struct Rocks;  // Keeps RocksDB's headers out of ours.

  explicit RocksDatabase(std::unique_ptr<Rocks> rocks);

  const std::unique_ptr<Rocks> rocks_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_ROCKS_DATABASE_H_
