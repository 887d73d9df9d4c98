// `evenlight evaluate policy`: what another choice at the drawn place of lists
// would have earned, from the log. docs/off_policy.md says how to read it.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_POLICY_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_POLICY_H_

#include <string>

#include "recommender/evaluation/policy_estimate.h"
#include "services/cli/client.h"
#include "services/cli/console.h"
#include "services/cli/policy_log.h"

namespace evenlight {

struct EvaluatePolicyOptions {
  std::string data_dir;  // Of a server that is stopped. Empty: ask the server.
  std::string target = "logged";  // See ReadTargetPolicy().
  PolicyLogOptions log;
  OffPolicyOptions estimates;
};

// Prints a line about the log, then one per estimator. Rewards are of the drawn
// place; of slate estimators, the sum over the list.
//
// Returns 3 if the policy has no support in the log, the sample is too small or
// nothing in it earned a reward, 1 for any other error.
int EvaluatePolicy(const EvaluatePolicyOptions& options, const Connect& connect,
                   const Console& console);

// The same on an open database, which it only reads.
int EvaluatePolicy(const EvaluatePolicyOptions& options, Database* database,
                   const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_POLICY_H_
