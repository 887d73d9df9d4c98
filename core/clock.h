// Where the time comes from. Nothing else in the project asks for it.

#ifndef EVENLIGHT_CORE_CLOCK_H_
#define EVENLIGHT_CORE_CLOCK_H_

#include "absl/time/time.h"

namespace evenlight {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock. Lives for ever.
const Clock& SystemClock();

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_CLOCK_H_
