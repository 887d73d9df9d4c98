// The client over gRPC. Calls are made by name, so that no generated stub is
// compiled here; methods.h gives each name its types.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <future>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "services/cli/client.h"

namespace evenlight {
namespace {

using google::protobuf::Message;

// Above what the server's largest page can be.
constexpr int kMaxResponseBytes = 64 << 20;

absl::Status FromGrpc(const grpc::Status& status, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  std::string message = status.error_message();
  if (code == absl::StatusCode::kUnavailable) {
    message = absl::StrCat("server ", address, ": ", message);
  }
  absl::Status result(code, message);
  google::rpc::Status rich;
  if (rich.ParseFromString(status.error_details())) {
    for (const auto& detail : rich.details()) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return result;
}

class GrpcClient : public Client {
 public:
  GrpcClient(const std::string& address, std::string tenant,
             absl::Duration timeout)
      : address_(address),
        tenant_(std::move(tenant)),
        timeout_(timeout),
        stub_(grpc::CreateCustomChannel(
            address, grpc::InsecureChannelCredentials(), Arguments())) {}

  absl::Status Call(const char* method, const Message& request,
                    Message* response) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMicroseconds(timeout_));
    if (!tenant_.empty()) context.AddMetadata(kTenantKey, tenant_);

    grpc::ByteBuffer request_bytes;
    grpc::ByteBuffer response_bytes;
    bool is_own = false;
    grpc::Status status =
        grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(
            request, &request_bytes, &is_own);
    if (!status.ok()) return FromGrpc(status, address_);

    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, method, grpc::StubOptions(), &request_bytes,
                    &response_bytes,
                    [&](grpc::Status result) { done.set_value(result); });
    status = done.get_future().get();
    if (status.ok()) {
      status = grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(
          &response_bytes, response);
    }
    return FromGrpc(status, address_);
  }

  // One operation at a time, on a queue of its own: no thread is needed.
  absl::Status Stream(const char* method, const Message& request,
                      Message* response,
                      absl::FunctionRef<bool()> visit) override {
    grpc::ClientContext context;
    if (!tenant_.empty()) context.AddMetadata(kTenantKey, tenant_);
    grpc::ByteBuffer bytes;
    bool is_own = false;
    grpc::Status status =
        grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(
            request, &bytes, &is_own);
    if (!status.ok()) return FromGrpc(status, address_);

    grpc::CompletionQueue queue;
    const auto is_done = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    const auto call = stub_.PrepareCall(&context, method, &queue);
    call->StartCall(nullptr);
    bool is_open = is_done();
    if (is_open) {
      call->WriteLast(bytes, grpc::WriteOptions(), nullptr);
      is_open = is_done();
    }
    bool is_enough = false;
    absl::Status problem;
    while (is_open && !is_enough && problem.ok()) {
      grpc::ByteBuffer message;
      call->Read(&message, nullptr);
      if (!is_done()) break;
      problem =
          FromGrpc(grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(
                       &message, response),
                   address_);
      if (problem.ok()) is_enough = !visit();
    }
    if (is_enough || !problem.ok()) context.TryCancel();
    call->Finish(&status, nullptr);
    is_done();
    if (is_enough || !problem.ok()) return problem;
    return FromGrpc(status, address_);
  }

 private:
  static grpc::ChannelArguments Arguments() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
    return arguments;
  }

  const std::string address_;
  const std::string tenant_;
  const absl::Duration timeout_;
  grpc::GenericStub stub_;
};

}  // namespace

std::unique_ptr<Client> ConnectTo(const std::string& address,
                                  const std::string& tenant,
                                  absl::Duration timeout) {
  return std::make_unique<GrpcClient>(address, tenant, timeout);
}

}  // namespace evenlight
