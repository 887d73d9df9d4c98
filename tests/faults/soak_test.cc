// A server under a steady mixed load for as long as EVENLIGHT_SOAK_SECONDS
// says: its memory, descriptors and threads stay as they are.

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/faults/small_district.h"

namespace evenlight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDefaultSeconds = 20;
constexpr int kNumClients = 3;
constexpr auto kSampleTime = std::chrono::milliseconds(500);
constexpr int kSamplesPerSwap = 60;    // A new model version so often.
constexpr int kUnsettledSamples = 8;   // Found, loaded, states refolded.
constexpr double kWarmUpShare = 0.25;  // Caches and allocator pools fill.
// One call in so many stores something new: what the database keeps in memory
// before it goes to a file is no leak, and so stays below 20 bytes a call.
constexpr int kCallsPerNewEvent = 500;
// Between two swaps. A leak is an object a call, and no object of a call is as
// small as this.
constexpr double kMaxBytesPerCall = 64;
// A swap writes the states of all 60 learners again, which takes 0.7 to 1 MiB
// until the database's buffers of 32 MiB go to a file. A version is 0.1 MiB.
constexpr double kMaxBytesPerSwap = 2 << 20;
// Files that the database has open, and gRPC's threads, come and go.
constexpr int kMaxMoreDescriptors = 16;
constexpr int kMaxMoreThreads = 4;

struct Sample {
  int num_swaps = 0;
  int64_t num_calls = 0;
  int64_t rss_bytes = 0;
  int num_descriptors = 0;
  int num_threads = 0;
};

// A line `name:   number kB` of /proc/PID/status, or 0.
int64_t StatusNumber(pid_t pid, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + ":", 0) == 0) {
      return std::atoll(line.c_str() + name.size() + 1);
    }
  }
  return 0;
}

Sample Take(pid_t pid, int num_swaps, int64_t num_calls) {
  Sample sample;
  sample.num_swaps = num_swaps;
  sample.num_calls = num_calls;
  sample.rss_bytes = StatusNumber(pid, "VmRSS") * 1024;
  sample.num_threads = static_cast<int>(StatusNumber(pid, "Threads"));
  const std::filesystem::directory_iterator files(
      absl::StrCat("/proc/", pid, "/fd"));
  sample.num_descriptors = static_cast<int>(std::distance(
      std::filesystem::begin(files), std::filesystem::end(files)));
  return sample;
}

// Memory over time in 20 points, for a person.
void PrintCurve(const std::vector<Sample>& samples) {
  std::printf("rss_kib=");
  for (size_t row = 0; row < samples.size(); row += 1 + samples.size() / 20) {
    std::printf("%s%lld", row == 0 ? "" : ",",
                static_cast<long long>(samples[row].rss_bytes / 1024));
  }
  std::printf("\n");
}

template <typename Number>
Number MedianOf(std::vector<Number> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Theil and Sen: the median of the slopes between all pairs of samples without
// a swap in between, which single jumps do not move.
double BytesPerCall(const std::vector<Sample>& samples) {
  std::vector<double> slopes;
  for (size_t first = 0; first < samples.size(); ++first) {
    for (size_t second = first + 1; second < samples.size(); ++second) {
      if (samples[second].num_swaps != samples[first].num_swaps) break;
      const int64_t calls =
          samples[second].num_calls - samples[first].num_calls;
      if (calls == 0) continue;
      slopes.push_back(static_cast<double>(samples[second].rss_bytes -
                                           samples[first].rss_bytes) /
                       static_cast<double>(calls));
    }
  }
  return MedianOf(std::move(slopes));
}

// The median step from one swap to the next.
double BytesPerSwap(const std::vector<Sample>& samples) {
  std::map<int, std::vector<double>> by_swap;
  for (const Sample& sample : samples) {
    by_swap[sample.num_swaps].push_back(static_cast<double>(sample.rss_bytes));
  }
  std::vector<double> steps;
  std::optional<double> last;
  for (const auto& [swap, values] : by_swap) {
    const double now = MedianOf(values);
    if (last.has_value()) steps.push_back(now - *last);
    last = now;
  }
  return MedianOf(std::move(steps));
}

int Median(std::vector<Sample>::const_iterator begin,
           std::vector<Sample>::const_iterator end, int Sample::*member) {
  std::vector<int> values;
  for (auto sample = begin; sample != end; ++sample) {
    values.push_back((*sample).*member);
  }
  return MedianOf(std::move(values));
}

// The load of one client.
class SoakLoad {
 public:
  SoakLoad(int client, uint32_t seed, std::vector<std::string> learners,
           std::vector<std::string> questions)
      : client_(client),
        learners_(std::move(learners)),
        questions_(std::move(questions)),
        random_(seed + static_cast<uint32_t>(client)) {
    NewEvent();
  }

  grpc::Status Call(const TestClient& client) {
    if (Below(kCallsPerNewEvent) == 0) NewEvent();
    const std::string& learner = learners_[Below(learners_.size())];
    switch (Below(4)) {
      case 0: {
        v1::RecommendResourcesRequest request;
        request.set_learner(learner);
        request.set_preview(true);
        v1::RecommendResourcesResponse list;
        return client.Call(*client.recommendations,
                           &v1::RecommendationService::Stub::RecommendResources,
                           request, &list);
      }
      case 1: {
        v1::LearnerState state;
        return GetState(client, learner, &state);
      }
      case 2: {
        v1::ListEventsRequest request;
        request.set_actor(learner);
        request.set_page_size(50);
        v1::ListEventsResponse response;
        return client.Call(*client.track, &v1::TrackService::Stub::ListEvents,
                           request, &response);
      }
      default: {
        v1::RecordEventsResponse response;  // Mostly a repeat.
        return Record(client, request_, &response);
      }
    }
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  void NewEvent() {
    ++num_events_;
    request_.Clear();
    *request_.add_events() = AnswerEvent(
        absl::StrCat("soak-", client_, "-", num_events_),
        learners_[Below(learners_.size())],
        questions_[Below(questions_.size())],
        absl::FromUnixSeconds(1'767'500'000 + num_events_), Below(2) == 0);
  }

  const int client_;
  const std::vector<std::string> learners_;
  const std::vector<std::string> questions_;
  std::mt19937 random_;
  v1::RecordEventsRequest request_;
  int64_t num_events_ = 0;
};

void Activate(const ServerProcess& server, int version) {
  const Finished activated =
      Evenlight(server, {"models", "activate", std::to_string(version)});
  EXPECT_EQ(activated.exit_code, 0) << activated.errors;
}

// The threads of the load, until Stop().
class SoakClients {
 public:
  SoakClients(const ServerProcess& server, uint32_t seed,
              const std::vector<std::string>& learners,
              const std::vector<std::string>& questions) {
    for (int client = 0; client < kNumClients; ++client) {
      threads_.emplace_back([=, this, &server] {
        SoakLoad load(client, seed, learners, questions);
        const TestClient connection = ClientOf(server);
        while (!is_over_) {
          if (!load.Call(connection).ok()) ++num_refused_;
          ++num_calls_;
        }
      });
    }
  }
  ~SoakClients() { Stop(); }

  void Stop() {
    is_over_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  int64_t num_calls() const { return num_calls_; }
  int64_t num_refused() const { return num_refused_; }

 private:
  std::atomic<bool> is_over_ = false;
  std::atomic<int64_t> num_calls_ = 0;
  std::atomic<int64_t> num_refused_ = 0;
  std::vector<std::thread> threads_;
};

// Swaps between versions 1 and 2 meanwhile.
std::vector<Sample> TakeSamples(const ServerProcess& server,
                                const SoakClients& clients,
                                std::chrono::seconds time) {
  std::vector<Sample> samples;
  int num_swaps = 0;
  const int num_samples = static_cast<int>(time / kSampleTime);
  for (int row = 0; row < num_samples; ++row) {
    if (row % kSamplesPerSwap == 0) {
      // 3: a gate refuses it, as the answers of the load are random.
      const Finished trained =
          Evenlight(server, {"train", "--force", "--wait=0"});
      EXPECT_TRUE(trained.exit_code == 0 || trained.exit_code == 3)
          << trained.errors;
      Activate(server, 1 + ++num_swaps % 2);
    }
    std::this_thread::sleep_for(kSampleTime);
    if (row % kSamplesPerSwap < kUnsettledSamples) continue;
    samples.push_back(Take(server.pid(), num_swaps, clients.num_calls()));
  }
  return samples;
}

void ExpectFlat(std::vector<Sample> samples) {
  ASSERT_GT(samples.size(), 10u) << "EVENLIGHT_SOAK_SECONDS is too short";
  samples.erase(
      samples.begin(),
      samples.begin() +
          static_cast<int>(kWarmUpShare * static_cast<double>(samples.size())));
  const auto middle = samples.cbegin() + samples.size() / 2;
  const double slope = BytesPerCall(samples);
  const double step = BytesPerSwap(samples);
  const auto more = [&](int Sample::*member) {
    return Median(middle, samples.cend(), member) -
           Median(samples.cbegin(), middle, member);
  };
  const Sample& last = samples.back();
  std::printf(
      "calls=%lld rss_bytes=%lld bytes_per_call=%.2f bytes_per_swap=%.0f "
      "descriptors=%d more_descriptors=%d threads=%d more_threads=%d\n",
      static_cast<long long>(last.num_calls),
      static_cast<long long>(last.rss_bytes), slope, step, last.num_descriptors,
      more(&Sample::num_descriptors), last.num_threads,
      more(&Sample::num_threads));
  EXPECT_LT(slope, kMaxBytesPerCall);
  EXPECT_LT(step, kMaxBytesPerSwap);
  EXPECT_LE(more(&Sample::num_descriptors), kMaxMoreDescriptors);
  EXPECT_LE(more(&Sample::num_threads), kMaxMoreThreads);
}

TEST(SoakTest, MemoryDescriptorsAndThreadsStayFlat) {
  const uint32_t seed = PrintedSeed();
  const std::chrono::seconds time(
      NumFromEnvironment("EVENLIGHT_SOAK_SECONDS", kDefaultSeconds));
  const SmallDistrict district(2);
  const auto server = district.Start(district.Path("db"));
  district.ImportAll(*server);
  for (int version = 1; version <= 2; ++version) {
    EXPECT_EQ(Evenlight(*server, {"train", "--force"}).exit_code, 0);
  }
  std::vector<std::string> learners = district.Actors();
  std::erase_if(learners, [](const std::string& actor) {
    return actor.rfind("learners/", 0) != 0;
  });
  SoakClients clients(*server, seed, learners,
                      ListQuestions(ClientOf(*server)));
  const std::vector<Sample> samples = TakeSamples(*server, clients, time);
  clients.Stop();
  EXPECT_EQ(clients.num_refused(), 0);
  PrintCurve(samples);
  ExpectFlat(samples);
  EXPECT_EQ(server->Stop(SIGTERM), 0);
}

}  // namespace
}  // namespace evenlight
