#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "recommender/candidates/ask_ahead.h"
#include "recommender/pipeline/stages.h"

namespace evenlight {
namespace {

// More than any score: of what a dismissal asks for, one comes first.
constexpr float kAskedForBonus = 1;
// What a teacher sent comes before that.
constexpr float kAssignedBonus = 2;

// The one of its reasons that contributed most to the score.
Reason CarryingReason(const StageRun& run, ReasonSet reasons,
                      const ScoreParts& parts) {
  // The teacher's word is not weighed.
  if ((reasons >> static_cast<int>(Reason::kAssigned) & 1) != 0) {
    return Reason::kAssigned;
  }
  Reason best = Reason::kUnspecified;
  float most = -1;
  for (int reason = 1; reason < kNumReasons; ++reason) {
    if ((reasons >> reason & 1) == 0) continue;
    const size_t part = static_cast<size_t>(PartOf(Reason(reason)));
    const float contribution = run.scorer.weights()[part] * parts[part];
    if (contribution > most) {
      most = contribution;
      best = Reason(reason);
    }
  }
  return best;
}

// `filter` for what also fits alone into the minutes left.
ResourceFilter Within(ResourceFilter filter, const MinutesLeft& left,
                      const Catalog& catalog) {
  // 0 would be no limit; nothing takes so little.
  constexpr float kNothing = 1e-6f;
  if (!std::isinf(left.all)) {
    const float most = std::max(left.all, kNothing);
    filter.max_minutes =
        filter.max_minutes == 0 ? most : std::min(filter.max_minutes, most);
  }
  if (left.written > 0) {
    // Questions have a limit of their own only where a grade's cap is of
    // written work alone: seldom enough to name those that are too long.
    if (left.written >= left.all) return filter;
    for (const auto& resource : catalog.resources()) {
      if (IsPractice(resource->kind) && resource->minutes > left.written) {
        filter.exclude.push_back(resource->id);
      }
    }
    return filter;
  }
  constexpr uint32_t kWritten =
      1u << static_cast<int>(ResourceKind::kExercise) |
      1u << static_cast<int>(ResourceKind::kQuiz);
  filter.kinds = (filter.kinds == 0 ? ~0u : filter.kinds) & ~kWritten;
  // None left is not any.
  if (filter.kinds == 0) filter.max_minutes = kNothing;
  return filter;
}

// The best of what each dismissal asks for is lifted above the rest: one each,
// so that a list does not become about what was dismissed.
std::vector<int32_t> AskedFor(const StageRun& run) {
  std::vector<int32_t> lifted;
  const auto p_correct = [&](ResourceIndex resource) {
    return run.scorer.PCorrect(resource);
  };
  for (size_t dismissal = 0; dismissal < run.dismissals.size(); ++dismissal) {
    int32_t best = -1;
    for (int32_t i = 0; i < static_cast<int32_t>(run.ranked.size()); ++i) {
      const RankedResource& ranked = run.ranked[i];
      if (ranked.wish != Wish::kAskedFor ||
          !run.view.IsReady(ranked.resource) ||
          run.dismissals.Of(dismissal, ranked.resource, p_correct) !=
              Wish::kAskedFor) {
        continue;
      }
      if (best < 0 || ranked.score > run.ranked[best].score) best = i;
    }
    if (best >= 0) lifted.push_back(best);
  }
  return lifted;
}

}  // namespace

StageRun::StageRun(const PipelineInput* in, absl::Span<const NamedSource> asked)
    : input(*in),
      sources(asked),
      view(&in->snapshot, &in->state, in->now, in->policy.mastered_p_known),
      gate(&view, in->profile,
           Within(in->request.filter, in->minutes_left, view.catalog()),
           in->request.phase),
      dismissals(&view),
      scorer(&view, &in->policy, in->request.phase, &interest) {
  if (std::isinf(in->minutes_left.all) &&
      std::isinf(in->minutes_left.written)) {
    return;
  }
  uncapped.emplace(&view, in->profile, in->request.filter, in->request.phase);
}

absl::Status FoldInInterest(StageRun& run) {
  run.interest = InterestOf(run.view);
  return run.interest.fault;
}

void ProposeCandidates(StageRun& run) {
  const PipelineInput& input = run.input;
  // What is banned is proposed as well and must not cost the page a place.
  const auto num_bans = static_cast<int32_t>(input.bans.size());
  Proposals proposals =
      Propose({.view = run.view,
               .gate = run.gate,
               .interest = run.interest,
               .related = run.dismissals.Related(),
               .assigned = input.assigned,
               .new_resources = input.new_resources,
               .page_size = input.request.page_size + num_bans,
               .seed = input.request.seed,
               .switched_off = input.policy.switched_off,
               .watch = input.watch,
               .sources = run.sources});
  run.proposals = std::move(proposals.all);
  for (std::string& why : proposals.degraded) {
    run.degraded.push_back(std::move(why));
  }
}

void MergeProposals(StageRun& run) {
  run.proposals = Merge(std::move(run.proposals));
}

void WorkOutFeatures(StageRun& run) {
  run.ranked.reserve(run.proposals.size());
  for (size_t i = 0; i < run.proposals.size(); ++i) {
    if (i + kAskedAhead < run.proposals.size()) {
      const ResourceIndex later = run.proposals[i + kAskedAhead].resource;
      AskForFacts(run.catalog(), later);
      AskForFactors(run.view.snapshot(), later);
    }
    const Proposal& proposal = run.proposals[i];
    const Score features = run.scorer.Features(proposal.resource);
    RankedResource& ranked = run.ranked.emplace_back();
    ranked.resource = proposal.resource;
    ranked.reasons = proposal.reasons;
    ranked.parts = features.parts;
    ranked.p_correct = features.p_correct;
  }
}

void ScoreCandidates(StageRun& run) {
  const auto p_correct = [&](ResourceIndex resource) {
    return run.scorer.PCorrect(resource);
  };
  for (RankedResource& ranked : run.ranked) {
    ranked.score = run.scorer.Total(ranked.parts);
    ranked.reason = CarryingReason(run, ranked.reasons, ranked.parts);
    // A review comes on its schedule and a teacher's choice stays, whatever was
    // said of their kc.
    if (ranked.reason != Reason::kReview &&
        ranked.reason != Reason::kAssigned) {
      ranked.wish = run.dismissals.Of(ranked.resource, p_correct);
    }
    if (ranked.reason == Reason::kAssigned) ranked.bonus = kAssignedBonus;
  }
  for (const int32_t i : AskedFor(run)) run.ranked[i].bonus = kAskedForBonus;
}

void OrderCandidates(StageRun& run) {
  // Keys apart: candidates are large, and their turns take some looking up.
  struct Key {
    int turn = 0;
    float value = 0;
    ResourceIndex resource = ResourceIndex::kNone;
    size_t position = 0;
  };
  std::vector<Key> keys;
  keys.reserve(run.ranked.size());
  for (const RankedResource& ranked : run.ranked) {
    keys.push_back({run.TurnOf(ranked), ranked.score + ranked.bonus,
                    ranked.resource, keys.size()});
  }
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    if (a.turn != b.turn) return a.turn < b.turn;
    if (a.value != b.value) return a.value > b.value;
    return a.resource < b.resource;
  });
  std::vector<RankedResource> ordered;
  ordered.reserve(keys.size());
  for (const Key& key : keys) {
    ordered.push_back(std::move(run.ranked[key.position]));
  }
  run.ranked = std::move(ordered);
}

void RemoveBanned(StageRun& run) {
  const absl::Span<const ResourceIndex> bans = run.input.bans;
  for (RankedResource& ranked : run.ranked) {
    if (std::find(bans.begin(), bans.end(), ranked.resource) != bans.end()) {
      ranked.removed_by = kBansStage;
    }
  }
}

void RemoveIneligible(StageRun& run) {
  for (RankedResource& ranked : run.ranked) {
    if (*ranked.removed_by == 0 &&
        run.gate.Check(ranked.resource, ranked.reason) != Refusal::kNone) {
      ranked.removed_by = kEligibilityStage;
    }
  }
}

}  // namespace evenlight
