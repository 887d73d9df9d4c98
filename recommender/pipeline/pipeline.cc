#include "recommender/pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "recommender/candidates/popular.h"
#include "recommender/pipeline/propose.h"
#include "recommender/ranking/diversity.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/explain.h"
#include "recommender/ranking/exploration.h"
#include "recommender/ranking/score.h"

namespace evenlight {
namespace {

constexpr size_t kNumConsidered = 50;
// Variety is sought among so many candidates for each place: further down the
// scores are too low to be worth it.
constexpr int32_t kDiversityReach = 4;

constexpr char kEligibility[] = "eligibility";
constexpr char kDiversity[] = "diversity";
constexpr char kPageSize[] = "page_size";
constexpr char kExploration[] = "exploration";

// What the stages hand on. `ranked` holds all candidates from scoring on;
// `chosen` are positions in it.
struct Run {
  explicit Run(const PipelineInput* in)
      : input(*in),
        view(&in->snapshot, &in->state, in->now, in->policy.mastered_p_known),
        gate(&view, in->profile, in->request.filter, in->request.phase),
        interest(InterestOf(view)),
        scorer(&view, &in->policy, in->request.phase, &interest) {}

  const PipelineInput& input;
  const LearnerView view;
  const EligibilityGate gate;
  const LearnerInterest interest;
  const Scorer scorer;

  std::vector<Proposal> proposals;
  std::vector<RankedResource> ranked;
  std::vector<int32_t> chosen;
  std::vector<Alternative> alternatives;
};

// The one of its reasons that contributed most to the score.
Reason CarryingReason(const Run& run, ReasonSet reasons,
                      const ScoreParts& parts) {
  Reason best = Reason::kUnspecified;
  float most = -1;
  for (int reason = 1; reason <= static_cast<int>(Reason::kNotTried);
       ++reason) {
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

void ProposeStage(Run& run) {
  run.proposals = Propose({.view = run.view,
                           .gate = run.gate,
                           .interest = run.interest,
                           .page_size = run.input.request.page_size});
}

void ScoreStage(Run& run) {
  run.ranked.reserve(run.proposals.size());
  for (const Proposal& proposal : run.proposals) {
    const Score score = run.scorer.Evaluate(proposal.resource);
    RankedResource ranked;
    ranked.resource = proposal.resource;
    ranked.reason = CarryingReason(run, proposal.reasons, score.parts);
    ranked.score = score.total;
    ranked.parts = score.parts;
    ranked.p_correct = score.p_correct;
    run.ranked.push_back(std::move(ranked));
  }
}

// Nothing is missing before ready ones; they come first. Then by score.
void OrderStage(Run& run) {
  std::sort(run.ranked.begin(), run.ranked.end(),
            [&](const RankedResource& a, const RankedResource& b) {
              const bool a_ready = run.view.IsReady(a.resource);
              const bool b_ready = run.view.IsReady(b.resource);
              if (a_ready != b_ready) return a_ready;
              if (a.score != b.score) return a.score > b.score;
              return a.resource < b.resource;
            });
}

void EligibilityStage(Run& run) {
  for (RankedResource& ranked : run.ranked) {
    if (run.gate.Check(ranked.resource, ranked.reason) != Refusal::kNone) {
      ranked.removed_by = kEligibility;
    }
  }
}

void DiversityStage(Run& run) {
  const int32_t page_size = run.input.request.page_size;
  std::vector<Scored> items;
  std::vector<int32_t> positions;
  for (int32_t i = 0; i < static_cast<int32_t>(run.ranked.size()); ++i) {
    RankedResource& ranked = run.ranked[i];
    if (*ranked.removed_by != 0) continue;
    const int32_t num_before = static_cast<int32_t>(items.size());
    ranked.removed_by = num_before < page_size ? kDiversity : kPageSize;
    if (num_before == kDiversityReach * page_size) continue;
    items.push_back(
        {ranked.resource, ranked.score, run.view.IsReady(ranked.resource)});
    positions.push_back(i);
  }
  for (const int32_t item : Diversify(*run.input.snapshot.catalog, items,
                                      run.input.policy.diversity, page_size)) {
    run.chosen.push_back(positions[item]);
    run.ranked[positions[item]].removed_by = "";
  }
}

// What could stand at the last place, as positions in `ranked` with what each
// adds to the list above: first what does stand there, then the best of what is
// ready, has passed the gate and is not in the list.
std::vector<std::pair<float, int32_t>> LastPlaces(const Run& run) {
  const Catalog& catalog = *run.input.snapshot.catalog;
  std::vector<ResourceIndex> above;
  for (const int32_t i : run.chosen) above.push_back(run.ranked[i].resource);
  above.pop_back();
  const auto value = [&](int32_t i) {
    return MarginalRelevance(catalog,
                             {run.ranked[i].resource, run.ranked[i].score},
                             above, run.input.policy.diversity);
  };
  std::vector<std::pair<float, int32_t>> places = {
      {value(run.chosen.back()), run.chosen.back()}};
  // As far as variety was sought, so that what stands there is the best.
  const size_t reach = (kDiversityReach - 1) * run.chosen.size() + 1;
  const int32_t num_ranked = static_cast<int32_t>(run.ranked.size());
  // Ready ones stand first: from the first that is not, none is left.
  for (int32_t i = 0; i < num_ranked && places.size() < reach &&
                      run.view.IsReady(run.ranked[i].resource);
       ++i) {
    const char* removed_by = run.ranked[i].removed_by;
    if (removed_by == kDiversity || removed_by == kPageSize) {
      places.push_back({value(i), i});
    }
  }
  std::stable_sort(
      places.begin() + 1, places.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  const size_t num_places = run.input.policy.exploration.num_alternatives + 1;
  if (places.size() > num_places) places.resize(num_places);
  return places;
}

// Draws the last place of a full page.
void ExplorationStage(Run& run) {
  const ExplorationPolicy& policy = run.input.policy.exploration;
  const int32_t size = static_cast<int32_t>(run.chosen.size());
  if (size < run.input.request.page_size ||
      !MayExplore(policy, size, run.input.now)) {
    return;
  }
  const auto places = LastPlaces(run);
  if (places.size() < 2) return;
  std::vector<float> values;
  for (const auto& [value, position] : places) values.push_back(value);
  const Exploration drawn = Explore(policy, values, run.input.request.seed);
  for (size_t i = 0; i < places.size(); ++i) {
    run.alternatives.push_back({run.ranked[places[i].second].resource,
                                values[i], drawn.propensities[i]});
  }
  run.ranked[run.chosen.back()].removed_by = kExploration;
  run.chosen.back() = places[drawn.chosen].second;
  run.ranked[run.chosen.back()].removed_by = "";
  run.ranked[run.chosen.back()].propensity = drawn.propensities[drawn.chosen];
}

// Whatever the stages before did, what is refused here does not leave.
void LastEligibilityStage(Run& run) {
  const auto is_refused = [&](int32_t position) {
    RankedResource& ranked = run.ranked[position];
    if (run.gate.Check(ranked.resource, ranked.reason) == Refusal::kNone) {
      return false;
    }
    ranked.removed_by = kEligibility;
    return true;
  };
  run.chosen.erase(
      std::remove_if(run.chosen.begin(), run.chosen.end(), is_refused),
      run.chosen.end());
}

void ExplainStage(Run& run) {
  const int32_t grade = run.gate.grade();
  const int32_t popular_grade = HasGradePopularity(run.view, grade) ? grade : 0;
  for (const int32_t position : run.chosen) {
    RankedResource& ranked = run.ranked[position];
    ranked.reason_text = Explain(run.view, ranked.resource, ranked.reason,
                                 popular_grade, run.input.request.language);
  }
}

struct Stage {
  const char* name;
  void (*run)(Run&);
};

// In this order. Nothing is added after the last gate.
constexpr Stage kStages[] = {
    {"propose", ProposeStage},
    {"score", ScoreStage},
    {"order", OrderStage},
    {kEligibility, EligibilityStage},
    {kDiversity, DiversityStage},
    {kExploration, ExplorationStage},
    {kEligibility, LastEligibilityStage},
    {"explain", ExplainStage},
};

// Training may leave factors out where they do not pay: that is no fault.
std::vector<std::string> Degraded(const ModelSet& models) {
  if (models.version == 0) return {"no model is serving"};
  return {};
}

}  // namespace

RankedList Recommend(const PipelineInput& input) {
  Run run(&input);
  for (const Stage& stage : kStages) stage.run(run);

  RankedList list;
  list.weights = run.scorer.weights();
  list.degraded = Degraded(*input.snapshot.models);
  for (const int32_t position : run.chosen) {
    list.shown.push_back(run.ranked[position]);
  }
  list.alternatives = std::move(run.alternatives);
  run.ranked.resize(std::min(run.ranked.size(), kNumConsidered));
  list.considered = std::move(run.ranked);
  return list;
}

}  // namespace evenlight
