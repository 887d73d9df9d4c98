// Events between the wire and core/event.h.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_EVENT_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_EVENT_H_

#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/event.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class Event;
}

// The most events in one request.
inline constexpr int kMaxEventsPerCall = 1'000;

// How far ahead of the server's clock an event may be: clocks of phones differ.
inline constexpr absl::Duration kMaxEventLead = absl::Minutes(5);

// What an event is checked against. Borrowed for the call.
struct EventContext {
  const Catalog& catalog;
  absl::Time now;
};

// The event, its kcs resolved: those that the client named, else those of the
// resource. Every fault is a violation below `path`; the event must not be used
// then.
Event ToEvent(const v1::Event& event, const EventContext& context,
              const FieldPath& path, FieldViolations* violations);

v1::Event FromEvent(const Event& event);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_EVENT_H_
