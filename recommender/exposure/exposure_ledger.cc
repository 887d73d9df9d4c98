#include "recommender/exposure/exposure_ledger.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/hash/hash.h"

namespace evenlight {
namespace {

constexpr absl::Duration kWeek = absl::Hours(24 * 7);
// So many resources are looked up before the lock is given back.
constexpr size_t kLookedUpTogether = 64;

int64_t WeekOf(absl::Time time) {
  return absl::ToInt64Seconds(absl::Floor(time - absl::UnixEpoch(), kWeek)) /
         absl::ToInt64Seconds(kWeek);
}

}  // namespace

double ExposureOfPlace(int32_t position) {
  return position < 1 ? 0 : 1 / std::log2(1.0 + position);
}

absl::Time ExposureWindowStart(absl::Time now) {
  return absl::UnixEpoch() + (WeekOf(now) - kNumExposureWeeks + 1) * kWeek;
}

const ExposureLedger::Exposures& ExposureLedger::Week::PartOf(
    ResourceKey key) const {
  return parts[absl::HashOf(key) % kNumParts];
}

ExposureLedger::Exposures& ExposureLedger::Week::PartOf(ResourceKey key) {
  return parts[absl::HashOf(key) % kNumParts];
}

int64_t ExposureLedger::Week::num_resources() const {
  return std::accumulate(parts.begin(), parts.end(), int64_t{0},
                         [](int64_t sum, const Exposures& part) {
                           return sum + static_cast<int64_t>(part.size());
                         });
}

void ExposureLedger::Add(const TenantId& tenant, const Event& event,
                         Tier tier) {
  if (event.verb != Verb::kRecommended ||
      event.actor.kind != ActorKind::kLearner) {
    return;
  }
  const int64_t week = WeekOf(event.time);
  std::vector<Week> forgotten;  // Destroyed after the lock.
  MutexLock lock(mu_);
  Account& account = accounts_[tenant];
  ++account.num_lists;
  if (!OpenWeek(week, &account, &forgotten)) return;
  ++account.weeks[week].num_lists[static_cast<size_t>(tier)];
  CountLearner(event.actor.id, week, tier, &account);
  for (const ListedResource& listed : event.listed) {
    CountPlace(listed, week, tier, &account, &forgotten);
  }
}

bool ExposureLedger::OpenWeek(int64_t week, Account* account,
                              std::vector<Week>* forgotten) {
  const int64_t newest =
      account->weeks.empty() ? week : account->weeks.rbegin()->first;
  if (week <= newest - kNumExposureWeeks || week <= account->last_forgotten) {
    return false;
  }
  account->weeks[week];
  if (week <= newest) return true;
  // Once a week.
  while (account->weeks.begin()->first <= week - kNumExposureWeeks) {
    ForgetOldest(account, forgotten);
  }
  absl::erase_if(account->learners, [&](const auto& entry) {
    return entry.second.week <= week - kNumExposureWeeks;
  });
  return true;
}

void ExposureLedger::ForgetOldest(Account* account,
                                  std::vector<Week>* forgotten) {
  const auto oldest = account->weeks.begin();
  account->last_forgotten = oldest->first;
  account->num_resources -= oldest->second.num_resources();
  forgotten->push_back(std::move(oldest->second));
  account->weeks.erase(oldest);
}

// The tier of the latest list counts.
void ExposureLedger::CountLearner(const LearnerId& learner, int64_t week,
                                  Tier tier, Account* account) const {
  const auto found = account->learners.find(learner);
  if (found == account->learners.end()) {
    if (static_cast<int64_t>(account->learners.size()) >=
        options_.max_learners) {
      ++account->num_left_out;
      return;
    }
    account->learners[learner] = {week, tier};
  } else {
    Learner& last = found->second;
    if (week < last.week) return;
    const auto of_last = account->weeks.find(last.week);
    if (of_last != account->weeks.end()) {
      --of_last->second.num_learners[static_cast<size_t>(last.tier)];
    }
    last = {week, tier};
  }
  ++account->weeks[week].num_learners[static_cast<size_t>(tier)];
}

void ExposureLedger::CountPlace(const ListedResource& listed, int64_t week,
                                Tier tier, Account* account,
                                std::vector<Week>* forgotten) const {
  const ResourceKey key = ResourceKeyOf(listed.resource);
  if (!account->weeks[week].PartOf(key).contains(key)) {
    while (account->num_resources >= options_.max_resources) {
      if (account->weeks.begin()->first >= week) {
        ++account->num_left_out;
        return;
      }
      ForgetOldest(account, forgotten);
    }
    ++account->num_resources;
  }
  account->weeks[week].PartOf(key)[key][static_cast<size_t>(tier)] +=
      ExposureOfPlace(listed.position);
}

std::vector<double> ExposureLedger::ExposuresOf(
    const TenantId& tenant, absl::Span<const ResourceKey> resources,
    absl::Time now) const {
  std::vector<double> exposures(resources.size());
  const int64_t first_week = WeekOf(now) - kNumExposureWeeks + 1;
  for (size_t begin = 0; begin < resources.size(); begin += kLookedUpTogether) {
    const size_t end = std::min(begin + kLookedUpTogether, resources.size());
    const MutexLock lock(mu_);
    const auto account = accounts_.find(tenant);
    if (account == accounts_.end()) return exposures;
    for (const auto& [number, week] : account->second.weeks) {
      if (number < first_week) continue;
      for (size_t r = begin; r < end; ++r) {
        const Exposures& part = week.PartOf(resources[r]);
        const auto found = part.find(resources[r]);
        if (found == part.end()) continue;
        for (const double of_tier : found->second) exposures[r] += of_tier;
      }
    }
  }
  return exposures;
}

TierExposures ExposureLedger::Tiers(
    const TenantId& tenant, absl::Time now,
    absl::FunctionRef<double(ResourceKey)> quality) const {
  const int64_t first_week = WeekOf(now) - kNumExposureWeeks + 1;
  TierExposures tiers;
  std::vector<int64_t> weeks;
  {
    const MutexLock lock(mu_);
    const auto account = accounts_.find(tenant);
    if (account == accounts_.end()) return tiers;
    for (const auto& [number, week] : account->second.weeks) {
      if (number < first_week) continue;
      weeks.push_back(number);
      for (size_t tier = 0; tier < tiers.size(); ++tier) {
        tiers[tier].num_learners += week.num_learners[tier];
        tiers[tier].num_lists += week.num_lists[tier];
      }
    }
  }
  for (const int64_t week : weeks) {
    for (size_t part = 0; part < kNumParts; ++part) {
      for (const auto& [resource, by_tier] : CopyOfPart(tenant, week, part)) {
        const double of_resource = quality(resource);
        for (size_t tier = 0; tier < tiers.size(); ++tier) {
          tiers[tier].exposure += by_tier[tier] * of_resource;
        }
      }
    }
  }
  return tiers;
}

ExposureLedger::Exposures ExposureLedger::CopyOfPart(const TenantId& tenant,
                                                     int64_t week,
                                                     size_t part) const {
  const MutexLock lock(mu_);
  const auto account = accounts_.find(tenant);
  if (account == accounts_.end()) return {};
  const auto found = account->second.weeks.find(week);
  if (found == account->second.weeks.end()) return {};
  return found->second.parts[part];
}

int64_t ExposureLedger::num_lists(const TenantId& tenant) const {
  const MutexLock lock(mu_);
  const auto found = accounts_.find(tenant);
  return found == accounts_.end() ? 0 : found->second.num_lists;
}

int64_t ExposureLedger::num_left_out(const TenantId& tenant) const {
  const MutexLock lock(mu_);
  const auto found = accounts_.find(tenant);
  return found == accounts_.end() ? 0 : found->second.num_left_out;
}

double ExposureParity(const TierExposures& tiers, int64_t min_learners) {
  double least = 0;
  double most = 0;
  int num_counted = 0;
  for (size_t tier = 1; tier < tiers.size(); ++tier) {
    if (tiers[tier].num_learners < min_learners) continue;
    const double mean = tiers[tier].mean();
    least = num_counted == 0 ? mean : std::min(least, mean);
    most = std::max(most, mean);
    ++num_counted;
  }
  return num_counted < 2 || most == 0 ? -1 : least / most;
}

}  // namespace evenlight
