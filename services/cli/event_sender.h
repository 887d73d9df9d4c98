// Sends events to the service in batches and counts what became of them.

#ifndef EVENLIGHT_SERVICES_CLI_EVENT_SENDER_H_
#define EVENLIGHT_SERVICES_CLI_EVENT_SENDER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/client.h"
#include "services/cli/import_report.h"

namespace evenlight {

namespace v1 {
class Event;
class RecordEventsRequest;
}  // namespace v1

// One thread. `client` and `report` outlive it.
class EventSender {
 public:
  EventSender(Client* client, ImportReport* report);
  ~EventSender();

  // Takes the event of a line of the file; sends a batch when one is full.
  absl::Status Add(int64_t line, v1::Event event);

  // Sends what is left.
  absl::Status Flush();

 private:
  Client& client_;
  ImportReport& report_;
  std::unique_ptr<v1::RecordEventsRequest> batch_;
  std::vector<int64_t> lines_;  // Of the batch.
  size_t num_bytes_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVENT_SENDER_H_
