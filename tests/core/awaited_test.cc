#include "core/awaited.h"

#include <thread>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(AwaitedTest, WorkOfNoCallIsAlwaysAwaited) {
  EXPECT_TRUE(CheckAwaited().ok());
}

TEST(AwaitedTest, TheInnermostScopeIsAskedAndTheOuterComesBack) {
  const auto gone = [] { return absl::CancelledError("gone"); };
  const auto there = [] { return absl::OkStatus(); };
  {
    const AwaitedScope outer(gone);
    EXPECT_EQ(CheckAwaited(), absl::CancelledError("gone"));
    {
      const AwaitedScope inner(there);
      EXPECT_TRUE(CheckAwaited().ok());
    }
    EXPECT_EQ(CheckAwaited(), absl::CancelledError("gone"));
  }
  EXPECT_TRUE(CheckAwaited().ok());
}

TEST(AwaitedTest, OtherThreadsAreNotConcerned) {
  const auto gone = [] { return absl::CancelledError("gone"); };
  const AwaitedScope scope(gone);
  bool is_awaited = false;
  std::thread([&] { is_awaited = CheckAwaited().ok(); }).join();
  EXPECT_TRUE(is_awaited);
}

}  // namespace
}  // namespace evenlight
