// The policies that `evenlight evaluate policy` can evaluate: other choices at
// the drawn place, or whole lists that somebody else made.

#ifndef EVENLIGHT_SERVICES_CLI_TARGET_POLICY_H_
#define EVENLIGHT_SERVICES_CLI_TARGET_POLICY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/cli/policy_log.h"

namespace evenlight {

// A value.
struct TargetPolicy {
  enum class Kind {
    kLogged,   // As it was drawn.
    kUniform,  // All alternatives alike.
    kGreedy,   // What the ranking puts there: no exploration.
    kSoftmax,  // By the recorded scores at another temperature.
    kLists,    // The lists of a file.
  };
  Kind kind = Kind::kLogged;
  double temperature = 0;  // Of kSoftmax, positive.
  absl::flat_hash_map<ListId, std::vector<ResourceId>> lists;
};

// What a policy does with one list.
struct TargetChoice {
  // False: it differs from the list at a place that was not drawn, or wants
  // there what was no alternative, or says nothing about the list.
  bool is_like_log = true;
  std::vector<double> probabilities;  // By alternative.
};

// `logged`, `uniform`, `greedy`, `temperature=X`, or `lists=FILE`: lines of a
// list's id, then the resources that the policy would show, parted by blanks.
//
// INVALID_ARGUMENT: it is none of these, or a line of the file is wrong.
// NOT_FOUND: the file cannot be opened.
absl::StatusOr<TargetPolicy> ReadTargetPolicy(const std::string& text);

TargetChoice ChoiceOf(const TargetPolicy& policy, const ExploredList& list);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TARGET_POLICY_H_
