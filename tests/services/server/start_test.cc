// What a server offers besides our services, and what it refuses to open.

#include <grpcpp/generic/generic_stub.h>

#include "evenlight/storage/v1/records.pb.h"
#include "gmock/gmock.h"
#include "storage/rocks_database.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

class StartTest : public ServerWorld {
 protected:
  // What ServerReflection answers to one request, by the bytes of its messages:
  // Debian packages no generated code for it.
  std::string Reflect(const std::string& bytes) {
    grpc::GenericStub stub(grpc::CreateChannel(
        server_->address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareCall(
        &context,
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        &queue);
    const auto wait = [&queue] {
      void* tag;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    EXPECT_TRUE(wait());
    const grpc::Slice slice(bytes);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    EXPECT_TRUE(wait());
    grpc::ByteBuffer response;
    call->Read(&response, nullptr);
    EXPECT_TRUE(wait());
    grpc::Status status;
    call->Finish(&status, nullptr);
    EXPECT_TRUE(wait());
    ExpectOk(status);
    grpc::Slice answer;
    EXPECT_TRUE(response.DumpToSingleSlice(&answer).ok());
    return std::string(reinterpret_cast<const char*>(answer.begin()),
                       answer.size());
  }
};

TEST_F(StartTest, ReflectionListsEveryService) {
  // list_services, field 7: an empty text.
  const std::string answer = Reflect(std::string("\x3a\x00", 2));
  for (const char* service :
       {"TrackService", "CatalogService", "RosterService", "LearnerService",
        "RecommendationService", "ModelService"}) {
    EXPECT_THAT(answer, HasSubstr(absl::StrCat("evenlight.v1.", service)));
  }
}

TEST_F(StartTest, RefusesADataDirectoryOfANewerFormatWithBothVersions) {
  server_.reset();
  {
    const auto database = RocksDatabase::Open({.directory = config_.data_dir});
    ASSERT_THAT(database, IsOk());
    storage::v1::FormatRecord format;
    format.set_format_version(RocksDatabase::kFormatVersion + 6);
    WriteBatch batch;
    batch.Put(Family::kMeta, "format", format.SerializeAsString());
    ASSERT_THAT((*database)->Write(batch), IsOk());
  }
  ServerOptions options;
  options.config = config_;
  const absl::Status status = Server::Start(options).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr(absl::StrCat(
                           "has format ", RocksDatabase::kFormatVersion + 6)));
  EXPECT_THAT(message, HasSubstr(absl::StrCat("reads up to ",
                                              RocksDatabase::kFormatVersion)));
}

}  // namespace
}  // namespace evenlight
