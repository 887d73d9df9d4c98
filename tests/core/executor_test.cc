#include "core/executor.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

#include "gmock/gmock.h"

namespace evenlight {
namespace {

TEST(ExecutorTest, OneThreadKeepsTheOrderOfSubmission) {
  std::vector<int> done;
  {
    Executor executor(1, 100);
    for (int task = 0; task < 100; ++task) {
      ASSERT_TRUE(executor.Submit([&done, task] { done.push_back(task); }));
    }
  }
  ASSERT_EQ(done.size(), 100u);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
}

TEST(ExecutorTest, FullQueueDropsTheTaskUnrun) {
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> num_done = 0;
  const auto dropped = std::make_shared<int>(0);
  {
    Executor executor(1, 1);
    ASSERT_TRUE(executor.Submit([&] {
      started.set_value();
      release.get_future().wait();
    }));
    started.get_future().wait();
    ASSERT_TRUE(executor.Submit([&] { ++num_done; }));
    EXPECT_FALSE(executor.Submit([&, dropped] { num_done += 100; }));
    EXPECT_EQ(dropped.use_count(), 1);
    release.set_value();
  }
  EXPECT_EQ(num_done, 1);
}

TEST(ExecutorTest, TheMoreUrgentGoFirstEachLevelInItsOrder) {
  std::promise<void> started;
  std::promise<void> release;
  std::vector<int> done;
  {
    Executor executor(1, 100, 3);
    ASSERT_TRUE(executor.Submit([&] {
      started.set_value();
      release.get_future().wait();
    }));
    started.get_future().wait();
    for (const int task : {20, 0, 10, 21, 1, 11}) {
      ASSERT_TRUE(
          executor.Submit([&done, task] { done.push_back(task); }, task / 10));
    }
    release.set_value();
  }
  EXPECT_EQ(done, (std::vector<int>{0, 1, 10, 11, 20, 21}));
}

TEST(ExecutorTest, TheBoundIsThatOfAllLevelsTogether) {
  std::promise<void> started;
  std::promise<void> release;
  Executor executor(1, 2, 2);
  ASSERT_TRUE(executor.Submit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(executor.Submit([] {}, 0));
  EXPECT_TRUE(executor.Submit([] {}, 1));
  EXPECT_FALSE(executor.Submit([] {}, 0));
  EXPECT_FALSE(executor.Submit([] {}, 1));
  release.set_value();
}

TEST(ExecutorTest, StopRunsWhatIsQueuedAndTakesNoMore) {
  std::atomic<int> num_done = 0;
  Executor executor(3, 1000);
  for (int task = 0; task < 1000; ++task) {
    ASSERT_TRUE(executor.Submit([&] { ++num_done; }));
  }
  executor.Stop();
  EXPECT_EQ(num_done, 1000);
  EXPECT_FALSE(executor.Submit([&] { ++num_done; }));
  executor.Stop();
  EXPECT_EQ(num_done, 1000);
}

TEST(ExecutorTest, FiguresTellWhatRunsWaitsAndWasRefused) {
  Executor executor(1, 1);
  std::promise<void> begun, go_on;
  ASSERT_TRUE(executor.Submit([&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  ASSERT_TRUE(executor.Submit([] {}));
  EXPECT_FALSE(executor.Submit([] {}));
  ExecutorFigures figures = executor.figures();
  EXPECT_EQ(figures.num_threads, 1);
  EXPECT_EQ(figures.num_running, 1);
  EXPECT_EQ(figures.num_queued, 1);
  EXPECT_EQ(figures.num_refused, 1);
  go_on.set_value();
  executor.Stop();
  figures = executor.figures();
  EXPECT_EQ(figures.num_running, 0);
  EXPECT_EQ(figures.num_queued, 0);
}

TEST(ExecutorTest, ManySubmittersLoseNothingThatWasTaken) {
  std::atomic<int> num_taken = 0;
  std::atomic<int> num_done = 0;
  {
    Executor executor(2, 8);
    std::vector<std::thread> submitters;
    for (int submitter = 0; submitter < 4; ++submitter) {
      submitters.emplace_back([&] {
        for (int task = 0; task < 500; ++task) {
          if (executor.Submit([&] { ++num_done; })) ++num_taken;
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_GT(num_taken, 0);
  EXPECT_EQ(num_done, num_taken);
}

}  // namespace
}  // namespace evenlight
