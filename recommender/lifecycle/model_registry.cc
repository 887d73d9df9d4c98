#include "recommender/lifecycle/model_registry.h"

#include <cassert>
#include <utility>

namespace evenlight {

ModelRegistry::ModelRegistry() : nothing_(std::make_shared<const ModelSet>()) {}

std::shared_ptr<const ModelSet> ModelRegistry::Serving(
    const TenantId& tenant) const {
  MutexLock lock(mu_);
  const auto found = serving_.find(tenant);
  return found == serving_.end() ? nothing_ : found->second;
}

void ModelRegistry::Publish(const TenantId& tenant,
                            std::shared_ptr<const ModelSet> next) {
  assert(next != nullptr);
  MutexLock lock(mu_);
  // The retired set ends up in `next`, which is destroyed after `lock`: no
  // reader waits while a large set is freed.
  std::swap(serving_[tenant], next);
}

}  // namespace evenlight
