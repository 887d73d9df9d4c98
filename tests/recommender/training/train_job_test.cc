#include "recommender/training/train_job.h"

#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/models/model_set_io.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/fold.h"
#include "recommender/state/prediction.h"
#include "recommender/training/tracing_trial.h"
#include "storage/catalog_store.h"
#include "storage/list_store.h"
#include "storage/memory_database.h"
#include "storage/model_directory.h"
#include "storage/track_store.h"
#include "tests/recommender/training/planted_lists.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr char kTenant[] = "t";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A class of thirty with a model directory of its own.
class TrainJobTest : public testing::Test {
 protected:
  TrainJobTest()
      : model_dir_(
            testing::TempDir() + "/train_job_" +
            testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(model_dir_);
  }
  ~TrainJobTest() override { std::filesystem::remove_all(model_dir_); }

  static SyntheticOptions Class() {
    return {.num_learners = 30, .answers_per_learner = 40};
  }

  TrainJobOptions Options() const {
    TrainJobOptions options;
    options.tenant = kTenant;
    options.model_dir = model_dir_;
    options.num_factors = 8;
    return options;
  }

  ModelDirectory Directory() const {
    return ModelDirectory(model_dir_, kTenant);
  }

  TrainJobResult Run(const TrainJobOptions& options) {
    const auto result = RunTrainJob(options, &database_);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *result : TrainJobResult();
  }

  void Append(const SyntheticOptions& options) {
    AppendEvents(kTenant, SyntheticEvents(options), &database_);
  }

  // Publishes a version made of `dataset`, as if trained on events of the
  // tenant until `last_sequence`.
  int64_t PublishModelOf(const Dataset& dataset, int64_t last_sequence) {
    TracingRecipe recipe;
    recipe.model = kLrhModel;
    recipe.lrh_epochs = 5;
    ModelSet models;
    models.tracing = RefitTracing(dataset, recipe, {});
    ModelVersionSummary summary;
    summary.last_sequence = last_sequence;
    const auto version =
        Directory().Publish(EncodeModelSet(models), {}, summary);
    EXPECT_THAT(version, IsOk());
    return version.value_or(0);
  }

  MemoryDatabase database_;
  const std::string model_dir_;
};

TEST_F(TrainJobTest, PublishesAModelThatDecodes) {
  Append(Class());
  const TrainJobResult result = Run(Options());
  ASSERT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  EXPECT_EQ(result.version, 1);

  const auto versions = Directory().List();
  ASSERT_THAT(versions, IsOk());
  ASSERT_EQ(versions->size(), 1);
  EXPECT_EQ(versions->front().num_events, 30 * 40);
  EXPECT_EQ(versions->front().seed, 1);
  EXPECT_EQ(versions->front().data_time, SyntheticEvents(Class()).back().time);
  EXPECT_EQ(versions->front().last_sequence, 30 * 40);

  const auto files = Directory().Load(1);
  ASSERT_THAT(files, IsOk());
  const auto models = DecodeModelSet(1, *files);
  ASSERT_THAT(models, IsOk());
  EXPECT_EQ((*models)->tracing.params().kcs.size(), 4);
  EXPECT_EQ((*models)->tracing.params().questions.size(), 40);
  EXPECT_EQ((*models)->interest.num_resources(), 40);
}

TEST_F(TrainJobTest, ReportsEveryMetricBesideItsBaselines) {
  Append(Class());
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.report_json.find('\n'), std::string::npos);
  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  ASSERT_FALSE(report.HasParseError()) << result.report_json;
  EXPECT_STREQ(report["outcome"].GetString(), "published");
  EXPECT_EQ(report["version"].GetInt64(), 1);
  EXPECT_EQ(report["data"]["num_answers"].GetInt64(), 1200);
  EXPECT_EQ(report["data"]["num_window_answers"].GetInt64(), 240);
  for (const char* model : {"lrh", "bkt", "bestlr", "kcmean", "mean"}) {
    ASSERT_TRUE(report["tracing"].HasMember(model)) << model;
    EXPECT_GT(report["tracing"][model]["log_loss"].GetDouble(), 0) << model;
    EXPECT_EQ(report["tracing"][model]["num_answers"].GetInt64(), 240);
  }
  EXPECT_GT(report["tracing"]["lrh"]["auc"].GetDouble(), 0.6);
  EXPECT_EQ(report["tracing"]["served"]["num_answers"].GetInt64(), 240);
  const auto& candidates = report["tracing"]["candidates"];
  ASSERT_EQ(candidates.Size(), 3);
  int num_chosen = 0;
  for (const auto& candidate : candidates.GetArray()) {
    num_chosen += candidate["chosen"].GetBool() ? 1 : 0;
    EXPECT_GT(candidate["cost"]["multiply_adds"].GetInt64(), 0);
    EXPECT_STRNE(candidate["reason"].GetString(), "");
    EXPECT_GT(candidate["validation"]["log_loss"].GetDouble(), 0);
  }
  EXPECT_EQ(num_chosen, 1);
  EXPECT_GT(candidates[1]["learning_curve"].Size(), 0);
  EXPECT_TRUE(report["tracing"]["recipe"].HasMember("calibration_slope"));
  EXPECT_TRUE(report["ranking"].HasMember("popularity"));
  EXPECT_EQ(report["gates"].Size(), 1);
  EXPECT_TRUE(report["seconds"].HasMember("train tracing"));

  const std::string card =
      ReadFile(Directory().path() + "/1/report/model_card.md");
  EXPECT_THAT(card, HasSubstr("| lrh | 240 |"));
  EXPECT_THAT(card, HasSubstr("| model | multiply-adds | bytes |"));
  EXPECT_THAT(card, HasSubstr("| epoch | lrh, training |"));
  EXPECT_THAT(card, HasSubstr("Calibration: "));
  EXPECT_THAT(card, HasSubstr("| popularity |"));
  EXPECT_THAT(card, HasSubstr("## Gates"));
  EXPECT_THAT(ReadFile(Directory().path() + "/1/report/report.json"),
              HasSubstr("\"tenant\":\"t\""));
}

TEST_F(TrainJobTest, ATenantMayDoWithoutTheResidual) {
  Append(Class());
  TrainJobOptions options = Options();
  options.models = {kBktModel, kLrhModel};
  const TrainJobResult result = Run(options);
  ASSERT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  EXPECT_EQ(result.report_json.find(kResidualModel), std::string::npos);
}

TEST_F(TrainJobTest, ModelsThatAreUnknownOrBeyondTheBudgetAreAnError) {
  Append(Class());
  TrainJobOptions options = Options();
  options.models = {"film"};
  EXPECT_THAT(RunTrainJob(options, &database_),
              HasCode(absl::StatusCode::kInvalidArgument));
  options.models = ServableModels();
  options.budget.multiply_adds = 1;
  EXPECT_THAT(RunTrainJob(options, &database_),
              HasCode(absl::StatusCode::kInvalidArgument));
}

// A model without LR-H is bound, serves BKT, and is judged as any other.
TEST_F(TrainJobTest, BktAloneServesAndIsComparedWith) {
  std::vector<Event> events = SyntheticEvents(Class());
  const auto middle = events.begin() + 25 * 40;
  AppendEvents(kTenant, {events.begin(), middle}, &database_);
  TrainJobOptions options = Options();
  options.models = {kBktModel};
  ASSERT_EQ(Run(options).outcome, TrainOutcome::kPublished);
  const auto models = DecodeModelSet(1, *Directory().Load(1));
  ASSERT_THAT(models, IsOk());
  const TracingModel& tracing = (*models)->tracing;
  EXPECT_FALSE(tracing.is_trained());
  ASSERT_EQ(tracing.params().kcs.size(), 4);

  const KcKey kc = KcKeyOf("k0");
  const ResourceKey question = ResourceKeyOf("q0-0");
  const BktParams& bkt = tracing.Bkt(tracing.FindKc(kc));
  LearnerState state;
  const absl::Time now = absl::FromUnixSeconds(0);
  EXPECT_EQ(PredictAnswer(tracing, state, question, {kc}, now),
            PredictCorrect(bkt, bkt.p_init));
  Interaction right;
  right.verb = Verb::kAnswered;
  right.question = right.resource = question;
  right.kcs = {kc};
  right.is_correct = true;
  Fold(tracing, right, state);
  EXPECT_EQ(PredictAnswer(tracing, state, question, {kc}, now),
            PredictCorrect(bkt, UpdateKnown(bkt, bkt.p_init, true)));

  AppendEvents(kTenant, {middle, events.end()}, &database_);
  const TrainJobResult second = Run(Options());
  ASSERT_EQ(second.outcome, TrainOutcome::kPublished) << second.message;
  rapidjson::Document report;
  report.Parse(second.report_json.c_str());
  ASSERT_TRUE(report["serving"].HasMember("serving")) << second.report_json;
  EXPECT_EQ(report["serving"]["serving"]["num_answers"].GetInt64(), 5 * 40);
  EXPECT_EQ(report["gates"].Size(), 2);
}

TEST_F(TrainJobTest, SameSeedAndDataGiveTheSameFilesWithAnyNumberOfThreads) {
  SyntheticOptions school = Class();
  school.num_learners = 150;
  Append(school);
  TrainJobOptions options = Options();
  options.force = true;
  options.warm_start = false;  // The version before is an input too.
  options.num_threads = 1;
  ASSERT_EQ(Run(options).version, 1);
  options.num_threads = 2;
  ASSERT_EQ(Run(options).version, 2);
  options.num_threads = 3;
  ASSERT_EQ(Run(options).version, 3);
  options.seed = 2;
  ASSERT_EQ(Run(options).version, 4);
  const auto load = [&](int64_t version) {
    const auto files = Directory().Load(version);
    EXPECT_THAT(files, IsOk());
    return *files;
  };
  EXPECT_TRUE(load(1) == load(2));
  EXPECT_TRUE(load(1) == load(3));
  EXPECT_FALSE(load(1) == load(4));
}

TEST_F(TrainJobTest, TooFewAnswersAreNothingToDoAndCounted) {
  SyntheticOptions few = Class();
  few.num_learners = 3;
  Append(few);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kNothingToDo);
  EXPECT_THAT(result.message, HasSubstr("120 answers"));
  EXPECT_THAT(result.message, HasSubstr("1000 are needed"));
  EXPECT_THAT(result.report_json, HasSubstr("nothing_to_do"));
  EXPECT_THAT(Directory().List(), IsOk());
  EXPECT_TRUE(Directory().List()->empty());
}

TEST_F(TrainJobTest, NothingNewIsNothingToDoUnlessForced) {
  Append(Class());
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  const TrainJobResult again = Run(Options());
  EXPECT_EQ(again.outcome, TrainOutcome::kNothingToDo);
  EXPECT_THAT(again.message, HasSubstr("version 1"));

  TrainJobOptions force = Options();
  force.force = true;
  EXPECT_EQ(Run(force).outcome, TrainOutcome::kPublished);
}

TEST_F(TrainJobTest, ALateEventIsNewAlthoughItIsOld) {
  Append(Class());
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  Event late = SyntheticEvents(Class()).front();
  late.id = "late";
  late.time -= absl::Hours(1);
  late.sequence = 100'000;
  AppendEvents(kTenant, {late}, &database_);
  EXPECT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
}

TEST_F(TrainJobTest, ListsThatWereShownAreNotNew) {
  Append(Class());
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  Event shown = SyntheticEvents(Class()).front();
  shown.id = "shown";
  shown.verb = Verb::kRecommended;
  shown.time += absl::Hours(1000);
  shown.sequence = 100'000;
  AppendEvents(kTenant, {shown}, &database_);
  EXPECT_EQ(Run(Options()).outcome, TrainOutcome::kNothingToDo);
}

TEST_F(TrainJobTest, AnotherTrainerMeansTryLater) {
  Append(Class());
  const auto lock = Directory().Lock();
  ASSERT_THAT(lock, IsOk());
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kTryLater);
  EXPECT_EQ(result.version, 0);
  EXPECT_THAT(result.report_json, HasSubstr("try_later"));
}

TEST_F(TrainJobTest, BadDataIsRefusedAndNothingIsPublished) {
  // The window is the opposite of what was before.
  SyntheticOptions bad = Class();
  bad.num_learners = 60;
  bad.flip_from = 32;
  Append(bad);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kRefused);
  EXPECT_THAT(result.message, HasSubstr("kc mean"));
  EXPECT_THAT(result.report_json, HasSubstr("\"passed\":false"));
  EXPECT_TRUE(Directory().List()->empty());
}

// An answer of `learner` on a later unit, whose even questions nobody fails
// and whose odd ones nobody masters.
Event UnitAnswer(int learner, int number, absl::Time start) {
  const auto question = std::mt19937(learner * 100 + number)() % 10;
  Event event;
  event.id = absl::StrCat("unit-", learner, "-", number);
  event.actor = {ActorKind::kLearner, absl::StrCat("l", learner)};
  event.time = start + absl::Minutes(number);
  event.verb = Verb::kAnswered;
  event.resource = absl::StrCat("unit-q", question);
  event.kcs = {"unit"};
  event.score = question % 2 == 0 ? 1.0f : 0.0f;
  event.time_is_order = true;
  return event;
}

TEST_F(TrainJobTest, AUnitThatOnlyTheServingVersionKnewWellIsNoReasonToRefuse) {
  SyntheticOptions school = Class();
  school.num_learners = 60;
  std::vector<Event> events = SyntheticEvents(school);
  const absl::Time start = events.front().time + absl::Hours(1);
  const auto add_unit = [&](int from, int until) {
    for (int learner = 0; learner < school.num_learners; ++learner) {
      for (int number = from; number < until; ++number) {
        events.push_back(UnitAnswer(learner, number, start));
        events.back().sequence = static_cast<int64_t>(events.size());
      }
    }
  };
  // All answers of the unit are in the second run's later window.
  add_unit(0, 4);
  AppendEvents(kTenant, events, &database_);
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  const size_t num_old = events.size();
  add_unit(4, 9);
  AppendEvents(kTenant, {events.begin() + num_old, events.end()}, &database_);

  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.report_json;
  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  ASSERT_TRUE(report["serving"].HasMember("candidate")) << result.report_json;
  EXPECT_EQ(report["serving"]["candidate"]["num_answers"].GetInt64(), 300);
}

TEST_F(TrainJobTest, WhatIsNewIsToldByCommitAndNotByTime) {
  // A second class is imported, with the same order for times.
  SyntheticOptions first = Class();
  first.num_learners = 40;
  std::vector<Event> events = SyntheticEvents(first);
  const auto middle = events.begin() + 30 * 40;
  AppendEvents(kTenant, {events.begin(), middle}, &database_);
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  AppendEvents(kTenant, {middle, events.end()}, &database_);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  ASSERT_TRUE(report["serving"].HasMember("candidate")) << result.report_json;
  EXPECT_EQ(report["serving"]["candidate"]["num_answers"].GetInt64(), 400);
}

TEST_F(TrainJobTest, LearnersWithFewAnswersInOrderAreJudgedToo) {
  SyntheticOptions few = Class();
  few.num_learners = 400;
  few.answers_per_learner = 3;
  Append(few);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  EXPECT_THAT(result.report_json, HasSubstr("\"num_window_answers\":400"));
  EXPECT_THAT(result.report_json, HasSubstr("kc mean"));
}

TEST_F(TrainJobTest, AWindowTooSmallToJudgeByIsNothingToDoUnlessForced) {
  SyntheticOptions one = Class();
  one.num_learners = 1200;
  one.answers_per_learner = 1;
  Append(one);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kNothingToDo);
  EXPECT_THAT(result.message, HasSubstr("later window has 0 answers"));
  EXPECT_TRUE(Directory().List()->empty());

  TrainJobOptions force = Options();
  force.force = true;
  EXPECT_EQ(Run(force).outcome, TrainOutcome::kPublished);
  EXPECT_THAT(ReadFile(Directory().path() + "/1/report/model_card.md"),
              HasSubstr("No gate could be applied"));
}

// Views of two kinds of learners, in order.
std::vector<Event> Views() {
  std::vector<Event> events;
  for (int learner = 0; learner < 60; ++learner) {
    for (int number = 0; number < 25; ++number) {
      Event view;
      view.id = absl::StrCat("view-", learner, "-", number);
      view.actor = {ActorKind::kLearner, absl::StrCat("viewer", learner)};
      view.time = absl::FromUnixSeconds(60 * number);
      view.verb = Verb::kViewed;
      view.resource = absl::StrCat(learner % 3 == 0 ? "x" : "y",
                                   (number * 7 + learner * 11) % 30);
      view.time_is_order = true;
      view.sequence = 50'000 + static_cast<int64_t>(events.size());
      events.push_back(view);
    }
  }
  return events;
}

TEST_F(TrainJobTest, ViewsWithoutAnyAnswerTrainFactorsAndPopularity) {
  AppendEvents(kTenant, Views(), &database_);
  const TrainJobResult result = Run(Options());
  ASSERT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  EXPECT_THAT(result.message, HasSubstr("without tracing"));
  EXPECT_THAT(result.report_json, HasSubstr("1000 are needed"));
  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  EXPECT_EQ(report["ranking"]["popularity"]["num_learners"].GetInt64(), 60);
  const auto models = DecodeModelSet(1, *Directory().Load(1));
  ASSERT_THAT(models, IsOk());
  EXPECT_FALSE((*models)->tracing.is_trained());
  EXPECT_EQ((*models)->interest.num_resources(), 60);
}

TEST_F(TrainJobTest, AVersionThatCanTraceIsNotReplacedByOneThatCannot) {
  Append(Class());
  ASSERT_EQ(Run(Options()).outcome, TrainOutcome::kPublished);
  AppendEvents(kTenant, Views(), &database_);
  TrainJobOptions strict = Options();
  strict.min_answers = 2000;
  const TrainJobResult result = Run(strict);
  EXPECT_EQ(result.outcome, TrainOutcome::kNothingToDo);
  EXPECT_THAT(result.message, HasSubstr("version 1"));
}

TEST_F(TrainJobTest, TheReportBesideTheModelNamesItsVersion) {
  Append(Class());
  ASSERT_EQ(Run(Options()).version, 1);
  TrainJobOptions force = Options();
  force.force = true;
  ASSERT_EQ(Run(force).version, 2);
  const std::string text =
      ReadFile(Directory().path() + "/2/report/report.json");
  EXPECT_THAT(text, HasSubstr("\"version\":2"));
  EXPECT_THAT(text, HasSubstr("published version 2"));
}

TEST_F(TrainJobTest, RefusedRunsLeaveTheLastTenReports) {
  SyntheticOptions bad = Class();
  bad.num_learners = 60;
  bad.flip_from = 32;
  Append(bad);
  TrainJobOptions options = Options();
  options.num_factors = 1;
  options.models = {kLrhModel};
  std::string last;
  for (int run = 0; run < 12; ++run) {
    const TrainJobResult result = Run(options);
    ASSERT_EQ(result.outcome, TrainOutcome::kRefused);
    last = result.report_json;
  }
  const std::string refused = Directory().path() + "/refused/";
  EXPECT_FALSE(std::filesystem::exists(refused + "2.json"));
  EXPECT_TRUE(std::filesystem::exists(refused + "3.json"));
  EXPECT_EQ(ReadFile(refused + "12.json"), last + "\n");
  EXPECT_TRUE(Directory().List()->empty());
}

// A worse version says the opposite of what is right.
class ServingTest : public TrainJobTest {
 protected:
  ServingTest() {
    Append(Class());
    SyntheticOptions opposite = Class();
    opposite.num_learners = 200;
    opposite.seed = 99;
    opposite.flip_from = 0;
    worse_ = SyntheticDataset(opposite);
  }

  // The last ten learners of the class came later.
  const int64_t some_ = 20 * 40;
  Dataset worse_;
};

TEST_F(ServingTest, AModelWorseThanTheServingVersionIsRefused) {
  // One answer to a question is little to know it by; the version that serves
  // had two hundred.
  SyntheticOptions options = Class();
  options.questions_per_kc = 100;
  options.num_learners = 400;
  options.answers_per_learner = 10;
  MemoryDatabase small;
  AppendEvents(kTenant, SyntheticEvents(options), &small);
  options.num_learners = 2000;
  options.answers_per_learner = 40;
  options.seed = 99;
  PublishModelOf(SyntheticDataset(options), 50 * 10);
  const auto result = RunTrainJob(Options(), &small);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->outcome, TrainOutcome::kRefused) << result->report_json;
  EXPECT_THAT(result->message, HasSubstr("serving version 1"));
  EXPECT_EQ(Directory().List()->size(), 1);
}

TEST_F(ServingTest, ThePinnedVersionIsComparedWith) {
  const int64_t worse = PublishModelOf(worse_, some_);
  PublishModelOf(worse_, some_);
  ASSERT_THAT(Directory().Pin(worse), IsOk());
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  EXPECT_EQ(report["serving"]["version"].GetInt64(), worse);
  EXPECT_GT(report["serving"]["serving"]["log_loss"].GetDouble(),
            report["serving"]["candidate"]["log_loss"].GetDouble() + 0.1);
  EXPECT_EQ(report["gates"].Size(), 2);
}

TEST_F(ServingTest, WithoutAPinTheNewestVersionIsComparedWith) {
  PublishModelOf(worse_, some_);
  const int64_t newest = PublishModelOf(worse_, some_);
  rapidjson::Document report;
  report.Parse(Run(Options()).report_json.c_str());
  EXPECT_EQ(report["serving"]["version"].GetInt64(), newest);
}

TEST_F(ServingTest, AVersionThatHasSeenTheWindowIsNotComparedWith) {
  PublishModelOf(worse_, SyntheticEvents(Class()).back().sequence);
  TrainJobOptions force = Options();
  force.force = true;
  const TrainJobResult result = Run(force);
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  EXPECT_THAT(result.report_json, HasSubstr("came since it was trained"));
}

TEST_F(ServingTest, ADamagedServingVersionDoesNotStopItsSuccessor) {
  PublishModelOf(worse_, some_);
  std::ofstream(Directory().path() + "/1/tracing.pb") << "broken";
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished);
  EXPECT_EQ(result.version, 2);
}

TEST_F(TrainJobTest, ResourcesWithoutKcsAndLearnersWithOneEventAreFine) {
  std::vector<Event> events = SyntheticEvents(Class());
  for (int learner = 0; learner < 20; ++learner) {
    Event view;
    view.id = absl::StrCat("view", learner);
    view.actor = {ActorKind::kLearner, absl::StrCat("viewer", learner)};
    view.time = events.front().time + absl::Minutes(learner);
    view.verb = learner % 2 == 0 ? Verb::kViewed : Verb::kAnswered;
    view.resource = "video";
    view.sequence = 10'000 + learner;
    events.push_back(view);
  }
  AppendEvents(kTenant, events, &database_);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
}

TEST_F(TrainJobTest, ATrackWithoutAnyKcTrainsPopularityAndFactors) {
  std::vector<Event> events = SyntheticEvents(Class());
  for (Event& event : events) event.kcs.clear();
  AppendEvents(kTenant, events, &database_);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  const auto models = DecodeModelSet(1, *Directory().Load(1));
  ASSERT_THAT(models, IsOk());
  EXPECT_EQ((*models)->interest.num_resources(), 40);
}

TEST_F(TrainJobTest, RealTimesAreTrainedOnToo) {
  SyntheticOptions real = Class();
  real.time_is_order = false;
  Append(real);
  const TrainJobResult result = Run(Options());
  EXPECT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
}

// Appends what `lists` were and what became of each, after everything else.
void AppendLists(const std::vector<ExposedList>& lists, absl::Time after,
                 Database* database) {
  int64_t sequence = 1'000'000;
  std::vector<Event> events;
  const auto add = [&](Verb verb, const std::string& list, absl::Time time) {
    Event& event = events.emplace_back();
    event.sequence = ++sequence;
    event.id = absl::StrCat("list-event", sequence);
    event.actor.id = "l0";
    event.time = time;
    event.verb = verb;
    event.phase = Phase::kPostClass;
    event.list = list;
    return &event;
  };
  WriteBatch batch;
  for (const ExposedList& list : lists) {
    StoredList record;
    record.id = absl::StrCat("list", sequence);
    record.learner = "l0";
    const absl::Time time = after + (list.time - absl::UnixEpoch());
    Event shown = *add(Verb::kRecommended, record.id, time);
    for (const Exposure& line : list.shown) {
      const ResourceId resource = absl::StrCat("r", line.place);
      record.candidates.push_back(
          {resource, 1, 0, {line.parts.begin(), line.parts.end()}, ""});
      shown.listed.push_back({resource, line.place + 1, 1});
    }
    events.back() = shown;
    for (const Exposure& line : list.shown) {
      if (!line.is_taken_up) continue;
      add(Verb::kCompleted, record.id, time + absl::Minutes(line.place + 1))
          ->resource = absl::StrCat("r", line.place);
    }
    ListStore(database).Put(kTenant, record, &batch);
  }
  add(Verb::kViewed, "", after + absl::Hours(100'000))->resource = "r0";
  ASSERT_THAT(database->Write(batch), IsOk());
  AppendEvents(kTenant, events, database);
}

TEST_F(TrainJobTest, WeightsOfTheScoreAreLearntWhereThereAreEnoughLists) {
  Append(Class());
  AppendLists(
      MakeLists(
          {.weights = {0, .1f, .1f, .2f, .4f, .2f, 0},
           .shown_by = RankingPolicy::DefaultWeights()[static_cast<size_t>(
               Phase::kPostClass)],
           .lists_per_learner = 1},
          400),
      SyntheticEvents(Class()).back().time, &database_);
  TrainJobOptions options = Options();
  options.min_lists = 400;
  const TrainJobResult result = Run(options);
  ASSERT_EQ(result.outcome, TrainOutcome::kPublished) << result.message;
  const auto models = DecodeModelSet(1, *Directory().Load(1));
  ASSERT_THAT(models, IsOk());
  const LearntWeights& weights = (*models)->weights;
  EXPECT_FALSE(weights[static_cast<size_t>(Phase::kSelfStudy)].has_value());
  const auto& learnt = weights[static_cast<size_t>(Phase::kPostClass)];
  ASSERT_TRUE(learnt.has_value());
  EXPECT_GT((*learnt)[static_cast<size_t>(ScorePart::kInterest)], 0.2);

  rapidjson::Document report;
  report.Parse(result.report_json.c_str());
  ASSERT_FALSE(report.HasParseError());
  const auto& trials = report["score_weights"];
  ASSERT_EQ(trials.Size(), 4);
  EXPECT_STREQ(trials[2]["phase"].GetString(), "POST_CLASS");
  EXPECT_STREQ(trials[2]["serves"].GetString(), "learnt");
  EXPECT_EQ(trials[2]["comparison"]["num_lists"].GetInt64(), 80);
  EXPECT_EQ(trials[2]["gates"].Size(), 2);
  EXPECT_STREQ(trials[3]["serves"].GetString(), "hand_set");
  EXPECT_THAT(trials[3]["reason"].GetString(),
              HasSubstr("400 lists are missing"));
  const std::string card =
      ReadFile(Directory().path() + "/1/report/model_card.md");
  EXPECT_THAT(card, HasSubstr("| learnt | 400 of 400 |"));
  EXPECT_THAT(card, HasSubstr("400 lists are missing"));
}

TEST_F(TrainJobTest, ProgressGoesThroughEveryStageToItsEnd) {
  Append(Class());
  std::vector<std::string> finished;
  TrainJobOptions options = Options();
  options.progress = [&](absl::string_view stage, double done) {
    EXPECT_GE(done, 0);
    EXPECT_LE(done, 1);
    if (done == 1 && (finished.empty() || finished.back() != stage)) {
      finished.emplace_back(stage);
    }
  };
  ASSERT_EQ(Run(options).outcome, TrainOutcome::kPublished);
  EXPECT_THAT(finished,
              testing::ElementsAre("dataset", "evaluate tracing",
                                   "compare with serving", "evaluate factors",
                                   "score weights", "train tracing",
                                   "train factors", "publish"));
}

}  // namespace
}  // namespace evenlight
