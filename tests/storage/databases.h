// The contract tests run over every database: what passes on one and fails on
// the other is a fault of the other.

#ifndef EVENLIGHT_TESTS_STORAGE_DATABASES_H_
#define EVENLIGHT_TESTS_STORAGE_DATABASES_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "storage/memory_database.h"
#include "storage/rocks_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {

// A new directory, removed at the end.
class TempDirectory {
 public:
  TempDirectory() : path_(testing::TempDir() + "/evenlight_XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

inline absl::StatusOr<std::unique_ptr<RocksDatabase>> OpenRocks(
    const std::string& directory, bool read_only = false) {
  RocksDatabase::Options options;
  options.directory = directory;
  options.read_only = read_only;
  options.block_cache_bytes = 1 << 20;
  return RocksDatabase::Open(options);
}

enum class DatabaseKind { kMemory, kRocks };

class DatabaseContract : public testing::TestWithParam<DatabaseKind> {
 protected:
  void SetUp() override {
    if (GetParam() == DatabaseKind::kMemory) {
      database_ = std::make_unique<MemoryDatabase>();
      return;
    }
    auto rocks = OpenRocks(directory_ / "db");
    ASSERT_THAT(rocks, IsOk());
    database_ = *std::move(rocks);
  }

  void Write(const WriteBatch& batch) {
    ASSERT_THAT(database_->Write(batch), IsOk());
  }
  void PutOne(Family family, std::string key, std::string value) {
    WriteBatch batch;
    batch.Put(family, std::move(key), std::move(value));
    Write(batch);
  }

  TempDirectory directory_;
  std::unique_ptr<Database> database_;
};

inline auto AllDatabases() {
  return testing::Values(DatabaseKind::kMemory, DatabaseKind::kRocks);
}

inline std::string NameOfKind(
    const testing::TestParamInfo<DatabaseKind>& info) {
  return info.param == DatabaseKind::kMemory ? "Memory" : "Rocks";
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_STORAGE_DATABASES_H_
