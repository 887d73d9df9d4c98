// How much each resource and each tier was given by the lists that were
// recorded: the accounts that a policy of equity and the exposure budget of new
// resources read. It makes no list and reads no storage: exposure_replay.h
// fills it at the start, the committer goes on.
//
// The exposure that one place of a list gives is
//
//   v(rank) = 1 / log2(1 + rank),   MODELS section 3.7,
//
// the discount of DCG (Jarvelin & Kekalainen, TOIS 2002): 1 for the first
// place, 0.63 for the second, 0.29 for the tenth. What a teacher pushes is the
// teacher's choice, not the service's, and is not counted.

#ifndef EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_LEDGER_H_
#define EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/event.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "core/roster.h"

namespace evenlight {

// kUnspecified counts those whose tier the roster does not say.
inline constexpr int kNumTiers = 6;

// v(rank) of a position from 1; 0 for what is no position.
double ExposureOfPlace(int32_t position);

// The window is the week of `now`, in weeks of UTC that begin on Thursdays as
// the epoch did, and the four before: 28 to 35 days.
inline constexpr int64_t kNumExposureWeeks = 5;
absl::Time ExposureWindowStart(absl::Time now);

// What the learners of one tier were given.
struct TierExposure {
  int64_t num_learners = 0;  // With a list in the window, each once.
  int64_t num_lists = 0;
  // Sum over their lists and ranks of v(rank) quality(resource).
  double exposure = 0;

  // E_t: the mean over learners; 0 without any.
  double mean() const {
    return num_learners == 0 ? 0 : exposure / static_cast<double>(num_learners);
  }
};
using TierExposures = std::array<TierExposure, kNumTiers>;  // By Tier.

// Thread-safe. Sums are the same in whatever order lists are added, but for
// rounding.
class ExposureLedger {
 public:
  struct Options {
    // Of each tenant: resources, summed over weeks, some 60 bytes each; and
    // learners, some 80. For more resources the oldest week is forgotten; what
    // a single week has beyond the limits is not counted.
    int64_t max_resources = 500'000;
    int64_t max_learners = 500'000;
  };

  ExposureLedger() = default;
  explicit ExposureLedger(Options options) : options_(options) {}

  // Counts one RECOMMENDED event of a learner of `tier`; others change nothing.
  // What is older than the window of the newest counts no more. O(places).
  void Add(const TenantId& tenant, const Event& event, Tier tier)
      ABSL_LOCKS_EXCLUDED(mu_);

  // The exposure of each of `resources` in the window of `now`, in their order.
  // Takes the lock for a few at a time.
  std::vector<double> ExposuresOf(const TenantId& tenant,
                                  absl::Span<const ResourceKey> resources,
                                  absl::Time now) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // The accounts of all tiers in the window of `now`; `quality` in [0, 1] is
  // asked for each resource of each week, without the lock. Takes the lock for
  // a 64th of a week at a time, so lists that are added meanwhile may count in
  // part. For reports.
  TierExposures Tiers(const TenantId& tenant, absl::Time now,
                      absl::FunctionRef<double(ResourceKey)> quality) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // Lists added since the start: changes when any account does.
  int64_t num_lists(const TenantId& tenant) const ABSL_LOCKS_EXCLUDED(mu_);

  // Learners and places that were not counted for want of room, since the
  // start.
  int64_t num_left_out(const TenantId& tenant) const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using ByTier = std::array<double, kNumTiers>;
  // In parts, so that a report copies one at a time.
  static constexpr size_t kNumParts = 64;
  using Exposures = absl::flat_hash_map<ResourceKey, ByTier>;
  struct Week {
    Exposures& PartOf(ResourceKey key);
    const Exposures& PartOf(ResourceKey key) const;
    int64_t num_resources() const;

    std::array<Exposures, kNumParts> parts;
    std::array<int64_t, kNumTiers> num_lists = {};
    // Whose last list is of this week.
    std::array<int64_t, kNumTiers> num_learners = {};
  };
  struct Learner {
    int64_t week = 0;  // Of the last list.
    Tier tier = Tier::kUnspecified;
  };
  struct Account {
    absl::btree_map<int64_t, Week> weeks;  // By number since the epoch.
    // Weeks up to this one are over, or were forgotten for want of room.
    int64_t last_forgotten = std::numeric_limits<int64_t>::min();
    absl::flat_hash_map<LearnerId, Learner> learners;
    int64_t num_resources = 0;  // Over all weeks.
    int64_t num_lists = 0;
    int64_t num_left_out = 0;
  };

  // Makes the week, and forgets what is out of its window. False if the week
  // itself is, or was forgotten.
  static bool OpenWeek(int64_t week, Account* account,
                       std::vector<Week>* forgotten);
  static void ForgetOldest(Account* account, std::vector<Week>* forgotten);
  void CountLearner(const LearnerId& learner, int64_t week, Tier tier,
                    Account* account) const;
  // Those of one part of a week; none if it is gone.
  Exposures CopyOfPart(const TenantId& tenant, int64_t week, size_t part) const
      ABSL_LOCKS_EXCLUDED(mu_);
  void CountPlace(const ListedResource& listed, int64_t week, Tier tier,
                  Account* account, std::vector<Week>* forgotten) const;

  const Options options_ = {};
  mutable Mutex mu_;
  absl::flat_hash_map<TenantId, Account> accounts_ ABSL_GUARDED_BY(mu_);
};

// min E / max E over the tiers that are known and have at least `min_learners`;
// 1 is parity. -1 if fewer than two have, or none was given anything.
double ExposureParity(const TierExposures& tiers, int64_t min_learners);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_LEDGER_H_
