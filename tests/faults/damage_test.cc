// Disks that fail and bytes that rot under a real server: it refuses to start
// or serves the rest, and its words name the file.

#include <signal.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/small_district.h"
#include "tests/support/mounting.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;

constexpr int kAborted = 128 + SIGABRT;

class DamageTest : public testing::Test {
 protected:
  DamageTest() : district_(1), server_(district_.Start(DataDir())) {
    district_.ImportAll(*server_);
    learner_ = district_.Actors().front();
    questions_ = ListQuestions(ClientOf(*server_));
  }

  std::string DataDir() const { return district_.Path("db"); }

  void Stop() { EXPECT_EQ(server_->Stop(SIGTERM), 0) << server_->Log(); }

  // Starts again, so that what the log held is in files of sorted keys, too.
  void MoveLogToFiles() {
    Stop();
    server_ = district_.Start(DataDir());
    Stop();
  }

  // The largest file with this extension.
  std::string FileOf(const std::string& extension) const {
    std::string largest;
    for (const auto& entry : fs::directory_iterator(DataDir())) {
      if (entry.path().extension() != extension) continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) {
        largest = entry.path();
      }
    }
    return largest;
  }

  grpc::Status RecordOne(const std::string& id) {
    v1::RecordEventsRequest request;
    *request.add_events() =
        AnswerEvent(id, learner_, questions_.front(),
                    absl::FromUnixSeconds(1'767'500'000), true);
    v1::RecordEventsResponse response;
    return Record(ClientOf(*server_), request, &response);
  }

  size_t NumEvents() const {
    return ListEvents(ClientOf(*server_), learner_).size();
  }

  // The server did not start, of its own accord, and says `words`.
  void ExpectRefusesToStart(const std::string& words) {
    EXPECT_TRUE(server_->address().empty()) << "it serves";
    EXPECT_NE(server_->exit_code(), kAborted) << "it aborted";
    EXPECT_EQ(server_->exit_code(), 1);
    EXPECT_THAT(server_->Log(), HasSubstr(words));
    std::printf("%s\n", LastLine(server_->Log()).c_str());
  }

  static std::string LastLine(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.substr(text.rfind('\n') + 1);
  }

  // Writes are refused, reads are served, and it ends in order.
  void ExpectOnlyReadsAreServed() {
    EXPECT_EQ(RecordOne("refused").error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(RecordOne("refused").error_code(), grpc::StatusCode::UNAVAILABLE);
    v1::LearnerState state;
    const grpc::Status read = GetState(ClientOf(*server_), learner_, &state);
    EXPECT_TRUE(read.ok()) << read.error_message();
    v1::RecommendResourcesResponse list;
    EXPECT_TRUE(Recommend(ClientOf(*server_), learner_, &list).ok());
    EXPECT_FALSE(list.recommendations().empty());
    EXPECT_THAT(server_->Log(), HasSubstr("commits_refused"));
    EXPECT_EQ(server_->Stop(SIGTERM), 0) << server_->Log();
  }

  static void Flip(const std::string& path, uintmax_t place) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(place));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(place));
    file.put(static_cast<char>(byte ^ 0x10));
  }

  std::vector<std::string> SortedFiles() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(DataDir())) {
      if (entry.path().extension() == ".sst") files.push_back(entry.path());
    }
    EXPECT_FALSE(files.empty());
    return files;
  }

  // One in a thousand, up to `end`. A second call undoes the first.
  static void FlipBytes(const std::string& path, uintmax_t end) {
    for (uintmax_t place = 100; place < end; place += 1'000) Flip(path, place);
  }

  // The learner's track is whole, or refused as lost with `file` on the log.
  bool IsReadRefused(const std::string& file, size_t num_events) {
    v1::ListEventsRequest request;
    request.set_actor(learner_);
    request.set_page_size(1000);
    v1::ListEventsResponse events;
    const TestClient client = ClientOf(*server_);
    const grpc::Status listed = client.Call(
        *client.track, &v1::TrackService::Stub::ListEvents, request, &events);
    if (listed.ok()) {
      EXPECT_EQ(static_cast<size_t>(events.events_size()), num_events);
      return false;
    }
    EXPECT_EQ(listed.error_code(), grpc::StatusCode::DATA_LOSS)
        << listed.error_message();
    EXPECT_THAT(server_->Log(), HasSubstr(fs::path(file).filename()));
    return true;
  }

  // Starts a server whose calls fail as `plan` says from Switch() on.
  void StartWithSwitch(const std::string& plan) {
    server_ = district_.TryStart(DataDir(), plan + " " + SwitchFile());
    ASSERT_FALSE(server_->address().empty()) << server_->Log();
  }
  std::string SwitchFile() const { return district_.Path("switch"); }
  void Switch() { std::ofstream(SwitchFile()) << "on"; }

  const SmallDistrict district_;
  std::unique_ptr<ServerProcess> server_;
  std::string learner_;
  std::vector<std::string> questions_;
};

TEST_F(DamageTest, LogThatCannotBeWrittenRefusesWritesAndServesReads) {
  Stop();
  StartWithSwitch("EIO write 1 .log");
  EXPECT_TRUE(RecordOne("before").ok());
  const size_t num_events = NumEvents();
  Switch();
  ExpectOnlyReadsAreServed();
  server_ = district_.Start(DataDir());
  EXPECT_GE(NumEvents(), num_events);
  EXPECT_TRUE(RecordOne("refused").ok());
}

TEST_F(DamageTest, DirectoryThatBecomesReadOnlyRefusesWritesAndServesReads) {
  Stop();
  StartWithSwitch("EROFS change 1 " + DataDir());
  EXPECT_TRUE(RecordOne("before").ok());
  Switch();
  ExpectOnlyReadsAreServed();
  server_ = district_.Start(DataDir());
  EXPECT_TRUE(RecordOne("refused").ok());
}

// Data that lie on a mount of their own, which is made read-only.
TEST_F(DamageTest, ReadOnlyMountIsNamedAtTheStart) {
  Stop();
  const std::string path = district_.Path("mount");
  fs::create_directories(path);
  if (mount(DataDir().c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    ASSERT_FALSE(MustMount()) << std::strerror(errno);
    GTEST_SKIP() << "cannot mount, which needs root: " << std::strerror(errno);
  }
  EXPECT_EQ(mount(nullptr, path.c_str(), nullptr,
                  MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr),
            0)
      << std::strerror(errno);
  server_ = district_.TryStart(path);
  ExpectRefusesToStart(path);
  EXPECT_THAT(server_->Log(), HasSubstr("Read-only file system"));
  umount2(path.c_str(), MNT_DETACH);
}

TEST_F(DamageTest, SortedFileThatCannotBeReadIsNamedAtTheStart) {
  MoveLogToFiles();
  const std::string file = fs::path(FileOf(".sst")).filename();
  server_ = district_.TryStart(DataDir(), "EIO read 1 " + file);
  ExpectRefusesToStart(file);
  EXPECT_THAT(server_->Log(), HasSubstr("Input/output error"));
}

TEST_F(DamageTest, LogThatCannotBeReadIsNamedAtTheStart) {
  Stop();
  const std::string file = fs::path(FileOf(".log")).filename();
  server_ = district_.TryStart(DataDir(), "EIO read 1 " + file);
  ExpectRefusesToStart(file);
}

TEST_F(DamageTest, FlippedByteInTheLogIsNamedAtTheStartWithWhatToDo) {
  Stop();
  const std::string file = FileOf(".log");
  Flip(file, fs::file_size(file) / 2);
  server_ = district_.TryStart(DataDir());
  ExpectRefusesToStart(file);
  EXPECT_THAT(server_->Log(),
              AllOf(HasSubstr("restore a backup"), HasSubstr("truncate -s ")));
}

TEST_F(DamageTest, FlippedBytesInASortedFileAreNamedAtTheStart) {
  MoveLogToFiles();
  for (const std::string& file : SortedFiles()) {
    FlipBytes(file, fs::file_size(file));
    server_ = district_.TryStart(DataDir());
    ExpectRefusesToStart(fs::path(file).filename());
    EXPECT_THAT(server_->Log(), HasSubstr("restore a backup"));
    FlipBytes(file, fs::file_size(file));
  }
}

// In every file in turn, and only where the records are: the server starts, and
// refuses what it can no longer read.
TEST_F(DamageTest, FlippedBytesInRecordsAreNeverServed) {
  const size_t num_events = NumEvents();
  MoveLogToFiles();
  int num_refused_starts = 0;
  int num_refused_reads = 0;
  for (const std::string& file : SortedFiles()) {
    SCOPED_TRACE(file);
    FlipBytes(file, fs::file_size(file) / 2);
    server_ = district_.TryStart(DataDir());
    EXPECT_NE(server_->exit_code(), kAborted) << server_->Log();
    if (server_->address().empty()) {
      ++num_refused_starts;
      EXPECT_THAT(server_->Log(), HasSubstr(fs::path(file).filename()));
    } else {
      num_refused_reads += IsReadRefused(file, num_events);
      EXPECT_EQ(server_->Stop(SIGTERM), 0) << server_->Log();
    }
    FlipBytes(file, fs::file_size(file) / 2);
  }
  std::printf("refused_starts=%d refused_reads=%d\n", num_refused_starts,
              num_refused_reads);
  EXPECT_GT(num_refused_reads, 0);
  server_ = district_.Start(DataDir());
  EXPECT_EQ(NumEvents(), num_events);
}

}  // namespace
}  // namespace evenlight
