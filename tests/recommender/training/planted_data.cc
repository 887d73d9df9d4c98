#include "tests/recommender/training/planted_data.h"

#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/training/tracing_fit.h"
#include "storage/memory_database.h"
#include "tests/recommender/training/synthetic_track.h"

namespace evenlight {
namespace {

constexpr int kNumQuestions = 8;

// Whether the learner's answer to `question` is right, after `was_correct`.
using Law = std::function<bool(int question, bool was_correct)>;

float EaseOf(int question) { return 0.6f * static_cast<float>(question) - 2; }

void AddLearner(int learner, int num_answers, const Law& law,
                std::mt19937_64& random, std::vector<Event>& events) {
  bool is_correct = random() % 2 == 0;
  for (int number = 0; number < num_answers; ++number) {
    const int question = static_cast<int>(random() % kNumQuestions);
    is_correct = law(question, is_correct);
    Event event;
    event.id = absl::StrCat("e-", learner, "-", number);
    event.actor = {ActorKind::kLearner, absl::StrCat("l", learner)};
    event.time = absl::UnixEpoch() + absl::Minutes(number);
    event.verb = Verb::kAnswered;
    event.resource = absl::StrCat("q", question);
    event.kcs = {"k"};
    event.score = is_correct ? 1.0f : 0.0f;
    event.time_is_order = true;
    event.sequence = static_cast<int64_t>(events.size()) + 1;
    events.push_back(event);
  }
}

Dataset ToDataset(const std::vector<Event>& events) {
  MemoryDatabase database;
  AppendEvents("t", events, &database);
  auto dataset = ReadDataset("t", &database);
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return *std::move(dataset);
}

}  // namespace

Dataset DifficultyData(int num_learners, int answers_per_learner, uint64_t seed,
                       float ability_deviation) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, 1);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<Event> events;
  for (int learner = 0; learner < num_learners; ++learner) {
    const float ability = ability_deviation * normal(random);
    AddLearner(
        learner, answers_per_learner,
        [&](int question, bool) {
          return uniform(random) < Sigmoid(ability + EaseOf(question));
        },
        random, events);
  }
  return ToDataset(events);
}

TracingModel DifficultyModel(const Dataset& dataset) {
  TracingParams params =
      CountAnswersByKc(WholeTracks(dataset.learners), dataset.ids);
  for (const ResourceId& question : params.questions) {
    params.lrh.questions.push_back(EaseOf(question[1] - '0'));
  }
  params.lrh.kcs.assign(params.kcs.size(), 0);
  params.lrh.slopes.assign(params.kcs.size() * kNumLrhSlopes, 0);
  return TracingModel(std::move(params));
}

Dataset FlipData(int num_learners, int answers_per_learner, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Event> events;
  for (int learner = 0; learner < num_learners; ++learner) {
    AddLearner(
        learner, answers_per_learner,
        [&](int question, bool was_correct) {
          const bool is_exception = random() % 12 == 0;
          return ((question % 2 == 0) == was_correct) != is_exception;
        },
        random, events);
  }
  return ToDataset(events);
}

ResidualTrainOptions SmallResidual() {
  ResidualTrainOptions residual;
  residual.shape.kc_dim = 4;
  residual.shape.question_dim = 8;
  residual.shape.num_units = 16;
  residual.learning_rate = 2e-2f;
  residual.dropout = 0;
  residual.question_dropout = 0;
  residual.max_epochs = 30;
  residual.patience = 10;
  return residual;
}

}  // namespace evenlight
