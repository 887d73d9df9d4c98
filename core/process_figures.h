// What the operating system says of this process, by the names that every
// Prometheus client uses.

#ifndef EVENLIGHT_CORE_PROCESS_FIGURES_H_
#define EVENLIGHT_CORE_PROCESS_FIGURES_H_

#include <vector>

#include "core/figure.h"

namespace evenlight {

// Memory, processor time, threads, open files and the start, from /proc/self. A
// figure that cannot be read is left out. Thread-safe.
std::vector<Figure> ReadProcessFigures();

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_PROCESS_FIGURES_H_
