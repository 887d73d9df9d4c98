// Names that are unique without asking anybody: of lists and checkpoints.

#ifndef EVENLIGHT_SERVICES_SERVER_NAME_MAKER_H_
#define EVENLIGHT_SERVICES_SERVER_NAME_MAKER_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/mutex.h"

namespace evenlight {

// Thread-safe.
class NameMaker {
 public:
  // Two makers with the same seed make the same names at the same times.
  explicit NameMaker(uint64_t seed) : random_(seed) {}

  // `20260101T000000Z-` and 16 hexadecimal digits: in the order of time, and
  // unique but for one chance in 2^64 within a second.
  std::string Make(absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);

  // The time in a name; InfiniteFuture if it is not one of ours.
  static absl::Time TimeOf(const std::string& name);

 private:
  Mutex mu_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_NAME_MAKER_H_
