#include "recommender/training/train_stages.h"

#include "core/clock.h"

namespace evenlight {

void TrainStages::Start(std::string stage) {
  Stop();
  stage_ = std::move(stage);
  start_ = SystemClock().Now();
  Progress(0);
}

void TrainStages::Stop() {
  if (stage_.empty()) return;
  seconds_.emplace_back(stage_,
                        absl::ToDoubleSeconds(SystemClock().Now() - start_));
  Progress(1);
  stage_.clear();
}

void TrainStages::Progress(double done) const {
  if (on_progress_) on_progress_(stage_, done);
}

}  // namespace evenlight
