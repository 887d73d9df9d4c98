#include "tests/faults/power_cut_file_system.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace evenlight {
namespace {

namespace fs = std::filesystem;

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr uint64_t kPageBytes = 4096;   // What a kernel writes at once.
constexpr uint64_t kSectorBytes = 512;  // What a disk writes at once.

// Files that are not part of the database's truth.
bool IsPassing(const std::string& name) {
  const std::string file = fs::path(name).filename();
  return file == "LOCK" || file.rfind("LOG", 0) == 0;
}

void Overwrite(int descriptor, uint64_t begin, const std::string& bytes) {
  if (pwrite(descriptor, bytes.data(), bytes.size(),
             static_cast<off_t>(begin)) != static_cast<ssize_t>(bytes.size())) {
    _exit(1);
  }
}

}  // namespace

class PowerCutFileSystem::WritableFile
    : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(std::unique_ptr<rocksdb::FSWritableFile> target,
               std::shared_ptr<File> file, PowerCutFileSystem* owner)
      : FSWritableFileOwnerWrapper(std::move(target)),
        file_(std::move(file)),
        owner_(*owner) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* context) override {
    MutexLock lock(owner_.mu_);
    owner_.BeginOperation();
    const IOStatus status = target()->Append(data, options, context);
    if (status.ok()) file_->num_bytes += data.size();
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* context) override {
    MutexLock lock(owner_.mu_);
    owner_.BeginOperation();
    const IOStatus status = target()->Truncate(size, options, context);
    if (!status.ok()) return status;
    file_->num_bytes = size;
    file_->num_synced = std::min(file_->num_synced, size);
    return status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    MutexLock lock(owner_.mu_);
    owner_.BeginOperation();
    file_->num_synced = file_->num_bytes;
    return IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return Sync(options, context);
  }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&,
                     IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  const std::shared_ptr<File> file_;
  PowerCutFileSystem& owner_;
};

class PowerCutFileSystem::Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> target,
            PowerCutFileSystem* owner)
      : FSDirectoryWrapper(std::move(target)), owner_(*owner) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    MutexLock lock(owner_.mu_);
    owner_.BeginOperation();
    owner_.SyncNames();
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options,
                               IODebugContext* context,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, context);
  }

 private:
  PowerCutFileSystem& owner_;
};

PowerCutFileSystem::PowerCutFileSystem(Options options)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      options_(std::move(options)),
      random_(options_.seed) {
  MutexLock lock(mu_);
  fs::remove_all(options_.spare_directory);
  fs::create_directories(options_.spare_directory);
  fs::create_directories(options_.directory);
  for (const auto& entry : fs::directory_iterator(options_.directory)) {
    const std::string name = entry.path();
    if (!entry.is_regular_file() || IsPassing(name)) continue;
    const std::shared_ptr<File> file = Adopt(name);
    file->num_bytes = file->num_synced = fs::file_size(name);
    live_[name] = durable_[name] = file;
  }
}

int64_t PowerCutFileSystem::num_operations() const {
  MutexLock lock(mu_);
  return num_operations_;
}

IOStatus PowerCutFileSystem::NewWritableFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* context) {
  if (!IsMine(name)) {
    return target()->NewWritableFile(name, options, result, context);
  }
  MutexLock lock(mu_);
  BeginOperation();
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const IOStatus status =
      target()->NewWritableFile(name, options, &file, context);
  if (!status.ok()) return status;
  std::shared_ptr<File>& known = live_[name];
  if (known == nullptr) {
    ChangeNames({{name, Adopt(name)}});
  } else {
    // Opening it has emptied it, for good at worst.
    known->num_bytes = known->num_synced = 0;
  }
  *result = std::make_unique<WritableFile>(std::move(file), live_[name], this);
  return status;
}

IOStatus PowerCutFileSystem::ReopenWritableFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* context) {
  if (!IsMine(name)) {
    return target()->ReopenWritableFile(name, options, result, context);
  }
  MutexLock lock(mu_);
  BeginOperation();
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const IOStatus status =
      target()->ReopenWritableFile(name, options, &file, context);
  if (!status.ok()) return status;
  if (live_[name] == nullptr) ChangeNames({{name, Adopt(name)}});
  *result = std::make_unique<WritableFile>(std::move(file), live_[name], this);
  return status;
}

IOStatus PowerCutFileSystem::NewDirectory(
    const std::string& name, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* context) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  const IOStatus status =
      target()->NewDirectory(name, options, &directory, context);
  if (status.ok()) {
    *result = std::make_unique<Directory>(std::move(directory), this);
  }
  return status;
}

IOStatus PowerCutFileSystem::DeleteFile(const std::string& name,
                                        const IOOptions& options,
                                        IODebugContext* context) {
  MutexLock lock(mu_);
  if (IsMine(name)) BeginOperation();
  const IOStatus status = target()->DeleteFile(name, options, context);
  if (status.ok() && IsMine(name)) ChangeNames({{name, nullptr}});
  return status;
}

IOStatus PowerCutFileSystem::RenameFile(const std::string& from,
                                        const std::string& to,
                                        const IOOptions& options,
                                        IODebugContext* context) {
  MutexLock lock(mu_);
  if (IsMine(to)) BeginOperation();
  const IOStatus status = target()->RenameFile(from, to, options, context);
  if (status.ok() && IsMine(to)) {
    ChangeNames({{to, live_[from]}, {from, nullptr}});
  }
  return status;
}

bool PowerCutFileSystem::IsMine(const std::string& name) const {
  return fs::path(name).parent_path() == options_.directory && !IsPassing(name);
}

void PowerCutFileSystem::BeginOperation() {
  if (++num_operations_ == options_.cut_at) Cut();
}

std::shared_ptr<PowerCutFileSystem::File> PowerCutFileSystem::Adopt(
    const std::string& name) {
  auto file = std::make_shared<File>();
  file->path = options_.spare_directory + "/" + std::to_string(++num_files_);
  fs::create_hard_link(name, file->path);
  return file;
}

void PowerCutFileSystem::ChangeNames(Names changes) {
  for (const auto& [name, file] : changes) live_[name] = file;
  unsynced_.push_back(std::move(changes));
}

void PowerCutFileSystem::SyncNames() {
  for (const Names& changes : unsynced_) {
    for (const auto& [name, file] : changes) durable_[name] = file;
  }
  unsynced_.clear();
}

void PowerCutFileSystem::Cut() {
  if (Below(2) == 0) {
    unsynced_.resize(Below(unsynced_.size() + 1));
    SyncNames();
  }
  for (const auto& [name, file] : live_) fs::remove(name);
  for (const auto& [name, file] : durable_) {
    if (file == nullptr) continue;
    Tear(*file);
    fs::create_hard_link(file->path, name);
  }
  _exit(kPowerCutExitCode);
}

void PowerCutFileSystem::Tear(const File& file) {
  const uint64_t num_unsynced = file.num_bytes - file.num_synced;
  const uint64_t kind = Below(4);
  const uint64_t end = kind == 0   ? file.num_synced
                       : kind == 3 ? file.num_bytes
                                   : file.num_synced + Below(num_unsynced + 1);
  fs::resize_file(file.path, end);
  const int descriptor = open(file.path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) _exit(1);
  if (kind == 2) {
    const uint64_t begin =
        std::max(file.num_synced, end - std::min(end, kSectorBytes));
    std::string garbage(end - begin, '\0');
    for (char& byte : garbage) byte = static_cast<char>(random_());
    Overwrite(descriptor, begin, garbage);
  }
  for (uint64_t page = file.num_synced; kind == 3 && page < end;) {
    const uint64_t next = std::min(end, (page / kPageBytes + 1) * kPageBytes);
    if (Below(2) == 0) {
      Overwrite(descriptor, page, std::string(next - page, '\0'));
    }
    page = next;
  }
  close(descriptor);
}

uint64_t PowerCutFileSystem::Below(uint64_t n) { return random_() % n; }

}  // namespace evenlight
