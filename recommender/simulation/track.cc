#include "recommender/simulation/track.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/digest.h"
#include "recommender/simulation/lesson_plan.h"
#include "recommender/simulation/session.h"

namespace evenlight {
namespace {

constexpr uint32_t kTeacherPurpose = 0x7ea;

// Sessions a day of a learner with all access and average diligence.
constexpr double kSessionsOnWeekday = .75;
constexpr double kSessionsOnWeekend = .35;

// Identifies the options, so that events of two districts never meet.
std::string Prefix(const DistrictOptions& options) {
  return absl::StrCat(
      "syn-e-",
      Sha256Hex(absl::StrCat(options.num_learners, " ", options.seed, " ",
                             options.weeks, " ",
                             absl::ToUnixMicros(options.end)))
          .substr(0, 8),
      "-");
}

// A teacher assigns one resource of the week's kc, every weekday in another
// subject.
Event Assign(const District& district, const LessonPlan& plan, int c, int day,
             Random* random) {
  const int grade = district.classes[c].grade;
  const int kc = plan.KcOfWeek(grade, day % 7 % kNumSubjects, day / 7);
  Event event;
  event.actor = district.teachers[c].actor;
  event.verb = Verb::kAssigned;
  event.phase = Phase::kPostClass;
  event.class_id = district.classes[c].id;
  event.resource =
      district.resources[random->Pick(plan.ResourcesOf(kc).exercises)].id;
  event.time = DayBegin(district.options, day) + absl::Minutes(450) +
               absl::Seconds(random->Below(1800));
  event.due_time = event.time + absl::Hours(72);
  return event;
}

bool IsWeekend(const DistrictOptions& options, int day) {
  const absl::Weekday weekday = absl::GetWeekday(
      absl::ToCivilDay(DayBegin(options, day), SchoolTimeZone()));
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

class Track {
 public:
  explicit Track(const District& district)
      : district_(district), plan_(district) {
    const int64_t seed = district.options.seed;
    for (size_t c = 0; c < district.classes.size(); ++c) {
      teachers_.emplace_back(seed, kTeacherPurpose, static_cast<uint32_t>(c));
    }
    for (size_t k = 0; k < district.learners.size(); ++k) {
      learners_.emplace_back(district, plan_, static_cast<int>(k));
    }
    assigned_.resize(district.classes.size());
  }

  // The events of one day, in order.
  std::vector<Event> Day(int day) {
    const bool is_weekend = IsWeekend(district_.options, day);
    std::vector<Event> events;
    if (!is_weekend) {
      for (size_t c = 0; c < district_.classes.size(); ++c) {
        events.push_back(
            Assign(district_, plan_, static_cast<int>(c), day, &teachers_[c]));
        assigned_[c] = events.back().resource;
      }
    }
    for (size_t k = 0; k < learners_.size(); ++k) {
      const LearnerTruth& truth = district_.learner_truth[k];
      const double p = (is_weekend ? kSessionsOnWeekend : kSessionsOnWeekday) *
                       truth.access * truth.diligence;
      learners_[k].AddDay(day, is_weekend, std::min(p, .95),
                          assigned_[truth.school_class], &events);
    }
    std::stable_sort(
        events.begin(), events.end(),
        [](const Event& a, const Event& b) { return a.time < b.time; });
    return events;
  }

 private:
  const District& district_;
  const LessonPlan plan_;
  std::vector<Random> teachers_;            // By class.
  std::vector<ResourceId> assigned_;        // By class, the last.
  std::vector<SimulatedLearner> learners_;  // By learner.
};

}  // namespace

int64_t SimulateTrack(const District& district,
                      absl::FunctionRef<void(int day, const Event&)> visit) {
  const std::string prefix = Prefix(district.options);
  Track track(district);
  int64_t num_events = 0;
  for (int day = 0; day < 7 * district.options.weeks; ++day) {
    for (Event& event : track.Day(day)) {
      event.id = absl::StrFormat("%s%08d", prefix, ++num_events);
      visit(day, event);
    }
  }
  return num_events;
}

}  // namespace evenlight
