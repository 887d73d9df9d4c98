#include "recommender/training/split_tracks.h"

#include <algorithm>

namespace evenlight {
namespace {

size_t CountUpTo(AnswerSplit last, const LearnerAnswers& learner) {
  return static_cast<size_t>(std::count_if(
      learner.answers.begin(), learner.answers.end(),
      [last](const Answer& answer) { return answer.split <= last; }));
}

}  // namespace

SplitTracks::SplitTracks(AnswerSet answers) {
  std::sort(answers.learners.begin(), answers.learners.end(),
            [](const LearnerAnswers& a, const LearnerAnswers& b) {
              return a.learner < b.learner;
            });
  for (LearnerAnswers& learner : answers.learners) {
    std::stable_sort(
        learner.answers.begin(), learner.answers.end(),
        [](const Answer& a, const Answer& b) { return a.split < b.split; });
    learners_.push_back(learner.learner);
    num_train_.push_back(CountUpTo(AnswerSplit::kTrain, learner));
    num_validation_.push_back(CountUpTo(AnswerSplit::kValidation, learner) -
                              num_train_.back());
  }
  data_ = ReadAnswers(answers, /*seed=*/1);  // Its folds are not read.
}

absl::Status SplitTracks::Check() const {
  size_t num_train = 0;
  size_t num_test = 0;
  for (int32_t row = 0; row < num_learners(); ++row) {
    num_train += Train(row).size();
    num_test += Test(row).size();
  }
  if (num_train == 0) {
    return absl::InvalidArgumentError(
        "no answer has the split train: there is nothing to learn from");
  }
  if (num_test == 0) {
    return absl::InvalidArgumentError(
        "no answer has the split test: there is nothing to predict");
  }
  return absl::OkStatus();
}

absl::Span<const Interaction> SplitTracks::Train(int32_t row) const {
  return All(row).first(num_train_[row]);
}

absl::Span<const Interaction> SplitTracks::Validation(int32_t row) const {
  return All(row).subspan(num_train_[row], num_validation_[row]);
}

absl::Span<const Interaction> SplitTracks::Test(int32_t row) const {
  return All(row).subspan(num_train_[row] + num_validation_[row]);
}

std::vector<TrackPart> SplitTracks::TrainParts() const {
  std::vector<TrackPart> parts;
  for (int32_t row = 0; row < num_learners(); ++row) {
    if (num_train_[row] == 0) continue;
    parts.push_back({.interactions = Train(row), .learner = row});
  }
  return parts;
}

std::vector<TrackPart> SplitTracks::ValidationParts() const {
  std::vector<TrackPart> parts;
  for (int32_t row = 0; row < num_learners(); ++row) {
    if (num_validation_[row] == 0) continue;
    parts.push_back(
        {.interactions = All(row).first(num_train_[row] + num_validation_[row]),
         .from = static_cast<int64_t>(num_train_[row]),
         .learner = row});
  }
  return parts;
}

}  // namespace evenlight
