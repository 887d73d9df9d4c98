#include "services/server/list_explanations.h"

#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/pipeline/stages.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/learner_profiles.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

using v1::StageEffect;

// The stages that may move or remove a candidate, in their order.
constexpr const char* kStagesAfterScore[] = {
    kBansStage,        kEligibilityStage, kDiversityStage, kEquityFloorStage,
    kExplorationStage, kPinsStage,        kMinutesCapStage};

void AddEffect(absl::string_view stage, StageEffect::Effect effect,
               std::string text, v1::Explanation* to) {
  StageEffect* added = to->add_stages();
  added->set_stage(std::string(stage));
  added->set_effect(effect);
  added->set_text(std::move(text));
}

// Why a stage removes what it removes.
std::string WhyRemoved(absl::string_view stage) {
  if (stage == kBansStage) return "a teacher banned it";
  if (stage == kEligibilityStage) return "the eligibility gate refused it";
  if (stage == kDiversityStage) {
    return "others of the list are much like it, and gave way to variety";
  }
  if (stage == kEquityFloorStage) {
    return "the place was kept for what the equity policy favours";
  }
  if (stage == kExplorationStage) {
    return "another was drawn for the last place";
  }
  if (stage == kPinsStage) return "what a teacher chose took its place";
  if (stage == kMinutesCapStage) return "its minutes no longer fit the day";
  if (stage == kPageSize) return "enough others scored higher";
  return absl::StrCat("stage ", stage, " removed it");
}

void AddParts(const std::vector<float>& parts, const ScoreParts* weights,
              v1::Explanation* to) {
  for (size_t part = 0; part < parts.size() && part < kNumScoreParts; ++part) {
    v1::ScorePart* added = to->add_score_parts();
    added->set_name(kScorePartNames[part]);
    added->set_value(parts[part]);
    if (weights != nullptr) added->set_weight((*weights)[part]);
  }
}

// The place of the resource in the answer, from 1; 0 if it is not there.
int PositionOf(const v1::RecommendResourcesResponse& answer,
               const std::string& name) {
  for (int place = 0; place < answer.recommendations_size(); ++place) {
    if (answer.recommendations(place).resource() == name) return place + 1;
  }
  return 0;
}

// What the stages after scoring did to candidate `rank` (from 1).
void AddStages(const StoredCandidate& candidate, int rank, int position,
               v1::Explanation* to) {
  for (const char* stage : kStagesAfterScore) {
    const bool is_page_size =
        candidate.removed_by == kPageSize && stage == kDiversityStage;
    if (candidate.removed_by == stage || is_page_size) {
      AddEffect(stage, StageEffect::EFFECT_REMOVED,
                WhyRemoved(candidate.removed_by), to);
      return;
    }
    const bool is_moved = stage == kDiversityStage && position > 0;
    AddEffect(stage,
              is_moved && position != rank ? StageEffect::EFFECT_MOVED
                                           : StageEffect::EFFECT_PASSED,
              is_moved ? absl::StrFormat("rank %d, place %d", rank, position)
                       : "passed",
              to);
  }
}

// True if `weights` gave `candidate` its score. Those of now need not: a model
// that learnt others may serve since.
bool Gave(const ScoreParts& weights, const StoredCandidate& candidate) {
  constexpr float kRounding = 1e-5f;
  if (candidate.parts.size() != weights.size()) return false;
  const float score = std::inner_product(weights.begin(), weights.end(),
                                         candidate.parts.begin(), 0.0f);
  return std::abs(score - candidate.score) <= kRounding;
}

void ExplainCandidate(const StoredList& list, int index,
                      const v1::RecommendResourcesResponse& answer,
                      const ScoreParts* weights, v1::Explanation* to) {
  const StoredCandidate& candidate = list.candidates[index];
  const int rank = index + 1;
  to->set_position(PositionOf(answer, to->resource()));
  to->set_reason(static_cast<v1::Recommendation::Reason>(candidate.reason));
  to->set_score(candidate.score);
  AddParts(candidate.parts, weights, to);
  AddEffect(kProposeStage, StageEffect::EFFECT_PASSED, "a source proposed it",
            to);
  AddEffect(
      kScoreStage, StageEffect::EFFECT_MOVED,
      absl::StrFormat("score %.3f, rank %d of the %d best", candidate.score,
                      rank, static_cast<int>(list.candidates.size())),
      to);
  AddStages(candidate, rank, to->position(), to);
  if (to->position() > 0) {
    to->set_summary(
        absl::StrCat("It is at place ", to->position(), ": ",
                     answer.recommendations(to->position() - 1).reason_text()));
  } else {
    to->set_summary(absl::StrCat("It was a candidate, and is not shown: ",
                                 WhyRemoved(candidate.removed_by), "."));
  }
}

// What has changed since the list was made; empty: nothing.
std::string WhatChanged(const StoredList& list,
                        const v1::RecommendResourcesResponse& answer,
                        const ServingSnapshot& snapshot,
                        const LearnerState& state, int64_t policy_version) {
  if (list.request.empty()) return "an older build stored it without request";
  if (snapshot.models->version != answer.model_version()) {
    return absl::StrCat("model version ", answer.model_version(),
                        " no longer serves");
  }
  if (snapshot.catalog->version() != answer.catalog_version()) {
    return absl::StrCat("the catalog is no longer version ",
                        answer.catalog_version());
  }
  if (policy_version != answer.policy_version()) {
    return absl::StrCat("the ranking policy is no longer version ",
                        answer.policy_version());
  }
  if (state.num_events != list.state_num_events) {
    return "the learner has done more since";
  }
  return "";
}

// What the gate says of a resource now, for any reason but a review and for
// one.
Refusal RefusalOf(const EligibilityGate& gate, ResourceIndex resource) {
  const Refusal refusal = gate.CheckNew(resource);
  return gate.CheckReview(resource) == Refusal::kNone ? Refusal::kNone
                                                      : refusal;
}

}  // namespace

ListExplanations::ListExplanations(Parts parts)
    : parts_(std::move(parts)),
      lists_(parts_.database),
      roster_(parts_.database) {}

absl::Status ListExplanations::Explain(
    const TenantId& tenant, const v1::ExplainRecommendationRequest& request,
    v1::ExplainRecommendationResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const ListId id =
      IdIn(kLists, request.list(), FieldPath(root, "list"), &violations);
  const ResourceId resource = IdIn(kResources, request.resource(),
                                   FieldPath(root, "resource"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::optional<StoredList> list,
                   lists_.Get(tenant, id));
  if (!list.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("list: there is no list ", request.list(),
                     "; one is stored some milliseconds after its answer, a "
                     "preview never"));
  }
  v1::RecommendResourcesResponse answer;
  if (!answer.ParseFromString(list->response)) {
    return absl::DataLossError(
        absl::StrCat("the answer of list ", id, " does not parse"));
  }
  v1::Explanation* explanation = response->mutable_explanation();
  explanation->set_resource(request.resource());
  explanation->set_model_version(answer.model_version());
  explanation->set_catalog_version(answer.catalog_version());
  explanation->set_policy_version(answer.policy_version());
  *explanation->mutable_create_time() = answer.create_time();
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(const auto snapshot,
                   parts_.catalogs->Snapshot(tenant, models));
  const ResourceIndex index = snapshot->catalog->FindResource(resource);
  if (index != ResourceIndex::kNone) {
    explanation->set_title(snapshot->catalog->resource(index).title);
  }
  v1::RecommendResourcesRequest asked;
  const bool has_weights = asked.ParseFromString(list->request) &&
                           !list->request.empty() &&
                           parts_.policy.version == answer.policy_version();
  for (size_t i = 0; i < list->candidates.size(); ++i) {
    if (list->candidates[i].resource != resource) continue;
    FieldViolations ignored;  // It was valid then.
    const RecommendationRequest was = ToRequest(asked, &ignored);
    const ScoreParts& weights = WeightsFor(parts_.policy, *models, was.phase);
    const bool were_those = has_weights && Gave(weights, list->candidates[i]);
    ExplainCandidate(*list, static_cast<int>(i), answer,
                     were_those ? &weights : nullptr, explanation);
    return absl::OkStatus();
  }
  if (index == ResourceIndex::kNone) {
    return absl::NotFoundError(absl::StrCat(
        "resource: there is no ", request.resource(), " in the catalog"));
  }
  return Rescore(tenant, *list, resource, explanation);
}

absl::Status ListExplanations::Rescore(const TenantId& tenant,
                                       const StoredList& list,
                                       const ResourceId& resource,
                                       v1::Explanation* to) const {
  v1::RecommendResourcesResponse answer;
  answer.ParseFromString(list.response);
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(const auto snapshot,
                   parts_.catalogs->Snapshot(tenant, models));
  ASSIGN_OR_RETURN(const LearnerState state,
                   parts_.states->Read(tenant, list.learner, *models));
  const std::string changed =
      WhatChanged(list, answer, *snapshot, state, parts_.policy.version);
  if (!changed.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(NameOf(kResources, resource), " is not among the ",
                     list.candidates.size(), " candidates that list ", list.id,
                     " keeps, and cannot be scored again: ", changed));
  }
  ASSIGN_OR_RETURN(const LearnerProfile profile,
                   ProfileOf(roster_, tenant, list.learner));
  v1::RecommendResourcesRequest asked;
  asked.ParseFromString(list.request);
  FieldViolations ignored;  // It was valid then.
  const RecommendationRequest request = ToRequest(asked, &ignored);
  const PipelineInput input = {.snapshot = *snapshot,
                               .state = state,
                               .profile = profile,
                               .request = request,
                               .policy = parts_.policy,
                               .now = list.create_time};
  StageRun run(&input);
  // What fails now failed for the list: the score is that of both.
  (void)FoldInInterest(run);
  const ResourceIndex index = snapshot->catalog->FindResource(resource);
  const Score score = run.scorer.Evaluate(index);
  to->set_rescored(true);
  to->set_score(score.total);
  AddParts({score.parts.begin(), score.parts.end()}, &run.scorer.weights(), to);
  const Refusal refusal = RefusalOf(run.gate, index);
  if (refusal != Refusal::kNone) {
    AddEffect(kEligibilityStage, StageEffect::EFFECT_REMOVED, Name(refusal),
              to);
    to->set_summary(absl::StrCat(
        "It was never a candidate: the eligibility gate refuses it (",
        Name(refusal), ")."));
    return absl::OkStatus();
  }
  const float last = list.candidates.empty() ? 0 : list.candidates.back().score;
  AddEffect(kProposeStage, StageEffect::EFFECT_REMOVED,
            "no source proposed it, or it was not among the best", to);
  to->set_summary(absl::StrFormat(
      "It may be given, but its score %.3f is not among the %d best, of which "
      "the last has %.3f.",
      score.total, static_cast<int>(list.candidates.size()), last));
  return absl::OkStatus();
}

}  // namespace evenlight
