// Which kcs want a review by when, over the days of a path.

#ifndef EVENLIGHT_RECOMMENDER_PATH_REVIEW_QUEUE_H_
#define EVENLIGHT_RECOMMENDER_PATH_REVIEW_QUEUE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "recommender/path/choices.h"

namespace evenlight {

// One thread; refers to `choices`, which outlives it.
class ReviewQueue {
 public:
  struct Review {
    size_t fading = 0;  // Position in PathChoices::fading.
    ChoiceIndex question = 0;
  };

  explicit ReviewQueue(const PathChoices* choices);

  // `need` is mastered at `time`, after so many planned answers.
  void AddMastered(NeedIndex need, int32_t num_right, int32_t num_wrong,
                   absl::Time time);

  // Of those due at `time`, by the recall curve of recommender/state/mastery.h,
  // the earliest due that has a question which `accept` takes, and the best of
  // these. nullopt if there is none.
  std::optional<Review> Next(absl::Time time,
                             absl::FunctionRef<bool(ChoiceIndex)> accept) const;

  // It was answered right at `time`.
  void MarkDone(const Review& review, absl::Time time);

 private:
  const PathChoices& choices_;
  std::vector<FadingKc> fading_;
  std::vector<bool> is_mastered_;  // By position in `fading_`.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_REVIEW_QUEUE_H_
