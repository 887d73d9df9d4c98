#include "services/cli/evaluate_policy.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "recommender/evaluation/off_policy.h"
#include "recommender/evaluation/reward_model.h"
#include "recommender/evaluation/slate_estimates.h"
#include "services/cli/offline_database.h"
#include "services/cli/report_file.h"
#include "services/cli/target_policy.h"

namespace evenlight {
namespace {

constexpr int kNumDigits = 4;

const char* NameOf(RewardKind reward) {
  switch (reward) {
    case RewardKind::kOpened:
      return "opened";
    case RewardKind::kCompleted:
      return "completed";
    case RewardKind::kCorrect:
      return "correct";
  }
  return "unknown";
}

double RewardOf(const ExploredList& list) { return list.rewards[list.drawn]; }

RewardModel FitRewards(const PolicyLog& log) {
  std::vector<RewardExample> examples;
  for (const ExploredList& list : log.lists) {
    examples.push_back({list.learner, list.shown[list.drawn], RewardOf(list)});
  }
  return RewardModel(examples);
}

LoggedSlot SlotOf(const ExploredList& list, const TargetChoice& choice,
                  const RewardModel& rewards) {
  LoggedSlot slot;
  slot.chosen = list.chosen;
  slot.reward = RewardOf(list);
  slot.learner = list.learner;
  slot.is_like_log = choice.is_like_log;
  for (size_t row = 0; row < list.alternatives.size(); ++row) {
    const StoredAlternative& alternative = list.alternatives[row];
    slot.actions.push_back(
        {alternative.propensity, choice.probabilities[row],
         rewards.Predict(list.learner, alternative.resource)});
  }
  return slot;
}

LoggedSlate SlateOf(const ExploredList& list, const TargetChoice& choice) {
  LoggedSlate slate;
  slate.learner = list.learner;
  for (const double reward : list.rewards) {
    slate.places.push_back({1, 1, reward});
  }
  slate.places[list.drawn].propensity =
      list.alternatives[list.chosen].propensity;
  slate.places[list.drawn].target = choice.probabilities[list.chosen];
  return slate;
}

int64_t NumRewarded(const PolicyLog& log) {
  return std::count_if(
      log.lists.begin(), log.lists.end(),
      [](const ExploredList& list) { return RewardOf(list) > 0; });
}

// An interval of nothing but zeros would have no width and look certain.
absl::Status CheckRewards(const EvaluatePolicyOptions& options,
                          const PolicyLog& log) {
  if (log.lists.empty() || NumRewarded(log) > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "none of ", log.lists.size(), " drawn places was ",
      NameOf(options.log.reward), " within ",
      absl::FormatDuration(options.log.window),
      ": apps must send the list with the events of what was chosen from it"));
}

void PrintLog(const EvaluatePolicyOptions& options, const PolicyLog& log,
              const Console& console) {
  console.Figures({{"tenant", options.log.tenant},
                   {"target", options.target},
                   {"reward", NameOf(options.log.reward)},
                   {"window", absl::FormatDuration(options.log.window)},
                   {"lists", log.num_lists},
                   {"drawn", log.num_drawn},
                   {"window_open", log.num_open},
                   {"unrecorded", log.num_unrecorded},
                   {"evaluated", static_cast<int64_t>(log.lists.size())},
                   {"rewarded", NumRewarded(log)}});
}

void PrintEstimate(const PolicyEstimate& estimate, const char* reward_of,
                   const Console& console) {
  console.Figures(
      {{"estimator", Name(estimate.estimator)},
       {"reward_of", reward_of},
       Rounded("value", estimate.value, kNumDigits),
       Rounded("low", estimate.low, kNumDigits),
       Rounded("high", estimate.high, kNumDigits),
       Rounded("standard_error", estimate.standard_error, 5),
       Rounded("ess", estimate.effective_sample, 1),
       Rounded("max_weight", estimate.max_weight, 2),
       {"n", estimate.num_lists},
       {"unbiased", IsUnbiased(estimate.estimator) ? "yes" : "no"}});
}

absl::Status Run(const EvaluatePolicyOptions& options, Database* database,
                 const Console& console) {
  ASSIGN_OR_RETURN(const TargetPolicy target, ReadTargetPolicy(options.target));
  ASSIGN_OR_RETURN(const PolicyLog log, ReadPolicyLog(options.log, database));
  PrintLog(options, log, console);
  RETURN_IF_ERROR(CheckRewards(options, log));

  const RewardModel rewards = FitRewards(log);
  std::vector<LoggedSlot> slots;
  std::vector<LoggedSlate> slates;
  for (const ExploredList& list : log.lists) {
    const TargetChoice choice = ChoiceOf(target, list);
    slots.push_back(SlotOf(list, choice, rewards));
    slates.push_back(SlateOf(list, choice));
  }
  ASSIGN_OR_RETURN(const std::vector<PolicyEstimate> of_slots,
                   EstimatePolicy(slots, options.estimates));
  ASSIGN_OR_RETURN(const std::vector<PolicyEstimate> of_lists,
                   EstimateSlates(slates, options.estimates));
  for (const PolicyEstimate& estimate : of_slots) {
    PrintEstimate(estimate, "slot", console);
  }
  for (const PolicyEstimate& estimate : of_lists) {
    // Of one drawn place it is slate_ips again.
    if (estimate.estimator == Estimator::kAdditiveSlate) continue;
    PrintEstimate(estimate, "list", console);
  }
  return absl::OkStatus();
}

}  // namespace

int EvaluatePolicy(const EvaluatePolicyOptions& options, Database* database,
                   const Console& console) {
  const absl::Status status = Run(options, database, console);
  if (status.ok()) return kExitOk;
  if (!absl::IsFailedPrecondition(status)) {
    return console.Fail("evaluate policy", status);
  }
  console.Fail("evaluate policy: refused", status);
  return kExitRefused;
}

int EvaluatePolicy(const EvaluatePolicyOptions& options, const Connect& connect,
                   const Console& console) {
  const absl::StatusOr<std::unique_ptr<OfflineDatabase>> source =
      OfflineDatabase::Open(options.data_dir, options.log.tenant, connect,
                            console);
  if (!source.ok()) return console.Fail("evaluate policy", source.status());
  return EvaluatePolicy(options, (*source)->database(), console);
}

}  // namespace evenlight
