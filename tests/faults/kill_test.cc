// A real server under load, killed again and again; what it acknowledged is
// compared with what it has afterwards.

#include <signal.h>

#include <algorithm>
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

constexpr int kNumClients = 3;
constexpr int kDefaultKills = 10;
constexpr int kKillsOfADatabase = 100;  // Small data, so that starts are short.
constexpr int kKillsPerWholeCheck = 10;
constexpr int kMaxLoadMs = 500;
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

// One database and the servers that are killed over it.
class KilledDatabase {
 public:
  explicit KilledDatabase(uint32_t seed)
      : district_(2), seed_(seed), random_(seed_), actors_(district_.Actors()) {
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

  // Kills the server `num_kills` times, or until something is not as promised.
  void Run(int num_kills) {
    for (int kill = 1; kill <= num_kills; ++kill) {
      KillUnderLoad();
      if (kill % 3 == 0) KillDuringStart();
      server_ = district_.Start(DataDir());
      for (KillLoad& load : loads_) load.Confirm(ClientOf(*server_));
      if (kill % kKillsPerWholeCheck == 0 || kill == num_kills) {
        ExpectNothingLost();
      }
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << "EVENLIGHT_SEED=" << seed_ << " at kill " << kill;
        return;
      }
    }
    ExpectStatesAreRefolds();
  }

  size_t num_acknowledged() const {
    size_t num = 0;
    for (const KillLoad& load : loads_) num += load.acknowledged().size();
    return num;
  }
  int num_lists() const {
    int num = 0;
    for (const KillLoad& load : loads_) num += load.num_lists();
    return num;
  }

 private:
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
    SleepUpTo(kMaxLoadMs);
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

  void ExpectNothingLost() const {
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
  }

  // Of every server after this one, and of one that was sent all in order.
  void ExpectStatesAreRefolds() {
    const std::vector<std::string> states = States(*server_);
    EXPECT_EQ(states, StatesFedInOrder());
    EXPECT_EQ(server_->Stop(SIGTERM), 0);
    server_ = district_.Start(DataDir());
    EXPECT_EQ(states, States(*server_));
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

TEST(KillTest, LosesAndDoublesNothingHoweverOftenItIsKilled) {
  const uint32_t seed = PrintedSeed();
  const int num_kills = NumFromEnvironment("EVENLIGHT_KILLS", kDefaultKills);
  size_t num_acknowledged = 0;
  int num_lists = 0;
  for (int done = 0; done < num_kills && !HasFailure();
       done += kKillsOfADatabase) {
    KilledDatabase database(seed + static_cast<uint32_t>(done));
    database.Run(std::min(kKillsOfADatabase, num_kills - done));
    num_acknowledged += database.num_acknowledged();
    num_lists += database.num_lists();
  }
  std::printf("kills=%d acknowledged_events=%zu lists=%d\n", num_kills,
              num_acknowledged, num_lists);
  EXPECT_GT(num_acknowledged, 0u);
}

}  // namespace
}  // namespace evenlight
