#include "services/server/concurrency_limit.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr absl::Time kStart = absl::UnixEpoch();

ConcurrencyLimit::Options SmallOptions() {
  ConcurrencyLimit::Options options;
  options.min_limit = 4;
  options.max_limit = 100;
  return options;
}

int NumEntered(ConcurrencyLimit& limit, Priority priority, int num_tries) {
  int num_entered = 0;
  for (int n = 0; n < num_tries; ++n) num_entered += limit.Enter(priority);
  return num_entered;
}

// One window in which every place that is free is taken, and all wait for so
// long.
void FullWindow(ConcurrencyLimit& limit, absl::Time& now, absl::Duration wait) {
  const int num_entered = NumEntered(limit, Priority::kRecommend, 1'000);
  for (int n = 0; n < num_entered; ++n) {
    (void)limit.Begin(Priority::kRecommend, wait, now);
  }
  for (int n = 0; n < num_entered; ++n) limit.Leave();
  now += absl::Milliseconds(60);
}

TEST(ConcurrencyLimitTest, LeavesTheLastPlacesToTheMoreUrgent) {
  ConcurrencyLimit limit(SmallOptions());
  EXPECT_EQ(NumEntered(limit, Priority::kBulk, 1'000), 50);
  EXPECT_EQ(NumEntered(limit, Priority::kReport, 1'000), 20);
  EXPECT_EQ(NumEntered(limit, Priority::kRecord, 1'000), 20);
  EXPECT_EQ(NumEntered(limit, Priority::kRecommend, 1'000), 10);
  const ConcurrencyLimit::Figures figures = limit.Read();
  EXPECT_EQ(figures.num_inside, 100);
  EXPECT_EQ(figures.num_refused, (std::array<int64_t, 4>{990, 980, 980, 950}));
  limit.Leave();
  EXPECT_FALSE(limit.Enter(Priority::kRecord));
  EXPECT_TRUE(limit.Enter(Priority::kRecommend));
}

TEST(ConcurrencyLimitTest, AnIdleServerRefusesNobodyHoweverSmallTheLimit) {
  ConcurrencyLimit::Options options;
  options.min_limit = 1;
  options.max_limit = 1;
  ConcurrencyLimit limit(options);
  EXPECT_TRUE(limit.Enter(Priority::kBulk));
  EXPECT_FALSE(limit.Enter(Priority::kRecommend));
}

TEST(ConcurrencyLimitTest, ShrinksByAShareWhileCallsWaitTooLong) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  FullWindow(limit, now, absl::Milliseconds(11));
  EXPECT_EQ(limit.Read().limit, 100);  // The window is not over.
  FullWindow(limit, now, absl::Milliseconds(11));
  EXPECT_EQ(limit.Read().limit, 80);
  FullWindow(limit, now, absl::Milliseconds(11));
  EXPECT_EQ(limit.Read().limit, 64);
  for (int window = 0; window < 30; ++window) {
    FullWindow(limit, now, absl::Seconds(1));
  }
  EXPECT_EQ(limit.Read().limit, 4);
}

TEST(ConcurrencyLimitTest, GrowsByStepsWhileCallsBeginSoonAndItIsUsed) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  for (int window = 0; window < 30; ++window) {
    FullWindow(limit, now, absl::Seconds(1));
  }
  FullWindow(limit, now, absl::Milliseconds(1));  // Ends the last slow one.
  ASSERT_EQ(limit.Read().limit, 4);
  FullWindow(limit, now, absl::Milliseconds(1));
  EXPECT_EQ(limit.Read().limit, 8);
  for (int window = 0; window < 40; ++window) {
    FullWindow(limit, now, absl::Milliseconds(1));
  }
  EXPECT_EQ(limit.Read().limit, 100);
}

TEST(ConcurrencyLimitTest, AWindowOfFewCallsSaysNothingOfTheLimit) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  for (int window = 0; window < 30; ++window) {
    FullWindow(limit, now, absl::Seconds(1));
  }
  FullWindow(limit, now, absl::ZeroDuration());
  for (int window = 0; window < 10; ++window) {
    ASSERT_TRUE(limit.Enter(Priority::kRecommend));
    EXPECT_TRUE(limit.Begin(Priority::kRecommend, absl::ZeroDuration(), now));
    limit.Leave();
    now += absl::Milliseconds(60);
  }
  EXPECT_LE(limit.Read().limit, 8);
}

TEST(ConcurrencyLimitTest, OneThreadThatWokeLateIsNoOverload) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  for (int window = 0; window < 10; ++window) {
    ASSERT_TRUE(limit.Enter(Priority::kReport));
    EXPECT_TRUE(limit.Begin(Priority::kReport, absl::Seconds(1), now));
    limit.Leave();
    now += absl::Milliseconds(60);
  }
  EXPECT_EQ(limit.Read().limit, 100);
}

TEST(ConcurrencyLimitTest, WhoWaitedLongIsRefusedOnlyWhileTheLimitShrinks) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  const absl::Duration target = ConcurrencyLimit::Options().target_wait;
  const auto begins = [&](absl::Duration wait) {
    return limit.Begin(Priority::kRecord, wait, now);
  };
  EXPECT_TRUE(begins(100 * target));
  FullWindow(limit, now, 1.5 * target);
  const int64_t before = limit.Read().num_refused[1];
  EXPECT_TRUE(begins(2 * target));
  EXPECT_FALSE(begins(2 * target + absl::Microseconds(1)));
  EXPECT_EQ(limit.Read().num_refused[1], before + 1);
  FullWindow(limit, now, absl::ZeroDuration());
  EXPECT_TRUE(begins(absl::ZeroDuration()));
  EXPECT_TRUE(begins(100 * target));
}

TEST(ConcurrencyLimitTest, AClockThatStepsBackStopsNothing) {
  ConcurrencyLimit limit(SmallOptions());
  absl::Time now = kStart;
  FullWindow(limit, now, absl::Seconds(1));
  now -= absl::Hours(1);
  FullWindow(limit, now, absl::Seconds(1));
  FullWindow(limit, now, -absl::Seconds(1));
  FullWindow(limit, now, absl::Milliseconds(1));
  EXPECT_LE(limit.Read().limit, 80);
  EXPECT_GE(limit.Read().limit, 4);
}

// Two threads, one millisecond a call, arrivals at random at five times what
// they can do.
struct Overload {
  double goodput = 0;  // Of what the threads can do.
  absl::Duration p99;  // Of those let in, from arrival to end.
};

Overload Simulate(ConcurrencyLimit& limit, double factor) {
  constexpr absl::Duration kService = absl::Milliseconds(1);
  std::mt19937 random(1);
  std::exponential_distribution<> gap(2 * factor);  // A millisecond.
  std::vector<absl::Time> free = {kStart, kStart};
  std::deque<absl::Time> ends;  // Of those inside.
  std::vector<absl::Duration> took;
  const absl::Time end = kStart + absl::Seconds(20);
  // The limit learns of a wait when the call begins, not when it arrives.
  std::deque<std::pair<absl::Time, absl::Duration>> begins;
  for (absl::Time now = kStart; now < end;
       now += absl::Milliseconds(1) * gap(random)) {
    for (; !begins.empty() && begins.front().first <= now; begins.pop_front()) {
      (void)limit.Begin(Priority::kRecommend, begins.front().second,
                        begins.front().first);
    }
    for (; !ends.empty() && ends.front() <= now; ends.pop_front()) {
      limit.Leave();
    }
    if (!limit.Enter(Priority::kRecommend)) continue;
    absl::Time& thread = *std::min_element(free.begin(), free.end());
    const absl::Time begin = std::max(now, thread);
    thread = begin + kService;
    begins.emplace_back(begin, begin - now);
    ends.push_back(thread);
    // The first second is for finding the limit.
    if (now > kStart + absl::Seconds(1)) took.push_back(thread - now);
  }
  std::sort(took.begin(), took.end());
  return {static_cast<double>(took.size()) / (2 * 19'000),
          took[took.size() * 99 / 100]};
}

TEST(ConcurrencyLimitTest, UnderFiveTimesTheLoadThreadsStayBusyAndNobodyWaits) {
  ConcurrencyLimit::Options options;
  options.min_limit = 4;
  options.increase = 1;
  ConcurrencyLimit limit(options);
  const Overload overload = Simulate(limit, 5);
  EXPECT_GE(overload.goodput, 0.99);
  // Waiting for the target on average, and what the limit overshoots.
  EXPECT_LE(overload.p99, absl::Milliseconds(20));
}

TEST(ConcurrencyLimitTest, RefusesNobodyAtHalfTheLoad) {
  ConcurrencyLimit limit({});
  const Overload half = Simulate(limit, 0.5);
  EXPECT_NEAR(half.goodput, 0.5, 0.02);
  EXPECT_EQ(limit.Read().num_refused[0], 0);
}

}  // namespace
}  // namespace evenlight
