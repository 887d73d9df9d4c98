#include "recommender/class_plan/item_choice.h"

#include <algorithm>

#include "recommender/class_plan/floor_cover.h"
#include "recommender/class_plan/item_use.h"

namespace evenlight {
namespace {

// The column of the introduction that may be given to most; of equals the first
// by kind. -1 if none fits, or if it would take the last place.
int32_t FindIntroduction(const ChoiceInput& input,
                         absl::Span<const int32_t> given) {
  if (input.num_places < static_cast<int32_t>(given.size()) + 2) return -1;
  float minutes = input.max_minutes;
  for (const int32_t column : given) minutes -= input.minutes[column];
  int32_t best = -1;
  int32_t most = 0;
  for (const ResourceIndex resource : input.rules.rule.Introductions()) {
    const int32_t column = ColumnOf(input.candidates, resource);
    if (std::find(given.begin(), given.end(), column) != given.end()) return -1;
    if (input.max_minutes > 0 && input.minutes[column] > minutes) continue;
    const int32_t count = NumEligible(input.learners, resource, input.rules);
    if (count <= most) continue;
    most = count;
    best = column;
  }
  return best;
}

std::vector<Chosen> ChooseFrom(const ChoiceInput& input,
                               const GainMatrix& served, double min_added) {
  const ChoiceLimits limits = {input.num_places, min_added, input.minutes,
                               input.max_minutes};
  std::vector<int32_t> given;
  for (const ResourceIndex pin : input.rules.pins) {
    given.push_back(ColumnOf(input.candidates, pin));
  }
  const int32_t introduction = FindIntroduction(input, given);
  if (introduction >= 0) given.push_back(introduction);
  return input.has_floor ? ChooseWithFloor(served, given, limits)
                         : ChooseGreedily(served, given, limits);
}

// The column that serves most within `minutes`; -1 if none serves anybody.
int32_t MostServing(const ChoiceInput& input, const GainMatrix& served,
                    float minutes) {
  int32_t best = -1;
  int32_t most = 0;
  for (int32_t column = 0; column < served.cols(); ++column) {
    if (input.max_minutes > 0 && input.minutes[column] > minutes) continue;
    if (NumFit(served, column) <= most) continue;
    most = NumFit(served, column);
    best = column;
  }
  return best;
}

// In a place that is left, what serves most, unless the list has something for
// the whole class or there is no such thing.
void AddForWholeClass(const ChoiceInput& input, const GainMatrix& served,
                      std::vector<Chosen>& chosen) {
  if (static_cast<int32_t>(chosen.size()) >= input.num_places) return;
  const size_t num_learners = input.learners.size();
  float minutes = input.max_minutes;
  for (const Chosen& one : chosen) {
    if (IsForWholeClass(NumFit(served, one.column), num_learners)) return;
    minutes -= input.minutes[one.column];
  }
  const int32_t best = MostServing(input, served, minutes);
  if (best < 0 || !IsForWholeClass(NumFit(served, best), num_learners)) return;
  const double before = Objective(served, chosen);
  chosen.push_back({best, 0});
  chosen.back().added = Objective(served, chosen) - before;
}

}  // namespace

int32_t NumFit(const GainMatrix& served, int32_t column) {
  return static_cast<int32_t>((served.col(column).array() > 0).count());
}

std::pair<std::vector<Chosen>, bool> ChooseItems(const ChoiceInput& input,
                                                 GainMatrix& served) {
  std::vector<Chosen> chosen = ChooseFrom(input, served, kMinGain);
  const bool has_gain =
      std::any_of(chosen.begin(), chosen.end(),
                  [](const Chosen& one) { return one.added > 0; });
  if (has_gain) {
    if (input.keeps_whole_class) AddForWholeClass(input, served, chosen);
    return {std::move(chosen), true};
  }
  served = EligibilityOf(input.learners, input.candidates, input.rules);
  return {ChooseFrom(input, served, 0), false};
}

}  // namespace evenlight
