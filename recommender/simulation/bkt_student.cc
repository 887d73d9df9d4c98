#include "recommender/simulation/bkt_student.h"

#include <cmath>
#include <utility>

namespace evenlight {
namespace {

float Shifted(float p, double log_odds) {
  const double odds = p / (1 - p) * std::exp(log_odds);
  return static_cast<float>(odds / (1 + odds));
}

}  // namespace

BktStudent::BktStudent(const PrerequisiteGraph* graph,
                       const std::vector<BktParams>* kcs,
                       std::vector<double> p_known)
    : graph_(graph), kcs_(kcs), p_known_(std::move(p_known)) {}

BktParams BktStudent::ParamsOf(StudentItem item) const {
  BktParams params = (*kcs_)[item.kc];
  params.p_guess = Shifted(params.p_guess, -item.difficulty);
  params.p_slip = Shifted(params.p_slip, item.difficulty);
  double readiness = 1;
  for (const int prerequisite : (*graph_)[item.kc]) {
    readiness *= p_known_[prerequisite];
  }
  params.p_learn *= static_cast<float>(.2 + .8 * readiness);
  return params;
}

double BktStudent::PCorrect(StudentItem item, absl::Time) const {
  return PredictCorrect(ParamsOf(item), static_cast<float>(p_known_[item.kc]));
}

void BktStudent::Answer(StudentItem item, bool is_correct, absl::Time) {
  double& p_known = p_known_[item.kc];
  p_known =
      UpdateKnown(ParamsOf(item), static_cast<float>(p_known), is_correct);
}

void BktStudent::Watch(int kc, absl::Time) {
  const BktParams params = ParamsOf({kc, 0});
  double& p_known = p_known_[kc];
  p_known = p_known * (1 - params.p_forget) + (1 - p_known) * params.p_learn;
}

std::unique_ptr<StudentModel> BktStudent::Clone() const {
  return std::make_unique<BktStudent>(*this);
}

}  // namespace evenlight
