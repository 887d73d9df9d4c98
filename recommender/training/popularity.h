// Rankings by popularity: what everybody should beat, and what a learner
// without a history is shown.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_POPULARITY_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_POPULARITY_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

// How many learners engaged with each resource. [num_resources]
std::vector<float> GlobalPopularity(const EngagementTable& table);

// By grade: the most popular rows and their counts, best first, at most 500 a
// grade.
// `grades` has one per learner of the table; learners of grade 0 count for
// none.
std::map<int32_t, std::vector<std::pair<ResourceRow, float>>> PopularByGrade(
    const EngagementTable& table, absl::Span<const int32_t> grades);

// As GlobalPopularity(), each learner counted 0.5^(age / half_life). `ages` has
// one per entry of the table, from the engagement until now; those below 0
// count as 0. `half_life` > 0; infinite is GlobalPopularity(). [num_resources]
std::vector<float> DecayedPopularity(const EngagementTable& table,
                                     absl::Span<const absl::Duration> ages,
                                     absl::Duration half_life);

// What a catalog and a roster know; 0: unknown. Unknown is a group of its own.
struct PopularityGroups {
  std::vector<int32_t> grades;    // By learner.
  std::vector<int32_t> subjects;  // By resource.
};

// Popularity per subject and grade: what learners of the same grade use, in the
// subjects that the learner uses. Immutable.
class GroupedPopularity {
 public:
  GroupedPopularity(const EngagementTable& table, PopularityGroups groups);

  // Sets scores[i] to
  //
  //   p(subject of i | learner)  c(grade, i) / sum over the subject c(grade, .)
  //
  // with c the learners of the grade who engaged with i, plus a hundredth of
  // those of all grades, so that a small grade falls back on them; and p the
  // share of the subject in `history`, smoothed by one engagement spread as the
  // grade's are. `scores` has one per resource.
  void Score(int32_t grade, absl::Span<const Engagement> history,
             absl::Span<float> scores) const;

 private:
  struct Grade {
    std::vector<float> counts;           // c, by resource.
    std::map<int32_t, double> subjects;  // Sums of c.
    double sum = 0;
  };

  Grade GradeOf(const std::vector<float>& counts) const;

  const PopularityGroups groups_;
  std::vector<float> all_;  // A hundredth of GlobalPopularity().
  std::map<int32_t, Grade> grades_;
  Grade unknown_;  // Of a grade without engagements.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_POPULARITY_H_
