#include "recommender/simulation/student.h"

#include <algorithm>
#include <cmath>

namespace evenlight {
namespace {

constexpr uint32_t kPurpose = 0x57d;

// What earlier years taught is mostly known, later matter hardly.
double BaseOfGradeGap(int gap) {
  if (gap < 0) return std::min(1.6, 0.5 - 0.4 * gap);
  return -0.9 - 0.8 * gap;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Student::Student(const StudentTraits& traits, int grade,
                 const std::vector<StudentKc>* kcs, int64_t seed,
                 uint32_t stream)
    : traits_(traits), kcs_(*kcs) {
  Random random(seed, kPurpose, stream);
  for (const StudentKc& kc : kcs_) {
    bases_.push_back(
        random.Normal(traits_.ability + BaseOfGradeGap(kc.grade - grade), 0.6));
  }
}

double Student::Retention(const Knowledge& knowledge, absl::Time now) {
  constexpr double kDecay = 0.5;
  const double factor = std::pow(0.9, -1 / kDecay) - 1;
  const double days =
      std::max(0.0, absl::ToDoubleHours(now - knowledge.last) / 24);
  return std::pow(1 + factor * days / knowledge.stability_days, -kDecay);
}

double Student::Level(int kc, absl::Time now) const {
  const auto found = practised_.find(kc);
  if (found == practised_.end()) return bases_[kc];
  return bases_[kc] + found->second.learned * Retention(found->second, now);
}

double Student::Readiness(int kc, absl::Time now) const {
  const std::vector<int>& prerequisites = kcs_[kc].prerequisites;
  if (prerequisites.empty()) return 1;
  double sum = 0;
  for (const int prerequisite : prerequisites) {
    sum += Sigmoid(Level(prerequisite, now));
  }
  return sum / static_cast<double>(prerequisites.size());
}

double Student::Mastery(int kc, absl::Time now) const {
  const double penalty = 1.5 * std::max(0.0, 0.5 - Readiness(kc, now));
  return Sigmoid(Level(kc, now) - penalty);
}

double Student::PCorrect(int kc, double difficulty, absl::Time now) const {
  const double penalty = 1.5 * std::max(0.0, 0.5 - Readiness(kc, now));
  return traits_.p_guess + (1 - traits_.p_guess - traits_.p_slip) *
                               Sigmoid(Level(kc, now) - penalty - difficulty);
}

void Student::Practise(int kc, double amount, absl::Time now) {
  const double readiness = Readiness(kc, now);
  const auto [found, is_new] = practised_.try_emplace(kc);
  Knowledge& knowledge = found->second;
  const double kept =
      is_new ? 0 : knowledge.learned * Retention(knowledge, now);
  // Each step wins less than the one before it, and less without the basics.
  knowledge.learned = kept + traits_.learning_rate * amount *
                                 (0.4 + 0.6 * readiness) / (1 + 0.5 * kept);
  // Practice on another day makes the memory last longer.
  if (!is_new && now - knowledge.last > absl::Hours(12)) {
    knowledge.stability_days = std::min(120.0, knowledge.stability_days * 1.7);
  }
  knowledge.last = std::max(now, knowledge.last);
}

int Student::MostFaded(absl::Time now) const {
  int most = -1;
  double most_lost = 0;
  for (const auto& [kc, knowledge] : practised_) {
    const double lost = knowledge.learned * (1 - Retention(knowledge, now));
    // Ties by number: the order of the map differs from run to run.
    if (most < 0 || lost > most_lost || (lost == most_lost && kc < most)) {
      most = kc;
      most_lost = lost;
    }
  }
  return most;
}

}  // namespace evenlight
