#include "recommender/simulation/forgetting_student.h"

#include "recommender/simulation/random.h"

namespace evenlight {
namespace {

constexpr uint32_t kPurpose = 0xf09;
constexpr int kNumDays = 32;
constexpr double kFormDeviation = 0.4;
constexpr double kWrongAmount = 0.7;

}  // namespace

ForgettingStudent::ForgettingStudent(const StudentTraits& traits,
                                     const std::vector<StudentKc>* kcs,
                                     int64_t seed, uint32_t stream)
    : student_(traits, 0, kcs, seed, stream) {
  Random random(seed, kPurpose, stream);
  for (int day = 0; day < kNumDays; ++day) {
    form_.push_back(random.Normal(0, kFormDeviation));
  }
}

double ForgettingStudent::PCorrect(StudentItem item, absl::Time now) const {
  const int64_t day = (now - absl::UnixEpoch()) / absl::Hours(24);
  return student_.PCorrect(item.kc, item.difficulty - form_[day % kNumDays],
                           now);
}

void ForgettingStudent::Answer(StudentItem item, bool is_correct,
                               absl::Time now) {
  student_.Practise(item.kc, is_correct ? 1 : kWrongAmount, now);
}

void ForgettingStudent::Watch(int kc, absl::Time now) {
  student_.Practise(kc, 1, now);
}

std::unique_ptr<StudentModel> ForgettingStudent::Clone() const {
  return std::make_unique<ForgettingStudent>(*this);
}

}  // namespace evenlight
