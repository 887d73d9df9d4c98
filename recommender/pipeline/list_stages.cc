#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "recommender/candidates/popular.h"
#include "recommender/pipeline/stages.h"
#include "recommender/ranking/diversity.h"
#include "recommender/ranking/explain.h"
#include "recommender/ranking/exploration.h"

namespace evenlight {
namespace {

// Variety is sought among so many candidates for each place: further down the
// scores are too low to be worth it.
constexpr int32_t kDiversityReach = 4;

int32_t NumRanked(const StageRun& run) {
  return static_cast<int32_t>(run.ranked.size());
}

// A teacher's word, which no stage outvotes.
bool IsAssigned(const RankedResource& ranked) {
  return ranked.reason == Reason::kAssigned;
}

// Could it still be shown?
bool IsSpare(const RankedResource& ranked) {
  return ranked.removed_by == kPageSize || ranked.removed_by == kDiversityStage;
}

// Positions of those that are left, at most `reach`. The first page's worth is
// marked as what `stage` removes if it does not choose it, the rest as beyond
// the page.
std::vector<int32_t> Left(StageRun& run, int32_t reach, const char* stage) {
  std::vector<int32_t> left;
  int32_t num_left = 0;
  for (int32_t i = 0; i < NumRanked(run); ++i) {
    RankedResource& ranked = run.ranked[i];
    if (*ranked.removed_by != 0) continue;
    ranked.removed_by =
        num_left++ < run.input.request.page_size ? stage : kPageSize;
    if (static_cast<int32_t>(left.size()) < reach) left.push_back(i);
  }
  return left;
}

void Choose(StageRun& run, int32_t position) {
  run.chosen.push_back(position);
  run.ranked[position].removed_by = "";
}

// What could stand at the last place, as positions in `ranked` with what each
// adds to the list above: first what does stand there, then the best of what is
// ready, has passed the gate and is not in the list.
std::vector<std::pair<float, int32_t>> LastPlaces(const StageRun& run) {
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
  // Turn by turn: from the first of a later one, no earlier one is left.
  for (int32_t i = 0; i < num_ranked && places.size() < reach &&
                      run.TurnOf(run.ranked[i]) == 0;
       ++i) {
    const RankedResource& ranked = run.ranked[i];
    if (IsSpare(ranked) && !IsAssigned(ranked)) places.push_back({value(i), i});
  }
  std::stable_sort(
      places.begin() + 1, places.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  const size_t num_places = run.input.policy.exploration.num_alternatives + 1;
  if (places.size() > num_places) places.resize(num_places);
  return places;
}

// Where the resource stands in `ranked`; it is added, scored, if it was not
// proposed. -1 if it is banned or the gate refuses it.
int32_t PositionOfPin(StageRun& run, ResourceIndex resource) {
  if (absl::c_linear_search(run.input.bans, resource) ||
      run.GateOf(Reason::kAssigned).CheckNew(resource) != Refusal::kNone) {
    return -1;
  }
  for (int32_t i = 0; i < NumRanked(run); ++i) {
    if (run.ranked[i].resource == resource) return i;
  }
  const Score score = run.scorer.Evaluate(resource);
  RankedResource& ranked = run.ranked.emplace_back();
  ranked.resource = resource;
  ranked.score = score.total;
  ranked.parts = score.parts;
  ranked.p_correct = score.p_correct;
  return NumRanked(run) - 1;
}

float Minutes(const StageRun& run, int32_t position) {
  return run.catalog().resource(run.ranked[position].resource).minutes;
}

bool IsWritten(const StageRun& run, int32_t position) {
  return IsPractice(run.catalog().resource(run.ranked[position].resource).kind);
}

// Takes the minutes of one place, if they are there. What the teacher chose
// stays, and is counted already.
bool Take(const StageRun& run, int32_t position, MinutesLeft& left) {
  if (IsAssigned(run.ranked[position])) return true;
  const float minutes = Minutes(run, position);
  const bool is_written = IsWritten(run, position);
  if (minutes > left.all || (is_written && minutes > left.written)) {
    return false;
  }
  left.all -= minutes;
  if (is_written) left.written -= minutes;
  return true;
}

// Is there anything that would have passed, but for the minutes?
bool AnythingWithoutCap(const StageRun& run) {
  const EligibilityGate& gate = run.GateOf(Reason::kAssigned);
  return absl::c_any_of(gate.scope().resources, [&](ResourceIndex resource) {
    return gate.CheckNew(resource) == Refusal::kNone;
  });
}

}  // namespace

void ChooseWithVariety(StageRun& run) {
  const int32_t page_size = run.input.request.page_size;
  const std::vector<int32_t> left =
      Left(run, kDiversityReach * page_size, kDiversityStage);
  std::vector<Scored> items;
  for (const int32_t i : left) {
    const RankedResource& ranked = run.ranked[i];
    items.push_back(
        {ranked.resource, ranked.score + ranked.bonus, run.TurnOf(ranked)});
  }
  for (const int32_t item :
       Diversify(run.catalog(), items, run.input.policy.diversity, page_size)) {
    Choose(run, left[item]);
  }
}

void ChooseInOrder(StageRun& run) {
  const int32_t page_size = run.input.request.page_size;
  for (const int32_t i : Left(run, page_size, kPageSize)) Choose(run, i);
}

// From the list's end, what is not favoured gives way to the best favoured one
// of the same turn: nothing that cannot be followed yet comes in by this.
void KeepEquityFloor(StageRun& run) {
  const EquityFloor* floor = run.input.equity_floor;
  if (floor == nullptr) return;
  const auto is_favoured = [&](int32_t position) {
    return floor->is_favoured(run.ranked[position].resource);
  };
  const auto num_wanted = static_cast<int64_t>(
      floor->min_share * static_cast<float>(run.chosen.size()));
  int64_t num_kept = absl::c_count_if(run.chosen, is_favoured);
  for (size_t place = run.chosen.size();
       place-- > 0 && num_kept < num_wanted;) {
    const int32_t given_up = run.chosen[place];
    if (is_favoured(given_up) || IsAssigned(run.ranked[given_up])) continue;
    const int turn = run.TurnOf(run.ranked[given_up]);
    for (int32_t i = 0; i < NumRanked(run); ++i) {
      RankedResource& ranked = run.ranked[i];
      if (!IsSpare(ranked) || run.TurnOf(ranked) != turn || !is_favoured(i)) {
        continue;
      }
      run.ranked[given_up].removed_by = kEquityFloorStage;
      run.chosen[place] = i;
      ranked.removed_by = "";
      ++num_kept;
      break;
    }
  }
}

void DrawLastPlace(StageRun& run) {
  const ExplorationPolicy& policy = run.input.policy.exploration;
  const int32_t size = static_cast<int32_t>(run.chosen.size());
  if (size < run.input.request.page_size ||
      !MayExplore(policy, size, run.input.now) ||
      IsAssigned(run.ranked[run.chosen.back()])) {
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
  run.ranked[run.chosen.back()].removed_by = kExplorationStage;
  run.chosen.back() = places[drawn.chosen].second;
  run.ranked[run.chosen.back()].removed_by = "";
  run.ranked[run.chosen.back()].propensity = drawn.propensities[drawn.chosen];
}

void PlacePins(StageRun& run) {
  std::vector<int32_t> pinned;
  for (const ResourceIndex pin : run.input.pins) {
    const int32_t position = PositionOfPin(run, pin);
    // Two classes may have chosen the same.
    if (position >= 0 && !absl::c_linear_search(pinned, position)) {
      pinned.push_back(position);
    }
  }
  if (pinned.empty()) return;
  for (const int32_t position : pinned) {
    RankedResource& ranked = run.ranked[position];
    ranked.removed_by = "";
    ranked.reason = Reason::kAssigned;
    ranked.propensity = 1;
    std::erase(run.chosen, position);
  }
  run.chosen.insert(run.chosen.begin(), pinned.begin(), pinned.end());
  const auto page_size = static_cast<size_t>(run.input.request.page_size);
  for (size_t place = page_size; place < run.chosen.size(); ++place) {
    run.ranked[run.chosen[place]].removed_by = kPinsStage;
  }
  if (run.chosen.size() > page_size) run.chosen.resize(page_size);
}

void CheckChosen(StageRun& run) {
  std::erase_if(run.chosen, [&](int32_t position) {
    RankedResource& ranked = run.ranked[position];
    if (run.GateOf(ranked.reason).Check(ranked.resource, ranked.reason) ==
        Refusal::kNone) {
      return false;
    }
    ranked.removed_by = kEligibilityStage;
    return true;
  });
}

// The rest of the page is filled with what does fit, in order: whatever fits
// alone was let through by the gate, so that a list is empty only if nothing
// fits.
void KeepWithinMinutes(StageRun& run) {
  if (!run.is_capped()) return;
  MinutesLeft left = run.input.minutes_left;
  std::vector<int32_t> kept;
  for (const int32_t position : run.chosen) {
    if (Take(run, position, left)) {
      kept.push_back(position);
    } else {
      run.ranked[position].removed_by = kMinutesCapStage;
    }
  }
  const size_t num_wanted = run.chosen.size();
  run.cap_reached = kept.size() < num_wanted;
  run.chosen = std::move(kept);
  for (int32_t i = 0; i < NumRanked(run) && run.chosen.size() < num_wanted;
       ++i) {
    RankedResource& ranked = run.ranked[i];
    if (IsSpare(ranked) && Take(run, i, left)) Choose(run, i);
  }
  if (run.chosen.empty()) run.cap_reached |= AnythingWithoutCap(run);
}

void ExplainChosen(StageRun& run) {
  const int32_t grade = run.gate.grade();
  const int32_t popular_grade = HasGradePopularity(run.view, grade) ? grade : 0;
  for (const int32_t position : run.chosen) {
    RankedResource& ranked = run.ranked[position];
    ranked.reason_text = Explain(run.view, ranked.resource, ranked.reason,
                                 popular_grade, run.input.request.language);
  }
}

}  // namespace evenlight
