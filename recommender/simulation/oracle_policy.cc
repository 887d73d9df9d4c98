#include "recommender/simulation/oracle_policy.h"

#include <algorithm>

namespace evenlight {
namespace {

constexpr double kNeededWeight = 1.0 / 3;

}  // namespace

double OraclePolicy::Value(const LoopView& view,
                           const StudentModel& student) const {
  double value = 0;
  for (const KcIndex kc : view.scope) {
    const bool is_goal =
        std::find(view.goal.begin(), view.goal.end(), kc) != view.goal.end();
    value += (is_goal ? 1 : kNeededWeight) *
             student.PCorrect({ToInt(kc), 0}, view.now);
  }
  return value;
}

double OraclePolicy::ValueAfter(const LoopView& view,
                                ResourceIndex resource) const {
  const StudentItem& item = course_.item(resource);
  const auto after = [&](auto learn) {
    const std::unique_ptr<StudentModel> next = student_.Clone();
    learn(next.get());
    return Value(view, *next);
  };
  if (!IsPractice(view.snapshot.catalog->resource(resource).kind)) {
    return after([&](StudentModel* next) { next->Watch(item.kc, view.now); });
  }
  const double p = student_.PCorrect(item, view.now);
  const auto answered = [&](bool is_correct) {
    return after(
        [&](StudentModel* next) { next->Answer(item, is_correct, view.now); });
  };
  return p * answered(true) + (1 - p) * answered(false);
}

ResourceIndex OraclePolicy::Choose(const LoopView& view, Random*) {
  const Catalog& catalog = *view.snapshot.catalog;
  const double value = Value(view, student_);
  ResourceIndex best = ResourceIndex::kNone;
  double most = 0;
  for (const KcIndex kc : view.scope) {
    const absl::Span<const ResourceIndex> resources = catalog.ResourcesOf(kc);
    const size_t last = resources.size() - 1;
    // The film comes first, exercises follow from easy to hard.
    for (const size_t position : {size_t{0}, size_t{1}, last / 2, last}) {
      const ResourceIndex resource = resources[position];
      const double minutes = catalog.resource(resource).minutes;
      if (minutes > view.minutes_left) continue;
      const double gain = (ValueAfter(view, resource) - value) / minutes;
      if (best == ResourceIndex::kNone || gain > most) {
        best = resource;
        most = gain;
      }
    }
  }
  return best;
}

}  // namespace evenlight
