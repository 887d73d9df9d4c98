#include "tests/faults/power_cut_check.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "recommender/ingest/state_reader.h"
#include "storage/check_track.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"
#include "storage/track_store.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {
namespace {

class Check {
 public:
  Check(Database& database, const Promises& promises, const ModelSet& models)
      : database_(database),
        track_(&database),
        promises_(promises),
        models_(models) {}

  std::vector<std::string> Run() {
    ReadBySequence();
    CheckIndexes();
    for (const auto& [name, sequences] : promises_) {
      CheckBatch(MakeBatch(name), sequences);
    }
    CheckLists();
    if (num_sent_found_ + num_shown_ != by_id_.size()) {
      Say(absl::StrCat(by_id_.size(), " events, of which ", num_sent_found_,
                       " were sent"));
    }
    for (int learner = 0; learner < kNumCutLearners; ++learner) {
      CheckState(CutLearner(learner));
    }
    return std::move(lines_);
  }

 private:
  void Say(std::string line) { lines_.push_back(std::move(line)); }
  void SayIfNot(const absl::Status& status) {
    if (!status.ok()) Say(status.ToString());
  }

  void ReadBySequence() {
    auto events = EventsBySequence(database_, kTenant);
    if (!events.ok()) return SayIfNot(events.status());
    events_ = *std::move(events);
    int64_t sequence = 0;
    for (const Event& event : events_) {
      if (event.sequence != ++sequence) {
        Say(absl::StrCat("sequence ", event.sequence, " in place of ",
                         sequence));
      }
      if (!by_id_.emplace(event.id, event).second) {
        Say(absl::StrCat(event.id, " is there twice"));
      }
    }
  }

  // The track and its indexes.
  void CheckIndexes() {
    SayIfNot(CheckTrack(database_, kTenant, [&](const Finding& finding) {
               Say(absl::StrCat(finding.where, ": ", finding.what));
             }).status());
  }

  void CheckBatch(const Batch& batch, const std::vector<int64_t>& sequences) {
    size_t num_found = 0;
    std::vector<EventId> ids;
    for (const Event& event : batch.events) ids.push_back(event.id);
    const auto events = track_.FindEvents(kTenant, ids);
    if (!events.ok()) return SayIfNot(events.status());
    std::set<EventId> found_ids;
    for (const Event& event : *events) found_ids.insert(event.id);
    for (size_t row = 0; row < ids.size(); ++row) {
      const auto found = by_id_.find(ids[row]);
      const bool is_there = found != by_id_.end();
      if (is_there != (found_ids.count(ids[row]) > 0)) {
        Say(absl::StrCat(ids[row], " and its id do not agree"));
      }
      if (!sequences.empty() && !is_there) {
        Say(absl::StrCat(ids[row], " was acknowledged and is lost"));
      }
      if (!is_there) continue;
      ++num_found;
      Event sent = batch.events[row];
      sent.sequence = found->second.sequence;
      if (!(sent == found->second)) {
        Say(absl::StrCat(ids[row], " is not as it was sent"));
      }
      if (!sequences.empty() && sequences[row] != sent.sequence) {
        Say(absl::StrCat(ids[row], " had sequence ", sequences[row],
                         " and has ", sent.sequence));
      }
    }
    num_sent_found_ += num_found;
    if (num_found != 0 && num_found != ids.size()) {
      Say(absl::StrCat(num_found, " of ", ids.size(), " events of the batch ",
                       ids.front(), " begins"));
    }
    CheckAttached(batch, num_found > 0);
  }

  void CheckAttached(const Batch& batch, bool is_there) {
    if (batch.attached_key.empty()) return;
    const auto attached = database_.Get(Family::kMeta, batch.attached_key);
    if (!attached.ok()) return SayIfNot(attached.status());
    if (attached->has_value() == is_there) return;
    Say(absl::StrCat(batch.attached_key, " and its batch do not agree"));
  }

  void CheckLists() {
    const ListStore lists(&database_);
    for (const auto& [id, event] : by_id_) {
      if (event.verb != Verb::kRecommended) continue;
      ++num_shown_;
      const auto list = lists.Get(kTenant, id);
      if (!list.ok()) return SayIfNot(list.status());
      if (!list->has_value()) Say(absl::StrCat("list ", id, " is lost"));
    }
  }

  void CheckState(const LearnerId& learner) {
    const std::string expected = ReplayedState(events_, learner, models_);
    const auto stored = LearnerStateStore(&database_).Get(kTenant, learner);
    if (!stored.ok()) return SayIfNot(stored.status());
    if (stored->has_value() && !(*stored)->is_stale &&
        (*stored)->state != expected) {
      Say(absl::StrCat("the stored state of ", learner, " is not the refold"));
    }
    const auto read =
        StateReader(&database_, nullptr).Read(kTenant, learner, models_);
    if (!read.ok()) return SayIfNot(read.status());
    if (EncodeState(*read) != expected) {
      Say(absl::StrCat("the state read of ", learner, " is not the refold"));
    }
  }

  Database& database_;
  const TrackStore track_;
  const Promises& promises_;
  const ModelSet& models_;
  std::vector<Event> events_;  // By sequence.
  std::map<EventId, Event> by_id_;
  size_t num_sent_found_ = 0;
  size_t num_shown_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> BrokenPromises(Database& database,
                                        const Promises& promises,
                                        const ModelSet& models) {
  return Check(database, promises, models).Run();
}

}  // namespace evenlight
