#include "services/cli/verify_states.h"

#include <xxhash.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/event.h"
#include "core/interaction.h"
#include "core/status_macros.h"
#include "recommender/models/model_set_io.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"
#include "storage/learner_state_store.h"
#include "storage/model_directory.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

// A state that differs is served as it is until something refolds it.
constexpr char kRefold[] =
    "have it refolded: a new model version does, `evenlight train --force`";

class StateCheck {
 public:
  StateCheck(Database* database, TenantId tenant, const std::string& model_dir,
             const CheckOutput& output, StateCounts* counts)
      : states_(database),
        tenant_(std::move(tenant)),
        directory_(model_dir, tenant_),
        has_models_(!model_dir.empty()),
        output_(output),
        counts_(*counts) {}

  absl::Status Add(const Event& event);
  absl::Status Finish();  // The last learner's.
  absl::Status CheckOthers();

 private:
  absl::Status Begin(const LearnerId& learner);
  void Compare();
  // Null if the version cannot be had.
  std::shared_ptr<const ModelSet> ModelsOf(int64_t version);
  void Fault(const LearnerId& learner, std::string what, const char* to_do) {
    output_.report(
        {absl::StrCat("state of learner ", learner, " of tenant ", tenant_),
         std::move(what), to_do, true});
  }
  void Hash(const std::string& bytes, uint64_t* hash) const {
    *hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), *hash);
  }

  const LearnerStateStore states_;
  const TenantId tenant_;
  const ModelDirectory directory_;
  const bool has_models_;
  const CheckOutput& output_;
  StateCounts& counts_;
  std::map<int64_t, std::shared_ptr<const ModelSet>> models_;
  absl::flat_hash_set<LearnerId> seen_;

  // Of the learner whose events are being read.
  LearnerId learner_;
  std::optional<StoredLearnerState> stored_;
  std::shared_ptr<const ModelSet> folding_;
  LearnerState refold_;
  int64_t last_sequence_ = 0;
};

std::shared_ptr<const ModelSet> StateCheck::ModelsOf(int64_t version) {
  const auto [found, is_new] = models_.try_emplace(version);
  if (!is_new) return found->second;
  if (version == 0) {
    found->second = std::make_shared<const ModelSet>();
  } else if (has_models_) {
    const absl::StatusOr<ModelFiles> files = directory_.Load(version);
    if (!files.ok()) return nullptr;  // CheckModels() says why.
    auto models = DecodeModelSet(version, *files);
    if (models.ok()) found->second = *std::move(models);
  }
  return found->second;
}

absl::Status StateCheck::Begin(const LearnerId& learner) {
  RETURN_IF_ERROR(Finish());
  learner_ = learner;
  seen_.insert(learner);
  ASSIGN_OR_RETURN(stored_, states_.Get(tenant_, learner));
  refold_ = LearnerState();
  last_sequence_ = 0;
  folding_ = nullptr;
  if (!stored_ || stored_->is_stale) return absl::OkStatus();
  folding_ = ModelsOf(stored_->model_version);
  refold_.model_version = stored_->model_version;
  return absl::OkStatus();
}

absl::Status StateCheck::Add(const Event& event) {
  if (event.actor.kind != ActorKind::kLearner || !IsFolded(event.verb)) {
    return absl::OkStatus();
  }
  if (event.actor.id != learner_) RETURN_IF_ERROR(Begin(event.actor.id));
  last_sequence_ = std::max(last_sequence_, event.sequence);
  if (folding_) Fold(folding_->tracing, ToInteraction(event), refold_);
  return absl::OkStatus();
}

absl::Status StateCheck::Finish() {
  if (learner_.empty()) return absl::OkStatus();
  if (!stored_) {
    Fault(learner_, "it is missing, though the learner has events", kRefold);
    return absl::OkStatus();
  }
  ++counts_.num_states;
  if (stored_->is_damaged()) {
    // CheckEntries() has named it.
  } else if (stored_->last_sequence != last_sequence_) {
    Fault(learner_,
          absl::StrCat("it is of sequence ", stored_->last_sequence,
                       ", the learner's log ends with ", last_sequence_),
          stored_->last_sequence > last_sequence_ ? kRestoreABackup : kRefold);
  } else if (stored_->is_stale) {
    ++counts_.num_stale;
  } else if (!folding_) {
    ++counts_.num_without_model;
  } else {
    Compare();
  }
  return absl::OkStatus();
}

void StateCheck::Compare() {
  const absl::StatusOr<LearnerState> decoded = DecodeState(stored_->state);
  if (!decoded.ok()) {
    ++counts_.num_compared;
    return Fault(learner_, std::string(decoded.status().message()),
                 "nothing: the next read refolds it");
  }
  const std::string refolded = EncodeState(refold_);
  // Bytes of an older build hold less, but are no damage.
  if (stored_->state != refolded && EncodeState(*decoded) != stored_->state) {
    ++counts_.num_without_model;
    return;
  }
  ++counts_.num_compared;
  Hash(stored_->state, &counts_.stored_hash);
  Hash(refolded, &counts_.refold_hash);
  if (stored_->state == refolded) return;
  Fault(learner_,
        absl::StrCat("it differs from the refold of its log by model version ",
                     stored_->model_version,
                     "; in last bits, if another kind of processor made it"),
        kRefold);
}

absl::Status StateCheck::CheckOthers() {
  return states_.List(
      tenant_, "",
      [&](const LearnerId& learner, const StoredLearnerState& stored) {
        if (seen_.contains(learner) || stored.is_damaged()) return true;
        ++counts_.num_states;
        Fault(learner, "it is there, though the learner has no events",
              kRestoreABackup);
        return true;
      });
}

}  // namespace

absl::Status CheckStates(Database* database, const TenantId& tenant,
                         const std::string& model_dir,
                         const CheckOutput& output, StateCounts* counts) {
  StateCheck check(database, tenant, model_dir, output, counts);
  absl::Status status;
  RETURN_IF_ERROR(TrackStore(database).ListAll(tenant, [&](const Event& event) {
    status = check.Add(event);
    return status.ok();
  }));
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(check.Finish());
  return check.CheckOthers();
}

}  // namespace evenlight
