// Keeps every list that was answered, by its id and by the client's request id.

#ifndef EVENLIGHT_STORAGE_LIST_STORE_H_
#define EVENLIGHT_STORAGE_LIST_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// A candidate of a list, shown or not.
struct StoredCandidate {
  ResourceId resource;
  int32_t reason = 0;  // evenlight::Reason.
  float score = 0;
  std::vector<float> parts;  // In the order of evenlight::ScorePart.
  std::string removed_by;    // The stage's name; empty if it was shown.

  friend bool operator==(const StoredCandidate&,
                         const StoredCandidate&) = default;
};

// What could have stood at a drawn place.
struct StoredAlternative {
  ResourceId resource;
  float score = 0;       // What it adds to the list, by which it is drawn.
  float propensity = 0;  // [0, 1]

  friend bool operator==(const StoredAlternative&,
                         const StoredAlternative&) = default;
};

struct StoredList {
  ListId id;
  LearnerId learner;
  std::string request_id;      // Empty: the client gave none.
  std::string request_digest;  // Of the request without its id.
  std::string response;        // The bytes that were answered.
  absl::Time create_time = absl::UnixEpoch();
  int64_t seed = 0;
  int64_t state_num_events = 0;
  std::vector<StoredCandidate> candidates;  // The best, at most 50.
  // The one place that was drawn, from 1; 0: none was.
  int32_t drawn_position = 0;
  // Of that place, the shown one among them; first what stands there without
  // exploration.
  std::vector<StoredAlternative> alternatives;
  std::string request;  // Its bytes; empty if an older build stored it.

  friend bool operator==(const StoredList&, const StoredList&) = default;
};

// Thread-safe. `database` outlives it.
class ListStore {
 public:
  explicit ListStore(Database* database) : database_(*database) {}

  // Adds the list to `batch`. Its ids must not be used.
  void Put(const TenantId& tenant, const StoredList& list,
           WriteBatch* batch) const;

  // nullopt if there is none.
  absl::StatusOr<std::optional<StoredList>> Get(const TenantId& tenant,
                                                const ListId& id) const;
  absl::StatusOr<std::optional<StoredList>> FindRequest(
      const TenantId& tenant, const LearnerId& learner,
      absl::string_view request_id) const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_LIST_STORE_H_
