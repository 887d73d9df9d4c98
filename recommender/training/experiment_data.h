// A set of answers as the experiment reads it: tracks, folds, chunks.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_DATA_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_DATA_H_

#include <cstdint>
#include <vector>

#include "core/answers.h"
#include "core/interaction.h"
#include "recommender/training/dataset.h"

namespace evenlight {

// Learners by id, so that the order of the file changes nothing.
struct ExperimentData {
  IdTables ids;
  std::vector<std::vector<Interaction>> tracks;
  std::vector<int32_t> folds;  // By track; 0: always for training.
};

// Without folds in the set they are a seeded hash of the learner; without
// times, the order of a learner's answers is all that is known.
ExperimentData ReadAnswers(const AnswerSet& answers, int64_t seed);

// The tracks of one fold's three roles, cut into chunks.
struct FoldParts {
  std::vector<TrackPart> train;
  std::vector<TrackPart> validation;
  std::vector<TrackPart> test;
};

// The fold that validates what is tested on `fold`: the next, round about.
constexpr int ValidationFoldOf(int fold) { return fold % kNumFolds + 1; }

// Learners of neither fold are for training. A history starts anew every
// `chunk_size` answers; 0: never. Learners without answers have no part. The
// parts live as long as `data`.
FoldParts SplitFold(const ExperimentData& data, int fold, int chunk_size);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_EXPERIMENT_DATA_H_
