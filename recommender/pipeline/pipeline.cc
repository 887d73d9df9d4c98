#include "recommender/pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "recommender/pipeline/sources.h"
#include "recommender/pipeline/stages.h"

namespace evenlight {
namespace {

constexpr size_t kNumConsidered = 50;

// One that cannot fail.
template <void (*kRun)(StageRun&)>
absl::Status Sure(StageRun& run) {
  kRun(run);
  return absl::OkStatus();
}

// In this order. Nothing is added after the last gate.
constexpr Stage kStages[] = {
    {kInterestStage, FoldInInterest, true},
    {kProposeStage, Sure<ProposeCandidates>},
    {kMergeStage, Sure<MergeProposals>},
    {kFeaturesStage, Sure<WorkOutFeatures>},
    {kScoreStage, Sure<ScoreCandidates>},
    {kOrderStage, Sure<OrderCandidates>},
    {kBansStage, Sure<RemoveBanned>},
    {kEligibilityStage, Sure<RemoveIneligible>},
    {kDiversityStage, Sure<ChooseWithVariety>, true, ChooseInOrder},
    {kEquityFloorStage, Sure<KeepEquityFloor>},
    {kExplorationStage, Sure<DrawLastPlace>, true},
    {kPinsStage, Sure<PlacePins>},
    {kEligibilityStage, Sure<CheckChosen>},
    {kMinutesCapStage, Sure<KeepWithinMinutes>},
    {kExplainStage, Sure<ExplainChosen>},
};

int64_t NumLeft(const StageRun& run) {
  if (!run.chosen.empty()) return static_cast<int64_t>(run.chosen.size());
  if (run.ranked.empty()) return static_cast<int64_t>(run.proposals.size());
  return absl::c_count_if(run.ranked, [](const RankedResource& ranked) {
    return *ranked.removed_by == 0;
  });
}

// True if the stage runs; else says why not.
bool MayRun(const Stage& stage, StageRun& run) {
  const PipelineInput& input = run.input;
  if (!stage.is_optional) return true;
  if (absl::c_linear_search(input.policy.switched_off, stage.name)) {
    run.degraded.push_back(
        absl::StrCat("stage ", stage.name, " is switched off"));
    return false;
  }
  if (input.watch != nullptr && !input.watch->HasTimeFor(stage.name)) {
    run.degraded.push_back(
        absl::StrCat("no time was left for stage ", stage.name));
    return false;
  }
  return true;
}

// False if it fails; the answer then says so.
bool Succeeds(const Stage& stage, StageRun& run) {
  const absl::Status status = stage.run(run);
  if (status.ok()) return true;
  run.degraded.push_back(
      absl::StrCat("stage ", stage.name, " failed: ", status.message()));
  if (run.input.watch != nullptr) run.input.watch->Fail(stage.name);
  return false;
}

void RunStages(absl::Span<const Stage> stages, StageRun& run) {
  StageWatch* const watch = run.input.watch;
  for (const Stage& stage : stages) {
    if (watch != nullptr && !watch->IsAwaited()) return;
    const bool may_run = MayRun(stage, run);
    if (!may_run && stage.instead == nullptr) continue;
    if (watch != nullptr) watch->Begin(stage.name);
    if (!(may_run && Succeeds(stage, run)) && stage.instead != nullptr) {
      stage.instead(run);
    }
    if (watch != nullptr) watch->End(stage.name, NumLeft(run));
  }
}

void CountSources(const StageRun& run, StageWatch& watch) {
  absl::flat_hash_set<ResourceIndex> shown;
  for (const int32_t i : run.chosen) shown.insert(run.ranked[i].resource);
  uint32_t bit = 1;
  for (const NamedSource& source : run.sources) {
    int64_t num_proposed = 0;
    int64_t num_shown = 0;
    for (const Proposal& proposal : run.proposals) {
      if ((proposal.sources & bit) == 0) continue;
      ++num_proposed;
      num_shown += shown.contains(proposal.resource) ? 1 : 0;
    }
    if (num_proposed > 0) {
      watch.CountSource(source.name, num_proposed, num_shown);
    }
    bit <<= 1;
  }
}

// Training may leave factors out where they do not pay: that is no fault.
std::vector<std::string> Degraded(const ModelSet& models) {
  if (models.version == 0) return {"no model is serving"};
  return {};
}

}  // namespace

std::vector<std::string> OptionalStages() {
  std::vector<std::string> names;
  for (const Stage& stage : kStages) {
    if (stage.is_optional) names.push_back(stage.name);
  }
  return names;
}

absl::Span<const Stage> Stages() { return kStages; }

RankedList Recommend(const PipelineInput& input) {
  return RecommendBy(input, kStages, Sources());
}

RankedList RecommendBy(const PipelineInput& input,
                       absl::Span<const Stage> stages,
                       absl::Span<const NamedSource> sources) {
  StageRun run(&input, sources);
  RankedList list;
  run.degraded = Degraded(*input.snapshot.models);
  RunStages(stages, run);
  if (input.watch != nullptr) CountSources(run, *input.watch);
  list.degraded = std::move(run.degraded);
  list.weights = run.scorer.weights();
  list.shown.reserve(run.chosen.size());
  for (const int32_t position : run.chosen) {
    list.shown.push_back(run.ranked[position]);
  }
  list.alternatives = std::move(run.alternatives);
  list.minutes_cap_reached = run.cap_reached;
  run.ranked.resize(std::min(run.ranked.size(), kNumConsidered));
  list.considered = std::move(run.ranked);
  return list;
}

}  // namespace evenlight
