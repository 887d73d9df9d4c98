#include "recommender/simulation/session.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace evenlight {
namespace {

constexpr uint32_t kPurpose = 0x5e5;

struct PhaseHours {
  Phase phase;
  double chance;  // On a weekday.
  int begin_hour;
  int end_hour;
};
constexpr PhaseHours kPhaseHours[] = {{Phase::kPreClass, .10, 7, 8},
                                      {Phase::kInClass, .35, 8, 16},
                                      {Phase::kPostClass, .40, 16, 20},
                                      {Phase::kSelfStudy, .15, 18, 21}};

const PhaseHours& ChoosePhase(bool is_weekend, Random* random) {
  const PhaseHours* last = &kPhaseHours[3];
  if (is_weekend) return *last;
  double left = random->Uniform();
  for (const PhaseHours& hours : kPhaseHours) {
    if ((left -= hours.chance) < 0) return hours;
  }
  return *last;
}

}  // namespace

SimulatedLearner::SimulatedLearner(const District& district,
                                   const LessonPlan& plan, int learner)
    : district_(district),
      plan_(plan),
      person_(district.learners[learner]),
      truth_(district.learner_truth[learner]),
      random_(district.options.seed, kPurpose, static_cast<uint32_t>(learner)),
      student_(truth_.traits, person_.grade, &district.student_kcs,
               district.options.seed, static_cast<uint32_t>(learner)) {}

void SimulatedLearner::AddDay(int day, bool is_weekend, double p_session,
                              const ResourceId& assigned,
                              std::vector<Event>* events) {
  events_ = events;
  absl::Time free_from = DayBegin(district_.options, day);
  for (int session = 0; session < 2; ++session) {
    // The second is rarer than the first.
    if (!random_.Chance(session == 0 ? p_session : p_session / 3)) continue;
    const PhaseHours& hours = ChoosePhase(is_weekend, &random_);
    phase_ = hours.phase;
    const int seconds = (hours.end_hour - hours.begin_hour) * 3600;
    now_ = DayBegin(district_.options, day) + absl::Hours(hours.begin_hour) +
           absl::Seconds(random_.Below(seconds));
    now_ = std::max(now_, free_from + absl::Minutes(10));
    AddSession(day, assigned);
    free_from = now_;
  }
}

void SimulatedLearner::AddSession(int day, const ResourceId& assigned) {
  if (phase_ == Phase::kPostClass && !assigned.empty() &&
      random_.Chance(.6 * std::min(1.0, truth_.diligence))) {
    for (const int kc : plan_.KcsOfGrade(person_.grade)) {
      for (const int exercise : plan_.ResourcesOf(kc).exercises) {
        if (district_.resources[exercise].id == assigned) Answer(exercise);
      }
    }
  }
  if (phase_ != Phase::kInClass && random_.Chance(.04)) {
    TakeQuiz();
    return;
  }
  const int kc = ChooseKc(day);
  Study(kc);
  const int num_exercises = 2 + random_.Below(3);
  for (int k = 0; k < num_exercises; ++k) Answer(ChooseExercise(kc));
  MaybeDismiss(kc);
}

int SimulatedLearner::ChooseKc(int day) {
  const double choice = random_.Uniform();
  const int faded = student_.MostFaded(now_);
  if (choice < .2 && faded >= 0) return faded;
  if (choice < .35) return random_.Pick(plan_.KcsOfGrade(person_.grade));
  if (choice < .42 && person_.grade > 1) {
    return random_.Pick(plan_.KcsOfGrade(person_.grade - 1));
  }
  return plan_.KcOfWeek(person_.grade, random_.Below(kNumSubjects), day / 7);
}

// Before exercises, the more often the less is known.
void SimulatedLearner::Study(int kc) {
  if (!random_.Chance(.75 - .6 * student_.Mastery(kc, now_))) return;
  const int media = ChooseMedia(kc);
  if (media < 0) return;
  const double minutes = district_.resources[media].minutes;
  const bool is_finished =
      random_.Chance(.35 + .5 * district_.resource_truth[media].quality);
  const double part = is_finished ? 1 : .1 + .6 * random_.Uniform();
  const auto spent = absl::Seconds(
      std::lround(60 * minutes * part * std::exp(random_.Normal(0, .15))));
  now_ += spent;
  Add(is_finished ? Verb::kCompleted : Verb::kViewed, media, spent);
  student_.Practise(
      kc, part * (.3 + .9 * district_.resource_truth[media].quality), now_);
  AfterMedia(media);
}

void SimulatedLearner::AfterMedia(int resource) {
  const double quality = district_.resource_truth[resource].quality;
  if (random_.Chance(.12)) {
    const int stars = static_cast<int>(
        std::lround(1 + 4 * (quality + random_.Normal(0, .15))));
    now_ += absl::Seconds(5);
    Add(Verb::kRated, resource, {}).stars = std::clamp(stars, 1, 5);
  }
  if (random_.Chance(.08 * quality)) {
    now_ += absl::Seconds(4);
    Add(Verb::kBookmarked, resource, {});
  }
}

void SimulatedLearner::Answer(int resource) {
  const ResourceTruth& truth = district_.resource_truth[resource];
  const double p = student_.PCorrect(truth.kc, truth.difficulty, now_);
  const bool is_correct = random_.Chance(p);
  const auto spent = absl::Seconds(
      20 + std::lround(30 * district_.resources[resource].minutes * (1.4 - p) *
                       std::exp(random_.Normal(0, .4))));
  now_ += spent;
  Event& event = Add(Verb::kAnswered, resource, spent);
  event.kcs = district_.resources[resource].kcs;
  event.score = is_correct ? 1 : 0;
  answered_[resource] = is_correct;
  student_.Practise(truth.kc, is_correct ? 1 : .7, now_);
}

void SimulatedLearner::TakeQuiz() {
  const int subject = random_.Below(kNumSubjects);
  const int quiz = plan_.Quiz(person_.grade, subject);
  int number = 0;
  for (const int kc : plan_.KcsOfGrade(person_.grade)) {
    if (district_.kcs[kc].subject != kSubjects[subject]) continue;
    const bool is_correct = random_.Chance(student_.PCorrect(kc, 0, now_));
    const auto spent = absl::Seconds(40 + random_.Below(120));
    now_ += spent;
    Event& event = Add(Verb::kAnswered, quiz, spent);
    event.question = absl::StrCat(district_.resources[quiz].id, "-", ++number);
    event.kcs = {district_.kcs[kc].id};
    event.score = is_correct ? 1 : 0;
    student_.Practise(kc, is_correct ? 1 : .7, now_);
  }
}

void SimulatedLearner::MaybeDismiss(int kc) {
  if (!random_.Chance(.03)) return;
  const double mastery = student_.Mastery(kc, now_);
  DismissReason reason = DismissReason::kNotInterested;
  if (mastery < .3) reason = DismissReason::kTooHard;
  if (mastery > .7) reason = DismissReason::kTooEasy;
  if (mastery > .9) reason = DismissReason::kAlreadyKnown;
  now_ += absl::Seconds(8);
  Add(Verb::kDismissed, random_.Pick(plan_.ResourcesOf(kc).exercises), {})
      .dismiss_reason = reason;
}

bool SimulatedLearner::RunsHere(int resource) const {
  const Resource& r = district_.resources[resource];
  return r.bandwidth_kbps <= person_.bandwidth_kbps &&
         (r.language.empty() || r.language == person_.language) &&
         (person_.accessibility_needs & ~r.accessibility) == 0 &&
         r.publish_time <= now_;
}

int SimulatedLearner::ChooseMedia(int kc) {
  int best = -1;
  double best_pull = 0;
  for (const int media : plan_.ResourcesOf(kc).media) {
    if (!RunsHere(media)) continue;
    const Resource& r = district_.resources[media];
    const bool is_text = r.kind == ResourceKind::kText;
    double pull = is_text ? 1 - truth_.video_taste : truth_.video_taste;
    if (r.provider == kSyntheticProviders[truth_.favourite_provider])
      pull += .4;
    pull += district_.resource_truth[media].quality + random_.Normal(0, .3);
    if (best < 0 || pull > best_pull) {
      best = media;
      best_pull = pull;
    }
  }
  return best;
}

int SimulatedLearner::ChooseExercise(int kc) {
  // Like a sensible learner: one not yet solved, near the edge of what is
  // known.
  const std::vector<int>& exercises = plan_.ResourcesOf(kc).exercises;
  int best = exercises[0];
  double best_pull = -100;
  for (const int exercise : exercises) {
    const double p = student_.PCorrect(
        kc, district_.resource_truth[exercise].difficulty, now_);
    double pull = -std::abs(p - .7) + random_.Normal(0, .3);
    const auto found = answered_.find(exercise);
    if (found != answered_.end()) pull -= found->second ? 2 : .5;
    if (!RunsHere(exercise)) pull -= 4;
    if (pull > best_pull) {
      best = exercise;
      best_pull = pull;
    }
  }
  return best;
}

Event& SimulatedLearner::Add(Verb verb, int resource, absl::Duration spent) {
  Event event;
  event.actor = person_.actor;
  event.time = now_;
  event.verb = verb;
  event.phase = phase_;
  event.resource = district_.resources[resource].id;
  event.time_spent = spent;
  return events_->emplace_back(std::move(event));
}

}  // namespace evenlight
