// How many minutes a learner may still be sent home with today, as pure
// functions. The cap covers what the service or a teacher sends home; what is
// done in class or of one's own accord is outside it unless the policy says so.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_MINUTES_CAP_H_
#define EVENLIGHT_RECOMMENDER_RANKING_MINUTES_CAP_H_

#include <array>
#include <cstdint>
#include <string>

#include "core/event.h"

namespace evenlight {

// A value. Defaults: nothing written in grades 1 and 2, at most 60 minutes in
// grades 3 to 6, 90 in 7 to 9, 120 above and where the grade is not known.
struct MinutesCapPolicy {
  // By phase: is it under the cap?
  std::array<bool, 5> phases = {false, true, false, true, false};
  // By grade, 0 for not known; the last is for all above.
  std::array<float, 13> minutes = {120, 0,  0,  60,  60,  60, 60,
                                   90,  90, 90, 120, 120, 120};
  // Up to this grade the minutes are of written work, which is questions, and
  // other resources are not counted.
  int32_t last_written_only_grade = 2;
  std::string time_zone = "UTC";  // IANA name: where a day begins.

  bool Covers(Phase phase) const { return phases[static_cast<size_t>(phase)]; }
};

// What may still be given today. Each >= 0; infinite: no limit.
struct MinutesLeft {
  float all;      // Of everything.
  float written;  // Of questions, within `all`.

  static MinutesLeft Unlimited();
};

// `used` minutes are those spent today and those assigned for today and not yet
// done, of what is counted in this grade.
MinutesLeft LeftToday(const MinutesCapPolicy& policy, int32_t grade,
                      float used);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_MINUTES_CAP_H_
