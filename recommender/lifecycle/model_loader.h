// Watches the model directory, loads and warms a new version beside the serving
// one, and has the registry serve it. A broken version is skipped and reported;
// the old one serves on.

#ifndef EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_LOADER_H_
#define EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_LOADER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/models/model_set.h"
#include "storage/model_directory.h"

namespace evenlight {

// Where one version stands, for ListModels.
struct ModelVersionState {
  ModelVersionSummary summary;
  bool is_serving = false;
  bool is_pinned = false;
  absl::Status problem;  // Not OK: it cannot be served.
};

// What serves, and what was found broken since the start.
struct ModelFigures {
  struct Served {
    int64_t version = 0;
    absl::Time publish_time = absl::UnixEpoch();  // The epoch: not known.
  };
  std::map<TenantId, Served> served;
  int64_t num_failed_loads = 0;  // Versions, and directories of tenants.
};

// Thread-safe. Loading is done under a lock of its own, never under the
// registry's.
class ModelLoader {
 public:
  struct Options {
    std::string model_dir;
    absl::Duration poll_interval = absl::Seconds(5);
    // Called with a loaded version before it serves, to prepare what its first
    // request needs; and after it serves. Both may be empty. They must not call
    // the loader.
    using Hook = std::function<void(const TenantId&,
                                    const std::shared_ptr<const ModelSet>&)>;
    Hook warm_up;
    Hook on_serving;
  };

  // `registry` outlives it. Starts no thread; see Start().
  ModelLoader(Options options, ModelRegistry* registry);
  ~ModelLoader();  // Stop()

  // Looks once at every tenant's directory and serves what should be served. A
  // version that does not load is tried again when its directory changes.
  // Problems are logged once and kept for List(), never returned. A pin that
  // cannot be read counts as none; Activate() and Rollback() write a new one.
  void Poll() ABSL_LOCKS_EXCLUDED(mu_);

  // Polls until Stop(), which joins.
  void Start();
  void Stop() ABSL_LOCKS_EXCLUDED(stop_mu_);

  // All versions of a tenant, newest first; empty for an unknown tenant.
  //
  // INVALID_ARGUMENT: `tenant` is no id; also of the two below.
  absl::StatusOr<std::vector<ModelVersionState>> List(const TenantId& tenant)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Serves `version` and returns it. The newest published one lifts the pin, an
  // older one is pinned. 0 stands for the newest that loads, and lifts the pin.
  //
  // NOT_FOUND, DATA_LOSS, FAILED_PRECONDITION: as ModelDirectory::Load(); the
  // serving version goes on.
  absl::StatusOr<int64_t> Activate(const TenantId& tenant, int64_t version)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Serves the version before the serving one, pins and returns it.
  //
  // FAILED_PRECONDITION: there is no earlier version that loads.
  absl::StatusOr<int64_t> Rollback(const TenantId& tenant)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Waits for no load.
  ModelFigures figures() const ABSL_LOCKS_EXCLUDED(figures_mu_);

 private:
  // Why a version cannot be served, and the bytes of which that was found.
  struct Problem {
    absl::Status status;
    std::string fingerprint;  // Of its directory.
  };
  // One tenant, looked at once.
  struct View;

  absl::StatusOr<View> Look(const TenantId& tenant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void PollTenant(const TenantId& tenant) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<std::shared_ptr<const ModelSet>> Load(const TenantId& tenant,
                                                       int64_t version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteProblem(const TenantId& tenant, int64_t version,
                   const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Serve(const TenantId& tenant, std::shared_ptr<const ModelSet> models)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CountServed(const TenantId& tenant, int64_t version)
      ABSL_LOCKS_EXCLUDED(figures_mu_);

  const Options options_;
  ModelRegistry& registry_;
  Mutex mu_;  // One load at a time.
  absl::flat_hash_map<TenantId, std::map<int64_t, Problem>> problems_
      ABSL_GUARDED_BY(mu_);
  mutable Mutex figures_mu_ ABSL_ACQUIRED_AFTER(mu_);
  ModelFigures figures_ ABSL_GUARDED_BY(figures_mu_);
  Mutex stop_mu_;
  CondVar stop_wake_;
  bool is_stopping_ ABSL_GUARDED_BY(stop_mu_) = false;
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_LOADER_H_
