#include "storage/rocks_figures.h"

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include <cstdint>
#include <string>

namespace evenlight {
namespace {

using Property = rocksdb::DB::Properties;

// Read from one family, or summed over all: what families share would count
// once for each.
struct Gauged {
  const std::string& property;
  bool is_shared;
  const char* name;
  const char* help;
};

struct Counted {
  rocksdb::Tickers ticker;
  double unit;
  const char* name;
  const char* help;
};

const Gauged kGauged[] = {
    {Property::kBlockCacheUsage, true, "rocksdb_block_cache_bytes",
     "Memory that blocks for reading take"},
    {Property::kBlockCacheCapacity, true, "rocksdb_block_cache_max_bytes",
     "Memory that blocks for reading may take"},
    {Property::kCurSizeAllMemTables, false, "rocksdb_memtable_bytes",
     "Memory that writes take until they are in a file"},
    {Property::kEstimateTableReadersMem, false, "rocksdb_table_reader_bytes",
     "Memory of open files outside of the block cache"},
    {Property::kLiveSstFilesSize, false, "rocksdb_live_sst_bytes",
     "Size of the files that hold the data"},
    {Property::kEstimateNumKeys, false, "rocksdb_keys", "Keys, as estimated"},
    {Property::kEstimatePendingCompactionBytes, false,
     "rocksdb_pending_compaction_bytes",
     "What compaction still has to rewrite, as estimated"},
    {Property::kNumRunningCompactions, true, "rocksdb_running_compactions",
     "Compactions under way"},
    {Property::kNumRunningFlushes, true, "rocksdb_running_flushes",
     "Flushes under way"},
    {Property::kIsWriteStopped, true, "rocksdb_write_stopped",
     "1 while writes are stopped until compaction has caught up"},
    {Property::kActualDelayedWriteRate, true,
     "rocksdb_delayed_write_bytes_per_second",
     "The rate that writes are slowed down to; 0 if they are not"},
    {Property::kBackgroundErrors, true, "rocksdb_background_errors",
     "Faults of flushes and compactions since the start"},
};

const Counted kCounted[] = {
    {rocksdb::BLOCK_CACHE_HIT, 1, "rocksdb_block_cache_hits_total",
     "Blocks found in memory"},
    {rocksdb::BLOCK_CACHE_MISS, 1, "rocksdb_block_cache_misses_total",
     "Blocks read from a file"},
    {rocksdb::BLOOM_FILTER_USEFUL, 1, "rocksdb_bloom_filter_useful_total",
     "Reads that a filter saved"},
    {rocksdb::BYTES_WRITTEN, 1, "rocksdb_written_bytes_total",
     "Bytes of keys and values written"},
    {rocksdb::WAL_FILE_BYTES, 1, "rocksdb_wal_bytes_total",
     "Bytes written to the log"},
    {rocksdb::WAL_FILE_SYNCED, 1, "rocksdb_wal_synced_total",
     "Syncs of the log: writes that are durable"},
    {rocksdb::FLUSH_WRITE_BYTES, 1, "rocksdb_flush_bytes_total",
     "Bytes that flushes wrote"},
    {rocksdb::COMPACT_READ_BYTES, 1, "rocksdb_compaction_read_bytes_total",
     "Bytes that compactions read"},
    {rocksdb::COMPACT_WRITE_BYTES, 1, "rocksdb_compaction_written_bytes_total",
     "Bytes that compactions wrote"},
    {rocksdb::STALL_MICROS, 1e-6, "rocksdb_write_stall_seconds_total",
     "How long writes waited for flushes and compactions"},
};

}  // namespace

std::shared_ptr<rocksdb::Statistics> NewRocksStatistics() {
  std::shared_ptr<rocksdb::Statistics> statistics =
      rocksdb::CreateDBStatistics();
  statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  return statistics;
}

std::vector<Figure> ReadRocksFigures(
    rocksdb::DB& db, absl::Span<rocksdb::ColumnFamilyHandle* const> families,
    const rocksdb::Statistics& statistics) {
  std::vector<Figure> figures;
  for (const Gauged& gauged : kGauged) {
    uint64_t sum = 0;
    for (rocksdb::ColumnFamilyHandle* family : families) {
      uint64_t value = 0;
      if (db.GetIntProperty(family, gauged.property, &value)) sum += value;
      if (gauged.is_shared) break;
    }
    figures.push_back(
        Gauge(gauged.name, gauged.help, static_cast<double>(sum)));
  }
  for (const Counted& counted : kCounted) {
    const uint64_t count = statistics.getTickerCount(counted.ticker);
    figures.push_back(Counter(counted.name, counted.help,
                              counted.unit * static_cast<double>(count)));
  }
  return figures;
}

}  // namespace evenlight
