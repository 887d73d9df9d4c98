// What GetLearnerState says of a learner, through the network's edge and with
// a model that has all that corrects LR-H.

#include <cmath>

#include "core/interaction.h"
#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "recommender/training/tracing_fit.h"
#include "storage/model_directory.h"
#include "tests/services/server/server_world.h"
#include "tests/support/random_track.h"

namespace evenlight {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Mastery = v1::KnowledgeComponentMastery;

// Knows both kcs of the world's catalog and one question of each.
TracingModel CountyModel() {
  TracingParams params = RandomCorrectedModel(1).params();
  params.kcs[0] = "fractions";
  params.kcs[1] = "decimals";
  params.questions[0] = "f1";
  params.questions[1] = "d1";
  return TracingModel(params);
}

class LearnerStateTest : public ServerWorld {
 protected:
  LearnerStateTest() { AddCatalog(); }

  void Publish(const TracingModel& model) {
    ModelSet models;
    models.tracing = model;
    ASSERT_THAT(ModelDirectory(config_.model_dir, kTenant)
                    .Publish(EncodeModelSet(models), {}, {}),
                IsOk());
    v1::ActivateModelResponse activated;
    ExpectOk(client_->Call(*client_->models,
                           &v1::ModelService::Stub::ActivateModel, {},
                           &activated));
  }

  Mastery Get(const std::string& kc, bool explain = false) const {
    v1::GetLearnerStateRequest request;
    request.set_learner("learners/l1");
    request.add_knowledge_components("knowledgeComponents/" + kc);
    request.set_explain(explain);
    v1::LearnerState state;
    ExpectOk(client_->Call(*client_->learners,
                           &v1::LearnerService::Stub::GetLearnerState, request,
                           &state));
    EXPECT_THAT(state.mastery(), SizeIs(1));
    return state.mastery_size() == 1 ? state.mastery(0) : Mastery();
  }

  // Records an answer and says what the models see of it.
  Interaction RecordOne(const std::string& question, bool is_correct) {
    const std::string id = absl::StrCat("e", num_answers_++);
    v1::Event event = Answer(id, question);
    event.mutable_answered()->set_correct(is_correct);
    ExpectOk(Record({event}));
    Interaction seen = Ask(question[0] == 'f' ? "fractions" : "decimals");
    seen.question = seen.resource = ResourceKeyOf(question);
    seen.is_correct = is_correct;
    return seen;
  }

  // A question on `kc` now that nobody knows.
  Interaction Ask(const KcId& kc) const {
    Interaction asked;
    asked.position = {clock_.Now(), "asked"};
    asked.verb = Verb::kAnswered;
    asked.question = asked.resource = ResourceKeyOf("new question");
    asked.kcs = {KcKeyOf(kc)};
    return asked;
  }

  int num_answers_ = 0;
};

TEST_F(LearnerStateTest, PredictedSuccessIsWhatTheEvaluatorSays) {
  const TracingModel model = CountyModel();
  Publish(model);
  std::vector<Interaction> track;
  const char* const questions[] = {"f1", "d1", "d2", "f2", "f1"};
  for (int n = 0; n < 15; ++n) {
    track.push_back(RecordOne(questions[n % 5], n % 3 != 1));
    clock_.Advance(absl::Minutes(7 * n));
    for (const char* kc : {"fractions", "decimals"}) {
      std::vector<Interaction> asked = track;
      asked.push_back(Ask(kc));
      EXPECT_EQ(
          Get(kc).p_correct(),
          PredictAnswers(model, {{.interactions = asked}}, 1).back().p_correct)
          << kc << " after " << n + 1 << " events";
    }
  }
}

TEST_F(LearnerStateTest, SaysLevelAndDueTime) {
  ExpectOk(Record({Answer("first", "d1")}));
  const Mastery unknown = Get("fractions");
  EXPECT_EQ(unknown.level(), Mastery::LEVEL_NONE);
  EXPECT_FALSE(unknown.has_due_time());
  EXPECT_FLOAT_EQ(unknown.p_correct(), .3f * .9f + .7f * .2f);

  // By the default parameters of BKT, worked by hand: P(known) .697, .907,
  // .961; then .779 and .404. Two answers are too few to be called a master.
  RecordOne("f1", true);
  EXPECT_EQ(Get("fractions").level(), Mastery::LEVEL_FAMILIAR);
  RecordOne("f1", true);
  EXPECT_EQ(Get("fractions").level(), Mastery::LEVEL_FAMILIAR);
  RecordOne("f1", true);
  const Mastery mastered = Get("fractions");
  EXPECT_EQ(mastered.level(), Mastery::LEVEL_MASTERED);
  EXPECT_EQ(mastered.due_time().seconds(), kStartSeconds + 6.75 * 24 * 3600);

  clock_.Advance(absl::Hours(6.75 * 24 + 1));
  EXPECT_EQ(Get("fractions").level(), Mastery::LEVEL_PROFICIENT);
  RecordOne("f1", false);
  EXPECT_EQ(Get("fractions").level(), Mastery::LEVEL_PROFICIENT);
  RecordOne("f1", false);
  EXPECT_EQ(Get("fractions").level(), Mastery::LEVEL_ATTEMPTED);
}

TEST_F(LearnerStateTest, ExplainsOnRequestOnceAModelIsTrained) {
  RecordOne("f1", true);
  RecordOne("d1", false);
  EXPECT_THAT(Get("fractions", /*explain=*/true).parts(), IsEmpty());
  Publish(CountyModel());
  EXPECT_THAT(Get("fractions").parts(), IsEmpty());
  const auto parts = Get("fractions", /*explain=*/true).parts();
  ASSERT_THAT(parts, SizeIs(5));
  for (int part = 1; part < parts.size(); ++part) {
    EXPECT_LE(std::abs(parts[part].log_odds()),
              std::abs(parts[part - 1].log_odds()));
  }
  EXPECT_NE(parts[4].log_odds(), 0);
  EXPECT_NE(parts[0].words(), "");
}

}  // namespace
}  // namespace evenlight
