#include "bench/answer_tracks.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/resource.h"
#include "storage/catalog_store.h"

namespace evenlight {
namespace {

constexpr double kMeanAnswers = 73;
constexpr double kMedianAnswers = 24;
constexpr double kSpread = 1.53;  // Of the logarithm.
constexpr int kMostAnswers = 1'040;
constexpr double kMeanRun = 3.4;
constexpr double kCorrect = 0.66;

// A few kcs have most of the answers, the last ones a few dozen.
std::vector<double> KcWeights() {
  std::vector<double> weights;
  for (int kc = 0; kc < AnswerTracks::kNumKcs; ++kc) {
    weights.push_back(std::exp(-0.045 * kc) / (1 + 0.1 * kc));
  }
  return weights;
}

KcId KcIdOf(int kc) { return absl::StrCat("kc-", kc); }

// A kc's questions are next to each other, and each is asked as often.
ResourceId QuestionIdOf(int question) {
  return absl::StrFormat("question-%05d", question);
}

}  // namespace

WriteBatch AnswerTracks::Catalog(const TenantId& tenant) {
  const CatalogStore catalog(nullptr);
  WriteBatch batch;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    KnowledgeComponent component;
    component.id = component.title = KcIdOf(kc);
    catalog.Put(tenant, component, &batch);
  }
  for (int question = 0; question < kNumKcs * kQuestionsOfKc; ++question) {
    Resource resource;
    resource.id = QuestionIdOf(question);
    resource.title = absl::StrCat("Question ", question);
    resource.kind = ResourceKind::kExercise;
    resource.kcs = {KcIdOf(question / kQuestionsOfKc)};
    catalog.Put(tenant, resource, &batch);
  }
  catalog.PutVersion(tenant, 1, &batch);
  return batch;
}

AnswerTracks::AnswerTracks(int64_t num_answers, EventIds ids, uint64_t seed)
    : ids_(ids), random_(seed), now_(absl::FromUnixSeconds(1'788'000'000)) {
  const std::vector<double> weights = KcWeights();
  kcs_ = {weights.begin(), weights.end()};
  constexpr double kAtOnce = 0.125;
  const double num_learners = static_cast<double>(num_answers) / kMeanAnswers;
  seats_.resize(
      std::max<size_t>(1, static_cast<size_t>(kAtOnce * num_learners)));
  for (Seat& seat : seats_) Seated(seat);
}

void AnswerTracks::Seated(Seat& seat) {
  std::lognormal_distribution<> length(std::log(kMedianAnswers), kSpread);
  seat = {.learner = num_seated_++,
          .num_left =
              std::clamp(static_cast<int>(length(random_)), 1, kMostAnswers)};
}

std::string AnswerTracks::NewId(absl::Time time) {
  uint64_t high = random_();
  const uint64_t low = random_();
  int version = 4;
  if (ids_ == EventIds::kTimeOrdered) {
    version = 7;
    high =
        static_cast<uint64_t>(absl::ToUnixMillis(time)) << 16 | (high & 0xffff);
  }
  return absl::StrFormat("%08x-%04x-%x%03x-%04x-%012x", high >> 32,
                         high >> 16 & 0xffff, version, high & 0xfff,
                         0x8000 | (low >> 48 & 0x3fff), low & 0xffffffffffff);
}

Event AnswerTracks::Answer(Seat& seat) {
  if (seat.num_left_on_kc == 0) {
    seat.kc = kcs_(random_);
    seat.num_left_on_kc =
        1 + std::geometric_distribution<>(1 / kMeanRun)(random_);
  }
  --seat.num_left_on_kc;
  --seat.num_left;
  const auto seconds = static_cast<int64_t>(5 + random_() % 90);
  seat.last = std::max(seat.last + absl::Seconds(seconds), now_) +
              absl::Microseconds(static_cast<int64_t>(random_() % 1'000'000));
  Event event;
  event.id = NewId(seat.last);
  event.actor.id = absl::StrFormat("learner-%07d", seat.learner);
  event.time = seat.last;
  event.verb = Verb::kAnswered;
  event.phase = Phase::kSelfStudy;
  const auto within = static_cast<int>(random_() % kQuestionsOfKc);
  event.resource = QuestionIdOf(seat.kc * kQuestionsOfKc + within);
  event.kcs = {KcIdOf(seat.kc)};
  event.score = std::bernoulli_distribution(kCorrect)(random_) ? 1.0f : 0.0f;
  event.time_spent = absl::Seconds(seconds);
  return event;
}

std::vector<Event> AnswerTracks::Next(int num_answers, int session_answers) {
  std::vector<Event> events;
  while (events.size() < static_cast<size_t>(num_answers)) {
    Seat& seat = seats_[random_() % seats_.size()];
    for (int answer = 0; answer < session_answers && seat.num_left > 0 &&
                         events.size() < static_cast<size_t>(num_answers);
         ++answer) {
      events.push_back(Answer(seat));
    }
    if (seat.num_left == 0) Seated(seat);
    now_ += absl::Milliseconds(50);
  }
  return events;
}

}  // namespace evenlight
