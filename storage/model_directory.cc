#include "storage/model_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "storage/durable_file.h"
#include "storage/model_manifest.h"

namespace evenlight {
namespace {

// Hidden, so that none is taken for a version.
constexpr char kLockName[] = ".lock";
constexpr char kPublishingName[] = ".publishing";
constexpr char kPinName[] = ".pin";
constexpr char kReportName[] = "report";
constexpr char kRefusedName[] = "refused";
constexpr char kRefusedSuffix[] = ".json";

// `..` is a valid tenant id, but may not lead out of the model directory; no id
// holds a percent sign.
std::string DirectoryName(const TenantId& tenant) {
  if (tenant.empty() || tenant[0] != '.') return tenant;
  return absl::StrCat("%2E", tenant.substr(1));
}

// The tenant whose models lie in the directory `name`, or nullopt.
std::optional<TenantId> TenantOf(const std::string& name) {
  const TenantId tenant =
      absl::StartsWith(name, "%2E") ? absl::StrCat(".", name.substr(3)) : name;
  if (!IsValidId(tenant) || DirectoryName(tenant) != name) return std::nullopt;
  return tenant;
}

// nullopt if `text` is not a version as we write them.
std::optional<int64_t> ParseVersion(absl::string_view text) {
  int64_t version = 0;
  if (!absl::SimpleAtoi(text, &version) || version <= 0 ||
      absl::StrCat(version) != text) {
    return std::nullopt;
  }
  return version;
}

absl::Status FilesystemStatus(const std::error_code& error,
                              absl::string_view what) {
  return absl::ErrnoToStatus(error.value(), what);
}

// The numbers that name entries `<number><suffix>`, greatest first; empty if
// the directory does not exist.
absl::StatusOr<std::vector<int64_t>> NumbersIn(const std::string& path,
                                               absl::string_view suffix) {
  std::vector<int64_t> numbers;
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  if (error == std::errc::no_such_file_or_directory) return numbers;
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    absl::string_view text = name;
    if (!absl::ConsumeSuffix(&text, suffix)) continue;
    const auto number = ParseVersion(text);
    if (number) numbers.push_back(*number);
  }
  if (error) return FilesystemStatus(error, absl::StrCat("cannot list ", path));
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

absl::StatusOr<std::vector<int64_t>> VersionsIn(const std::string& path) {
  return NumbersIn(path, "");
}

// Writes all files into a new directory.
absl::Status WriteFiles(const std::string& directory, const ModelFiles& files) {
  RETURN_IF_ERROR(MakeDirectories(directory));
  for (const auto& [name, bytes] : files) {
    RETURN_IF_ERROR(WriteFileSynced(absl::StrCat(directory, "/", name), bytes));
  }
  return SyncDirectory(directory);
}

absl::Status CheckNames(const ModelFiles& files) {
  for (const auto& [name, bytes] : files) {
    if (!IsModelFileName(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("model file name ", name, " is not a plain name"));
    }
  }
  return absl::OkStatus();
}

absl::Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return absl::OkStatus();
  return FilesystemStatus(error, absl::StrCat("cannot remove ", path));
}

absl::Time ModificationTime(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return absl::UnixEpoch();
  return absl::TimeFromTimespec(status.st_mtim);
}

absl::StatusOr<Manifest> ReadManifest(const std::string& directory,
                                      const TenantId& tenant, int64_t version) {
  const std::string path = absl::StrCat(directory, "/", kManifestName);
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (absl::IsNotFound(bytes.status())) {
    return absl::DataLossError(absl::StrCat(path, " is missing"));
  }
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(Manifest manifest, DecodeManifest(*bytes, tenant, path));
  if (manifest.summary.version != version) {
    return absl::DataLossError(
        absl::StrCat(path, " is of version ", manifest.summary.version));
  }
  return manifest;
}

}  // namespace

std::vector<TenantId> TenantsWithModels(const std::string& model_dir) {
  std::vector<TenantId> tenants;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(model_dir, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) continue;
    auto tenant = TenantOf(entry->path().filename().string());
    if (tenant.has_value()) tenants.push_back(*std::move(tenant));
  }
  std::sort(tenants.begin(), tenants.end());
  return tenants;
}

TrainLock::~TrainLock() { close(descriptor_); }

ModelDirectory::ModelDirectory(std::string model_dir, TenantId tenant)
    : path_(absl::StrCat(model_dir, "/", DirectoryName(tenant))),
      tenant_(std::move(tenant)) {}

absl::StatusOr<std::unique_ptr<TrainLock>> ModelDirectory::Lock() const {
  RETURN_IF_ERROR(MakeDirectories(path_));
  const std::string path = absl::StrCat(path_, "/", kLockName);
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  }
  auto lock = std::make_unique<TrainLock>(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return absl::UnavailableError(absl::StrCat("another process trains tenant ",
                                               tenant_, ": it holds ", path));
  }
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock ", path));
}

absl::StatusOr<int64_t> ModelDirectory::Publish(
    const ModelFiles& files, const ModelFiles& report,
    const ModelVersionSummary& summary) const {
  RETURN_IF_ERROR(CheckNames(files));
  RETURN_IF_ERROR(CheckNames(report));
  const std::string temporary = absl::StrCat(path_, "/", kPublishingName);
  RETURN_IF_ERROR(Remove(temporary));

  ASSIGN_OR_RETURN(const std::vector<int64_t> versions, VersionsIn(path_));
  ModelVersionSummary named = summary;
  named.version = versions.empty() ? 1 : versions.front() + 1;

  ModelFiles all = files;
  all.emplace(kManifestName, EncodeManifest(tenant_, named, files));
  RETURN_IF_ERROR(
      WriteFiles(absl::StrCat(temporary, "/", kReportName), report));
  RETURN_IF_ERROR(WriteFiles(temporary, all));
  RETURN_IF_ERROR(
      RenameSynced(temporary, absl::StrCat(path_, "/", named.version)));
  return named.version;
}

absl::Status ModelDirectory::KeepRefused(absl::string_view report) const {
  const std::string directory = absl::StrCat(path_, "/", kRefusedName);
  RETURN_IF_ERROR(MakeDirectories(directory));
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                   NumbersIn(directory, kRefusedSuffix));
  numbers.insert(numbers.begin(), numbers.empty() ? 1 : numbers.front() + 1);
  const auto path_of = [&](int64_t number) {
    return absl::StrCat(directory, "/", number, kRefusedSuffix);
  };
  const std::string temporary = absl::StrCat(directory, "/", kPublishingName);
  RETURN_IF_ERROR(WriteFileSynced(temporary, report));
  RETURN_IF_ERROR(RenameSynced(temporary, path_of(numbers.front())));
  for (size_t old = kMaxRefusedReports; old < numbers.size(); ++old) {
    RETURN_IF_ERROR(Remove(path_of(numbers[old])));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ModelVersionSummary>> ModelDirectory::List() const {
  ASSIGN_OR_RETURN(const std::vector<int64_t> versions, VersionsIn(path_));
  std::vector<ModelVersionSummary> summaries;
  for (const int64_t version : versions) {
    const std::string directory = absl::StrCat(path_, "/", version);
    const absl::StatusOr<Manifest> manifest =
        ReadManifest(directory, tenant_, version);
    ModelVersionSummary summary;
    if (manifest.ok()) summary = manifest->summary;
    summary.version = version;
    summary.publish_time = ModificationTime(directory);
    summary.status = manifest.status();
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

absl::StatusOr<ModelFiles> ModelDirectory::Load(int64_t version) const {
  const std::string directory = absl::StrCat(path_, "/", version);
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    return absl::NotFoundError(absl::StrCat(
        "model version ", version, " of tenant ", tenant_, " does not exist"));
  }
  ASSIGN_OR_RETURN(const Manifest manifest,
                   ReadManifest(directory, tenant_, version));
  ModelFiles files;
  for (const ManifestFile& file : manifest.files) {
    const std::string path = absl::StrCat(directory, "/", file.name);
    absl::StatusOr<std::string> bytes = ReadFile(path);
    if (absl::IsNotFound(bytes.status())) {
      return absl::DataLossError(absl::StrCat(path, " is missing"));
    }
    RETURN_IF_ERROR(bytes.status());
    RETURN_IF_ERROR(VerifyFile(file, *bytes, path));
    files.emplace(file.name, *std::move(bytes));
  }
  return files;
}

absl::StatusOr<std::optional<int64_t>> ModelDirectory::Pinned() const {
  const std::string path = absl::StrCat(path_, "/", kPinName);
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return std::optional<int64_t>();
  RETURN_IF_ERROR(text.status());
  const std::optional<int64_t> version =
      ParseVersion(absl::StripSuffix(*text, "\n"));
  if (version) return version;
  return absl::DataLossError(absl::StrCat(path, " holds no version"));
}

absl::Status ModelDirectory::Pin(std::optional<int64_t> version) const {
  RETURN_IF_ERROR(MakeDirectories(path_));
  const std::string path = absl::StrCat(path_, "/", kPinName);
  if (!version) {
    RETURN_IF_ERROR(Remove(path));
    return SyncDirectory(path_);
  }
  // A name of its own, as two callers may pin at once; the last one wins.
  static std::atomic<int64_t> num_pins = 0;
  const std::string temporary =
      absl::StrCat(path, ".", getpid(), ".", num_pins.fetch_add(1));
  RETURN_IF_ERROR(WriteFileSynced(temporary, absl::StrCat(*version, "\n")));
  return RenameSynced(temporary, path);
}

}  // namespace evenlight
