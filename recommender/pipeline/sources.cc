#include "recommender/pipeline/sources.h"

#include "recommender/candidates/assigned.h"
#include "recommender/candidates/new_learner.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/candidates/next_step.h"
#include "recommender/candidates/popular.h"
#include "recommender/candidates/review.h"
#include "recommender/candidates/similar_learners.h"
#include "recommender/candidates/similar_resources.h"
#include "recommender/candidates/zone.h"

namespace evenlight {
namespace {

// One that cannot fail.
template <void (*kPropose)(const SourceInput&, std::vector<Candidate>&)>
absl::Status Plain(const ProposeInput&, const SourceInput& places,
                   std::vector<Candidate>& candidates) {
  kPropose(places, candidates);
  return absl::OkStatus();
}

absl::Status Similar(const ProposeInput& input, const SourceInput& places,
                     std::vector<Candidate>& candidates) {
  if (!input.interest.fault.ok()) return input.interest.fault;
  ProposeSimilarLearners(places, input.interest, candidates);
  return absl::OkStatus();
}

absl::Status LikeLiked(const ProposeInput& input, const SourceInput& places,
                       std::vector<Candidate>& candidates) {
  ProposeSimilarResources(places, input.interest, candidates);
  return absl::OkStatus();
}

absl::Status New(const ProposeInput& input, const SourceInput& places,
                 std::vector<Candidate>& candidates) {
  if (input.new_resources == nullptr) {
    ProposeNewestResources(places, candidates);
    return absl::OkStatus();
  }
  if (!input.new_resources->ok()) return input.new_resources->status();
  ProposeNewResources(places, **input.new_resources, candidates);
  return absl::OkStatus();
}

// What stands beside a dismissed resource is a candidate whatever else is, as
// the next step where that is true.
absl::Status Related(const ProposeInput& input, const SourceInput& places,
                     std::vector<Candidate>& candidates) {
  int32_t num_places = places.limit;
  for (const ResourceIndex resource : input.related) {
    if (num_places == 0) break;
    if (!places.is_eligible(resource) || !input.view.IsReady(resource)) {
      continue;
    }
    candidates.push_back({resource, Reason::kNextStep});
    --num_places;
  }
  return absl::OkStatus();
}

absl::Status Assigned(const ProposeInput& input, const SourceInput& places,
                      std::vector<Candidate>& candidates) {
  ProposeAssigned(places, input.assigned, candidates);
  return absl::OkStatus();
}

// Features cost about a microsecond for each candidate.
constexpr NamedSource kSources[] = {
    {.name = "source:new_learner",
     .propose = Plain<ProposeForNewLearner>,
     .num_places = 60,
     .has_a_page = true,
     .is_for_new = true,
     .is_for_known = false},
    {.name = "source:next_step",
     .propose = Plain<ProposeNextStep>,
     .num_places = 60,
     .has_a_page = true},
    {.name = "source:review",
     .propose = Plain<ProposeReview>,
     .num_places = 40,
     .has_a_page = true},
    {.name = "source:similar_learners", .propose = Similar, .num_places = 40},
    {.name = "source:similar_resources",
     .propose = LikeLiked,
     .num_places = 20},
    {.name = "source:popular",
     .propose = Plain<ProposePopular>,
     .num_places = 30},
    {.name = "source:new_resources", .propose = New, .num_places = 20},
    {.name = "source:zone",
     .propose = Plain<ProposeZone>,
     .num_places = 20,
     .is_for_new = true},
    {.name = "source:related", .propose = Related, .num_places = 40},
    {.name = "source:assigned",
     .propose = Assigned,
     .num_places = 20,
     .has_a_page = true,
     .is_for_new = true,
     .is_optional = false},
};

}  // namespace

absl::Span<const NamedSource> Sources() { return kSources; }

}  // namespace evenlight
