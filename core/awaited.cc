#include "core/awaited.h"

namespace evenlight {
namespace {

thread_local const absl::FunctionRef<absl::Status()>* current = nullptr;

}  // namespace

AwaitedScope::AwaitedScope(absl::FunctionRef<absl::Status()> check)
    : check_(check), outer_(current) {
  current = &check_;
}

AwaitedScope::~AwaitedScope() { current = outer_; }

absl::Status CheckAwaited() {
  return current == nullptr ? absl::OkStatus() : (*current)();
}

}  // namespace evenlight
