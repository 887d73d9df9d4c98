// What the service predicts from the state that it stored is what the evaluator
// says of the same learner and model, bit for bit: the figures of a report are
// those of the service.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/interaction.h"
#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/state/prediction.h"
#include "recommender/training/tracing_fit.h"
#include "storage/rocks_database.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/random_track.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

constexpr int kNumEvents = 60;
const LearnerId kLearner = "l1";

std::shared_ptr<const ModelSet> ModelsOf(TracingModel tracing) {
  auto models = std::make_shared<ModelSet>();
  models->version = 1;
  models->tracing = std::move(tracing);
  return models;
}

// Answers and views of questions and kcs of which the model knows some, a few
// of them with a time that is only an order.
std::vector<Event> SomeEvents() {
  std::mt19937 random(5);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  std::vector<Event> events;
  for (int n = 0; n < kNumEvents; ++n) {
    Event event = Answer(absl::StrCat("e", n), kLearner, n * n);
    event.resource = absl::StrCat("q", below(24));
    event.kcs = {absl::StrCat("k", below(4)), absl::StrCat("k", 4 + below(4))};
    event.score = below(3) > 0 ? 1.0f : 0.0f;
    event.time_is_order = below(8) == 0;
    if (below(6) == 0) event.verb = Verb::kViewed;
    events.push_back(event);
  }
  return events;
}

class PredictionParityTest : public testing::TestWithParam<TracingModel> {
 protected:
  PredictionParityTest() : models_(ModelsOf(GetParam())) {
    auto database =
        RocksDatabase::Open({.directory = directory_.path() + "/db"});
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    registry_.Publish(kTenant, models_);
    committer_ = std::make_unique<Committer>(
        Committer::Options(), database_.get(), &registry_, nullptr);
  }

  // By the stored state and the event that comes next.
  float Serve(const Event& next) const {
    const auto state =
        StateReader(database_.get(), nullptr).Read(kTenant, kLearner, *models_);
    EXPECT_THAT(state, IsOk());
    const Interaction asked = ToInteraction(next);
    return PredictAnswer(models_->tracing, *state, asked.question, asked.kcs,
                         FeatureTime(asked));
  }

  TemporaryDirectory directory_;
  std::shared_ptr<const ModelSet> models_;
  std::unique_ptr<RocksDatabase> database_;
  ModelRegistry registry_;
  std::unique_ptr<Committer> committer_;
};

TEST_P(PredictionParityTest, ServedAfterEachEventIsWhatTheEvaluatorSays) {
  const std::vector<Event> events = SomeEvents();
  std::vector<Interaction> track;
  for (const Event& event : events) track.push_back(ToInteraction(event));
  const std::vector<TrackPart> parts = {{.interactions = track}};
  const std::vector<Prediction> evaluated =
      PredictAnswers(models_->tracing, parts, 1);

  std::vector<float> served;
  for (const Event& event : events) {
    if (event.verb == Verb::kAnswered) served.push_back(Serve(event));
    ASSERT_THAT(SubmitNow(*committer_, {event}), IsOk());
  }
  ASSERT_EQ(served.size(), evaluated.size());
  for (size_t answer = 0; answer < served.size(); ++answer) {
    EXPECT_EQ(served[answer], evaluated[answer].p_correct)
        << "answer " << answer;
  }
}

std::string NameOf(const testing::TestParamInfo<TracingModel>& test) {
  const char* const names[] = {"Bkt", "Lrh", "Corrected", "OneGru"};
  return names[test.index];
}

INSTANTIATE_TEST_SUITE_P(
    Models, PredictionParityTest,
    testing::Values(TracingModel(), RandomTracingModel(1),
                    RandomCorrectedModel(1),
                    RandomCorrectedModel(2, /*has_kc_gru=*/false)),
    NameOf);

}  // namespace
}  // namespace evenlight
