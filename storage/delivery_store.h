// Keeps which pushes arrived at whom, as learners' frontends said. Which were
// sent to whom is push_store.h.

#ifndef EVENLIGHT_STORAGE_DELIVERY_STORE_H_
#define EVENLIGHT_STORAGE_DELIVERY_STORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "storage/database.h"
#include "storage/push_store.h"

namespace evenlight {

// That versions of one push arrived at one learner.
struct StoredDelivery {
  LearnerId learner;
  absl::Time first_time = absl::UnixEpoch();  // Of any version.
  int64_t sequence = 0;                       // Of the newest that arrived,
  absl::Time time = absl::UnixEpoch();        // and when it did.

  friend bool operator==(const StoredDelivery&,
                         const StoredDelivery&) = default;
};

// Thread-safe. `database` outlives it.
class DeliveryStore {
 public:
  explicit DeliveryStore(Database* database) : database_(*database) {}

  // Adds it to `batch`, in the place of what was known of push and learner.
  void Put(const TenantId& tenant, const PushId& push,
           const StoredDelivery& delivery, WriteBatch* batch) const;

  // nullopt if nothing arrived. DATA_LOSS: the record is damaged.
  absl::StatusOr<std::optional<StoredDelivery>> Get(
      const TenantId& tenant, const PushId& push,
      const LearnerId& learner) const;

  // All of a push, by learner. DATA_LOSS: a record is damaged.
  absl::StatusOr<std::vector<StoredDelivery>> Of(const TenantId& tenant,
                                                 const PushId& push) const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_DELIVERY_STORE_H_
