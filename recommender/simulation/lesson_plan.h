// What a class of each grade is taught in each week, and which resources there
// are for it.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_LESSON_PLAN_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_LESSON_PLAN_H_

#include <array>
#include <vector>

#include "absl/time/time.h"
#include "recommender/simulation/district.h"

namespace evenlight {

inline constexpr int kNumSubjects = 3;
inline constexpr std::array<const char*, kNumSubjects> kSubjects = {
    "mathematics", "chinese", "science"};
inline constexpr int kNumGrades = 9;

// The time of the synthetic district: UTC+8.
absl::TimeZone SchoolTimeZone();

// When a day of the track begins, in school time; day 0 is `weeks` weeks before
// the end.
absl::Time DayBegin(const DistrictOptions& options, int day);

// Immutable.
class LessonPlan {
 public:
  // Resources as indexes into District::resources.
  struct KcResources {
    std::vector<int> exercises;  // From easy to hard.
    std::vector<int> media;
  };

  explicit LessonPlan(const District& district);

  // The kc that a grade is taught in a subject and week: all of the grade in
  // turn over the weeks of the district.
  int KcOfWeek(int grade, int subject, int week) const;

  const KcResources& ResourcesOf(int kc) const { return by_kc_[kc]; }

  // The quiz of a subject and grade, an index into District::resources.
  int Quiz(int grade, int subject) const {
    return quizzes_[grade - 1][subject];
  }

  // Kcs of the grade, all subjects.
  const std::vector<int>& KcsOfGrade(int grade) const {
    return all_[grade - 1];
  }

 private:
  const int weeks_;
  std::vector<KcResources> by_kc_;
  std::array<std::array<std::vector<int>, kNumSubjects>, kNumGrades> kcs_;
  std::array<std::array<int, kNumSubjects>, kNumGrades> quizzes_{};
  std::array<std::vector<int>, kNumGrades> all_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_LESSON_PLAN_H_
