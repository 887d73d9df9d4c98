// The stages of a recommendation, each a function that takes what those before
// have left and leaves it to the next. pipeline.cc lists them in order.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_STAGES_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_STAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/pipeline/propose.h"
#include "recommender/pipeline/sources.h"
#include "recommender/ranking/dismissals.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/score.h"
#include "recommender/state/learner_interest.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Names, as in metrics, `removed_by` and the configuration.
inline constexpr char kInterestStage[] = "interest";
inline constexpr char kProposeStage[] = "propose";
inline constexpr char kMergeStage[] = "merge";
inline constexpr char kFeaturesStage[] = "features";
inline constexpr char kScoreStage[] = "score";
inline constexpr char kOrderStage[] = "order";
inline constexpr char kBansStage[] = "bans";
inline constexpr char kEligibilityStage[] = "eligibility";
inline constexpr char kDiversityStage[] = "diversity";
inline constexpr char kEquityFloorStage[] = "equity_floor";
inline constexpr char kExplorationStage[] = "exploration";
inline constexpr char kPinsStage[] = "pins";
inline constexpr char kMinutesCapStage[] = "minutes_cap";
inline constexpr char kExplainStage[] = "explain";
// No stage, but what took a place: there were enough better ones.
inline constexpr char kPageSize[] = "page_size";

// What the stages hand on. One thread.
struct StageRun {
  explicit StageRun(const PipelineInput* input,
                    absl::Span<const NamedSource> sources = Sources());

  const PipelineInput& input;
  const absl::Span<const NamedSource> sources;
  const LearnerView view;
  // Lets pass what also fits into the minutes left.
  const EligibilityGate gate;
  // The same without a cap, for what the teacher chose; empty if there is none.
  std::optional<EligibilityGate> uncapped;
  const Dismissals dismissals;
  LearnerInterest interest;  // Not known before its stage.
  const Scorer scorer;       // Reads `interest`.

  std::vector<Proposal> proposals;  // From merging on, each resource once.
  // All candidates, from features on; from ordering on, the best first.
  std::vector<RankedResource> ranked;
  std::vector<int32_t> chosen;  // Positions in `ranked`, in the order shown.
  std::vector<Alternative> alternatives;
  bool cap_reached = false;
  std::vector<std::string> degraded;

  bool is_capped() const { return uncapped.has_value(); }
  const EligibilityGate& GateOf(Reason reason) const {
    return reason == Reason::kAssigned && is_capped() ? *uncapped : gate;
  }
  const Catalog& catalog() const { return view.catalog(); }
  // When it may be chosen: at first what nothing is missing before and no
  // dismissal speaks against; then what only a dismissal does; then the rest.
  int TurnOf(const RankedResource& ranked) const {
    if (!view.IsReady(ranked.resource)) return 2;
    return ranked.wish == Wish::kUnwanted ? 1 : 0;
  }
};

struct Stage {
  const char* name;
  // If it fails, it leaves the candidates as they were; the answer names it
  // with the message and goes on as if it were left out.
  absl::Status (*run)(StageRun&);
  // May be switched off, or left out when there is no time.
  bool is_optional = false;
  void (*instead)(StageRun&) = nullptr;  // Run when it is left out or failed.
};

// In the order they run. Nothing is added after the last gate.
absl::Span<const Stage> Stages();

// Recommend() by other stages and sources: what the list is without one, or if
// one fails.
RankedList RecommendBy(const PipelineInput& input,
                       absl::Span<const Stage> stages,
                       absl::Span<const NamedSource> sources);

// Folds in the learner's interest. Left out: interest is 0.5 for all.
//
// As LearnerInterest::fault.
absl::Status FoldInInterest(StageRun& run);
// Asks the sources.
void ProposeCandidates(StageRun& run);
// Each resource once, with all its reasons.
void MergeProposals(StageRun& run);
// The parts of all candidates' scores.
void WorkOutFeatures(StageRun& run);
// Their scores and the reasons that carry them, and what dismissals say.
void ScoreCandidates(StageRun& run);
// By turn, then by score, with what a dismissal asks for ahead.
void OrderCandidates(StageRun& run);
// The teacher's bans.
void RemoveBanned(StageRun& run);
// The gate.
void RemoveIneligible(StageRun& run);
// Chooses the places, with variety. Left out: in order.
void ChooseWithVariety(StageRun& run);
void ChooseInOrder(StageRun& run);
// Keeps places for what the equity policy favours. Without one: nothing.
void KeepEquityFloor(StageRun& run);
// Draws the last place, if the policy explores and no teacher chose what stands
// there.
void DrawLastPlace(StageRun& run);
// The teacher's pins take the first places, in their order.
void PlacePins(StageRun& run);
// The gate again: whatever the stages before did, what it refuses does not
// leave.
void CheckChosen(StageRun& run);
// Takes from the list's end what does not fit into the minutes left.
void KeepWithinMinutes(StageRun& run);
// Sentences.
void ExplainChosen(StageRun& run);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_STAGES_H_
