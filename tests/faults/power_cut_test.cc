// The power is cut at a random operation of the disk, again and again, also
// while the database recovers from the cut before.

#include <cstdio>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/faults/power_cut_file_system.h"
#include "tests/faults/power_cut_oracle.h"
#include "tests/faults/small_district.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

constexpr int kDefaultCuts = 20;
constexpr int kLivesOfADatabase = 6;
// An opening takes 70 to 110 operations: a quarter of the cuts come within it.
constexpr int kOpeningOperations = 110;
constexpr int kLifeOperations = 600;

// Of all databases.
struct Counts {
  int num_cuts = 0;
  int num_opening_cuts = 0;  // Before the database was open.
  int num_in_a_row = 0;      // Of these, right after another.
  int64_t num_acknowledged = 0;
};

int CutAt(std::mt19937& random) {
  return 1 + static_cast<int>(random() % (random() % 4 == 0 ? kOpeningOperations
                                                            : kLifeOperations));
}

// The lives of one database, each ended by a cut, and one to check the last.
void RunDatabase(uint32_t seed, int max_cuts, Counts* counts) {
  const TemporaryDirectory directory;
  std::mt19937 random(seed);
  bool was_opening = false;
  for (int life = 1; life <= kLivesOfADatabase + 1; ++life) {
    const bool is_last = life > kLivesOfADatabase || life > max_cuts;
    const int cut_at = is_last ? 0 : CutAt(random);
    const std::vector<std::string> command = {
        BinaryPath("power_cut_child"), directory.path(), absl::StrCat(seed),
        absl::StrCat(life), absl::StrCat(cut_at)};
    const Finished end = RunProgram(command);
    ASSERT_TRUE(end.exit_code == 0 || end.exit_code == kPowerCutExitCode)
        << "life " << life << " of database " << seed
        << ", cut before operation " << cut_at << ", ended with "
        << end.exit_code << " (134: it aborted)\n"
        << end.errors.substr(0, 4000) << "EVENLIGHT_SEED=" << seed
        << " runs this database first";
    if (is_last) break;
    if (end.exit_code == 0) continue;  // It lived out.
    const bool is_opening = !absl::StartsWith(end.output, "opened");
    ++counts->num_cuts;
    counts->num_opening_cuts += is_opening;
    counts->num_in_a_row += is_opening && was_opening;
    was_opening = is_opening;
  }
  for (const auto& [name, sequences] :
       ReadPromises(directory.path() + "/oracle")) {
    counts->num_acknowledged += static_cast<int64_t>(sequences.size());
  }
}

TEST(PowerCutTest, KeepsWhatItAcknowledgedThroughEveryCut) {
  const uint32_t seed = PrintedSeed();
  const int num_cuts = NumFromEnvironment("EVENLIGHT_POWER_CUTS", kDefaultCuts);
  Counts counts;
  for (uint32_t database = 0; counts.num_cuts < num_cuts; ++database) {
    // A database that is never cut would go on for ever.
    ASSERT_LT(database, static_cast<uint32_t>(num_cuts) + 10);
    RunDatabase(seed + database, num_cuts - counts.num_cuts, &counts);
    if (HasFatalFailure()) break;
  }
  std::printf(
      "power_cuts=%d while_opening=%d two_in_a_row=%d "
      "acknowledged_events=%lld\n",
      counts.num_cuts, counts.num_opening_cuts, counts.num_in_a_row,
      static_cast<long long>(counts.num_acknowledged));
  EXPECT_GT(counts.num_acknowledged, 0);
}

}  // namespace
}  // namespace evenlight
