#include "recommender/simulation/zpdes_policy.h"

#include <algorithm>
#include <numeric>

namespace evenlight {
namespace {

constexpr double kMinQuality = 0.01;
constexpr double kEvenShare = 0.2;

double MeanOf(const std::vector<bool>& answers, int from_end, int count) {
  double sum = 0;
  for (int k = 0; k < count; ++k) {
    sum += answers[answers.size() - from_end + k] ? 1 : 0;
  }
  return sum / count;
}

// The exercises of `kc`, which the catalog holds from easy to hard.
std::vector<ResourceIndex> ExercisesOf(const LoopView& view, KcIndex kc) {
  std::vector<ResourceIndex> exercises;
  const Catalog& catalog = *view.snapshot.catalog;
  for (const ResourceIndex resource : catalog.ResourcesOf(kc)) {
    if (IsPractice(catalog.resource(resource).kind)) {
      exercises.push_back(resource);
    }
  }
  return exercises;
}

int LevelOfExercise(size_t position, size_t num_exercises, int num_levels) {
  return static_cast<int>(position * num_levels / num_exercises);
}

}  // namespace

void ZpdesPolicy::ReadNewAnswers(const LoopView& view) {
  const Catalog& catalog = *view.snapshot.catalog;
  for (; num_read_ < view.track.size(); ++num_read_) {
    const Interaction& answer = view.track[num_read_];
    if (answer.verb != Verb::kAnswered) continue;
    const ResourceIndex resource = catalog.FindResource(answer.resource);
    const KcIndex index = catalog.KcsOf(resource).front();
    const std::vector<ResourceIndex> exercises = ExercisesOf(view, index);
    const auto position = static_cast<size_t>(
        std::find(exercises.begin(), exercises.end(), resource) -
        exercises.begin());
    const int level = LevelOfExercise(position, exercises.size(), kNumLevels);
    Kc& kc = kcs_[index];
    Activity& activity = kc.levels[level];
    activity.answers.push_back(answer.is_correct);
    if (activity.answers.size() < 4) continue;
    const double recent = MeanOf(activity.answers, 2, 2);
    const double before = MeanOf(activity.answers, 4, 2);
    activity.quality =
        std::max(kMinQuality, .7 * activity.quality + .3 * (recent - before));
    if (kc.level == level && recent + before >= 1.5) ++kc.level;
  }
}

bool ZpdesPolicy::IsOpen(const LoopView& view, KcIndex kc) {
  if (kcs_[kc].level == kNumLevels) return false;
  const auto prerequisites =
      view.snapshot.catalog->curriculum().Prerequisites(kc);
  return std::all_of(
      prerequisites.begin(), prerequisites.end(),
      [&](KcIndex needed) { return kcs_[needed].level == kNumLevels; });
}

// The one that lies longest back.
ResourceIndex ZpdesPolicy::ExerciseOf(const LoopView& view, KcIndex kc,
                                      int level) {
  const std::vector<ResourceIndex> exercises = ExercisesOf(view, kc);
  const Catalog& catalog = *view.snapshot.catalog;
  ResourceIndex best = ResourceIndex::kNone;
  int64_t oldest = 0;
  for (size_t k = 0; k < exercises.size(); ++k) {
    const ResourceIndex exercise = exercises[k];
    if (LevelOfExercise(k, exercises.size(), kNumLevels) != level ||
        catalog.resource(exercise).minutes > view.minutes_left) {
      continue;
    }
    const ResourceState* state = view.state.FindResource(catalog.key(exercise));
    const int64_t last = state == nullptr ? 0 : state->last_event;
    if (best == ResourceIndex::kNone || last < oldest) {
      best = exercise;
      oldest = last;
    }
  }
  return best;
}

ResourceIndex ZpdesPolicy::Choose(const LoopView& view, Random* random) {
  ReadNewAnswers(view);
  std::vector<KcIndex> open;
  std::vector<double> weights;
  for (const KcIndex kc : view.scope) {
    if (!IsOpen(view, kc)) continue;
    open.push_back(kc);
    weights.push_back(kcs_[kc].levels[kcs_[kc].level].quality);
  }
  if (open.empty()) {
    // All is left behind: the hardest is practised on.
    const KcIndex kc =
        view.scope[random->Below(static_cast<int>(view.scope.size()))];
    return ExerciseOf(view, kc, kNumLevels - 1);
  }
  if (random->Chance(kEvenShare)) {
    const KcIndex kc = random->Pick(open);
    return ExerciseOf(view, kc, kcs_[kc].level);
  }
  double left =
      random->Uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
  size_t chosen = 0;
  while (chosen + 1 < open.size() && (left -= weights[chosen]) >= 0) ++chosen;
  return ExerciseOf(view, open[chosen], kcs_[open[chosen]].level);
}

}  // namespace evenlight
