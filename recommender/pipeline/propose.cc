#include "recommender/pipeline/propose.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "recommender/candidates/not_tried.h"
#include "recommender/pipeline/sources.h"

namespace evenlight {
namespace {

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

  void AskSources() {
    uint32_t bit = 1;
    const absl::Span<const NamedSource> sources =
        input_.sources.empty() ? Sources() : input_.sources;
    for (const NamedSource& source : sources) {
      Ask(source, bit);
      bit <<= 1;
    }
  }

  // Of a learner without events nothing else can be said either.
  void AskLastResort(Reason reason) {
    std::vector<Candidate> candidates;
    ProposeNotTried(Places(input_.page_size), candidates);
    for (Candidate& candidate : candidates) {
      candidate.reason = reason;
    }
    Add(candidates, 0);
  }

  // Does what was proposed fill a page with what nothing is missing before?
  bool HasReadyPage() const {
    absl::flat_hash_set<ResourceIndex> ready;
    for (const Proposal& proposal : all_) {
      if (ready.size() >= static_cast<size_t>(input_.page_size)) break;
      if (input_.view.IsReady(proposal.resource)) {
        ready.insert(proposal.resource);
      }
    }
    return ready.size() >= static_cast<size_t>(input_.page_size);
  }

  Proposals Take() { return {std::move(all_), std::move(degraded_)}; }

 private:
  void Ask(const NamedSource& source, uint32_t bit) {
    const bool is_new = input_.view.is_new();
    if (is_new ? !source.is_for_new : !source.is_for_known) return;
    if (!MayAsk(source)) return;
    std::vector<Candidate> candidates;
    const absl::Status status =
        source.propose(input_,
                       Places(source.has_a_page ? AtLeastPage(source.num_places)
                                                : source.num_places),
                       candidates);
    if (status.ok()) return Add(candidates, bit);
    degraded_.push_back(
        absl::StrCat(source.name, " failed: ", status.message()));
    if (input_.watch != nullptr) input_.watch->Fail(source.name);
  }

  bool MayAsk(const NamedSource& source) {
    if (!source.is_optional) return true;
    if (absl::c_linear_search(input_.switched_off, source.name)) {
      degraded_.push_back(absl::StrCat(source.name, " is switched off"));
      return false;
    }
    if (input_.watch != nullptr && !input_.watch->HasTimeFor(source.name)) {
      degraded_.push_back(absl::StrCat("no time was left for ", source.name));
      return false;
    }
    return true;
  }

  void Add(absl::Span<const Candidate> candidates, uint32_t bit) {
    for (const Candidate& candidate : candidates) {
      all_.push_back(
          {candidate.resource, 1u << static_cast<int>(candidate.reason), bit});
    }
  }

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
            .limit = limit,
            .seed = input_.seed};
  }

  const ProposeInput& input_;
  const std::function<bool(ResourceIndex)> is_eligible_;
  const std::function<bool(ResourceIndex)> is_review_eligible_;
  std::vector<Proposal> all_;
  std::vector<std::string> degraded_;
};

}  // namespace

Proposals Propose(const ProposeInput& input) {
  Collector collector(input);
  collector.AskSources();
  if (!collector.HasReadyPage()) {
    collector.AskLastResort(input.view.is_new() ? Reason::kNewLearner
                                                : Reason::kNotTried);
  }
  return collector.Take();
}

std::vector<Proposal> Merge(std::vector<Proposal> all) {
  std::sort(all.begin(), all.end(), [](const Proposal& a, const Proposal& b) {
    return a.resource < b.resource;
  });
  std::vector<Proposal> merged;
  merged.reserve(all.size());
  for (const Proposal& proposal : all) {
    if (merged.empty() || merged.back().resource != proposal.resource) {
      merged.push_back({proposal.resource});
    }
    merged.back().reasons |= proposal.reasons;
    merged.back().sources |= proposal.sources;
  }
  return merged;
}

std::vector<std::string> OptionalSources() {
  std::vector<std::string> names;
  for (const NamedSource& source : Sources()) {
    if (source.is_optional) names.push_back(source.name);
  }
  return names;
}

}  // namespace evenlight
