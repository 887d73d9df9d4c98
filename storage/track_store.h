// The event log: every event of every actor, in order, once.
//
// It appends to batches that its caller writes; it does not fold (see
// recommender/ingest) and does not know what an event means.

#ifndef EVENLIGHT_STORAGE_TRACK_STORE_H_
#define EVENLIGHT_STORAGE_TRACK_STORE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/event.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// Whether the events are equal once stored, their ids and sequences apart.
bool HaveSameContent(const Event& one, const Event& other);

// Thread-safe. `database` outlives it.
class TrackStore {
 public:
  explicit TrackStore(Database* database) : database_(*database) {}

  // Adds `event`, its id and its sequence to `batch`. `event.sequence` must be
  // set and its id not used.
  void Append(const TenantId& tenant, const Event& event,
              WriteBatch* batch) const;

  // The events of those ids that were used, in their order. Made for ids of
  // which most are new: those that are not cost two reads more, all together.
  //
  // DATA_LOSS: an event whose id was used is missing or damaged.
  absl::StatusOr<std::vector<Event>> FindEvents(
      const TenantId& tenant, absl::Span<const EventId> ids) const;

  // Calls `visit` with the actor's events in [from, until), in order, until it
  // returns false.
  absl::Status List(const TenantId& tenant, const Actor& actor,
                    const TrackPosition& from, const TrackPosition& until,
                    absl::FunctionRef<bool(const Event&)> visit) const;

  // Calls `visit` with every event of the tenant, actor by actor, each actor's
  // in order, until it returns false. What training reads.
  absl::Status ListAll(const TenantId& tenant,
                       absl::FunctionRef<bool(const Event&)> visit) const;

  // The same without the events before `since`, of which it reads one for each
  // actor. Asks `goes_on` before it seeks the next actor.
  absl::Status ListSince(const TenantId& tenant, absl::Time since,
                         absl::FunctionRef<bool()> goes_on,
                         absl::FunctionRef<bool(const Event&)> visit) const;

  // The sequence of the newest event; 0 if there is none.
  absl::StatusOr<int64_t> LastSequence(const TenantId& tenant) const;

  // Every tenant with an event, in order.
  absl::StatusOr<std::vector<TenantId>> Tenants() const;

 private:
  struct UsedId {
    EventId id;
    int64_t sequence = 0;
  };
  absl::StatusOr<std::vector<UsedId>> FindUsed(
      const TenantId& tenant, absl::Span<const EventId> ids) const;

  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_TRACK_STORE_H_
