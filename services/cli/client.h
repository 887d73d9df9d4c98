// A connection to a running `evenlightd`, as the subcommands use it. The
// methods it can call are in methods.h.

#ifndef EVENLIGHT_SERVICES_CLI_CLIENT_H_
#define EVENLIGHT_SERVICES_CLI_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Message;
}

namespace evenlight {

// The metadata key that names a call's tenant.
inline constexpr char kTenantKey[] = "evenlight-tenant";

// One thread.
class Client {
 public:
  virtual ~Client() = default;

  // Calls `method`, as `/evenlight.v1.TrackService/RecordEvents`, and fills
  // `response`. An error has the service's code and message; its rich details
  // are the status's payloads, read by ViolationsOf() and RetryDelayOf().
  virtual absl::Status Call(const char* method,
                            const google::protobuf::Message& request,
                            google::protobuf::Message* response) = 0;

  // Calls a `method` that answers with a stream, and `visit` for each message
  // once it is in `response`, until that returns false or the stream ends. OK
  // if `visit` ended it.
  virtual absl::Status Stream(const char* method,
                              const google::protobuf::Message& request,
                              google::protobuf::Message* response,
                              absl::FunctionRef<bool()> visit);
};

// Opens a client of a tenant; an empty tenant leaves it to the server's
// default.
using Connect =
    std::function<std::unique_ptr<Client>(const std::string& tenant)>;

// Calls the server at `address`, without encryption; each call ends after
// `timeout` at the latest. Connects with the first call.
std::unique_ptr<Client> ConnectTo(const std::string& address,
                                  const std::string& tenant,
                                  absl::Duration timeout = absl::Minutes(5));

// Calls `client`, and again after UNAVAILABLE and RESOURCE_EXHAUSTED: up to
// seven times, after 0.2 s and then twice as long each time, or as long as the
// server says, at most 10 s. Only for calls that may be repeated.
class RetryingClient : public Client {
 public:
  // `client` outlives it.
  RetryingClient(Client* client, std::function<void(absl::Duration)> sleep)
      : client_(*client), sleep_(std::move(sleep)) {}

  absl::Status Call(const char* method,
                    const google::protobuf::Message& request,
                    google::protobuf::Message* response) override;

 private:
  Client& client_;
  const std::function<void(absl::Duration)> sleep_;
};

// One wrong field of a request.
struct CallViolation {
  std::string field;
  std::string description;
};
std::vector<CallViolation> ViolationsOf(const absl::Status& status);

// How long the server asks to wait; nullopt if it does not say.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

// `status` in one line for a person: what, which fields, and what to do if the
// server cannot be reached.
std::string Explain(const absl::Status& status);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_CLIENT_H_
