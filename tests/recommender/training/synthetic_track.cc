#include "tests/recommender/training/synthetic_track.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/memory_database.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

class Generator {
 public:
  explicit Generator(const SyntheticOptions& options)
      : options_(options), random_(options.seed) {}

  LearnerAnswers Next(int number) {
    LearnerAnswers learner;
    learner.learner = absl::StrCat("l", number);
    learner.fold = number % 5 + 1;
    std::vector<bool> knows(options_.num_kcs);
    for (int kc = 0; kc < options_.num_kcs; ++kc) {
      knows[kc] = Happens(options_.bkt.p_init);
    }
    for (int t = 0; t < options_.answers_per_learner; ++t) {
      const int kc = static_cast<int>(random_() % options_.num_kcs);
      const int question =
          static_cast<int>(random_() % options_.questions_per_kc);
      Answer answer;
      answer.kcs = {absl::StrCat("k", kc)};
      answer.question = absl::StrCat("q", kc, "-", question);
      answer.order = t;
      const bool is_hard = question % 4 == 3;
      const float p =
          knows[kc] ? 1 - options_.bkt.p_slip : options_.bkt.p_guess;
      answer.is_correct = Happens(is_hard ? p * 0.4f : p);
      if (options_.flip_from >= 0 && t >= options_.flip_from) {
        answer.is_correct = !answer.is_correct;
      }
      learner.answers.push_back(answer);
      knows[kc] = knows[kc] ? !Happens(options_.bkt.p_forget)
                            : Happens(options_.bkt.p_learn);
    }
    return learner;
  }

 private:
  bool Happens(float p) {
    return std::uniform_real_distribution<float>(0, 1)(random_) < p;
  }

  const SyntheticOptions options_;
  std::mt19937_64 random_;
};

}  // namespace

AnswerSet SyntheticAnswers(const SyntheticOptions& options) {
  Generator generator(options);
  AnswerSet answers;
  answers.has_order = true;
  answers.has_folds = true;
  for (int learner = 0; learner < options.num_learners; ++learner) {
    answers.learners.push_back(generator.Next(learner));
  }
  return answers;
}

std::vector<Event> SyntheticEvents(const SyntheticOptions& options) {
  const absl::Time start =
      absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone());
  std::vector<Event> events;
  for (const LearnerAnswers& learner : SyntheticAnswers(options).learners) {
    for (const Answer& answer : learner.answers) {
      Event event;
      event.id = absl::StrCat("e-", learner.learner, "-", answer.order);
      event.actor = {ActorKind::kLearner, learner.learner};
      event.time = start + absl::Minutes(answer.order);
      event.verb = Verb::kAnswered;
      event.resource = answer.question;
      event.kcs = answer.kcs;
      event.score = answer.is_correct ? 1.0f : 0.0f;
      event.time_is_order = options.time_is_order;
      event.sequence = static_cast<int64_t>(events.size()) + 1;
      events.push_back(event);
    }
  }
  return events;
}

void AppendEvents(const TenantId& tenant, const std::vector<Event>& events,
                  Database* database) {
  WriteBatch batch;
  const TrackStore track(database);
  for (const Event& event : events) track.Append(tenant, event, &batch);
  const absl::Status status = database->Write(batch);
  ASSERT_TRUE(status.ok()) << status;
}

Dataset SyntheticDataset(const SyntheticOptions& options) {
  MemoryDatabase database;
  AppendEvents("t", SyntheticEvents(options), &database);
  auto dataset = ReadDataset("t", &database);
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return *std::move(dataset);
}

}  // namespace evenlight
