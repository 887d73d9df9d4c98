// Learners who only view, for tests of what is learnt from engagements.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_VIEWERS_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_VIEWERS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "recommender/training/dataset.h"

namespace evenlight {

// Builds tracks of views, in order, and their id tables.
class Viewers {
 public:
  void Add(int32_t grade, const std::vector<ResourceId>& before,
           const std::vector<ResourceId>& in_window) {
    LearnerTrack track;
    track.learner = absl::StrCat("l", dataset_.learners.size());
    track.grade = grade;
    for (const ResourceId& id : before) View(id, track);
    track.num_before_window = static_cast<int64_t>(track.interactions.size());
    for (const ResourceId& id : in_window) View(id, track);
    dataset_.learners.push_back(std::move(track));
  }

  const Dataset& dataset() const { return dataset_; }

 private:
  void View(const ResourceId& id, LearnerTrack& track) {
    Interaction interaction;
    interaction.position.time =
        absl::UnixEpoch() + absl::Minutes(track.interactions.size());
    interaction.verb = Verb::kViewed;
    interaction.resource = ResourceKeyOf(id);
    dataset_.ids.resources.emplace(interaction.resource, id);
    track.interactions.push_back(interaction);
  }

  Dataset dataset_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_VIEWERS_H_
