// Answers that a data set itself has split into parts, as tracks: for data
// without an order, where no later window can be cut off.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_SPLIT_TRACKS_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_SPLIT_TRACKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/answers.h"
#include "core/interaction.h"
#include "recommender/training/dataset.h"
#include "recommender/training/experiment_data.h"

namespace evenlight {

// Immutable. Learners by id; each one's answers of a part in the order of the
// set.
class SplitTracks {
 public:
  // Answers without a split are taken as those of training.
  explicit SplitTracks(AnswerSet answers);

  // INVALID_ARGUMENT: no answer to train with, or none to test with.
  absl::Status Check() const;

  int32_t num_learners() const {
    return static_cast<int32_t>(learners_.size());
  }
  const LearnerId& learner(int32_t row) const { return learners_[row]; }
  const IdTables& ids() const { return data_.ids; }

  // May be empty; live as long as this.
  absl::Span<const Interaction> Train(int32_t row) const;
  absl::Span<const Interaction> Validation(int32_t row) const;
  absl::Span<const Interaction> Test(int32_t row) const;

  // Of learners with such answers; `learner` is the row. Those of validation
  // begin with the answers of training, which only move the state.
  std::vector<TrackPart> TrainParts() const;
  std::vector<TrackPart> ValidationParts() const;

 private:
  absl::Span<const Interaction> All(int32_t row) const {
    return data_.tracks[row];
  }

  ExperimentData data_;
  std::vector<LearnerId> learners_;
  std::vector<size_t> num_train_;       // By learner.
  std::vector<size_t> num_validation_;  // The same.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_SPLIT_TRACKS_H_
