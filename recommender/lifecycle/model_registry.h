// The model set that serves each tenant.
//
// A ModelSet never changes after it is published, so a request needs one thing
// only: a reference that keeps its set alive. The registry hands out that
// reference; it never loads or chooses a version (see model_loader.h and
// version_policy.h).

#ifndef EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_REGISTRY_H_
#define EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_REGISTRY_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/models/model_set.h"

namespace evenlight {

// Thread-safe. The lock covers a pointer copy; it is never held while a model
// is loaded, used or destroyed.
class ModelRegistry {
 public:
  ModelRegistry();
  ModelRegistry(const ModelRegistry&) = delete;
  ModelRegistry& operator=(const ModelRegistry&) = delete;

  // The serving set; before the first Publish() a set of version 0 that knows
  // nothing. Never null.
  //
  // Take it once per request and pass it down: two calls may return two
  // versions, and their rows do not agree.
  std::shared_ptr<const ModelSet> Serving(const TenantId& tenant) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // Makes `next` serve every request of the tenant that begins after this call.
  // Any version may follow any other: choosing is the loader's business.
  // `next` is not null.
  void Publish(const TenantId& tenant, std::shared_ptr<const ModelSet> next)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  const std::shared_ptr<const ModelSet> nothing_;
  mutable Mutex mu_;
  absl::flat_hash_map<TenantId, std::shared_ptr<const ModelSet>> serving_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_LIFECYCLE_MODEL_REGISTRY_H_
