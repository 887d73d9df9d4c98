#include "services/cli/policy_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/event.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

// The line that was drawn; the end if none was.
std::vector<ListedResource>::const_iterator FindDrawn(
    const std::vector<ListedResource>& listed) {
  return std::find_if(
      listed.begin(), listed.end(),
      [](const ListedResource& line) { return line.propensity < 1; });
}

ExploredList ToExplored(const ListOutcome& outcome) {
  ExploredList list;
  list.id = outcome.id;
  list.learner = outcome.learner;
  for (const ListedResource& line : outcome.listed) {
    list.shown.push_back(line.resource);
  }
  list.rewards.assign(outcome.is_success.begin(), outcome.is_success.end());
  list.drawn =
      static_cast<int32_t>(FindDrawn(outcome.listed) - outcome.listed.begin());
  return list;
}

// Adds what could have been shown; false if the record does not say.
bool AddAlternatives(const std::optional<StoredList>& record,
                     ExploredList& list) {
  if (record.has_value()) list.alternatives = record->alternatives;
  const auto chosen =
      std::find_if(list.alternatives.begin(), list.alternatives.end(),
                   [&](const StoredAlternative& alternative) {
                     return alternative.resource == list.shown[list.drawn];
                   });
  if (chosen == list.alternatives.end()) return false;
  list.chosen = static_cast<int32_t>(chosen - list.alternatives.begin());
  return true;
}

}  // namespace

absl::StatusOr<PolicyLog> ReadPolicyLog(const PolicyLogOptions& options,
                                        Database* database) {
  const auto is_drawn = [](const Event& event) {
    return FindDrawn(event.listed) != event.listed.end();
  };
  ASSIGN_OR_RETURN(const ListOutcomes outcomes,
                   ReadListOutcomes(options, is_drawn, database));
  PolicyLog log;
  log.num_lists = outcomes.num_lists;
  log.num_drawn = outcomes.num_kept;
  log.num_open = outcomes.num_open;
  const ListStore records(database);
  for (const ListOutcome& outcome : outcomes.lists) {
    ASSIGN_OR_RETURN(const std::optional<StoredList> record,
                     records.Get(options.tenant, outcome.id));
    ExploredList list = ToExplored(outcome);
    if (AddAlternatives(record, list)) {
      log.lists.push_back(std::move(list));
    } else {
      ++log.num_unrecorded;
    }
  }
  return log;
}

}  // namespace evenlight
