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

  // Asked before each stage. False: nobody waits for the list any more, which
  // then ends as it is and must not be used.
  virtual bool IsAwaited() { return true; }

  // May a stage or source that can be left out still begin? Asked in order.
  virtual bool HasTimeFor(const char* stage) = 0;

  // A stage begins; it ends and leaves so many candidates (once places are
  // chosen: so many places). Names live for ever.
  virtual void Begin(const char* stage) = 0;
  virtual void End(const char* stage, int64_t num_left) = 0;

  // One that began has failed: what follows goes on without it. A source is
  // named as HasTimeFor() names it. Not of interest to all.
  virtual void Fail(const char* /*stage*/) {}

  // At the end, for each source that proposed anything: how many resources, and
  // how many of them are shown, whatever else proposed them. Not of interest to
  // all.
  virtual void CountSource(const char* /*source*/, int64_t /*num_proposed*/,
                           int64_t /*num_shown*/) {}
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_STAGE_WATCH_H_
