// ZPDES: activities by recent learning progress within a zone that grows.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_ZPDES_POLICY_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_ZPDES_POLICY_H_

#include <cstdint>
#include <map>
#include <vector>

#include "recommender/simulation/loop_policy.h"

namespace evenlight {

// After Clement, Roy, Oudeyer & Lopes (JEDM 2015). An activity is a kc at one
// of three difficulties, easy to hard. Its quality w follows the progress on
// it,
//
//   w <- 0.7 w + 0.3 r,  r = mean of its last 2 answers - mean of the 2 before,
//
// and activities of the zone are drawn in proportion to w, a fifth of the time
// evenly. An activity opens the next difficulty, and the easiest of kcs whose
// prerequisites are all left behind, after 3 of its last 4 answers were right;
// at the hardest difficulty its kc is then left behind.
class ZpdesPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;

 private:
  static constexpr int kNumLevels = 3;
  struct Activity {
    double quality = 0.1;
    std::vector<bool> answers;
  };
  struct Kc {
    Activity levels[kNumLevels];
    int level = 0;  // That is in the zone; kNumLevels: left behind.
  };

  void ReadNewAnswers(const LoopView& view);
  bool IsOpen(const LoopView& view, KcIndex kc);
  ResourceIndex ExerciseOf(const LoopView& view, KcIndex kc, int level);

  std::map<KcIndex, Kc> kcs_;
  size_t num_read_ = 0;  // Of the track.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_ZPDES_POLICY_H_
