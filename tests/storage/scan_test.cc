#include "storage/scan.h"

#include "absl/strings/str_cat.h"
#include "core/awaited.h"
#include "gtest/gtest.h"
#include "storage/memory_database.h"

namespace evenlight {
namespace {

class ScanTest : public testing::Test {
 protected:
  ScanTest() {
    WriteBatch batch;
    for (int key = 0; key < 10'000; ++key) {
      batch.Put(Family::kEvents, absl::StrCat("k", 10'000 + key), "v");
    }
    EXPECT_TRUE(database_.Write(batch).ok());
  }

  // Entries visited.
  int Scan(absl::Status* status) {
    int num_visited = 0;
    *status = ScanRange(database_, Family::kEvents, "", "",
                        [&](absl::string_view, absl::string_view) {
                          ++num_visited;
                          return absl::StatusOr<bool>(true);
                        });
    return num_visited;
  }

  MemoryDatabase database_;
};

TEST_F(ScanTest, GoesToTheEndWhileSomebodyWaits) {
  absl::Status status;
  const auto there = [] { return absl::OkStatus(); };
  const AwaitedScope scope(there);
  EXPECT_EQ(Scan(&status), 10'000);
  EXPECT_TRUE(status.ok());
}

TEST_F(ScanTest, DoesNotBeginForNobody) {
  absl::Status status;
  const auto gone = [] { return absl::CancelledError("gone"); };
  const AwaitedScope scope(gone);
  EXPECT_EQ(Scan(&status), 0);
  EXPECT_EQ(status, absl::CancelledError("gone"));
}

TEST_F(ScanTest, EndsSoonOnceNobodyWaits) {
  absl::Status status;
  int num_asked = 0;
  const auto gone_later = [&num_asked] {
    return ++num_asked > 3 ? absl::DeadlineExceededError("late")
                           : absl::OkStatus();
  };
  const AwaitedScope scope(gone_later);
  const int num_visited = Scan(&status);
  EXPECT_GT(num_visited, 0);
  EXPECT_LT(num_visited, 1'000);
  EXPECT_EQ(status, absl::DeadlineExceededError("late"));
}

}  // namespace
}  // namespace evenlight
