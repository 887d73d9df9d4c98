// A database in memory. Good for tests of everything above storage: it has the
// order and the atomicity of the real one, and keeps nothing.

#ifndef EVENLIGHT_STORAGE_MEMORY_DATABASE_H_
#define EVENLIGHT_STORAGE_MEMORY_DATABASE_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "core/mutex.h"
#include "storage/database.h"

namespace evenlight {

// Thread-safe. CreateCheckpoint() is UNIMPLEMENTED.
class MemoryDatabase : public Database {
 public:
  absl::StatusOr<std::optional<std::string>> Get(
      Family family, absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override;
  absl::Status Scan(
      Family family, absl::string_view begin, absl::string_view end,
      absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit)
      const override;
  absl::StatusOr<std::optional<std::string>> LastKey(
      Family family, absl::string_view begin,
      absl::string_view end) const override;
  absl::Status Write(const WriteBatch& batch) override;
  absl::Status CreateCheckpoint(const std::string& directory) override;

  // From now on every Write() fails with `status`; OK lets them pass again.
  void FailWrites(absl::Status status);

 private:
  using Table = std::map<std::string, std::string>;

  mutable Mutex mu_;
  std::array<Table, kFamilyNames.size()> tables_ ABSL_GUARDED_BY(mu_);
  absl::Status write_status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_MEMORY_DATABASE_H_
