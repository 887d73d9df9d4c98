// An ordered store of bytes in families, with atomic batches: all that the
// stores of this folder ask of a database. RocksDatabase is the real one;
// MemoryDatabase is for tests of everything above it.

#ifndef EVENLIGHT_STORAGE_DATABASE_H_
#define EVENLIGHT_STORAGE_DATABASE_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace evenlight {

// One kind of data each; what the keys are is in docs/storage_format.md.
enum class Family {
  kEvents,
  kEventsBySequence,
  kEventIds,
  kLearnerState,
  kCatalog,
  kRoster,
  kLists,
  kMeta,
};

// The names on disk, by the value of Family. Stored; do not rename.
inline constexpr std::array<const char*, 8> kFamilyNames = {
    "events",    "events_by_sequence",
    "event_ids", "learner_state",
    "catalog",   "roster",
    "lists",     "meta"};

// Changes that are applied together or not at all. One thread.
class WriteBatch {
 public:
  struct Change {
    Family family;
    std::string key;
    std::optional<std::string> value;  // nullopt deletes.
  };

  void Put(Family family, std::string key, std::string value) {
    changes_.push_back({family, std::move(key), std::move(value)});
  }
  void Delete(Family family, std::string key) {
    changes_.push_back({family, std::move(key), std::nullopt});
  }
  // All of `other`, in its order.
  void Append(const WriteBatch& other) {
    changes_.insert(changes_.end(), other.changes_.begin(),
                    other.changes_.end());
  }
  const std::vector<Change>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  std::vector<Change> changes_;
};

// Thread-safe. A later change in a batch wins over an earlier one of the same
// key. Keys are ordered as unsigned bytes.
class Database {
 public:
  virtual ~Database() = default;

  // The value of `key`, or nullopt if there is none.
  //
  // DATA_LOSS: the stored bytes fail their checksum.
  virtual absl::StatusOr<std::optional<std::string>> Get(
      Family family, absl::string_view key) const = 0;

  // As Get() for many keys at once, in their order.
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Family family, absl::Span<const std::string> keys) const = 0;

  // Calls `visit` for the keys in [begin, end) in order until it returns false.
  // An empty `end` means the end of the family. Sees one moment of the
  // database. The views live for the call only.
  virtual absl::Status Scan(
      Family family, absl::string_view begin, absl::string_view end,
      absl::FunctionRef<bool(absl::string_view key, absl::string_view value)>
          visit) const = 0;

  // The greatest key in [begin, end), or nullopt if there is none.
  virtual absl::StatusOr<std::optional<std::string>> LastKey(
      Family family, absl::string_view begin, absl::string_view end) const = 0;

  // Applies `batch` atomically and durably: when this returns OK, it survives a
  // power cut.
  //
  // UNAVAILABLE: the disk refused; whether the batch is on it is unknown until
  // the database is opened again, and no write succeeds before that.
  // FAILED_PRECONDITION: opened read-only.
  virtual absl::Status Write(const WriteBatch& batch) = 0;

  // Makes a read-only copy in `directory`, which must not exist; on the same
  // filesystem it shares the files.
  //
  // ALREADY_EXISTS: `directory` exists. UNAVAILABLE: the disk refused.
  virtual absl::Status CreateCheckpoint(const std::string& directory) = 0;
};

// The least key that is greater than every key with this prefix: the `end` of a
// scan over the prefix. Empty if there is none.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_DATABASE_H_
