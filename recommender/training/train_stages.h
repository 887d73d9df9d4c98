// The stages of a training run: which runs, how far it is, how long each took.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_STAGES_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_STAGES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace evenlight {

// One thread.
class TrainStages {
 public:
  // As TrainJobOptions::progress.
  using OnProgress = std::function<void(absl::string_view stage, double done)>;

  explicit TrainStages(OnProgress on_progress)
      : on_progress_(std::move(on_progress)) {}

  // Ends the stage that runs, if one does, and begins another.
  void Start(std::string stage);
  void Stop();

  // How much of the stage that runs is done, in [0, 1].
  void Progress(double done) const;

  // Of each stage that ended, in their order.
  const std::vector<std::pair<std::string, double>>& seconds() const {
    return seconds_;
  }

 private:
  const OnProgress on_progress_;
  std::string stage_;  // Empty: none runs.
  absl::Time start_;
  std::vector<std::pair<std::string, double>> seconds_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_STAGES_H_
