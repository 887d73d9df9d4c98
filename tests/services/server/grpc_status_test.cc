#include "services/server/grpc_status.h"

#include "core/mutex.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "services/server/call_runner.h"
#include "services/server/field_violations.h"
#include "services/server/name_maker.h"
#include "services/server/page_token.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;
using testing::Not;

template <typename Detail>
Detail DetailIn(const grpc::Status& status) {
  google::rpc::Status rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(rpc.message(), status.error_message());
  Detail detail;
  for (const auto& any : rpc.details()) {
    if (any.Is<Detail>()) any.UnpackTo(&detail);
  }
  return detail;
}

TEST(GrpcStatusTest, KeepsEachCodeAndNamesItAsTheReason) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const grpc::Status out = ToGrpcStatus(status);
    EXPECT_EQ(static_cast<int>(out.error_code()), code);
    const auto info = DetailIn<google::rpc::ErrorInfo>(out);
    EXPECT_EQ(info.domain(), "evenlight");
    EXPECT_EQ(info.reason(), absl::StatusCodeToString(status.code()));
  }
}

TEST(GrpcStatusTest, TellsNothingOfOurOwnMistakes) {
  for (const auto code :
       {absl::StatusCode::kInternal, absl::StatusCode::kDataLoss,
        absl::StatusCode::kUnknown}) {
    const grpc::Status out =
        ToGrpcStatus(absl::Status(code, "key l42 in /secret/place"));
    EXPECT_THAT(out.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(out.error_details(), Not(HasSubstr("secret")));
    EXPECT_THAT(out.error_message(), HasSubstr("log"));
  }
  EXPECT_EQ(ToGrpcStatus(absl::NotFoundError("no x")).error_message(), "no x");
}

TEST(GrpcStatusTest, TellsWhenToTryAgainOnlyIfThatHelps) {
  const auto delay_of = [](const absl::Status& status) {
    const auto delay =
        DetailIn<google::rpc::RetryInfo>(ToGrpcStatus(status)).retry_delay();
    return static_cast<double>(delay.seconds()) + 1e-9 * delay.nanos();
  };
  EXPECT_GT(delay_of(absl::ResourceExhaustedError("full")), 0);
  EXPECT_GT(delay_of(absl::UnavailableError("stopping")), 0);
  EXPECT_EQ(delay_of(absl::NotFoundError("no")), 0);
}

TEST(GrpcStatusTest, CutsAMessageThatNoTrailerHolds) {
  std::string long_text;
  for (int times = 0; times < 5'000; ++times) long_text += "学";
  const grpc::Status out = ToGrpcStatus(absl::NotFoundError(long_text));
  EXPECT_LT(out.error_message().size(), 1'100u);
  // Whole characters.
  EXPECT_EQ((out.error_message().size() - 3) % 3, 0u);
}

TEST(FieldViolationsTest, NamesPathsAndCarriesAllViolations) {
  FieldViolations violations;
  const FieldPath root;
  const FieldPath event(root, "events", 3);
  const FieldPath answered(event, "answered");
  violations.Add(FieldPath(answered, "score"), "is wrong");
  violations.Add(FieldPath(root, "page_size"), "is negative");
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.message(),
            "events[3].answered.score: is wrong (and 1 more)");
  const auto details = DetailIn<google::rpc::BadRequest>(ToGrpcStatus(status));
  ASSERT_EQ(details.field_violations_size(), 2);
  EXPECT_EQ(details.field_violations(1).field(), "page_size");
  EXPECT_THAT(FieldViolations().ToStatus(), IsOk());
}

TEST(FieldViolationsTest, QuotesWholeCharactersOfLongValues) {
  EXPECT_EQ(Quoted("a\n"), "`a\\n`");
  std::string chinese;
  for (int times = 0; times < 100; ++times) chinese += "学";
  EXPECT_THAT(Quoted(chinese), HasSubstr("...` (300 bytes)"));
  EXPECT_EQ(
      (Quoted(chinese).size() - std::string("`...` (300 bytes)").size()) % 3,
      0u);
}

TEST(CallRunnerTest, WorkIsNotBegunForNobody) {
  const absl::Time now = absl::FromUnixSeconds(1'000);
  EXPECT_THAT(CheckIsAwaited(false, absl::InfiniteFuture(), now), IsOk());
  EXPECT_THAT(CheckIsAwaited(true, absl::InfiniteFuture(), now),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_THAT(CheckIsAwaited(true, now, now),
              HasCode(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(CheckIsAwaited(false, now - absl::Seconds(1), now),
              HasCode(absl::StatusCode::kDeadlineExceeded));
}

TEST(CallRunnerTest, FullExecutorIsToldToTheClient) {
  Mutex mu;
  CondVar changed;
  bool is_running = false;
  bool may_end = false;
  Executor executor(/*num_threads=*/1, /*max_queued=*/1, kNumPriorities);
  ConcurrencyLimit limit({});
  const CallRunner runner(&executor, &limit, "");
  ASSERT_THAT(runner.Submit(Priority::kRecord,
                            [&] {
                              MutexLock lock(mu);
                              is_running = true;
                              changed.NotifyAll();
                              while (!may_end) changed.Wait(mu);
                            }),
              IsOk());
  {
    MutexLock lock(mu);
    while (!is_running) changed.Wait(mu);
  }
  EXPECT_THAT(runner.Submit(Priority::kBulk, [] {}), IsOk());
  EXPECT_THAT(runner.Submit(Priority::kRecommend, [] {}),
              HasCode(absl::StatusCode::kResourceExhausted));
  MutexLock lock(mu);
  may_end = true;
  changed.NotifyAll();
}

TEST(PageTokenTest, GivesBackWhatItWasMadeOf) {
  FieldViolations violations;
  EXPECT_EQ(ReadPageToken(MakePageToken("a.b-c"), &violations), "a.b-c");
  const TrackPosition position = {absl::FromUnixMicros(-5), "e1"};
  EXPECT_EQ(ReadTrackToken(MakeTrackToken(position), &violations), position);
  EXPECT_EQ(ReadPageToken("", &violations), "");
  EXPECT_TRUE(violations.empty());
  ReadPageToken(MakeTrackToken(position), &violations);
  ReadTrackToken(MakePageToken("a"), &violations);
  EXPECT_EQ(violations.violations().size(), 2u);
}

TEST(NameMakerTest, MakesNamesInOrderOfTimeThatTellIt) {
  NameMaker names(1);
  const absl::Time now = absl::FromUnixSeconds(1'772'352'000);
  const std::string first = names.Make(now);
  const std::string second = names.Make(now + absl::Seconds(1));
  EXPECT_LT(first, second);
  EXPECT_NE(first, names.Make(now));
  EXPECT_TRUE(IsValidId(first)) << first;
  EXPECT_EQ(NameMaker::TimeOf(first), now);
  EXPECT_EQ(NameMaker::TimeOf("somebody's file"), absl::InfiniteFuture());
}

}  // namespace
}  // namespace evenlight
