// Limits of a call as a whole, which docs/operations.md lists: what is at the
// limit is accepted, more is refused. Those of fields: field_limits_test.cc.

#include "gmock/gmock.h"
#include "services/server/field_violations.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kMaxBytes = 1 << 20;

std::string Id(int num_characters) { return std::string(num_characters, 'x'); }

class LimitsTest : public ServerWorld {
 protected:
  LimitsTest() {
    config_.max_message_bytes = kMaxBytes;
    Restart();
    AddCatalog();
  }
};

TEST_F(LimitsTest, AStreamTakesAThousandEventsInAMessage) {
  for (const int num_events : {1'000, 1'001}) {
    grpc::ClientContext context;
    context.AddMetadata("evenlight-tenant", kTenant);
    auto stream = client_->track->StreamEvents(&context);
    v1::StreamEventsRequest request;
    for (int event = 0; event < num_events; ++event) {
      *request.add_events() = Answer("e", "f1");
    }
    stream->Write(request);
    stream->WritesDone();
    v1::StreamEventsResponse acknowledgement;
    EXPECT_EQ(stream->Read(&acknowledgement), num_events == 1'000);
    EXPECT_EQ(stream->Finish().error_code(),
              num_events == 1'000 ? grpc::StatusCode::OK
                                  : grpc::StatusCode::INVALID_ARGUMENT);
  }
}

// gRPC's own, before a request is read.
TEST_F(LimitsTest, AMessageHasItsBytesAndNoMore) {
  v1::RecordEventsRequest request;
  *request.add_events() = Answer("e", "f1");
  const auto fill_up_to = [&](int64_t num_bytes) {
    auto* unknown = request.GetReflection()->MutableUnknownFields(&request);
    unknown->Clear();
    unknown->AddLengthDelimited(1'000, "");
    const int64_t frame = static_cast<int64_t>(request.ByteSizeLong()) + 2;
    unknown->Clear();
    unknown->AddLengthDelimited(
        1'000, std::string(static_cast<size_t>(num_bytes - frame), 'x'));
    ASSERT_EQ(request.ByteSizeLong(), num_bytes);
  };
  v1::RecordEventsResponse response;
  fill_up_to(kMaxBytes);
  ExpectOk(Record(request, &response));
  fill_up_to(kMaxBytes + 1);
  const grpc::Status refused = Record(request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(),
              HasSubstr("larger than max (1048577 vs. 1048576)"));
}

TEST_F(LimitsTest, MetadataHasEightKibibytesAndATenant64Characters) {
  const auto list_with = [&](const std::string& tenant, size_t num_bytes) {
    grpc::ClientContext context;
    context.AddMetadata("evenlight-tenant", tenant);
    context.AddMetadata("note", std::string(num_bytes, 'x'));
    v1::ListResourcesResponse response;
    return client_->catalog->ListResources(&context, {}, &response);
  };
  ExpectOk(list_with(Id(64), 7'500));
  EXPECT_THAT(ViolationsOf(list_with(Id(65), 0)),
              testing::ElementsAre(AllOf(StartsWith("evenlight-tenant: "),
                                         HasSubstr("1-64 characters"))));
  const grpc::Status refused = list_with(Id(64), 8'192);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(),
              HasSubstr("metadata size exceeds limit"));
}

// Else a request of 8 MiB could have the server hold hundreds.
TEST_F(LimitsTest, OfManyFaultsAThousandAreKeptAndAllAreCounted) {
  v1::UpsertKnowledgeComponentsRequest request;
  for (int kc = 0; kc < 1'000; ++kc) {
    request.add_knowledge_components()->set_name(
        absl::StrCat("knowledgeComponents/k", kc));  // Without a title.
    request.mutable_knowledge_components(kc)->set_grade(13);
  }
  v1::UpsertKnowledgeComponentsResponse response;
  const grpc::Status refused = client_->Call(
      *client_->catalog, &v1::CatalogService::Stub::UpsertKnowledgeComponents,
      request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("(and 1999 more)"));
  FieldViolations first;
  FieldViolations more;
  const FieldPath root;
  for (int fault = 0; fault < 1'500; ++fault) {
    first.Add(FieldPath(root, "a", fault), "is wrong");
    more.Add(FieldPath(root, "b", fault), "is wrong");
  }
  first.Append(std::move(more));
  EXPECT_EQ(first.violations().size(), 1'000u);
  EXPECT_EQ(first.ToStatus().message(), "a[0]: is wrong (and 2999 more)");
}

}  // namespace
}  // namespace evenlight
