#include "recommender/training/exposure_log.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/status_macros.h"
#include "storage/list_store.h"

namespace evenlight {
namespace {

// True of lists that tell what is preferred to what.
template <typename Outcomes, typename IsTaken>
bool HasBoth(const Outcomes& outcomes, IsTaken is_taken) {
  return std::any_of(outcomes.begin(), outcomes.end(), is_taken) &&
         !std::all_of(outcomes.begin(), outcomes.end(), is_taken);
}

bool HasParts(const StoredCandidate& candidate) {
  return candidate.parts.size() == size_t{kNumScoreParts} &&
         std::all_of(candidate.parts.begin(), candidate.parts.end(),
                     [](float part) { return part >= 0 && part <= 1; });
}

ExposedList Join(const ListOutcome& outcome, const StoredList& record) {
  absl::flat_hash_map<absl::string_view, const StoredCandidate*> candidates;
  for (const StoredCandidate& candidate : record.candidates) {
    candidates[candidate.resource] = &candidate;
  }
  ExposedList list = {outcome.learner, outcome.time, {}};
  for (size_t line = 0; line < outcome.listed.size(); ++line) {
    const auto found = candidates.find(outcome.listed[line].resource);
    if (found == candidates.end() || !HasParts(*found->second) ||
        Reason(found->second->reason) == Reason::kAssigned) {
      continue;
    }
    Exposure& shown = list.shown.emplace_back();
    std::copy_n(found->second->parts.begin(), kNumScoreParts,
                shown.parts.begin());
    shown.place = std::max(outcome.listed[line].position - 1, 0);
    shown.is_taken_up = outcome.is_success[line] != 0;
  }
  return list;
}

}  // namespace

absl::StatusOr<ExposureLog> ReadExposures(const ListOutcomeOptions& options,
                                          Database* database) {
  ASSIGN_OR_RETURN(const ListOutcomes outcomes,
                   ReadListOutcomes(
                       options, [](const Event&) { return true; }, database));
  const ListStore records(database);
  ExposureLog log;
  for (const ListOutcome& outcome : outcomes.lists) {
    const Phase phase = outcome.phase == Phase::kUnspecified ? Phase::kSelfStudy
                                                             : outcome.phase;
    PhaseExposures& to = log[static_cast<size_t>(phase)];
    ++to.num_lists;
    // Most lists stop here, so that few records are read.
    if (!HasBoth(outcome.is_success, [](uint8_t is) { return is != 0; })) {
      continue;
    }
    ASSIGN_OR_RETURN(const std::optional<StoredList> record,
                     records.Get(options.tenant, outcome.id));
    if (!record.has_value()) continue;
    ExposedList list = Join(outcome, *record);
    if (HasBoth(list.shown, [](const Exposure& e) { return e.is_taken_up; })) {
      to.lists.push_back(std::move(list));
    }
  }
  for (PhaseExposures& phase : log) {
    std::stable_sort(phase.lists.begin(), phase.lists.end(),
                     [](const ExposedList& a, const ExposedList& b) {
                       return a.time < b.time;
                     });
  }
  return log;
}

}  // namespace evenlight
