// A disk that fills up under a real server, on a small tmpfs.

#include <signal.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/small_district.h"
#include "tests/support/mounting.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr int kNumLearners = 20;
constexpr int kBatchEvents = 500;
constexpr int kMaxBatches = 2'000;  // Many times what fills the disk.

// A small disk, until destroyed.
class SmallDisk {
 public:
  SmallDisk(std::string path, const char* options) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    if (mount("evenlight", path_.c_str(), "tmpfs", 0, options) != 0) {
      problem_ = std::strerror(errno);
    }
  }
  ~SmallDisk() {
    if (problem_.empty()) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Why there is none; empty if there is one.
  const std::string& problem() const { return problem_; }

  void Resize(const char* options) {
    ASSERT_EQ(mount("evenlight", path_.c_str(), "tmpfs", MS_REMOUNT, options),
              0)
        << std::strerror(errno);
  }

 private:
  const std::string path_;
  std::string problem_;
};

std::string Learner(int learner) {
  return absl::StrCat("learners/disk-", learner % kNumLearners);
}

v1::RecordEventsRequest Batch(int batch,
                              const std::vector<std::string>& questions) {
  v1::RecordEventsRequest request;
  for (int event = 0; event < kBatchEvents; ++event) {
    const int n = batch * kBatchEvents + event;
    *request.add_events() =
        AnswerEvent(absl::StrCat("disk-", n), Learner(n),
                    questions[static_cast<size_t>(n) % questions.size()],
                    absl::FromUnixSeconds(1'600'000'000 + n), n % 3 > 0);
  }
  return request;
}

// How often each id is stored.
std::map<std::string, int> StoredIds(const TestClient& client) {
  std::map<std::string, int> ids;
  for (int learner = 0; learner < kNumLearners; ++learner) {
    for (const v1::Event& event : ListEvents(client, Learner(learner))) {
      if (!event.has_recommended()) ++ids[event.event_id()];
    }
  }
  return ids;
}

int NumNotOnce(const v1::RecordEventsRequest& request,
               const std::map<std::string, int>& stored) {
  int num = 0;
  for (const v1::Event& event : request.events()) {
    const auto found = stored.find(event.event_id());
    if (found == stored.end() || found->second != 1) ++num;
  }
  return num;
}

void ExpectReadsAreServed(const TestClient& client) {
  v1::LearnerState state;
  const grpc::Status read = GetState(client, Learner(0), &state);
  EXPECT_TRUE(read.ok()) << read.error_message();
  EXPECT_GT(state.num_answers(), 0);
  v1::RecommendResourcesResponse list;
  const grpc::Status asked = Recommend(client, Learner(0), &list);
  EXPECT_TRUE(asked.ok()) << asked.error_message();
  EXPECT_FALSE(list.recommendations().empty());
}

TEST(FullDiskTest, KeepsWhatItAcknowledgedServesReadsAndGoesOnWithMoreRoom) {
  const SmallDistrict district(1);
  SmallDisk disk(district.Path("disk"), "size=48m");
  if (!disk.problem().empty()) {
    ASSERT_FALSE(MustMount()) << "root cannot mount one: " << disk.problem();
    GTEST_SKIP() << "cannot mount a small tmpfs, which needs root: "
                 << disk.problem();
  }
  const std::string data_dir = district.Path("disk/db");
  std::unique_ptr<ServerProcess> server = district.Start(data_dir);
  district.ImportCatalog(*server);
  const std::vector<std::string> questions = ListQuestions(ClientOf(*server));

  // Fill it.
  v1::RecordEventsResponse response;
  grpc::Status status;
  int num_acknowledged = 0;
  while (num_acknowledged < kMaxBatches) {
    status = Record(ClientOf(*server), Batch(num_acknowledged, questions),
                    &response);
    if (!status.ok()) break;
    ++num_acknowledged;
  }
  std::printf("refused after %d batches of %d: code %d: %s\n", num_acknowledged,
              kBatchEvents, status.error_code(),
              status.error_message().c_str());
  const v1::RecordEventsRequest failed = Batch(num_acknowledged, questions);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_GT(num_acknowledged, 0);

  // It lives, reads, and goes on refusing.
  EXPECT_GT(HolderOf(data_dir), 0) << server->Log();
  ExpectReadsAreServed(ClientOf(*server));
  EXPECT_EQ(Record(ClientOf(*server), failed, &response).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(server->Log(), HasSubstr("commits_refused"));
  EXPECT_EQ(StopWithin(absl::Seconds(30), data_dir, server.get()), 0)
      << "137: it had to be killed\n"
      << server->Log();

  // More room, and a restart.
  disk.Resize("size=256m");
  server = district.Start(data_dir);
  const std::map<std::string, int> stored = StoredIds(ClientOf(*server));
  int num_wrong = 0;
  for (int batch = 0; batch < num_acknowledged; ++batch) {
    num_wrong += NumNotOnce(Batch(batch, questions), stored);
  }
  EXPECT_EQ(num_wrong, 0) << "acknowledged events lost or doubled";
  // Of the batch that failed: all or nothing.
  const size_t num_unknown =
      stored.size() - static_cast<size_t>(num_acknowledged) * kBatchEvents;
  EXPECT_TRUE(num_unknown == 0 || num_unknown == kBatchEvents) << num_unknown;

  status = Record(ClientOf(*server), failed, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  const std::map<std::string, int> after = StoredIds(ClientOf(*server));
  EXPECT_EQ(NumNotOnce(failed, after), 0);
  EXPECT_EQ(after.size(),
            static_cast<size_t>(num_acknowledged + 1) * kBatchEvents);
}

}  // namespace
}  // namespace evenlight
