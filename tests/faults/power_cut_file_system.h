// The machine's file system under one RocksDB directory, as a disk whose power
// is cut: what was not synced is gone, torn or garbage afterwards.
//
// Rules, no kinder than POSIX:
// - Bytes are on the disk after Sync() or Fsync() of their file. RangeSync()
//   promises nothing.
// - A name that was made, moved or removed is as it was before until its
//   directory is synced. Changes of names reach the disk in their order, so a
//   cut keeps some first part of those that are not synced.
// - Of bytes that are not synced a cut keeps nothing, a first part, a first
// part
//   whose last block is garbage, or any of their pages and zeros for the
//   others.
//
// It does not follow directories that are made or moved inside (checkpoints).

#ifndef EVENLIGHT_TESTS_FAULTS_POWER_CUT_FILE_SYSTEM_H_
#define EVENLIGHT_TESTS_FAULTS_POWER_CUT_FILE_SYSTEM_H_

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/mutex.h"

namespace evenlight {

// The exit code of a process whose power was cut.
inline constexpr int kPowerCutExitCode = 77;

// Thread-safe. Nothing is really synced: the process ends, the machine does
// not.
class PowerCutFileSystem : public rocksdb::FileSystemWrapper {
 public:
  struct Options {
    std::string directory;  // Of the database. What is in it is synced.
    // Beside it, on the same file system: keeps files without a name. Emptied.
    std::string spare_directory;
    // The power is cut before the operation of this number, from 1; 0: never.
    int64_t cut_at = 0;
    uint32_t seed = 1;  // Of what the cut leaves.
  };

  explicit PowerCutFileSystem(Options options);

  // Operations that change the disk, so far.
  int64_t num_operations() const ABSL_LOCKS_EXCLUDED(mu_);

  const char* Name() const override { return "PowerCutFileSystem"; }
  rocksdb::IOStatus NewWritableFile(
      const std::string& name, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus ReopenWritableFile(
      const std::string& name, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewDirectory(const std::string& name,
                                 const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& name,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

 private:
  // One file, whatever its names.
  struct File {
    std::string path;  // In the spare directory: a name that stays.
    uint64_t num_bytes = 0;
    uint64_t num_synced = 0;
  };
  // Null: there is no such name.
  using Names = std::map<std::string, std::shared_ptr<File>>;

  class WritableFile;
  class Directory;

  bool IsMine(const std::string& name) const;
  void BeginOperation() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<File> Adopt(const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ChangeNames(Names changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SyncNames() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  [[noreturn]] void Cut() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Tear(const File& file) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  uint64_t Below(uint64_t n) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  mutable Mutex mu_;  // Held over I/O: at the cut no write is under way.
  std::mt19937 random_ ABSL_GUARDED_BY(mu_);
  int64_t num_operations_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t num_files_ ABSL_GUARDED_BY(mu_) = 0;
  Names live_ ABSL_GUARDED_BY(mu_);     // As the process sees them.
  Names durable_ ABSL_GUARDED_BY(mu_);  // As they are on the disk.
  std::vector<Names> unsynced_ ABSL_GUARDED_BY(mu_);  // From durable to live.
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_POWER_CUT_FILE_SYSTEM_H_
