// How long a stream waits for a client that neither reads nor sends.

#ifndef EVENLIGHT_SERVICES_SERVER_STREAM_PATIENCE_H_
#define EVENLIGHT_SERVICES_SERVER_STREAM_PATIENCE_H_

#include <grpcpp/server_context.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace evenlight {

// Each at least a millisecond.
struct StreamLimits {
  // While no message goes either way.
  absl::Duration silence = absl::Hours(1);
  // While one message of ours is not taken. The transport takes some for the
  // client before it reads: 64 KiB at first, more on a quick network.
  absl::Duration unread = absl::Minutes(1);
};

// What the open streams of one kind do.
struct StreamCounts {
  int num_open = 0;
  int num_unread = 0;  // Of these; a message of ours is not taken.
  int num_ending = 0;  // Of these; their clients do not know yet.
};

// The time of one stream since a message last moved, counted in steps: no clock
// is asked, neither for each message nor for each stream. Compatible: its
// stream guards it.
class StreamPatience {
 public:
  // `advice` is what the client should do when it is cut off.
  StreamPatience(const StreamLimits& limits, std::string advice)
      : limits_(limits), advice_(std::move(advice)) {}

  // A message moved, or it is not the client that is waited for.
  void Restart() { waited_.reset(); }

  // `step` has passed; `is_unread` if a message of ours is not taken, else the
  // client sends none or there is none to send. An error comes between its
  // limit and a step after it.
  //
  // DEADLINE_EXCEEDED: silent for too long; end the stream with this.
  // RESOURCE_EXHAUSTED: unread for too long; end it with this, which the client
  // sees once it reads what is before it.
  // CANCELLED: unread for as long again; cancel the call.
  absl::Status Pass(absl::Duration step, bool is_unread);

  // Pass(), and what it asks for: cancels `call`, or sets `end` unless it is
  // set. True if it was set now.
  bool CutOff(absl::Duration step, bool is_unread,
              grpc::CallbackServerContext* call,
              std::optional<absl::Status>* end);

 private:
  const StreamLimits limits_;
  const std::string advice_;
  // Empty: it began within the step that is passing, of which nobody knows how
  // much.
  std::optional<absl::Duration> waited_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_STREAM_PATIENCE_H_
