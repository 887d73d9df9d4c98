// `evenlight simulate policy`: what learners gain by each policy in each
// student model.

#ifndef EVENLIGHT_SERVICES_CLI_SIMULATE_POLICY_H_
#define EVENLIGHT_SERVICES_CLI_SIMULATE_POLICY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "recommender/simulation/closed_loop.h"
#include "services/cli/console.h"

namespace evenlight {

struct SimulatePolicyOptions {
  // Blanks around a name are taken. Empty: all, and DefaultLoopPolicies().
  std::vector<std::string> students;
  std::vector<std::string> policies;
  int num_seeds = 20;
  int num_learners = 200;
  int minutes_cap = 10;  // Of a session.
  int64_t seed = 1;
  int num_threads = 2;
  // A JSON report; empty: none. Beside it, with `.json` replaced by
  // `.STUDENT.svg`, are the mastery curves with each student model.
  std::string out_file;
};

// Prints a line for each policy and student, then, but for --json, the matrix
// for people. That the report can be written is looked at first.
int SimulatePolicy(const SimulatePolicyOptions& options,
                   const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SIMULATE_POLICY_H_
