#include "recommender/training/tracing_cost.h"

#include "recommender/models/lrh.h"

namespace evenlight {
namespace {

constexpr int64_t kFloat = sizeof(float);

// Two products to predict, two for the posterior, two for the step.
constexpr int64_t kBktMultiplyAdds = 6;
// P(known) of the kc.
constexpr int64_t kBktFloats = 1;
// Residual averages, two of the learner and one of the kc, move by one each.
constexpr int64_t kAverages = 3;
// Of the learner and of the kc.
constexpr int64_t kCorrections = 2;

}  // namespace

bool IsWithin(const TracingCost& cost, const TracingCost& budget) {
  return cost.multiply_adds <= budget.multiply_adds &&
         cost.state_bytes <= budget.state_bytes;
}

TracingCost CostOfBkt() { return {kBktMultiplyAdds, kBktFloats * kFloat}; }

TracingCost CostOfLrh() {
  const TracingCost bkt = CostOfBkt();
  return {bkt.multiply_adds + kNumLrhShared + kNumLrhSlopes + kAverages +
              kCorrections,
          bkt.state_bytes + (kAverages + kCorrections) * kFloat};
}

TracingCost CostOfResidual(const ResidualShape& shape) {
  const TracingCost lrh = CostOfLrh();
  const int64_t num_states = shape.has_kc_gru ? 2 : 1;
  return {lrh.multiply_adds + MultiplyAdds(shape),
          lrh.state_bytes + num_states * shape.num_units * kFloat};
}

TracingCost CostOf(const TracingModel& model) {
  if (!model.is_trained()) return CostOfBkt();
  const ResidualWeights& residual = model.params().residual;
  return residual.empty() ? CostOfLrh() : CostOfResidual(residual.shape);
}

}  // namespace evenlight
