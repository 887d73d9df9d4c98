// Adam on a flat vector of weights, parallel over its pieces.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_ADAM_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_ADAM_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace evenlight {

// Kingma & Ba, ICLR 2015, with their constants. Values in [rare_begin,
// rare_end) learn by AdaGrad (Duchi, Hazan & Singer, JMLR 2011): Adam moves
// what has a gradient in one step of hundreds by 1 / sqrt(1 - 0.999) = 31
// learning rates each time, and so learns rare questions by heart. One thread
// calls it.
class Adam {
 public:
  struct Sizes {
    int64_t num_values = 0;
    int64_t rare_begin = 0;
    int64_t rare_end = 0;
  };

  Adam(const Sizes& sizes, int num_threads);

  // One step of `values` against the sum of `gradients`, each as long as
  // `values`, added in their order; scaled down if its norm is above
  // `max_norm`. A gradient that is not finite moves nothing. Equal for any
  // number of threads.
  void Step(absl::Span<const std::vector<float>> gradients, float max_norm,
            float learning_rate, absl::Span<float> values);

 private:
  struct Rates {
    float gradient = 1;  // Scale of gradients.
    float step = 0;
    float square = 1;  // Scale of mean squares.
    float rare_step = 0;
  };

  void Move(const Rates& rates, int64_t begin, int64_t end,
            absl::Span<float> values);
  void MoveRare(const Rates& rates, int64_t begin, int64_t end,
                absl::Span<float> values);

  const Sizes sizes_;
  const int num_threads_;
  std::vector<float> sum_;
  std::vector<float> means_;  // Of gradients; 0 for what is rare.
  std::vector<float>
      squares_;  // Mean squares; sums of squares of what is rare.
  int64_t num_steps_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_ADAM_H_
