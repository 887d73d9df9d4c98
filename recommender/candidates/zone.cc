#include "recommender/candidates/zone.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "core/filter_index.h"
#include "recommender/candidates/take_turns.h"

namespace evenlight {
namespace {

constexpr float kFloor = 0.1f;
// Of one kc: no learner of this source gets through more.
constexpr size_t kMaxPractice = 64;

// In (0, 1): the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
double Uniform(uint64_t seed) {
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
  seed ^= seed >> 31;
  return (static_cast<double>(seed >> 11) + 0.5) * 0x1.0p-53;
}

float WeightOf(const LearnerView& view, KcKey kc) {
  const KcState* state = view.state().FindKc(kc);
  return kFloor +
         (state == nullptr ? 0.0f : std::max(0.0f, LearningProgress(*state)));
}

// Weighted sampling without replacement: the order of E / weight, E being
// exponential, is that of successive draws (Efraimidis & Spirakis, IPL 2006).
std::vector<KcIndex> DrawKcs(const SourceInput& input) {
  std::vector<std::pair<double, KcIndex>> draws;
  for (const KcIndex kc : input.scope_kcs) {
    const KcView& view = input.view.kc(kc);
    if (!view.is_ready || view.is_settled) continue;
    const KcKey key = input.view.catalog().key(kc);
    const double exponential =
        -std::log(Uniform(input.seed ^ static_cast<uint64_t>(key)));
    draws.emplace_back(exponential / WeightOf(input.view, key), kc);
  }
  std::sort(draws.begin(), draws.end());
  std::vector<KcIndex> kcs;
  for (const auto& [draw, kc] : draws) kcs.push_back(kc);
  return kcs;
}

float Easiness(const ServingSnapshot& snapshot, ResourceIndex resource) {
  absl::InlinedVector<KcRow, 4> kcs;
  for (const KcIndex kc : snapshot.catalog->KcsOf(resource)) {
    kcs.push_back(snapshot.kc_row(kc));
  }
  return snapshot.models->tracing.ExpectedCorrect(
      snapshot.question_row(resource), kcs);
}

std::vector<ResourceIndex> PracticeOf(const SourceInput& input, KcIndex kc) {
  std::vector<std::pair<float, ResourceIndex>> practice;
  const Catalog& catalog = input.view.catalog();
  for (const ResourceIndex resource : catalog.ResourcesOf(kc)) {
    if (practice.size() == kMaxPractice) break;
    if (!IsPractice(catalog.filter_index().facts(resource).kind) ||
        !input.is_eligible(resource) || !input.view.IsReady(resource)) {
      continue;
    }
    practice.emplace_back(-Easiness(input.view.snapshot(), resource), resource);
  }
  std::sort(practice.begin(), practice.end());
  std::vector<ResourceIndex> resources;
  for (const auto& [easiness, resource] : practice) {
    resources.push_back(resource);
  }
  return resources;
}

}  // namespace

float LearningProgress(const KcState& kc) {
  int num_kept = 0;
  for (const Outcome outcome : kc.recent) {
    num_kept += outcome == Outcome::kNone ? 0 : 1;
  }
  if (num_kept < 2) return 0;
  // Two or three are kept: the halves are the newest and the oldest.
  return static_cast<float>(static_cast<int>(kc.recent[0]) -
                            static_cast<int>(kc.recent[num_kept - 1]));
}

void ProposeZone(const SourceInput& input, std::vector<Candidate>& candidates) {
  if (input.view.state().num_answers() >= kZoneAnswers) return;
  std::vector<std::vector<ResourceIndex>> practice;
  for (const KcIndex kc : DrawKcs(input)) {
    if (static_cast<int>(practice.size()) == input.limit) break;
    std::vector<ResourceIndex> resources = PracticeOf(input, kc);
    if (!resources.empty()) practice.push_back(std::move(resources));
  }
  const std::vector<absl::Span<const ResourceIndex>> lists(practice.begin(),
                                                           practice.end());
  const Reason reason =
      input.view.is_new() ? Reason::kNewLearner : Reason::kNextStep;
  const auto accept = [](ResourceIndex) { return true; };
  for (const ResourceIndex resource : TakeTurns(lists, input.limit, accept)) {
    candidates.push_back({resource, reason});
  }
}

}  // namespace evenlight
