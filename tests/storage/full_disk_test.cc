// A full disk: writes are refused, reads go on, and the next open has all that
// was acknowledged. In a process of its own, because Debian's RocksDB is an
// assertion build: a crash there fails this test only.

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/storage/databases.h"
#include "tests/support/mounting.h"

namespace evenlight {
namespace {

// A disk of 4 MiB that only this process sees and that ends with it.
bool MountTinyDisk(const std::string& directory) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=4m") == 0;
}

bool MayMount(const std::string& directory) {
  const pid_t child = fork();
  if (child == 0) _exit(MountTinyDisk(directory) ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string KeyOf(int number) { return "k" + std::to_string(number); }

absl::Status PutBig(Database& database, int number) {
  WriteBatch batch;
  batch.Put(Family::kEvents, KeyOf(number), std::string(100'000, 'v'));
  return database.Write(batch);
}

// Says on standard error what is wrong, and returns the number of the fault.
int Fault(int number, const std::string& what) {
  std::fprintf(stderr, "fault %d: %s\n", number, what.c_str());
  return number;
}

bool HasAll(Database& database, int num_entries) {
  for (int number = 0; number < num_entries; ++number) {
    const auto value = database.Get(Family::kEvents, KeyOf(number));
    if (!value.ok() || !value->has_value()) return false;
  }
  return true;
}

// 0 if all is as promised.
int FillDisk(const std::string& directory) {
  if (!MountTinyDisk(directory)) return Fault(1, "mount");
  int num_acknowledged = 0;
  {
    auto database = OpenRocks(directory + "/db");
    if (!database.ok()) return Fault(2, database.status().ToString());
    absl::Status status;
    while (num_acknowledged < 1000) {
      status = PutBig(**database, num_acknowledged);
      if (!status.ok()) break;
      ++num_acknowledged;
    }
    if (!absl::IsUnavailable(status)) return Fault(3, status.ToString());
    if (num_acknowledged == 0) return Fault(4, "nothing was written");
    WriteBatch small;
    small.Put(Family::kMeta, "small", "");
    status = (*database)->Write(small);
    if (!absl::IsUnavailable(status)) return Fault(5, status.ToString());
    if (!HasAll(**database, num_acknowledged)) return Fault(6, "read");
    const absl::Status copied =
        (*database)->CreateCheckpoint(directory + "/copy");
    if (!absl::IsUnavailable(copied)) return Fault(7, copied.ToString());
  }
  // The operator gives the disk more room and starts the server again.
  if (mount("tmpfs", directory.c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) {
    return Fault(8, "remount");
  }
  auto reopened = OpenRocks(directory + "/db");
  if (!reopened.ok()) return Fault(9, reopened.status().ToString());
  if (!HasAll(**reopened, num_acknowledged)) return Fault(10, "lost");
  const absl::Status again = PutBig(**reopened, num_acknowledged);
  if (!again.ok()) return Fault(11, again.ToString());
  return 0;
}

TEST(FullDiskDeathTest, WritesAreUnavailableAndReadsGoOn) {
  // A new process, with threads of its own.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  TempDirectory directory;
  const std::string disk = directory / "disk";
  std::filesystem::create_directory(disk);
  if (!MayMount(disk)) {
    ASSERT_FALSE(MustMount()) << "root cannot mount a tmpfs";
    GTEST_SKIP() << "mounting a tmpfs is not permitted";
  }
  EXPECT_EXIT(std::_Exit(FillDisk(disk)), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace evenlight
