#include "recommender/simulation/loop_policy.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "recommender/simulation/baseline_policies.h"
#include "recommender/simulation/evenlight_policy.h"
#include "recommender/simulation/oracle_policy.h"
#include "recommender/simulation/zpdes_policy.h"

namespace evenlight {
namespace {

struct NamedPolicy {
  const char* name;
  bool is_baseline;
  bool is_default;
  std::unique_ptr<LoopPolicy> (*make)(const StudentModel*, const Course*);
};

template <typename Policy>
std::unique_ptr<LoopPolicy> Make(const StudentModel*, const Course*) {
  return std::make_unique<Policy>();
}

template <Phase kPhase>
std::unique_ptr<LoopPolicy> MakeForPhase(const StudentModel*, const Course*) {
  return std::make_unique<EvenlightPolicy>(kPhase);
}

std::unique_ptr<LoopPolicy> MakeOracle(const StudentModel* student,
                                       const Course* course) {
  return std::make_unique<OraclePolicy>(student, course);
}

constexpr NamedPolicy kPolicies[] = {
    {kOurPolicy, false, true, MakeForPhase<Phase::kUnspecified>},
    {"evenlight_pre_class", false, false, MakeForPhase<Phase::kPreClass>},
    {"evenlight_in_class", false, false, MakeForPhase<Phase::kInClass>},
    {"evenlight_post_class", false, false, MakeForPhase<Phase::kPostClass>},
    {"evenlight_self_study", false, false, MakeForPhase<Phase::kSelfStudy>},
    {"random", true, true, Make<RandomPolicy>},
    {"curriculum", true, true, Make<CurriculumPolicy>},
    {"popularity", true, true, Make<PopularityPolicy>},
    {"hardest_unmastered", true, true, Make<HardestUnmasteredPolicy>},
    {"lowest_mastery", true, true, Make<LowestMasteryPolicy>},
    {"zpdes", false, true, Make<ZpdesPolicy>},
    {"oracle", false, true, MakeOracle},
};

const NamedPolicy* Find(absl::string_view name) {
  const auto* end = std::end(kPolicies);
  const auto* found = std::find_if(
      std::begin(kPolicies), end,
      [&](const NamedPolicy& policy) { return policy.name == name; });
  return found == end ? nullptr : found;
}

}  // namespace

std::vector<std::string> LoopPolicyNames() {
  std::vector<std::string> names;
  for (const NamedPolicy& policy : kPolicies) names.push_back(policy.name);
  return names;
}

std::vector<std::string> DefaultLoopPolicies() {
  std::vector<std::string> names;
  for (const NamedPolicy& policy : kPolicies) {
    if (policy.is_default) names.push_back(policy.name);
  }
  return names;
}

bool IsBaseline(absl::string_view policy) {
  const NamedPolicy* found = Find(policy);
  return found != nullptr && found->is_baseline;
}

absl::Status CheckLoopPolicy(absl::string_view name) {
  if (Find(name) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("there is no policy `", name, "`; there are ",
                   absl::StrJoin(LoopPolicyNames(), ", ")));
}

std::unique_ptr<LoopPolicy> MakeLoopPolicy(absl::string_view name,
                                           const StudentModel* student,
                                           const Course* course) {
  return Find(name)->make(student, course);
}

}  // namespace evenlight
