#include "recommender/simulation/lesson_plan.h"

#include <algorithm>

namespace evenlight {
namespace {

int SubjectOf(const std::string& subject) {
  const auto found = std::find(kSubjects.begin(), kSubjects.end(), subject);
  return static_cast<int>(found - kSubjects.begin());
}

}  // namespace

absl::TimeZone SchoolTimeZone() { return absl::FixedTimeZone(8 * 3600); }

absl::Time DayBegin(const DistrictOptions& options, int day) {
  // The last day ends at or before `end`.
  const absl::CivilDay last = absl::ToCivilDay(options.end, SchoolTimeZone());
  return absl::FromCivil(last - 7 * options.weeks + day, SchoolTimeZone());
}

LessonPlan::LessonPlan(const District& district)
    : weeks_(district.options.weeks), by_kc_(district.kcs.size()) {
  for (int kc = 0; kc < static_cast<int>(district.kcs.size()); ++kc) {
    const int grade = district.kcs[kc].grade;
    kcs_[grade - 1][SubjectOf(district.kcs[kc].subject)].push_back(kc);
    all_[grade - 1].push_back(kc);
  }
  for (int r = 0; r < static_cast<int>(district.resources.size()); ++r) {
    const int kc = district.resource_truth[r].kc;
    const ResourceKind kind = district.resources[r].kind;
    if (kind == ResourceKind::kQuiz) {
      const int subject = SubjectOf(district.kcs[kc].subject);
      quizzes_[district.kcs[kc].grade - 1][subject] = r;
    } else if (kind == ResourceKind::kExercise) {
      by_kc_[kc].exercises.push_back(r);
    } else {
      by_kc_[kc].media.push_back(r);
    }
  }
}

int LessonPlan::KcOfWeek(int grade, int subject, int week) const {
  const std::vector<int>& kcs = kcs_[grade - 1][subject];
  const int num_kcs = static_cast<int>(kcs.size());
  return kcs[std::min(num_kcs - 1, week * num_kcs / weeks_)];
}

}  // namespace evenlight
