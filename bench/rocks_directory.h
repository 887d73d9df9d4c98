// A data directory that no server holds, opened past storage/ with the same
// options: what its files take, and how they are made.

#ifndef EVENLIGHT_BENCH_ROCKS_DIRECTORY_H_
#define EVENLIGHT_BENCH_ROCKS_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/database.h"

namespace evenlight {

// One thread. Ends the program if RocksDB refuses anything.
class RocksDirectory {
 public:
  enum class Compaction { kAsServed, kOff };

  explicit RocksDirectory(const std::string& directory,
                          Compaction compaction = Compaction::kAsServed);
  ~RocksDirectory();

  // Without a sync.
  void Write(const WriteBatch& batch);

  // Writes what is in memory to files.
  void Flush();

  // Rewrites all files into the last level.
  void Compact();

  // Of its table files, by family.
  std::vector<std::pair<std::string, int64_t>> FamilyBytes() const;

 private:
  struct Rocks;
  const std::unique_ptr<Rocks> rocks_;
};

// Of the logs in and below `directory`, and of all files there.
int64_t LogBytes(const std::string& directory);
int64_t DirectoryBytes(const std::string& directory);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_ROCKS_DIRECTORY_H_
