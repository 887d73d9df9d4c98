#include "bench/rocks_directory.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <filesystem>

#include "bench/check.h"
#include "storage/rocks_options.h"

namespace evenlight {
namespace {

// A file may go while it is looked at.
template <typename IsCounted>
int64_t BytesOf(const std::string& directory, IsCounted is_counted) {
  int64_t bytes = 0;
  std::error_code gone;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(directory, gone)) {
    if (!file.is_regular_file(gone) || !is_counted(file.path())) continue;
    const auto size = std::filesystem::file_size(file.path(), gone);
    if (!gone) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

void CheckOk(const rocksdb::Status& status) {
  Check(status.ok(), status.ToString());
}

}  // namespace

struct RocksDirectory::Rocks {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  ~Rocks() {
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      db->DestroyColumnFamilyHandle(handle);
    }
    db->Close().PermitUncheckedError();
  }

  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    const std::string name = kFamilyNames[static_cast<size_t>(family)];
    return *std::find_if(handles.begin(), handles.end(), [&](const auto* one) {
      return one->GetName() == name;
    });
  }
};

RocksDirectory::RocksDirectory(const std::string& directory,
                               Compaction compaction)
    : rocks_(std::make_unique<Rocks>()) {
  RocksDatabase::Options options;
  options.directory = directory;
  if (compaction == Compaction::kOff) {
    // Few files, or a server that opens them would hold up its writes.
    options.write_buffer_bytes = int64_t{128} << 20;
    options.max_log_bytes = int64_t{4} << 30;
  }
  const auto cache =
      rocksdb::NewLRUCache(static_cast<size_t>(options.block_cache_bytes));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  const auto add = [&](const std::string& name) {
    rocksdb::ColumnFamilyOptions family = FamilyOptions(options, name, cache);
    family.disable_auto_compactions = compaction == Compaction::kOff;
    families.emplace_back(name, family);
  };
  add(rocksdb::kDefaultColumnFamilyName);
  for (const char* name : kFamilyNames) add(name);
  rocksdb::DB* opened = nullptr;
  CheckOk(rocksdb::DB::Open(DbOptions(options), directory, families,
                            &rocks_->handles, &opened));
  rocks_->db.reset(opened);
}

RocksDirectory::~RocksDirectory() = default;

void RocksDirectory::Write(const WriteBatch& batch) {
  rocksdb::WriteBatch changes;
  for (const WriteBatch::Change& change : batch.changes()) {
    CheckOk(changes.Put(rocks_->Handle(change.family), change.key,
                        change.value.value_or("")));
  }
  CheckOk(rocks_->db->Write(rocksdb::WriteOptions(), &changes));
}

void RocksDirectory::Flush() {
  CheckOk(rocks_->db->Flush(rocksdb::FlushOptions(), rocks_->handles));
}

void RocksDirectory::Compact() {
  Flush();
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : rocks_->handles) {
    CheckOk(rocks_->db->CompactRange(all, handle, nullptr, nullptr));
  }
}

std::vector<std::pair<std::string, int64_t>> RocksDirectory::FamilyBytes()
    const {
  std::vector<std::pair<std::string, int64_t>> bytes;
  for (rocksdb::ColumnFamilyHandle* handle : rocks_->handles) {
    rocksdb::ColumnFamilyMetaData data;
    rocks_->db->GetColumnFamilyMetaData(handle, &data);
    bytes.emplace_back(handle->GetName(), data.size);
  }
  return bytes;
}

int64_t LogBytes(const std::string& directory) {
  return BytesOf(directory,
                 [](const auto& path) { return path.extension() == ".log"; });
}

int64_t DirectoryBytes(const std::string& directory) {
  return BytesOf(directory, [](const auto&) { return true; });
}

}  // namespace evenlight
