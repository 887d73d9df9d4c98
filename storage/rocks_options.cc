#include "storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/table.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include "core/log.h"

namespace evenlight {
namespace {

// Faults that RocksDB finds itself, on our log. Its own log file would lie on
// the disk that fails, and RocksDB aborts at the second line that it cannot
// write there.
class FaultLog : public rocksdb::Logger {
 public:
  FaultLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  // Of the header level, which nothing can be done about.
  void Logv(const char*, va_list) override {}

  void Logv(rocksdb::InfoLogLevel level, const char* format,
            va_list arguments) override {
    if (level < GetInfoLogLevel() ||
        level == rocksdb::InfoLogLevel::HEADER_LEVEL) {
      return;
    }
    char text[1'000];
    std::vsnprintf(text, sizeof text, format, arguments);
    Log(level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::kWarning
                                                   : LogLevel::kError,
        "database", {{"problem", text}});
  }
};

// For read-only directories: their opener says what is wrong.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Compactions give way to serving, but not to everything: at the lowest
// priority a busy machine leaves them nothing, until so many files wait for
// them that writes stop. Flushes, which writes wait for, keep the process's.
class CompactionPriority : public rocksdb::EventListener {
 public:
  void OnCompactionBegin(rocksdb::DB*,
                         const rocksdb::CompactionJobInfo&) override {
    const auto thread = static_cast<id_t>(gettid());
    if (getpriority(PRIO_PROCESS, thread) >= kNice) return;
    setpriority(PRIO_PROCESS, thread, kNice);  // Of this thread, on Linux.
  }

 private:
  // A third of the processor time of a thread that serves.
  static constexpr int kNice = 5;
};

bool Is(absl::string_view name, Family family) {
  return name == kFamilyNames[static_cast<size_t>(family)];
}

rocksdb::BlockBasedTableOptions TableOptions(
    absl::string_view name, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // So that block_cache_bytes is all the memory for reading.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  const bool is_log =
      Is(name, Family::kEvents) || Is(name, Family::kEventsBySequence);
  // The log is read in order, or by keys that exist: no filter says no.
  if (!is_log) {
    // Most event ids looked up are new: 10 bits answer 99 % without a read.
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  // Larger blocks compress better. Only few are read for one record each.
  if (is_log || Is(name, Family::kEventIds)) table.block_size = 16 << 10;
  return table;
}

// What records of all blocks of a file have in common is kept once for the
// file: a tenth of the bytes of events, a sixth of those of states.
rocksdb::CompressionOptions DictionaryOptions() {
  rocksdb::CompressionOptions compression;
  compression.enabled = true;
  compression.max_dict_bytes = 16 << 10;
  // A hundred times the dictionary, as zstd advises.
  compression.zstd_max_train_bytes = 100 * compression.max_dict_bytes;
  // Else a whole file waits in memory for its dictionary.
  compression.max_dict_buffer_bytes = 4 << 20;
  return compression;
}

}  // namespace

rocksdb::DBOptions DbOptions(const RocksDatabase::Options& options) {
  rocksdb::DBOptions db;
  if (options.env != nullptr) db.env = options.env;
  db.create_if_missing = !options.read_only;
  db.create_missing_column_families = !options.read_only;
  // After a power cut the log's end may be torn: keep all before it, and never
  // a later commit without an earlier one.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // A recycled file holds old records behind the new ones, which point-in-time
  // recovery cannot tell apart.
  db.recycle_log_file_num = 0;
  // Were the MANIFEST to lose what made a log superfluous, that log would be
  // missed: an opening without it must fail, not go on with less.
  db.track_and_verify_wals_in_manifest = true;
  db.max_total_wal_size = static_cast<uint64_t>(options.max_log_bytes);
  // Write files out as they grow instead of all at once at the end, which would
  // hold up the log's syncs.
  db.bytes_per_sync = 1 << 20;
  // See Options.
  db.rate_limiter.reset(
      rocksdb::NewGenericRateLimiter(options.background_bytes_per_second));
  // Where writes are slowed down because compactions are behind, they start
  // from this, as an event is written some four times; by default from the
  // limiter's rate, at which compactions would only be further behind.
  db.delayed_write_rate =
      static_cast<uint64_t>(options.background_bytes_per_second) / 4;
  db.listeners.push_back(std::make_shared<CompactionPriority>());
  // Leaves the rest of a usual limit of 1,024 to connections.
  db.max_open_files = 512;
  if (options.read_only) {
    db.info_log = std::make_shared<NoLog>();
  } else {
    db.info_log = std::make_shared<FaultLog>();
  }
  db.stats_dump_period_sec = 0;
  // After a failed write only a restart tells what is on the disk; the database
  // must not take writes again of its own accord.
  db.max_bgerror_resume_count = 0;
  return db;
}

rocksdb::ColumnFamilyOptions FamilyOptions(
    const RocksDatabase::Options& options, absl::string_view name,
    const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = static_cast<size_t>(options.write_buffer_bytes);
  family.compression = rocksdb::kLZ4Compression;
  // Ids repeat from record to record; the last level is most of the bytes.
  family.bottommost_compression = rocksdb::kZSTD;
  family.bottommost_compression_opts = DictionaryOptions();
  family.level_compaction_dynamic_level_bytes = true;
  family.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(TableOptions(name, cache)));
  return family;
}

}  // namespace evenlight
