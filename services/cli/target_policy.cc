#include "services/cli/target_policy.h"

#include <cmath>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "recommender/ranking/exploration.h"
#include "services/cli/open_file.h"
#include "services/interop/interactions.h"

namespace evenlight {
namespace {

absl::StatusOr<TargetPolicy> ReadLists(const std::string& path) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(path));
  InteractionsFile file = ReadInteractions(&in);
  if (!file.refused.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " line ", file.refused[0].line, ": ", file.refused[0].reason));
  }
  TargetPolicy policy;
  policy.kind = TargetPolicy::Kind::kLists;
  for (Lined<LearnerInteractions>& line : file.lines) {
    policy.lists[line.value.learner] = std::move(line.value.resources);
  }
  return policy;
}

std::vector<double> SoftmaxOf(const ExploredList& list, double temperature) {
  std::vector<float> scores;
  for (const StoredAlternative& alternative : list.alternatives) {
    scores.push_back(alternative.score);
  }
  return Softmax(scores, temperature);
}

// All on the alternative that `wanted` has at the drawn place.
TargetChoice ChoiceOf(const std::vector<ResourceId>& wanted,
                      const ExploredList& list) {
  TargetChoice choice;
  choice.probabilities.assign(list.alternatives.size(), 0);
  choice.is_like_log = false;
  if (wanted.size() != list.shown.size()) return choice;
  for (size_t place = 0; place < wanted.size(); ++place) {
    const bool is_drawn = place == static_cast<size_t>(list.drawn);
    if (!is_drawn && wanted[place] != list.shown[place]) return choice;
  }
  for (size_t row = 0; row < list.alternatives.size(); ++row) {
    if (list.alternatives[row].resource != wanted[list.drawn]) continue;
    choice.probabilities[row] = 1;
    choice.is_like_log = true;
  }
  return choice;
}

}  // namespace

absl::StatusOr<TargetPolicy> ReadTargetPolicy(const std::string& text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "lists=")) return ReadLists(std::string(rest));
  TargetPolicy policy;
  if (text == "logged") return policy;
  if (absl::ConsumePrefix(&rest, "temperature=")) {
    policy.kind = TargetPolicy::Kind::kSoftmax;
    if (absl::SimpleAtod(rest, &policy.temperature) && policy.temperature > 0 &&
        std::isfinite(policy.temperature)) {
      return policy;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("target temperature `", rest, "` is not positive"));
  }
  policy.kind = text == "uniform" ? TargetPolicy::Kind::kUniform
                                  : TargetPolicy::Kind::kGreedy;
  if (text == "uniform" || text == "greedy") return policy;
  return absl::InvalidArgumentError(
      absl::StrCat("target `", text,
                   "` is none of logged, uniform, greedy, temperature=X and "
                   "lists=FILE"));
}

TargetChoice ChoiceOf(const TargetPolicy& policy, const ExploredList& list) {
  const size_t num_alternatives = list.alternatives.size();
  TargetChoice choice;
  switch (policy.kind) {
    case TargetPolicy::Kind::kLogged:
      for (const StoredAlternative& alternative : list.alternatives) {
        choice.probabilities.push_back(alternative.propensity);
      }
      break;
    case TargetPolicy::Kind::kUniform:
      choice.probabilities.assign(num_alternatives,
                                  1 / static_cast<double>(num_alternatives));
      break;
    case TargetPolicy::Kind::kGreedy:
      choice.probabilities.assign(num_alternatives, 0);
      choice.probabilities.front() = 1;
      break;
    case TargetPolicy::Kind::kSoftmax:
      choice.probabilities = SoftmaxOf(list, policy.temperature);
      break;
    case TargetPolicy::Kind::kLists: {
      const auto found = policy.lists.find(list.id);
      return ChoiceOf(found == policy.lists.end() ? std::vector<ResourceId>()
                                                  : found->second,
                      list);
    }
  }
  return choice;
}

}  // namespace evenlight
