#include "storage/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

absl::Status ErrnoStatus(absl::string_view verb, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", verb, " ", path));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  bool ok() const { return descriptor_ >= 0; }

 private:
  const int descriptor_;
};

}  // namespace

absl::Status WriteFileSynced(const std::string& path, absl::string_view bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) return ErrnoStatus("make", path);
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(file.get()) != 0) return ErrnoStatus("sync", path);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (!file.ok()) return ErrnoStatus("open", path);
  struct stat status;
  if (fstat(file.get(), &status) != 0) return ErrnoStatus("read", path);
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got =
        read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus("read", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

absl::Status SyncDirectory(const std::string& path) {
  const Descriptor directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.ok()) return ErrnoStatus("open", path);
  if (fsync(directory.get()) != 0) return ErrnoStatus("sync", path);
  return absl::OkStatus();
}

absl::Status MakeDirectories(const std::string& path) {
  const std::filesystem::path directory(path);
  const std::string parent = directory.parent_path().string();
  if (mkdir(path.c_str(), 0755) == 0) {
    return SyncDirectory(parent.empty() ? "." : parent);
  }
  const int made = errno;
  std::error_code ignored;
  if (made == EEXIST && std::filesystem::is_directory(directory, ignored)) {
    return absl::OkStatus();
  }
  errno = made;
  if (errno != ENOENT || parent.empty()) return ErrnoStatus("make", path);
  RETURN_IF_ERROR(MakeDirectories(parent));
  return MakeDirectories(path);
}

absl::Status RenameSynced(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoStatus("rename", absl::StrCat(from, " to ", to));
  }
  return SyncDirectory(std::filesystem::path(to).parent_path().string());
}

}  // namespace evenlight
