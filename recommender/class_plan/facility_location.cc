#include "recommender/class_plan/facility_location.h"

#include <queue>

namespace evenlight {
namespace {

// What a column added when `num_chosen` columns were chosen.
struct Bound {
  double added = 0;
  int32_t column = 0;
  size_t num_chosen = 0;

  // The queue's top is the largest; of equals the lower column.
  friend bool operator<(const Bound& a, const Bound& b) {
    return a.added != b.added ? a.added < b.added : a.column > b.column;
  }
};

double Added(const GainMatrix& gains, const Eigen::VectorXf& best,
             int32_t column) {
  return (gains.col(column) - best).cwiseMax(0).cast<double>().sum();
}

}  // namespace

std::vector<Chosen> ChooseGreedily(const GainMatrix& gains, int32_t num_chosen,
                                   double min_added) {
  Eigen::VectorXf best = Eigen::VectorXf::Zero(gains.rows());
  std::priority_queue<Bound> queue;
  for (int32_t column = 0; column < gains.cols(); ++column) {
    queue.push({Added(gains, best, column), column, 0});
  }
  std::vector<Chosen> chosen;
  while (static_cast<int32_t>(chosen.size()) < num_chosen && !queue.empty()) {
    Bound top = queue.top();
    queue.pop();
    if (top.num_chosen != chosen.size()) {
      top.added = Added(gains, best, top.column);
      top.num_chosen = chosen.size();
      queue.push(top);
      continue;
    }
    if (!(top.added > 0) || top.added < min_added) break;
    chosen.push_back({top.column, top.added});
    best = best.cwiseMax(gains.col(top.column)).eval();
  }
  return chosen;
}

}  // namespace evenlight
