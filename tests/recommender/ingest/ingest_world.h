#ifndef EVENLIGHT_TESTS_RECOMMENDER_INGEST_INGEST_WORLD_H_
#define EVENLIGHT_TESTS_RECOMMENDER_INGEST_INGEST_WORLD_H_

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/interaction.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/models/model_set.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"
#include "storage/track_store.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {

inline const TenantId kTenant = "county";

inline absl::Time Minute(int minute) {
  return absl::FromUnixSeconds(1'700'000'000) + absl::Minutes(minute);
}

// The learner's answer to a question of two kcs, right if `minute` is even.
inline Event Answer(EventId id, LearnerId learner, int minute) {
  Event event;
  event.id = std::move(id);
  event.actor = {ActorKind::kLearner, std::move(learner)};
  event.time = Minute(minute);
  event.verb = Verb::kAnswered;
  event.resource = "question";
  event.kcs = {"k1", "k2"};
  event.score = minute % 2 == 0 ? 1.0f : 0.0f;
  return event;
}

// Two model sets of different versions fold the same answers differently.
inline std::shared_ptr<const ModelSet> Models(int64_t version) {
  TracingParams params;
  params.kcs = {"k1", "k2"};
  params.bkt.resize(2);
  params.bkt[0].p_init = 0.1f + 0.05f * static_cast<float>(version);
  params.kc_p_correct = {0.6f, 0.7f};
  auto models = std::make_shared<ModelSet>();
  models->version = version;
  models->tracing = TracingModel(std::move(params));
  return models;
}

// The bytes of the state that the learner's folded events of `events`, put in
// order, give under `models`: what every way through the service must give.
inline std::string ReplayedState(std::vector<Event> events,
                                 const LearnerId& learner,
                                 const ModelSet& models) {
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return PositionOf(a) < PositionOf(b);
  });
  LearnerState state;
  state.model_version = models.version;
  for (const Event& event : events) {
    if (event.actor != Actor{ActorKind::kLearner, learner}) continue;
    if (!IsFolded(event.verb) || PositionOf(event) <= state.last) continue;
    Fold(models.tracing, ToInteraction(event), state);
  }
  return EncodeState(state);
}

using CommitResults = absl::StatusOr<std::vector<CommitResult>>;

// Submits and returns at once; the future holds what `done` was called with, or
// the error of Submit().
inline std::future<CommitResults> SubmitLater(
    Committer& committer, std::vector<Event> events,
    bool all_or_nothing = false, const TenantId& tenant = kTenant) {
  auto promise = std::make_shared<std::promise<CommitResults>>();
  std::future<CommitResults> future = promise->get_future();
  const absl::Status status = committer.Submit(
      tenant, std::move(events), all_or_nothing,
      [promise](CommitResults results) { promise->set_value(results); });
  if (!status.ok()) promise->set_value(status);
  return future;
}

inline CommitResults SubmitNow(Committer& committer, std::vector<Event> events,
                               bool all_or_nothing = false,
                               const TenantId& tenant = kTenant) {
  return SubmitLater(committer, std::move(events), all_or_nothing, tenant)
      .get();
}

// The sequences of the tenant's events, in the order of commit.
inline std::vector<int64_t> Sequences(Database& database,
                                      const TenantId& tenant = kTenant) {
  const auto events = EventsBySequence(database, tenant);
  if (!events.ok()) return {-1};
  std::vector<int64_t> sequences;
  for (const Event& event : *events) sequences.push_back(event.sequence);
  return sequences;
}

inline std::vector<int64_t> OneTo(int64_t last) {
  std::vector<int64_t> numbers;
  for (int64_t number = 1; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

// A list that was shown and its event, both named after `id`.
inline std::pair<StoredList, Event> Shown(const std::string& id,
                                          const LearnerId& learner,
                                          const std::string& request_id) {
  StoredList list;
  list.id = id;
  list.learner = learner;
  list.request_id = request_id;
  list.response = "response of " + id;
  Event event;
  event.id = id;
  event.actor = {ActorKind::kLearner, learner};
  event.time = Minute(0);
  event.verb = Verb::kRecommended;
  event.list = id;
  event.listed = {{"r1", 1, 1.0f}};
  return {list, event};
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_INGEST_INGEST_WORLD_H_
