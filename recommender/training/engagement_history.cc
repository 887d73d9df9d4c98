#include "recommender/training/engagement_history.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/parallel_for.h"
#include "recommender/state/engagement.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

constexpr int64_t kPartsPerChunk = 64;

struct KeyedEngagement {
  ResourceKey resource{};
  float weight = 0;
  absl::Time time = absl::InfinitePast();  // Of the last event, if known.
};

// One learner's engagements before and new ones after.
struct LearnerEngagements {
  std::vector<KeyedEngagement> before;
  std::vector<ResourceKey> latest;
  std::vector<ResourceKey> after;
};

std::vector<KeyedEngagement> EngagementsOf(const LearnerState& state,
                                           const IdTables& ids) {
  std::vector<KeyedEngagement> engagements;
  for (const ResourceState& resource : state.resources) {
    const float weight = EngagementWeight(resource, state.last.time);
    if (!(weight > 0) || !ids.resources.contains(resource.resource)) continue;
    engagements.push_back({resource.resource, weight, resource.last_time});
  }
  return engagements;
}

LearnerEngagements Collect(const TrackPart& part, const IdTables& ids) {
  // Engagements do not depend on a model.
  static const TracingModel* const kNoModel = new TracingModel;
  LearnerEngagements engagements;
  LearnerState state;
  Fold(*kNoModel, part.interactions.first(part.from), state);
  engagements.before = EngagementsOf(state, ids);
  for (const ResourceState* resource : LatestEngagements(
           state,
           [&](ResourceKey key) { return ids.resources.contains(key); })) {
    engagements.latest.push_back(resource->resource);
  }
  if (part.from == static_cast<int64_t>(part.interactions.size())) {
    return engagements;
  }
  LearnerState later = state;
  Fold(*kNoModel, part.interactions.subspan(part.from), later);
  for (const KeyedEngagement& engagement : EngagementsOf(later, ids)) {
    if (state.HasMet(engagement.resource)) continue;
    const ResourceState* earlier = state.FindResource(engagement.resource);
    if (earlier != nullptr && EngagementWeight(*earlier) > 0) continue;
    engagements.after.push_back(engagement.resource);
  }
  return engagements;
}

// The engagements among `all`, which are in the order of rows, of `keys`; in
// that order too.
std::vector<Engagement> OnlyOf(
    absl::Span<const ResourceKey> keys,
    const absl::flat_hash_map<ResourceKey, ResourceRow>& rows,
    absl::Span<const Engagement> all) {
  absl::flat_hash_set<ResourceRow> wanted;
  for (const ResourceKey key : keys) wanted.insert(rows.at(key));
  std::vector<Engagement> chosen;
  for (const Engagement& engagement : all) {
    if (wanted.contains(engagement.resource)) chosen.push_back(engagement);
  }
  return chosen;
}

// In the order of rows.
struct RowEngagement {
  Engagement engagement;
  absl::Time time;
};

std::vector<RowEngagement> ByRow(
    const std::vector<KeyedEngagement>& engagements,
    const absl::flat_hash_map<ResourceKey, ResourceRow>& rows) {
  std::vector<RowEngagement> by_row;
  for (const KeyedEngagement& keyed : engagements) {
    by_row.push_back({{rows.at(keyed.resource), keyed.weight}, keyed.time});
  }
  std::sort(by_row.begin(), by_row.end(), [](const auto& a, const auto& b) {
    return a.engagement.resource < b.engagement.resource;
  });
  return by_row;
}

// What somebody engaged with before, by id.
std::map<ResourceId, ResourceKey> Engaged(
    absl::Span<const LearnerEngagements> learners, const IdTables& ids) {
  std::map<ResourceId, ResourceKey> engaged;
  for (const LearnerEngagements& learner : learners) {
    for (const KeyedEngagement& engagement : learner.before) {
      engaged.emplace(ids.resources.at(engagement.resource),
                      engagement.resource);
    }
  }
  return engaged;
}

absl::Time NewestOf(absl::Span<const LearnerEngagements> learners) {
  absl::Time newest = absl::InfinitePast();
  for (const LearnerEngagements& learner : learners) {
    for (const KeyedEngagement& engagement : learner.before) {
      newest = std::max(newest, engagement.time);
    }
  }
  return newest;
}

}  // namespace

EngagementHistory CollectEngagements(absl::Span<const TrackPart> parts,
                                     const IdTables& ids, int num_threads) {
  std::vector<LearnerEngagements> learners(parts.size());
  ParallelFor(num_threads, static_cast<int64_t>(parts.size()), kPartsPerChunk,
              [&](int64_t begin, int64_t end) {
                for (int64_t part = begin; part < end; ++part) {
                  learners[part] = Collect(parts[part], ids);
                }
              });

  EngagementHistory history;
  absl::flat_hash_map<ResourceKey, ResourceRow> rows;
  for (const auto& [id, key] : Engaged(learners, ids)) {
    rows.emplace(key, static_cast<ResourceRow>(history.resources.size()));
    history.resources.push_back(id);
    const auto subject = ids.subjects.find(key);
    history.subjects.push_back(subject == ids.subjects.end() ? 0
                                                             : subject->second);
  }
  history.before.num_resources = static_cast<int32_t>(history.resources.size());
  history.latest.num_resources = history.before.num_resources;
  const absl::Time newest = NewestOf(learners);
  for (const LearnerEngagements& learner : learners) {
    std::vector<Engagement> before;
    for (const auto& [engagement, time] : ByRow(learner.before, rows)) {
      before.push_back(engagement);
      history.ages.push_back(time == absl::InfinitePast() ? absl::ZeroDuration()
                                                          : newest - time);
    }
    history.before.AddLearner(before);
    history.latest.AddLearner(OnlyOf(learner.latest, rows, before));
    std::vector<ResourceRow>& after = history.after.emplace_back();
    for (const ResourceKey key : learner.after) {
      const auto row = rows.find(key);
      if (row != rows.end()) after.push_back(row->second);
    }
  }
  return history;
}

}  // namespace evenlight
