#include "storage/rocks_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/log.h"
#include "core/mutex.h"
#include "core/status_macros.h"
#include "storage/data_directory.h"
#include "storage/durable_file.h"
#include "storage/log_check.h"
#include "storage/rocks_figures.h"
#include "storage/rocks_options.h"

namespace evenlight {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// `what` is what was tried, with the name of the thing.
absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsInvalidArgument() || status.IsNotSupported()) {
    return absl::InternalError(message);
  }
  return absl::UnavailableError(message);
}

absl::Status OpeningStatus(const rocksdb::Status& status,
                           const std::string& directory) {
  if (!status.IsCorruption()) {
    return ToStatus(status, absl::StrCat("data directory ", directory));
  }
  return absl::DataLossError(absl::StrCat("data directory ", directory,
                                          " is damaged: ", status.ToString(),
                                          ": restore a backup"));
}

// Both texts are RocksDB's: for another process, and for this one.
bool IsHeldElsewhere(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() &&
         (absl::StrContains(text, "lock hold by current process") ||
          (absl::StrContains(text, "While lock file") &&
           absl::StrContains(text, "Resource temporarily unavailable")));
}

}  // namespace

struct RocksDatabase::Rocks {
  ~Rocks() {
    // RocksDB's assertions want the handles gone before the database.
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      if (db != nullptr) db->DestroyColumnFamilyHandle(handle);
    }
    if (db != nullptr) db->Close().PermitUncheckedError();
  }

  rocksdb::Status OpenFamilies(const std::vector<std::string>& names);
  absl::Status CheckOrWriteFormat();
  absl::Status WriteFormat(const std::string& bytes);
  absl::StatusOr<bool> IsEmpty() const;

  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families[static_cast<size_t>(family)];
  }

  Options options;
  int format_version = kFormatVersion;
  const std::shared_ptr<rocksdb::Statistics> statistics = NewRocksStatistics();
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;  // Also unknown families.
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyNames.size()> families{};

  Mutex mu;
  absl::Status write_status ABSL_GUARDED_BY(mu);  // Of the first failure.
};

rocksdb::Status RocksDatabase::Rocks::OpenFamilies(
    const std::vector<std::string>& names) {
  const auto cache =
      rocksdb::NewLRUCache(static_cast<size_t>(options.block_cache_bytes));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    descriptors.emplace_back(name, FamilyOptions(options, name, cache));
  }
  rocksdb::DBOptions db_options = DbOptions(options);
  db_options.statistics = statistics;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(db_options, options.directory,
                                         descriptors, &handles, &opened)
          : rocksdb::DB::Open(db_options, options.directory, descriptors,
                              &handles, &opened);
  db.reset(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const auto name =
        std::find(kFamilyNames.begin(), kFamilyNames.end(), handle->GetName());
    if (name != kFamilyNames.end()) {
      families[name - kFamilyNames.begin()] = handle;
    }
  }
  return status;
}

absl::StatusOr<bool> RocksDatabase::Rocks::IsEmpty() const {
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const std::unique_ptr<rocksdb::Iterator> entry(
        db->NewIterator(rocksdb::ReadOptions(), handle));
    entry->SeekToFirst();
    if (entry->Valid()) return false;
    RETURN_IF_ERROR(ToStatus(entry->status(), options.directory));
  }
  return true;
}

absl::Status RocksDatabase::Rocks::CheckOrWriteFormat() {
  std::string bytes;
  const rocksdb::Status status = db->Get(
      rocksdb::ReadOptions(), Handle(Family::kMeta), kFormatKey, &bytes);
  if (status.ok()) {
    ASSIGN_OR_RETURN(format_version, CheckFormat(options.directory, bytes));
    if (format_version == kFormatVersion || options.read_only ||
        options.keep_format) {
      return absl::OkStatus();
    }
    return WriteFormat(UpgradedFormatBytes(bytes));
  }
  if (!status.IsNotFound()) return ToStatus(status, options.directory);
  // Missing also if a kill came between making the database and this record.
  ASSIGN_OR_RETURN(const bool is_empty, IsEmpty());
  if (!is_empty) {
    return absl::DataLossError(absl::StrCat(
        "data directory ", options.directory, " holds data without a format"));
  }
  return options.read_only ? absl::OkStatus() : WriteFormat(NewFormatBytes());
}

absl::Status RocksDatabase::Rocks::WriteFormat(const std::string& bytes) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  RETURN_IF_ERROR(
      ToStatus(db->Put(synced, Handle(Family::kMeta), kFormatKey, bytes),
               options.directory));
  format_version = kFormatVersion;
  // To a file of its own, so that a damaged log never hides the format.
  return ToStatus(db->Flush(rocksdb::FlushOptions(), Handle(Family::kMeta)),
                  options.directory);
}

namespace {

// Looks at the format without writing and without the lock. Faults are left to
// the opening proper, which says them better.
absl::Status ProbeFormat(const RocksDatabase::Options& options) {
  RocksDatabase::Options read_only = options;
  read_only.read_only = true;
  const char* meta = kFamilyNames[static_cast<size_t>(Family::kMeta)];
  const rocksdb::ColumnFamilyOptions family =
      FamilyOptions(read_only, meta, rocksdb::NewLRUCache(1 << 20));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      DbOptions(read_only), options.directory,
      {{rocksdb::kDefaultColumnFamilyName, family}, {meta, family}}, &handles,
      &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return absl::OkStatus();
  std::string bytes;
  const rocksdb::Status read =
      db->Get(rocksdb::ReadOptions(), handles[1], kFormatKey, &bytes);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    db->DestroyColumnFamilyHandle(handle);
  }
  if (!read.ok()) return absl::OkStatus();
  return CheckFormat(options.directory, bytes).status();
}

// Every family on disk has to be opened, known or not.
absl::StatusOr<std::vector<std::string>> FamiliesOf(
    const RocksDatabase::Options& options) {
  std::vector<std::string> names;
  if (HasDatabase(options.directory)) {
    RETURN_IF_ERROR(
        OpeningStatus(rocksdb::DB::ListColumnFamilies(
                          DbOptions(options), options.directory, &names),
                      options.directory));
  } else {
    names.push_back(rocksdb::kDefaultColumnFamilyName);
  }
  for (const char* name : kFamilyNames) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

rocksdb::Status CutManifest(const TornManifest& torn, rocksdb::Env* env) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status =
      env->ReopenWritableFile(torn.path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(torn.num_sound_bytes);
  if (status.ok()) status = file->Fsync();
  if (status.ok()) status = file->Close();
  return status;
}

// A power cut may garble what was not synced of the MANIFEST, which RocksDB
// takes for damage. Only under the lock: a running server writes to it.
absl::Status MendManifest(const RocksDatabase::Options& options) {
  ASSIGN_OR_RETURN(const auto seen, FindTornManifest(options.directory));
  if (!seen.has_value()) return absl::OkStatus();
  rocksdb::Env* env =
      options.env != nullptr ? options.env : rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  if (!env->LockFile(options.directory + "/LOCK", &lock).ok()) {
    return absl::OkStatus();  // Opening says who holds it.
  }
  const auto again = FindTornManifest(options.directory);
  const auto torn = again.value_or(std::nullopt);
  rocksdb::Status status;
  if (torn.has_value()) {
    Log(LogLevel::kWarning, "manifest_end_cut",
        {{"file", torn->path},
         {"bytes", static_cast<int64_t>(torn->num_sound_bytes)}});
    status = CutManifest(*torn, env);
  }
  env->UnlockFile(lock).PermitUncheckedError();
  return ToStatus(status, absl::StrCat("data directory ", options.directory));
}

absl::Status PrepareDirectory(const RocksDatabase::Options& options) {
  if (HasDatabase(options.directory)) {
    if (!options.read_only) RETURN_IF_ERROR(MendManifest(options));
    RETURN_IF_ERROR(ProbeFormat(options));
    return CheckLogs(options.directory);
  }
  RETURN_IF_ERROR(CheckNoOrphans(options.directory));
  if (!options.read_only) return MakeDirectories(options.directory);
  return absl::NotFoundError(
      absl::StrCat("there is no database in ", options.directory));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksDatabase>> RocksDatabase::Open(
    const Options& options) {
  RETURN_IF_ERROR(PrepareDirectory(options));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, FamiliesOf(options));
  auto rocks = std::make_unique<Rocks>();
  rocks->options = options;
  const rocksdb::Status status = rocks->OpenFamilies(names);
  if (IsHeldElsewhere(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process holds data directory ", options.directory,
                     ": stop it, or ask the running server for a checkpoint"));
  }
  RETURN_IF_ERROR(OpeningStatus(status, options.directory));
  RETURN_IF_ERROR(rocks->CheckOrWriteFormat());
  return std::unique_ptr<RocksDatabase>(new RocksDatabase(std::move(rocks)));
}

RocksDatabase::RocksDatabase(std::unique_ptr<Rocks> rocks)
    : rocks_(std::move(rocks)) {}

RocksDatabase::~RocksDatabase() = default;

int RocksDatabase::format_version() const { return rocks_->format_version; }

rocksdb::DB* RocksDatabase::rocks() const { return rocks_->db.get(); }

absl::StatusOr<std::optional<std::string>> RocksDatabase::Get(
    Family family, absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = rocks_->db->Get(
      rocksdb::ReadOptions(), rocks_->Handle(family), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(ToStatus(status, rocks_->Handle(family)->GetName()));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<std::vector<std::optional<std::string>>> RocksDatabase::MultiGet(
    Family family, absl::Span<const std::string> keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  rocks_->db->MultiGet(rocksdb::ReadOptions(), rocks_->Handle(family),
                       slices.size(), slices.data(), found.data(),
                       statuses.data());
  std::vector<std::optional<std::string>> values(keys.size());
  for (size_t k = 0; k < keys.size(); ++k) {
    if (statuses[k].IsNotFound()) continue;
    RETURN_IF_ERROR(ToStatus(statuses[k], rocks_->Handle(family)->GetName()));
    values[k] = found[k].ToString();
  }
  return values;
}

absl::Status RocksDatabase::Scan(
    Family family, absl::string_view begin, absl::string_view end,
    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const {
  if (!end.empty() && end <= begin) return absl::OkStatus();
  const rocksdb::Slice upper = ToSlice(end);
  rocksdb::ReadOptions read;
  if (!end.empty()) read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> entry(
      rocks_->db->NewIterator(read, rocks_->Handle(family)));
  for (entry->Seek(ToSlice(begin)); entry->Valid(); entry->Next()) {
    if (!visit(ToView(entry->key()), ToView(entry->value()))) break;
  }
  return ToStatus(entry->status(), rocks_->Handle(family)->GetName());
}

absl::StatusOr<std::optional<std::string>> RocksDatabase::LastKey(
    Family family, absl::string_view begin, absl::string_view end) const {
  if (!end.empty() && end <= begin) return std::optional<std::string>();
  const rocksdb::Slice lower = ToSlice(begin);
  const rocksdb::Slice upper = ToSlice(end);
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower;
  if (!end.empty()) read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> entry(
      rocks_->db->NewIterator(read, rocks_->Handle(family)));
  entry->SeekToLast();
  if (entry->Valid()) {
    return std::optional<std::string>(entry->key().ToString());
  }
  RETURN_IF_ERROR(ToStatus(entry->status(), rocks_->Handle(family)->GetName()));
  return std::optional<std::string>();
}

absl::Status RocksDatabase::Write(const WriteBatch& batch) {
  if (rocks_->options.read_only) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory ", rocks_->options.directory, " is open read-only"));
  }
  {
    MutexLock lock(rocks_->mu);
    if (!rocks_->write_status.ok()) return rocks_->write_status;
  }
  rocksdb::WriteBatch changes;
  for (const WriteBatch::Change& change : batch.changes()) {
    rocksdb::ColumnFamilyHandle* family = rocks_->Handle(change.family);
    RETURN_IF_ERROR(
        ToStatus(change.value.has_value()
                     ? changes.Put(family, change.key, *change.value)
                     : changes.Delete(family, change.key),
                 "batch"));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status = rocks_->db->Write(synced, &changes);
  if (status.ok()) return absl::OkStatus();
  MutexLock lock(rocks_->mu);
  if (rocks_->write_status.ok()) {
    rocks_->write_status = absl::UnavailableError(absl::StrCat(
        "data directory ", rocks_->options.directory,
        " takes no writes until it is opened again: ", status.ToString()));
  }
  return rocks_->write_status;
}

absl::Status RocksDatabase::CreateCheckpoint(const std::string& directory) {
  if (rocks_->options.read_only) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory ", rocks_->options.directory, " is open read-only"));
  }
  const std::filesystem::path path(directory);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return absl::AlreadyExistsError(
        absl::StrCat("checkpoint ", directory, " exists"));
  }
  if (path.has_parent_path()) {
    RETURN_IF_ERROR(MakeDirectories(path.parent_path().string()));
  }
  const std::string what = absl::StrCat("checkpoint ", directory);
  rocksdb::Checkpoint* made = nullptr;
  RETURN_IF_ERROR(
      ToStatus(rocksdb::Checkpoint::Create(rocks_->db.get(), &made), what));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return ToStatus(checkpoint->CreateCheckpoint(directory), what);
}

std::vector<Figure> RocksDatabase::Figures() const {
  return ReadRocksFigures(*rocks_->db, rocks_->families, *rocks_->statistics);
}

}  // namespace evenlight
