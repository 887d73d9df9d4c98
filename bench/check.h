// What benches that measure whole programs share: giving up, and their output.

#ifndef EVENLIGHT_BENCH_CHECK_H_
#define EVENLIGHT_BENCH_CHECK_H_

#include <string>

namespace evenlight {

// Ends the program with a message unless `is_ok`.
void Check(bool is_ok, const std::string& what);

// One line on standard output: `figure=... value=... unit=...`, and if there is
// a `floor`, `floor=... ratio=...`. A figure with a bar and no floor has the
// bar as its floor.
void PrintFigure(const std::string& figure, double value, const char* unit);
void PrintFigure(const std::string& figure, double value, const char* unit,
                 double floor);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_CHECK_H_
