#include "recommender/simulation/irt_student.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evenlight {
namespace {

constexpr double kGuess = 0.15;
constexpr double kRightRise = 0.3;
constexpr double kWrongRise = 0.1;

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

IrtStudent::IrtStudent(const PrerequisiteGraph* graph,
                       std::vector<double> levels)
    : graph_(graph), levels_(std::move(levels)) {}

double IrtStudent::PCorrect(StudentItem item, absl::Time) const {
  return kGuess + (1 - kGuess) * Logistic(levels_[item.kc] - item.difficulty);
}

double IrtStudent::Readiness(int kc) const {
  double least = 1;
  for (const int prerequisite : (*graph_)[kc]) {
    least = std::min(least, Logistic(levels_[prerequisite]));
  }
  return .2 + .8 * least;
}

void IrtStudent::Answer(StudentItem item, bool is_correct, absl::Time) {
  levels_[item.kc] +=
      (is_correct ? kRightRise : kWrongRise) * Readiness(item.kc);
}

void IrtStudent::Watch(int kc, absl::Time) {
  levels_[kc] += kRightRise * Readiness(kc);
}

std::unique_ptr<StudentModel> IrtStudent::Clone() const {
  return std::make_unique<IrtStudent>(*this);
}

}  // namespace evenlight
