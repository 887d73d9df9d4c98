// Whether anybody still waits for what this thread works on. The work of a call
// is many functions deep, most of which know nothing of calls: whoever runs one
// says how to ask, and what takes long asks.

#ifndef EVENLIGHT_CORE_AWAITED_H_
#define EVENLIGHT_CORE_AWAITED_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace evenlight {

// For as long as this object lives, and no other of a later begin does,
// CheckAwaited() on this thread asks `check`. Objects end in reverse order.
class AwaitedScope {
 public:
  // `check` outlives this object.
  explicit AwaitedScope(absl::FunctionRef<absl::Status()> check);
  ~AwaitedScope();

  AwaitedScope(const AwaitedScope&) = delete;
  AwaitedScope& operator=(const AwaitedScope&) = delete;

 private:
  const absl::FunctionRef<absl::Status()> check_;
  const absl::FunctionRef<absl::Status()>* const outer_;
};

// OK while somebody waits, and where nobody said how to ask: what runs in the
// background goes on. Else the status to end with, the same on every call from
// then on. Takes some tens of nanoseconds.
absl::Status CheckAwaited();

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_AWAITED_H_
