// Keeps what teachers push to classes and learners: every version of every
// push, in the order of commit, and who is concerned.
//
// Invariants: versions of a tenant have sequences from 1, without gaps; a
// version is never changed; the changes of an audience are found in the order
// of their sequences. Whoever writes gives the sequences, one write at a time.

#ifndef EVENLIGHT_STORAGE_PUSH_STORE_H_
#define EVENLIGHT_STORAGE_PUSH_STORE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"
#include "storage/database.h"
#include "storage/keys.h"

namespace evenlight {

using PushId = std::string;  // A durable id; see core/ids.h.

// A push is due at most this long after it was made, so that what is pending is
// found without reading what is old.
inline constexpr absl::Duration kMaxPushLife = absl::Hours(24 * 90);

// Stored and equal to evenlight.v1.PushEdit.Kind.
enum class PushEditKind : uint8_t {
  kUnspecified = 0,
  kPin = 1,
  kBan = 2,
  kReplace = 3,
  kRemove = 4,
};

struct StoredPushedResource {
  ResourceId resource;
  bool is_pinned = false;

  friend bool operator==(const StoredPushedResource&,
                         const StoredPushedResource&) = default;
};

struct StoredPushEdit {
  PushEditKind kind = PushEditKind::kUnspecified;
  ResourceId resource;
  ResourceId replacement;  // Of kReplace.
  std::string reason;
  std::string teacher;
  absl::Time time = absl::UnixEpoch();

  friend bool operator==(const StoredPushEdit&,
                         const StoredPushEdit&) = default;
};

// A learner whose minutes a version passed when it was made.
struct StoredOverCap {
  LearnerId learner;
  float minutes = 0;       // That it gave.
  float minutes_left = 0;  // Before.
  std::string reason;      // The teacher's.

  friend bool operator==(const StoredOverCap&, const StoredOverCap&) = default;
};

// One version.
struct StoredPush {
  PushId id;
  int64_t sequence = 0;        // Of this version.
  int64_t first_sequence = 0;  // Of the push's first.
  ClassId class_id;
  std::vector<LearnerId> learners;  // Whom it was sent to; each once.
  bool is_whole_class = false;
  std::string teacher;    // Who made the push.
  std::string edited_by;  // The teacher who made this version.
  Phase phase = Phase::kUnspecified;
  absl::Time create_time = absl::UnixEpoch();
  absl::Time update_time = absl::UnixEpoch();
  // Not before create_time, and at most kMaxPushLife after it.
  absl::Time due_time = absl::UnixEpoch();
  std::vector<StoredPushedResource> resources;  // In order, each once.
  std::vector<ResourceId> bans;                 // None of `resources`.
  std::vector<StoredPushEdit> edits;            // Of all versions so far.
  std::vector<StoredOverCap> over_cap;          // The latest of each learner.
  // Of the request that made this version; empty: it had no id.
  std::string request_id;
  std::string request_digest;

  friend bool operator==(const StoredPush&, const StoredPush&) = default;
};

inline Audience ClassOf(const StoredPush& push) {
  return {AudienceKind::kClass, push.class_id};
}

// Thread-safe. `database` outlives it.
class PushStore {
 public:
  static constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

  explicit PushStore(Database* database) : database_(*database) {}

  // Adds the version to `batch`. Its sequence is one more than LastSequence();
  // of a first version, it is `first_sequence` too. Later versions have the
  // audience and the due time of the first.
  void Put(const TenantId& tenant, const StoredPush& push,
           WriteBatch* batch) const;

  // The newest version; nullopt if there is no such push.
  absl::StatusOr<std::optional<StoredPush>> Get(const TenantId& tenant,
                                                const PushId& id) const;

  // The version that a teacher's request made; nullopt if none did.
  absl::StatusOr<std::optional<StoredPush>> FindRequest(
      const TenantId& tenant, absl::string_view teacher,
      absl::string_view request_id) const;

  // Of the tenant's newest version; 0 if there is none.
  absl::StatusOr<int64_t> LastSequence(const TenantId& tenant) const;

  // The first `max_count` versions after `sequence` that concern `audience`,
  // oldest first.
  absl::StatusOr<std::vector<StoredPush>> ChangesAfter(const TenantId& tenant,
                                                       const Audience& audience,
                                                       int64_t sequence,
                                                       int max_count) const;

  // The pushes of `audience` as they now are, the newest made first, from the
  // one whose first version has the sequence `from` on, or the next older one.
  absl::StatusOr<std::vector<StoredPush>> Newest(const TenantId& tenant,
                                                 const Audience& audience,
                                                 int64_t from,
                                                 int max_count) const;

  // The same, all that are due at `time` or later. Reads only these, and one
  // short key for each push made within kMaxPushLife.
  absl::StatusOr<std::vector<StoredPush>> DueFrom(const TenantId& tenant,
                                                  const Audience& audience,
                                                  absl::Time time) const;

 private:
  // The newest versions of `ids`, in their order.
  absl::StatusOr<std::vector<StoredPush>> GetAll(
      const TenantId& tenant, const std::vector<PushId>& ids) const;
  absl::StatusOr<std::vector<StoredPush>> Versions(
      const TenantId& tenant, const std::vector<int64_t>& sequences) const;

  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_PUSH_STORE_H_
