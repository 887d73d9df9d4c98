#include "recommender/training/list_outcomes.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/status_macros.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

bool IsSuccess(RewardKind kind, const Event& event) {
  switch (event.verb) {
    case Verb::kAnswered:
      return kind != RewardKind::kCorrect || event.score >= kCorrectScore;
    case Verb::kCompleted:
    case Verb::kAttended:
      return kind != RewardKind::kCorrect;
    case Verb::kViewed:
      return kind == RewardKind::kOpened;
    default:
      return false;
  }
}

// Takes events actor by actor, each actor's in order, as the store lists them.
class OutcomeReader {
 public:
  OutcomeReader(const ListOutcomeOptions& options,
                absl::FunctionRef<bool(const Event&)> keep)
      : options_(options), keep_(keep) {}

  void Take(const Event& event) {
    if (!event.time_is_order) last_time_ = std::max(last_time_, event.time);
    if (event.actor.kind != ActorKind::kLearner || event.list.empty()) return;
    if (event.verb == Verb::kRecommended) {
      AddList(event);
    } else {
      AddSuccess(event);
    }
  }

  ListOutcomes Finish() {
    outcomes_.num_open = static_cast<int64_t>(
        std::erase_if(outcomes_.lists, [&](const ListOutcome& list) {
          return list.time + options_.window > last_time_;
        }));
    return std::move(outcomes_);
  }

 private:
  void AddList(const Event& event);
  void AddSuccess(const Event& event);

  const ListOutcomeOptions& options_;
  const absl::FunctionRef<bool(const Event&)> keep_;
  ListOutcomes outcomes_;
  // Of the learner whose events come.
  LearnerId learner_;
  int64_t num_learners_ = 0;
  absl::flat_hash_map<ListId, size_t> rows_;  // Of `outcomes_.lists`.
  absl::Time last_time_ = absl::InfinitePast();
};

void OutcomeReader::AddList(const Event& event) {
  ++outcomes_.num_lists;
  if (!keep_(event)) return;
  ++outcomes_.num_kept;
  if (num_learners_ == 0 || event.actor.id != learner_) {
    learner_ = event.actor.id;
    ++num_learners_;
    rows_.clear();
  }
  rows_[event.list] = outcomes_.lists.size();
  ListOutcome& list = outcomes_.lists.emplace_back();
  list.id = event.list;
  list.learner = num_learners_ - 1;
  list.phase = event.phase;
  list.time = event.time;
  list.listed = event.listed;
  list.is_success.assign(event.listed.size(), 0);
}

void OutcomeReader::AddSuccess(const Event& event) {
  const auto row =
      event.actor.id == learner_ ? rows_.find(event.list) : rows_.end();
  if (row == rows_.end() || !IsSuccess(options_.reward, event)) return;
  ListOutcome& list = outcomes_.lists[row->second];
  if (event.time - list.time > options_.window) return;
  const auto line = std::find_if(list.listed.begin(), list.listed.end(),
                                 [&](const ListedResource& listed) {
                                   return listed.resource == event.resource;
                                 });
  if (line == list.listed.end()) return;
  list.is_success[line - list.listed.begin()] = 1;
}

}  // namespace

absl::StatusOr<ListOutcomes> ReadListOutcomes(
    const ListOutcomeOptions& options,
    absl::FunctionRef<bool(const Event&)> keep, Database* database) {
  OutcomeReader reader(options, keep);
  RETURN_IF_ERROR(
      TrackStore(database).ListAll(options.tenant, [&](const Event& event) {
        reader.Take(event);
        return true;
      }));
  return reader.Finish();
}

}  // namespace evenlight
