// The whole recommendation as one pure function of state, catalog, models,
// request and time. No lock, no clock, no store: it can be replayed.
//
//   interest -> propose -> merge -> features -> score -> order -> bans ->
//     eligibility -> diversity -> equity_floor -> exploration -> pins ->
//     eligibility -> minutes_cap -> explain
//
// Nothing is added after the last gate.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_PIPELINE_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_PIPELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/models/model_binding.h"
#include "recommender/pipeline/stage_watch.h"
#include "recommender/ranking/dismissals.h"
#include "recommender/ranking/minutes_cap.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct RecommendationRequest {
  Phase phase = Phase::kSelfStudy;
  int32_t page_size = 10;  // [1, 100]
  ResourceFilter filter;
  uint64_t seed = 0;  // Of all randomness in the answer.
  ReasonLanguage language = ReasonLanguage::kEnglish;
};

// Where a policy of equity takes hold. None comes with the service.
struct EquityFloor {
  float min_share = 0;  // Of the list's places, [0, 1], rounded down.
  // Is a place for this resource one of them?
  absl::FunctionRef<bool(ResourceIndex)> is_favoured;
};

// What Recommend() reads. Everything is borrowed for the call.
struct PipelineInput {
  const ServingSnapshot& snapshot;
  const LearnerState& state;
  const LearnerProfile& profile;
  const RecommendationRequest& request;
  const RankingPolicy& policy;
  absl::Time now;
  // The teacher's word: first on the list, in this order and each once, as far
  // as the gate lets them pass; and never on it, pinned or not.
  absl::Span<const ResourceIndex> pins = {};
  absl::Span<const ResourceIndex> bans = {};
  // What a teacher sent and is not done: ahead of what nobody asked for.
  absl::Span<const ResourceIndex> assigned = {};
  // What the minutes may add up to of all that no teacher chose; what one did
  // is counted already.
  MinutesLeft minutes_left = MinutesLeft::Unlimited();
  const EquityFloor* equity_floor = nullptr;  // Null: no floor.
  // New resources that still have an exposure budget, in the order of their
  // turn, or why they are not known. Null: the newest are proposed, without a
  // budget.
  const NewResources* new_resources = nullptr;
  StageWatch* watch = nullptr;  // Null: nobody looks, time is no matter.
};

// One candidate with all that was computed about it.
struct RankedResource {
  ResourceIndex resource = ResourceIndex::kNone;
  Reason reason = Reason::kUnspecified;  // One of `reasons`, or kAssigned.
  ReasonSet reasons = 0;                 // It was proposed for; 0: only pinned.
  float score = 0;                       // sum over parts of weight x part
  ScoreParts parts{};                    // Each in [0, 1].
  std::optional<float> p_correct;        // Of exercises and quizzes.
  float propensity = 1;                  // Of this place in the list, (0, 1].
  std::string reason_text;               // Shown ones only.
  const char* removed_by = "";           // The stage's name; empty if shown.
  Wish wish = Wish::kNone;               // What dismissals say of it.
  float bonus = 0;  // Ahead of its score for a dismissal's sake.
};

// What could have stood at a drawn place.
struct Alternative {
  ResourceIndex resource = ResourceIndex::kNone;
  float score = 0;       // MarginalRelevance() below the places above.
  float propensity = 0;  // [0, 1]
};

struct RankedList {
  std::vector<RankedResource> shown;       // Best first; no resource twice.
  std::vector<RankedResource> considered;  // The 50 best, shown or not.
  ScoreParts weights{};                    // Of the phase.
  // Of the last place if it was drawn, the shown one among them; first what
  // stands there without exploration. Empty: every place was certain.
  std::vector<Alternative> alternatives;
  // More would have been shown, but for the minutes left.
  bool minutes_cap_reached = false;
  std::vector<std::string> degraded;  // What was left out, and why.
};

// What RankingPolicy::switched_off may name, beside OptionalSources().
std::vector<std::string> OptionalStages();

// The recommendation. `shown` has fewer than page_size entries only if fewer
// resources are eligible (recommender/ranking/eligibility.h). A learner without
// events is served by grade, subject and language, reason kNewLearner. If the
// policy explores, the last place of a full page is drawn among what is ready
// and eligible (recommender/ranking/exploration.h); all other places have
// propensity 1. Its minutes fit `minutes_left`; it is empty for want of them
// only if nothing eligible fits alone.
RankedList Recommend(const PipelineInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_PIPELINE_H_
