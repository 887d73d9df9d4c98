#include "recommender/simulation/kss_student.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evenlight {
namespace {

constexpr double kFull = 5;
constexpr double kGuess = 0.25;
constexpr double kScale = 1.7;  // From the normal ogive to the logistic curve.

}  // namespace

KssStudent::KssStudent(const PrerequisiteGraph* graph,
                       const std::vector<double>* difficulties,
                       std::vector<double> levels)
    : graph_(graph), difficulties_(difficulties), levels_(std::move(levels)) {}

double KssStudent::PCorrect(StudentItem item, absl::Time) const {
  const double above = levels_[item.kc] - (*difficulties_)[item.kc];
  return kGuess +
         (1 - kGuess) / (1 + std::exp(item.difficulty - kScale * above));
}

void KssStudent::Answer(StudentItem item, bool, absl::Time) { Study(item.kc); }

void KssStudent::Watch(int kc, absl::Time) { Study(kc); }

void KssStudent::Study(int kc) {
  double missing = 0;
  for (const int prerequisite : (*graph_)[kc]) {
    missing += kFull - levels_[prerequisite];
  }
  Promote(kc, .5 * (kFull - levels_[kc]) * std::exp(-missing));
}

void KssStudent::Promote(int kc, double rise) {
  levels_[kc] = std::min(kFull, levels_[kc] + rise);
  for (int other = 0; other < static_cast<int>(graph_->size()); ++other) {
    const std::vector<int>& needs = (*graph_)[other];
    if (std::find(needs.begin(), needs.end(), kc) != needs.end()) {
      Promote(other, .5 * rise);
    }
  }
}

std::unique_ptr<StudentModel> KssStudent::Clone() const {
  return std::make_unique<KssStudent>(*this);
}

}  // namespace evenlight
