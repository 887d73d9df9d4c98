// A real server under load, killed again and again; what it acknowledged is
// compared with what it has afterwards.

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/faults/kill_load.h"
#include "tests/faults/small_district.h"

namespace evenlight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kNumClients = 3;
constexpr int kNumKills = 15;
constexpr std::chrono::seconds kMaxTime(75);
constexpr size_t kNumLoaded = 12;  // Learners who get all the load.
constexpr size_t kNumCompared = 8;

// The whole track of the tenant, by event id.
struct Track {
  std::map<std::string, v1::Event> events;
  int num_doubled = 0;
  std::set<int64_t> sequences;
};

Track ReadTrack(const TestClient& client,
                const std::vector<std::string>& actors) {
  Track track;
  for (const std::string& actor : actors) {
    for (const v1::Event& event : ListEvents(client, actor)) {
      if (!track.events.emplace(event.event_id(), event).second) {
        ++track.num_doubled;
      }
      EXPECT_TRUE(track.sequences.insert(event.sequence()).second)
          << "sequence " << event.sequence() << " twice";
    }
  }
  return track;
}

// What the client sent: the server adds the sequence and the resource's kcs.
std::string Content(v1::Event event) {
  event.clear_sequence();
  event.mutable_answered()->clear_knowledge_components();
  return event.SerializeAsString();
}

int NumLost(const KillLoad& load, const Track& track) {
  int num_lost = 0;
  for (const auto& [id, sequence] : load.acknowledged()) {
    const auto found = track.events.find(id);
    if (found == track.events.end()) {
      ++num_lost;
      continue;
    }
    EXPECT_EQ(found->second.sequence(), sequence) << id;
  }
  return num_lost;
}

// What is there is as it was sent, and a batch that is all or nothing is.
void ExpectBatchesAreWhole(const KillLoad& load, const Track& track) {
  for (const v1::RecordEventsRequest& request : load.requests()) {
    int num_found = 0;
    for (const v1::Event& event : request.events()) {
      const auto found = track.events.find(event.event_id());
      if (found == track.events.end()) continue;
      ++num_found;
      EXPECT_EQ(Content(found->second), Content(event)) << event.event_id();
    }
    if (request.allow_partial() || num_found == 0) continue;
    EXPECT_EQ(num_found, request.events_size())
        << request.events(0).event_id() << " and those with it";
  }
}

class KillTest : public testing::Test {
 protected:
  KillTest()
      : district_(2),
        seed_(PrintedSeed()),
        random_(seed_),
        actors_(district_.Actors()) {
    server_ = district_.Start(DataDir());
    district_.ImportAll(*server_);
    const Finished trained = Evenlight(*server_, {"train"});
    EXPECT_EQ(trained.exit_code, 0) << trained.output << trained.errors;
    const std::vector<std::string> questions =
        ListQuestions(ClientOf(*server_));
    loaded_.assign(actors_.begin(), actors_.begin() + kNumLoaded);
    for (uint32_t client = 0; client < kNumClients; ++client) {
      loads_.emplace_back(absl::StrCat("kill-", client), seed_ + client,
                          loaded_, questions);
    }
  }

  std::string DataDir() const { return district_.Path("db"); }

  void SleepUpTo(int max_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(
        std::uniform_int_distribution<>(0, max_ms)(random_)));
  }

  void KillUnderLoad() {
    const TestClient client = ClientOf(*server_);
    std::vector<std::thread> threads;
    for (KillLoad& load : loads_) {
      threads.emplace_back([&] { load.Run(client); });
    }
    SleepUpTo(1200);
    server_->Stop(SIGKILL);
    for (std::thread& thread : threads) thread.join();
  }

  // A start that does not live long, mostly not to the end of recovery.
  void KillDuringStart() {
    BackgroundProgram start(
        {BinaryPath("evenlightd"), "--listen=127.0.0.1:0",
         "--data_dir=" + DataDir(), "--model_dir=" + district_.model_dir()},
        district_.Path("start.log"));
    SleepUpTo(200);
    start.Stop(SIGKILL);
  }

  Track ExpectNothingLost() const {
    const Track track = ReadTrack(ClientOf(*server_), actors_);
    int num_lost = 0;
    for (const KillLoad& load : loads_) {
      num_lost += NumLost(load, track);
      ExpectBatchesAreWhole(load, track);
    }
    EXPECT_EQ(num_lost, 0);
    EXPECT_EQ(track.num_doubled, 0);
    EXPECT_EQ(*track.sequences.begin(), 1);
    EXPECT_EQ(*track.sequences.rbegin(),
              static_cast<int64_t>(track.sequences.size()))
        << "sequences have gaps";
    return track;
  }

  std::vector<std::string> States(const ServerProcess& server) const {
    std::vector<std::string> states;
    for (size_t learner = 0; learner < kNumCompared; ++learner) {
      v1::LearnerState state;
      const grpc::Status status =
          GetState(ClientOf(server), loaded_[learner], &state);
      EXPECT_TRUE(status.ok()) << status.error_message();
      states.push_back(state.DebugString());
    }
    return states;
  }

  // The states on a new server that was sent the same events in order.
  std::vector<std::string> StatesFedInOrder() const {
    const auto fresh = district_.Start(district_.Path("fresh"));
    district_.ImportCatalog(*fresh);
    for (size_t learner = 0; learner < kNumCompared; ++learner) {
      v1::RecordEventsRequest request;
      const auto flush = [&] {
        v1::RecordEventsResponse response;
        const grpc::Status status =
            Record(ClientOf(*fresh), request, &response);
        EXPECT_TRUE(status.ok()) << status.error_message();
        request.Clear();
      };
      for (v1::Event& event :
           ListEvents(ClientOf(*server_), loaded_[learner])) {
        if (event.has_recommended()) continue;
        event.clear_sequence();
        *request.add_events() = std::move(event);
        if (request.events_size() == 500) flush();
      }
      if (request.events_size() > 0) flush();
    }
    return States(*fresh);
  }

  const SmallDistrict district_;
  const uint32_t seed_;
  std::mt19937 random_;
  const std::vector<std::string> actors_;
  std::vector<std::string> loaded_;
  std::vector<KillLoad> loads_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(KillTest, LosesAndDoublesNothingHoweverOftenItIsKilled) {
  const auto start = Clock::now();
  int num_kills = 0;
  Track track;
  while (num_kills < kNumKills && Clock::now() - start < kMaxTime &&
         !HasFailure()) {
    KillUnderLoad();
    if (++num_kills % 3 == 0) KillDuringStart();
    server_ = district_.Start(DataDir());
    track = ExpectNothingLost();
  }
  int num_lists = 0;
  size_t num_acknowledged = 0;
  for (const KillLoad& load : loads_) {
    num_lists += load.num_lists();
    num_acknowledged += load.acknowledged().size();
  }
  std::printf("%d kills, %zu events acknowledged, %d lists, %zu stored\n",
              num_kills, num_acknowledged, num_lists, track.events.size());
  EXPECT_GT(num_acknowledged, 0u);

  const std::vector<std::string> states = States(*server_);
  EXPECT_EQ(states, StatesFedInOrder());
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  server_ = district_.Start(DataDir());
  EXPECT_EQ(states, States(*server_));
}

}  // namespace
}  // namespace evenlight
