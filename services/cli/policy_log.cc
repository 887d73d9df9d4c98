#include "services/cli/policy_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/event.h"
#include "core/status_macros.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

bool IsRewarded(RewardKind kind, const Event& event) {
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
class LogReader {
 public:
  explicit LogReader(const PolicyLogOptions& options) : options_(options) {}

  void Take(const Event& event) {
    if (!event.time_is_order) last_time_ = std::max(last_time_, event.time);
    if (event.actor.kind != ActorKind::kLearner || event.list.empty()) return;
    if (event.verb == Verb::kRecommended) {
      AddList(event);
    } else {
      AddReward(event);
    }
  }

  // Adds what the records say, and leaves out what cannot be used.
  absl::StatusOr<PolicyLog> Finish(const ListStore& records);

 private:
  struct Shown {
    ExploredList list;
    absl::Time time;
  };

  void AddList(const Event& event);
  void AddReward(const Event& event);

  const PolicyLogOptions& options_;
  PolicyLog log_;
  std::vector<Shown> drawn_;
  // Of the learner whose events come.
  LearnerId learner_;
  int64_t num_learners_ = 0;
  absl::flat_hash_map<ListId, size_t> open_;  // Rows of `drawn_`.
  absl::Time last_time_ = absl::InfinitePast();
};

void LogReader::AddList(const Event& event) {
  ++log_.num_lists;
  const auto drawn = std::find_if(
      event.listed.begin(), event.listed.end(),
      [](const ListedResource& listed) { return listed.propensity < 1; });
  if (drawn == event.listed.end()) return;
  ++log_.num_drawn;
  if (num_learners_ == 0 || event.actor.id != learner_) {
    learner_ = event.actor.id;
    ++num_learners_;
    open_.clear();
  }
  open_[event.list] = drawn_.size();
  Shown& shown = drawn_.emplace_back();
  shown.time = event.time;
  shown.list.id = event.list;
  shown.list.learner = num_learners_ - 1;
  shown.list.drawn = static_cast<int32_t>(drawn - event.listed.begin());
  for (const ListedResource& listed : event.listed) {
    shown.list.shown.push_back(listed.resource);
  }
  shown.list.rewards.assign(event.listed.size(), 0);
}

void LogReader::AddReward(const Event& event) {
  const auto found =
      event.actor.id == learner_ ? open_.find(event.list) : open_.end();
  if (found == open_.end() || !IsRewarded(options_.reward, event)) return;
  Shown& shown = drawn_[found->second];
  if (event.time - shown.time > options_.window) return;
  const auto place = std::find(shown.list.shown.begin(), shown.list.shown.end(),
                               event.resource);
  if (place == shown.list.shown.end()) return;
  shown.list.rewards[place - shown.list.shown.begin()] = 1;
}

absl::StatusOr<PolicyLog> LogReader::Finish(const ListStore& records) {
  for (Shown& shown : drawn_) {
    if (shown.time + options_.window > last_time_) {
      ++log_.num_open;
      continue;
    }
    ExploredList& list = shown.list;
    ASSIGN_OR_RETURN(std::optional<StoredList> record,
                     records.Get(options_.tenant, list.id));
    if (record.has_value()) list.alternatives = std::move(record->alternatives);
    const auto chosen =
        std::find_if(list.alternatives.begin(), list.alternatives.end(),
                     [&](const StoredAlternative& alternative) {
                       return alternative.resource == list.shown[list.drawn];
                     });
    if (chosen == list.alternatives.end()) {
      ++log_.num_unrecorded;
      continue;
    }
    list.chosen = static_cast<int32_t>(chosen - list.alternatives.begin());
    log_.lists.push_back(std::move(list));
  }
  return std::move(log_);
}

}  // namespace

absl::StatusOr<PolicyLog> ReadPolicyLog(const PolicyLogOptions& options,
                                        Database* database) {
  LogReader reader(options);
  RETURN_IF_ERROR(
      TrackStore(database).ListAll(options.tenant, [&](const Event& event) {
        reader.Take(event);
        return true;
      }));
  return reader.Finish(ListStore(database));
}

}  // namespace evenlight
