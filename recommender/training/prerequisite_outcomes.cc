#include "recommender/training/prerequisite_outcomes.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace evenlight {
namespace {

using Kcs = std::vector<KcIndex>;

void SortOnce(Kcs& kcs) {
  std::sort(kcs.begin(), kcs.end());
  kcs.erase(std::unique(kcs.begin(), kcs.end()), kcs.end());
}

Kcs Without(const Kcs& kcs, const Kcs& left_out) {
  Kcs rest;
  std::set_difference(kcs.begin(), kcs.end(), left_out.begin(), left_out.end(),
                      std::back_inserter(rest));
  return rest;
}

// All prerequisites of `kc`, direct or not.
Kcs Above(const Curriculum& curriculum, KcIndex kc) {
  Kcs found;
  Kcs waiting = {kc};
  while (!waiting.empty()) {
    const KcIndex next = waiting.back();
    waiting.pop_back();
    for (const KcIndex prerequisite : curriculum.Prerequisites(next)) {
      if (std::find(found.begin(), found.end(), prerequisite) != found.end()) {
        continue;
      }
      found.push_back(prerequisite);
      waiting.push_back(prerequisite);
    }
  }
  SortOnce(found);
  return found;
}

float LogOf(int32_t count) { return std::log1p(static_cast<float>(count)); }

}  // namespace

PrerequisiteOutcomes::PrerequisiteOutcomes(const Catalog* catalog)
    : catalog_(*catalog), counts_(catalog->num_kcs()) {
  const Curriculum& curriculum = catalog_.curriculum();
  for (int32_t kc = 0; kc < catalog_.num_kcs(); ++kc) {
    const auto direct = curriculum.Prerequisites(KcIndex{kc});
    direct_.emplace_back(direct.begin(), direct.end());
    further_.push_back(Without(Above(curriculum, KcIndex{kc}), direct_.back()));
  }
}

void PrerequisiteOutcomes::Start(absl::Span<const Interaction> history) {
  std::fill(counts_.begin(), counts_.end(), Counts());
  for (const Interaction& answer : history) {
    if (answer.verb != Verb::kAnswered) continue;
    for (const KcKey key : answer.kcs) {
      const KcIndex kc = catalog_.FindKc(key);
      if (kc == KcIndex::kNone) continue;
      Counts& counts = counts_[ToInt(kc)];
      ++(answer.is_correct ? counts.num_right : counts.num_wrong);
    }
  }
}

PrerequisiteOutcomes::Counts PrerequisiteOutcomes::Sum(const Kcs& kcs) const {
  Counts sum;
  for (const KcIndex kc : kcs) {
    sum.num_right += counts_[ToInt(kc)].num_right;
    sum.num_wrong += counts_[ToInt(kc)].num_wrong;
  }
  return sum;
}

std::array<float, kNumOutcomeFeatures> PrerequisiteOutcomes::Of(
    absl::Span<const KcKey> kcs) const {
  Kcs own;
  Kcs direct;
  Kcs further;
  for (const KcKey key : kcs) {
    const KcIndex kc = catalog_.FindKc(key);
    if (kc == KcIndex::kNone) continue;
    own.push_back(kc);
    const Kcs& of_kc = direct_[ToInt(kc)];
    direct.insert(direct.end(), of_kc.begin(), of_kc.end());
    const Kcs& above = further_[ToInt(kc)];
    further.insert(further.end(), above.begin(), above.end());
  }
  SortOnce(own);
  SortOnce(direct);
  SortOnce(further);
  const Counts near = Sum(Without(direct, own));
  const Counts far = Sum(Without(Without(further, direct), own));
  return {LogOf(near.num_right), LogOf(near.num_wrong), LogOf(far.num_right),
          LogOf(far.num_wrong)};
}

}  // namespace evenlight
