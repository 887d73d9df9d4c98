#include "recommender/simulation/baseline_policies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_view.h"

namespace evenlight {
namespace {

const Resource& ResourceOf(const LoopView& view, ResourceIndex resource) {
  return view.snapshot.catalog->resource(resource);
}

bool Fits(const LoopView& view, ResourceIndex resource) {
  return ResourceOf(view, resource).minutes <= view.minutes_left;
}

KcIndex KcOf(const LoopView& view, ResourceIndex resource) {
  return view.snapshot.catalog->KcsOf(resource).front();
}

// The number of the last event with it; 0: never met.
int64_t LastEvent(const LoopView& view, ResourceIndex resource) {
  const ResourceState* state =
      view.state.FindResource(view.snapshot.catalog->key(resource));
  return state == nullptr ? 0 : state->last_event;
}

// The one that fits with the lowest rank; among equals as the header says.
ResourceIndex Lowest(const LoopView& view,
                     absl::FunctionRef<double(ResourceIndex)> rank) {
  using Key = std::tuple<double, int64_t, ResourceIndex>;
  Key best = {std::numeric_limits<double>::infinity(), 0, ResourceIndex::kNone};
  for (const ResourceIndex resource : view.in_scope) {
    if (!Fits(view, resource)) continue;
    best = std::min(best,
                    Key{rank(resource), LastEvent(view, resource), resource});
  }
  return std::get<ResourceIndex>(best);
}

constexpr double kLast = 1e9;

float QuestionEase(const LoopView& view, ResourceIndex resource) {
  const TracingModel& tracing = view.snapshot.models->tracing;
  const KcRow kc = view.snapshot.kc_row(KcOf(view, resource));
  return tracing.ExpectedCorrect(view.snapshot.question_row(resource),
                                 {&kc, 1});
}

// In an order that respects the stated prerequisites.
std::vector<KcIndex> InOrder(const LoopView& view) {
  const Curriculum& curriculum = view.snapshot.catalog->curriculum();
  std::vector<KcIndex> kcs(view.scope.begin(), view.scope.end());
  std::stable_sort(kcs.begin(), kcs.end(), [&](KcIndex a, KcIndex b) {
    return curriculum.Group(a) < curriculum.Group(b);
  });
  return kcs;
}

}  // namespace

float ServedKnown(const LoopView& view, KcIndex kc) {
  const KcState* state = view.state.FindKc(view.snapshot.catalog->key(kc));
  if (state != nullptr) return state->p_known;
  return view.snapshot.models->tracing.Bkt(view.snapshot.kc_row(kc)).p_init;
}

bool IsServedMastered(const LoopView& view, KcIndex kc) {
  const BktParams& params =
      view.snapshot.models->tracing.Bkt(view.snapshot.kc_row(kc));
  return ServedKnown(view, kc) >=
         MasteredFrom(params, RankingPolicy().mastered_p_known);
}

ResourceIndex RandomPolicy::Choose(const LoopView& view, Random* random) {
  std::vector<ResourceIndex> fitting;
  for (const ResourceIndex resource : view.in_scope) {
    if (Fits(view, resource)) fitting.push_back(resource);
  }
  return fitting.empty() ? ResourceIndex::kNone : random->Pick(fitting);
}

ResourceIndex CurriculumPolicy::Choose(const LoopView& view, Random*) {
  const std::vector<KcIndex> kcs = InOrder(view);
  const auto turn =
      static_cast<size_t>(view.course_done * static_cast<double>(kcs.size()));
  const KcIndex kc = kcs[std::min(turn, kcs.size() - 1)];
  return Lowest(view, [&](ResourceIndex resource) {
    return KcOf(view, resource) == kc ? 0 : kLast;
  });
}

ResourceIndex PopularityPolicy::Choose(const LoopView& view, Random*) {
  const std::vector<float>& popularity =
      view.snapshot.models->interest.params().popularity;
  return Lowest(view, [&](ResourceIndex resource) {
    const ResourceRow row = view.snapshot.resource_row(resource);
    const double learners =
        row == ResourceRow::kNone ? 0 : popularity[ToInt(row)];
    const double met = LastEvent(view, resource) > 0 ? kLast : 0;
    return met - learners;
  });
}

ResourceIndex HardestUnmasteredPolicy::Choose(const LoopView& view, Random*) {
  return Lowest(view, [&](ResourceIndex resource) {
    double rank = QuestionEase(view, resource);
    if (IsServedMastered(view, KcOf(view, resource))) rank += 100;
    if (LastEvent(view, resource) > 0) rank += 10;
    if (!IsPractice(ResourceOf(view, resource).kind)) rank += kLast;
    return rank;
  });
}

ResourceIndex LowestMasteryPolicy::Choose(const LoopView& view, Random*) {
  return Lowest(view, [&](ResourceIndex resource) -> double {
    return ServedKnown(view, KcOf(view, resource));
  });
}

}  // namespace evenlight
