#include "recommender/path/review_queue.h"

#include <algorithm>

#include "recommender/state/mastery.h"

namespace evenlight {
namespace {

absl::Time DueOf(const FadingKc& fading) {
  Mastery mastery;
  mastery.num_correct = fading.num_correct;
  mastery.num_incorrect = fading.num_incorrect;
  mastery.last_time = fading.last_time;
  return DueTime(mastery);
}

}  // namespace

ReviewQueue::ReviewQueue(const PathChoices* choices)
    : choices_(*choices), fading_(choices->fading) {
  for (const FadingKc& fading : fading_) {
    is_mastered_.push_back(fading.need < 0);
  }
}

void ReviewQueue::AddMastered(NeedIndex need, int32_t num_right,
                              int32_t num_wrong, absl::Time time) {
  for (size_t k = 0; k < fading_.size(); ++k) {
    if (fading_[k].need != need) continue;
    fading_[k].num_correct += num_right;
    fading_[k].num_incorrect += num_wrong;
    fading_[k].last_time = time;
    is_mastered_[k] = true;
  }
}

std::optional<ReviewQueue::Review> ReviewQueue::Next(
    absl::Time time, absl::FunctionRef<bool(ChoiceIndex)> accept) const {
  std::optional<Review> next;
  absl::Time earliest = time;
  for (size_t k = 0; k < fading_.size(); ++k) {
    if (!is_mastered_[k]) continue;
    const absl::Time due = DueOf(fading_[k]);
    if (due > earliest || (next.has_value() && due == earliest)) continue;
    const std::vector<ChoiceIndex>& questions = choices_.reviews[k];
    const auto found = std::find_if(questions.begin(), questions.end(), accept);
    if (found == questions.end()) continue;
    next = Review{k, *found};
    earliest = due;
  }
  return next;
}

void ReviewQueue::MarkDone(const Review& review, absl::Time time) {
  ++fading_[review.fading].num_correct;
  fading_[review.fading].last_time = time;
}

}  // namespace evenlight
