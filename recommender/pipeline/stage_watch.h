// Who looks on while the stages of a recommendation run: times them, counts
// what they leave, and says when there is no time for more.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_STAGE_WATCH_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_STAGE_WATCH_H_

#include <cstdint>

namespace evenlight {

// One recommendation, one thread. The pipeline has no clock: this has.
class StageWatch {
 public:
  virtual ~StageWatch() = default;

  // May a stage that can be left out still begin? Asked in the order of stages.
  virtual bool HasTimeFor(const char* stage) = 0;

  // A stage begins; it ends and leaves so many candidates (once places are
  // chosen: so many places). Names live for ever.
  virtual void Begin(const char* stage) = 0;
  virtual void End(const char* stage, int64_t num_left) = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_STAGE_WATCH_H_
