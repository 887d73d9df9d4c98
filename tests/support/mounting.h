// Where a test needs a disk of its own to fill.

#ifndef EVENLIGHT_TESTS_SUPPORT_MOUNTING_H_
#define EVENLIGHT_TESTS_SUPPORT_MOUNTING_H_

#include <unistd.h>

#include "tests/support/test_data.h"

namespace evenlight {

// True where a test that cannot mount a tmpfs must fail, not skip: for root,
// where no test may skip for want of its data.
inline bool MustMount() { return geteuid() == 0 && MustHaveTestData(); }

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_MOUNTING_H_
