// The days of a path, as the learner counts them.

#ifndef EVENLIGHT_RECOMMENDER_PATH_CALENDAR_H_
#define EVENLIGHT_RECOMMENDER_PATH_CALENDAR_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "core/goal.h"

namespace evenlight {

// Immutable. Day 0 is today.
class PathCalendar {
 public:
  PathCalendar(const Goal& goal, absl::Time now)
      : zone_(absl::FixedTimeZone(goal.utc_offset_minutes * 60)),
        now_(now),
        today_(absl::ToCivilDay(now, zone_)) {}

  // When `day` begins; today began at now.
  absl::Time Begin(int32_t day) const {
    return day == 0 ? now_ : absl::FromCivil(today_ + day, zone_);
  }
  absl::Time End(int32_t day) const {
    return absl::FromCivil(today_ + day + 1, zone_);
  }

  // When today began at midnight.
  absl::Time Midnight() const { return absl::FromCivil(today_, zone_); }

  // The last day that has time before `due`; negative if that is over.
  int32_t LastDay(absl::Time due) const {
    if (due <= now_) return -1;
    return static_cast<int32_t>(
        absl::ToCivilDay(due - absl::Microseconds(1), zone_) - today_);
  }

  // As `2026-03-01`.
  std::string Date(int32_t day) const {
    return absl::FormatCivilTime(today_ + day);
  }

 private:
  const absl::TimeZone zone_;
  const absl::Time now_;
  const absl::CivilDay today_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_CALENDAR_H_
