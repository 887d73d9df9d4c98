#include "recommender/training/dataset.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/answers.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "storage/catalog_store.h"
#include "storage/roster_store.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

constexpr double kShareBeforeWindow = 0.8;

// Leaves in `ids` only resources that the catalog holds, with their features;
// all of them if the tenant has none.
absl::Status KeepRecommendable(const TenantId& tenant, Database* database,
                               IdTables& ids) {
  ASSIGN_OR_RETURN(const StoredCatalog catalog,
                   CatalogStore(database).Load(tenant));
  if (catalog.version == 0) return absl::OkStatus();
  absl::flat_hash_map<ResourceKey, ResourceId> known;
  absl::flat_hash_map<std::string, int32_t> subjects;
  for (const auto& resource : catalog.resources) {
    const ResourceKey key = ResourceKeyOf(resource->id);
    if (!ids.resources.contains(key)) continue;
    known.emplace(key, resource->id);
    ids.features.emplace(key, DescribeResource(*resource));
    if (resource->subject.empty()) continue;
    const auto next = static_cast<int32_t>(subjects.size()) + 1;
    ids.subjects.emplace(
        key, subjects.emplace(resource->subject, next).first->second);
  }
  ids.resources = std::move(known);
  return absl::OkStatus();
}

void AddIds(const Event& event, const Interaction& interaction, IdTables& ids) {
  if (!event.resource.empty()) {
    ids.resources.try_emplace(interaction.resource, event.resource);
  }
  if (!IsAnswer(interaction)) return;
  ids.questions.try_emplace(interaction.question, event.question.empty()
                                                      ? event.resource
                                                      : event.question);
  for (const KcId& kc : event.kcs) ids.kcs.try_emplace(KcKeyOf(kc), kc);
}

void AddEvent(const Event& event, Dataset& dataset) {
  if (event.actor.kind != ActorKind::kLearner || !IsFolded(event.verb)) return;
  if (dataset.learners.empty() ||
      dataset.learners.back().learner != event.actor.id) {
    dataset.learners.emplace_back().learner = event.actor.id;
  }
  Interaction interaction = ToInteraction(event);
  AddIds(event, interaction, dataset.ids);
  ++dataset.num_events;
  if (IsAnswer(interaction)) ++dataset.num_answers;
  dataset.newest = std::max(dataset.newest, event.time);
  dataset.last_sequence = std::max(dataset.last_sequence, event.sequence);
  dataset.learners.back().interactions.push_back(std::move(interaction));
  dataset.learners.back().sequences.push_back(event.sequence);
}

absl::StatusOr<absl::flat_hash_map<LearnerId, int32_t>> ReadGrades(
    const TenantId& tenant, Database* database) {
  const RosterStore roster(database);
  absl::flat_hash_map<ClassId, int32_t> of_class;
  RETURN_IF_ERROR(roster.ListClasses(
      tenant, ClassId(), [&](const SchoolClass& school_class) {
        of_class[school_class.id] = school_class.grade;
        return true;
      }));
  absl::flat_hash_map<LearnerId, int32_t> of_learner;
  RETURN_IF_ERROR(
      roster.ListPeople(tenant, ActorKind::kLearner, [&](const Person& person) {
        int32_t grade = person.grade;
        if (grade == 0 && !person.classes.empty()) {
          const auto it = of_class.find(person.classes.front());
          if (it != of_class.end()) grade = it->second;
        }
        of_learner[person.actor.id] = grade;
        return true;
      }));
  return of_learner;
}

bool HasRealTimes(const LearnerTrack& track) {
  return std::none_of(
      track.interactions.begin(), track.interactions.end(),
      [](const Interaction& interaction) { return interaction.time_is_order; });
}

// The moment before which kShareBeforeWindow of the answers are; without
// answers, of all interactions. Only of learners with real times.
absl::Time WindowStart(absl::Span<const LearnerTrack> learners) {
  std::vector<absl::Time> answers;
  std::vector<absl::Time> all;
  for (const LearnerTrack& track : learners) {
    if (!HasRealTimes(track)) continue;
    for (const Interaction& interaction : track.interactions) {
      all.push_back(interaction.position.time);
      if (IsAnswer(interaction)) answers.push_back(interaction.position.time);
    }
  }
  std::vector<absl::Time>& times = answers.empty() ? all : answers;
  if (times.empty()) return absl::InfiniteFuture();
  const auto split =
      times.begin() + static_cast<int64_t>(kShareBeforeWindow *
                                           static_cast<double>(times.size()));
  std::nth_element(times.begin(), split, times.end());
  return *split;
}

// The first interaction that is not before `time`.
int64_t FirstFrom(const LearnerTrack& track, absl::Time time) {
  const auto it =
      std::partition_point(track.interactions.begin(), track.interactions.end(),
                           [&](const Interaction& interaction) {
                             return interaction.position.time < time;
                           });
  return it - track.interactions.begin();
}

// The first of the last fifth. Without the one event that is held out at least,
// a class of beginners would have no window.
int64_t FirstOfLastFifth(const LearnerTrack& track) {
  const auto size = static_cast<int64_t>(track.interactions.size());
  return size < 2 ? size : size - std::max<int64_t>(1, size / 5);
}

}  // namespace

absl::StatusOr<Dataset> ReadDataset(const TenantId& tenant,
                                    Database* database) {
  Dataset dataset;
  RETURN_IF_ERROR(TrackStore(database).ListAll(tenant, [&](const Event& event) {
    AddEvent(event, dataset);
    return true;
  }));
  RETURN_IF_ERROR(KeepRecommendable(tenant, database, dataset.ids));
  ASSIGN_OR_RETURN(const auto grades, ReadGrades(tenant, database));
  for (LearnerTrack& track : dataset.learners) {
    const auto it = grades.find(track.learner);
    if (it != grades.end()) track.grade = it->second;
  }
  SplitLaterWindow(absl::MakeSpan(dataset.learners));
  return dataset;
}

std::vector<int32_t> GradesOf(absl::Span<const LearnerTrack> learners) {
  std::vector<int32_t> grades;
  for (const LearnerTrack& track : learners) grades.push_back(track.grade);
  return grades;
}

void SplitLaterWindow(absl::Span<LearnerTrack> learners) {
  const absl::Time start = WindowStart(learners);
  for (LearnerTrack& track : learners) {
    track.num_before_window =
        HasRealTimes(track) ? FirstFrom(track, start) : FirstOfLastFifth(track);
  }
}

std::vector<TrackPart> BeforeWindow(absl::Span<const LearnerTrack> learners) {
  std::vector<TrackPart> parts = WholeTracks(learners);
  for (TrackPart& part : parts) {
    part.interactions =
        part.interactions.first(learners[part.learner].num_before_window);
  }
  return parts;
}

std::vector<TrackPart> LaterWindow(absl::Span<const LearnerTrack> learners) {
  std::vector<TrackPart> parts = WholeTracks(learners);
  for (TrackPart& part : parts) {
    part.from = learners[part.learner].num_before_window;
  }
  return parts;
}

std::vector<TrackPart> WholeTracks(absl::Span<const LearnerTrack> learners) {
  std::vector<TrackPart> parts;
  parts.reserve(learners.size());
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    parts.push_back({.interactions = learners[learner].interactions,
                     .learner = static_cast<int32_t>(learner)});
  }
  return parts;
}

std::vector<LearnerTrack> TracksUntil(absl::Span<const LearnerTrack> learners,
                                      int64_t last_sequence) {
  std::vector<LearnerTrack> tracks;
  for (const LearnerTrack& track : learners) {
    LearnerTrack& earlier = tracks.emplace_back();
    earlier.learner = track.learner;
    earlier.grade = track.grade;
    for (size_t row = 0; row < track.interactions.size(); ++row) {
      if (track.sequences[row] > last_sequence) continue;
      earlier.interactions.push_back(track.interactions[row]);
      earlier.sequences.push_back(track.sequences[row]);
    }
  }
  return tracks;
}

AnswersAfter FindAnswersAfter(absl::Span<const LearnerTrack> learners,
                              int64_t last_sequence) {
  AnswersAfter answers;
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    const LearnerTrack& track = learners[learner];
    const int64_t earlier = answers.count;
    for (size_t row = 0; row < track.interactions.size(); ++row) {
      if (!IsAnswer(track.interactions[row])) continue;
      const bool is_after = track.sequences[row] > last_sequence;
      if (is_after && answers.count == earlier) {
        answers.parts.push_back({.interactions = track.interactions,
                                 .from = static_cast<int64_t>(row),
                                 .learner = static_cast<int32_t>(learner)});
      }
      answers.count += is_after ? 1 : 0;
      if (answers.count > earlier) answers.is_after.push_back(is_after);
    }
  }
  return answers;
}

int32_t FoldOf(const LearnerId& learner, int64_t seed) {
  const std::string digest = Sha256Hex(absl::StrCat(seed, "/", learner));
  uint32_t hash = 0;
  for (const char digit : absl::string_view(digest).substr(0, 8)) {
    hash = hash * 31 + static_cast<unsigned char>(digit);
  }
  return static_cast<int32_t>(hash % kNumFolds) + 1;
}

int64_t CountAnswers(const TrackPart& part) {
  return std::count_if(part.interactions.begin() + part.from,
                       part.interactions.end(), IsAnswer);
}

int64_t CountAnswers(absl::Span<const TrackPart> parts) {
  int64_t count = 0;
  for (const TrackPart& part : parts) count += CountAnswers(part);
  return count;
}

}  // namespace evenlight
