// What training reads of a tenant: every learner's track as the models see it,
// the ids behind its keys, and where the later window begins.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_DATASET_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_DATASET_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "core/interaction.h"
#include "recommender/models/resource_features.h"
#include "storage/database.h"

namespace evenlight {

// The ids behind the keys of a data set.
struct IdTables {
  absl::flat_hash_map<KcKey, KcId> kcs;  // Of answers.
  absl::flat_hash_map<ResourceKey, ResourceId> questions;
  // What can be recommended: resources of events that the catalog holds; all of
  // them if the tenant has no catalog.
  absl::flat_hash_map<ResourceKey, ResourceId> resources;
  // DescribeResource() of those, by key; empty if the tenant has no catalog.
  absl::flat_hash_map<ResourceKey, std::vector<ResourceFeature>> features;
  // Numbers of their subjects, from 1; none for a resource without one.
  absl::flat_hash_map<ResourceKey, int32_t> subjects;
};

struct LearnerTrack {
  LearnerId learner;
  int32_t grade = 0;  // Their own, else that of their first class; 0: unknown.
  std::vector<Interaction> interactions;  // In order.
  std::vector<int64_t> sequences;         // Commit sequence of each.
  // Interactions before the later window; the rest are in it.
  int64_t num_before_window = 0;
};

struct Dataset {
  std::vector<LearnerTrack> learners;  // By id.
  IdTables ids;
  int64_t num_events = 0;  // Interactions of all learners.
  int64_t num_answers = 0;
  absl::Time newest = absl::UnixEpoch();  // Of the interactions.
  int64_t last_sequence = 0;              // The same by commit.
};

// Reads all that is on the track, and splits off the later window.
//
// DATA_LOSS: a record is damaged.
absl::StatusOr<Dataset> ReadDataset(const TenantId& tenant, Database* database);

// By learner.
std::vector<int32_t> GradesOf(absl::Span<const LearnerTrack> learners);

// Sets `num_before_window` of each. Learners with real times share one moment,
// that before which 80 % of their answers are. Where only the order of events
// is known, it is each learner's last 20 % of events, rounded down, but at
// least the last one of two.
void SplitLaterWindow(absl::Span<LearnerTrack> learners);

// A learner's interactions replayed from an empty state. Those from `from` on
// are what a model is trained on or asked to predict; those before only move
// the state.
struct TrackPart {
  absl::Span<const Interaction> interactions;
  int64_t from = 0;
  int32_t learner = 0;  // Number of the learner whose track it is a part of.
  int64_t answers_before = 0;  // Of that learner, before `interactions`.
};

// Of every learner, in order: the interactions before the later window, the
// window itself after them, and everything. They live as long as `learners`.
std::vector<TrackPart> BeforeWindow(absl::Span<const LearnerTrack> learners);
std::vector<TrackPart> LaterWindow(absl::Span<const LearnerTrack> learners);
std::vector<TrackPart> WholeTracks(absl::Span<const LearnerTrack> learners);

// The tracks as they were when the event with `last_sequence` was the log's
// last. Their times do not tell: imports and devices that were offline bring
// old events late.
std::vector<LearnerTrack> TracksUntil(absl::Span<const LearnerTrack> learners,
                                      int64_t last_sequence);

// Tracks of the learners who answered after that, each from the first such
// answer on, and which answers are such. The parts live as long as `learners`.
struct AnswersAfter {
  std::vector<TrackPart> parts;
  std::vector<bool> is_after;  // By answer of the parts, in their order.
  int64_t count = 0;           // How many are.
};
AnswersAfter FindAnswersAfter(absl::Span<const LearnerTrack> learners,
                              int64_t last_sequence);

// 1 to kNumFolds, from a seeded hash of the learner.
int32_t FoldOf(const LearnerId& learner, int64_t seed);

// Answers from `from` on.
int64_t CountAnswers(const TrackPart& part);
int64_t CountAnswers(absl::Span<const TrackPart> parts);

// True if it has a right or wrong outcome to learn from.
inline bool IsAnswer(const Interaction& interaction) {
  return interaction.verb == Verb::kAnswered;
}

// The moment that features may know: InfinitePast if only the order is known.
inline absl::Time FeatureTime(const Interaction& interaction) {
  return interaction.time_is_order ? absl::InfinitePast()
                                   : interaction.position.time;
}

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_DATASET_H_
