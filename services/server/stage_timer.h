// How long the stages of recommendations take and what they leave, over all
// requests; and when a request has no time left for more.

#ifndef EVENLIGHT_SERVICES_SERVER_STAGE_TIMER_H_
#define EVENLIGHT_SERVICES_SERVER_STAGE_TIMER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/clock.h"
#include "core/histogram.h"
#include "core/mutex.h"
#include "recommender/pipeline/stage_watch.h"

namespace evenlight {

// Of one stage, or source by its name, since the server's start.
struct StageFigures {
  int64_t num_runs = 0;
  int64_t num_left_out = 0;  // For want of time.
  int64_t num_failed = 0;
  absl::Duration time;  // Of all runs.
  // Candidates or places, of all runs; of a source, what it proposed.
  int64_t num_left = 0;
  int64_t num_shown = 0;  // Of a source, among what it proposed.
};

// Of all requests: what StageFigures says, and how the times are spread.
struct StageTotals : StageFigures {
  Histogram seconds{kSecondsBounds};  // Of one request each that ran it.
};

// Thread-safe.
class StageMeter {
 public:
  using Figures = std::map<std::string, StageTotals, std::less<>>;
  // Each name once.
  using NamedFigures = std::pair<absl::string_view, StageFigures>;

  void Add(absl::Span<const NamedFigures> request);
  Figures Read() const;

 private:
  mutable Mutex mu_;
  Figures figures_ ABSL_GUARDED_BY(mu_);
};

// One request. One thread.
class StageTimer : public StageWatch {
 public:
  // Both outlive it. `budget` counts from now. `meter` gets the figures when
  // this ends.
  StageTimer(const Clock* clock, absl::Duration budget, StageMeter* meter);
  ~StageTimer() override;

  bool IsAwaited() override;  // As CheckAwaited().
  bool HasTimeFor(const char* stage) override;
  void Begin(const char* stage) override;
  void End(const char* stage, int64_t num_left) override;
  void Fail(const char* stage) override;
  void CountSource(const char* source, int64_t num_proposed,
                   int64_t num_shown) override;

 private:
  // Names live for ever, as StageWatch promises.
  StageFigures& Of(absl::string_view name);

  const Clock& clock_;
  StageMeter& meter_;
  const absl::Time deadline_;
  absl::Time begin_;
  // A request has some two dozen: looked through rather than hashed.
  std::vector<StageMeter::NamedFigures> figures_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_STAGE_TIMER_H_
