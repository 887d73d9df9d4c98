#include "recommender/pipeline/propose.h"

#include <algorithm>
#include <functional>

#include "recommender/candidates/assigned.h"
#include "recommender/candidates/new_learner.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/candidates/next_step.h"
#include "recommender/candidates/not_tried.h"
#include "recommender/candidates/popular.h"
#include "recommender/candidates/review.h"
#include "recommender/candidates/similar_learners.h"

namespace evenlight {
namespace {

// Places of each source. Features cost about a microsecond for each candidate.
// Next steps and reviews also have at least a page each, so that what they do
// not find does not exist.
constexpr int32_t kNextStepPlaces = 60;
constexpr int32_t kReviewPlaces = 40;
constexpr int32_t kSimilarPlaces = 40;
constexpr int32_t kPopularPlaces = 30;
constexpr int32_t kNewPlaces = 20;
constexpr int32_t kAssignedPlaces = 20;
constexpr int32_t kRelatedPlaces = 40;

class Collector {
 public:
  explicit Collector(const ProposeInput& input)
      : input_(input),
        is_eligible_([this](ResourceIndex resource) {
          return input_.gate.CheckNew(resource) == Refusal::kNone;
        }),
        is_review_eligible_([this](ResourceIndex resource) {
          return input_.gate.CheckReview(resource) == Refusal::kNone;
        }) {}

  // The predicates point to this.
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  void AskForNewLearner() {
    ProposeForNewLearner(Places(AtLeastPage(kNextStepPlaces)), candidates_);
  }

  void AskSources() {
    ProposeNextStep(Places(AtLeastPage(kNextStepPlaces)), candidates_);
    ProposeReview(Places(AtLeastPage(kReviewPlaces)), candidates_);
    ProposeSimilarLearners(Places(kSimilarPlaces), input_.interest,
                           candidates_);
    ProposePopular(Places(kPopularPlaces), candidates_);
    ProposeNewResources(Places(kNewPlaces), candidates_);
    ProposeRelated();
  }

  // What stands beside a dismissed resource is a candidate whatever else is, as
  // the next step where that is true.
  void ProposeRelated() {
    int32_t num_places = kRelatedPlaces;
    for (const ResourceIndex resource : input_.related) {
      if (num_places == 0) return;
      if (!is_eligible_(resource) || !input_.view.IsReady(resource)) continue;
      candidates_.push_back({resource, Reason::kNextStep});
      --num_places;
    }
  }

  // However few events there are.
  void AskAssigned() {
    ProposeAssigned(Places(AtLeastPage(kAssignedPlaces)), input_.assigned,
                    candidates_);
  }

  // Of a learner without events nothing else can be said either.
  void AskLastResort(Reason reason) {
    std::vector<Candidate> candidates;
    ProposeNotTried(Places(input_.page_size), candidates);
    for (Candidate& candidate : candidates) {
      candidate.reason = reason;
      candidates_.push_back(candidate);
    }
  }

  std::vector<Proposal> Merge() {
    std::sort(candidates_.begin(), candidates_.end(),
              [](const Candidate& a, const Candidate& b) {
                return a.resource < b.resource;
              });
    std::vector<Proposal> merged;
    for (const Candidate& candidate : candidates_) {
      if (merged.empty() || merged.back().resource != candidate.resource) {
        merged.push_back({candidate.resource});
      }
      merged.back().reasons |= 1u << static_cast<int>(candidate.reason);
    }
    return merged;
  }

 private:
  int32_t AtLeastPage(int32_t places) const {
    return std::max(places, input_.page_size);
  }

  SourceInput Places(int32_t limit) const {
    return {.view = input_.view,
            .scope = input_.gate.scope().resources,
            .scope_kcs = input_.gate.scope().kcs,
            .is_eligible = is_eligible_,
            .is_review_eligible = is_review_eligible_,
            .grade = input_.gate.grade(),
            .limit = limit};
  }

  const ProposeInput& input_;
  const std::function<bool(ResourceIndex)> is_eligible_;
  const std::function<bool(ResourceIndex)> is_review_eligible_;
  std::vector<Candidate> candidates_;
};

bool HasReadyPage(const ProposeInput& input,
                  const std::vector<Proposal>& proposals) {
  const auto num_ready = std::count_if(
      proposals.begin(), proposals.end(), [&](const Proposal& proposal) {
        return input.view.IsReady(proposal.resource);
      });
  return num_ready >= input.page_size;
}

}  // namespace

std::vector<Proposal> Propose(const ProposeInput& input) {
  Collector collector(input);
  if (input.view.is_new()) {
    collector.AskForNewLearner();
  } else {
    collector.AskSources();
  }
  collector.AskAssigned();
  std::vector<Proposal> proposals = collector.Merge();
  if (HasReadyPage(input, proposals)) return proposals;
  collector.AskLastResort(input.view.is_new() ? Reason::kNewLearner
                                              : Reason::kNotTried);
  return collector.Merge();
}

}  // namespace evenlight
