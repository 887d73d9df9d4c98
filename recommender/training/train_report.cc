#include "recommender/training/train_report.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace evenlight {
namespace {

// Writes name-value pairs, and lists, of one JSON text.
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {
    // Beyond six decimals there is only noise.
    writer_.SetMaxDecimalPlaces(6);
  }

  void Name(absl::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void Add(absl::string_view value) {
    writer_.String(value.data(),
                   static_cast<rapidjson::SizeType>(value.size()));
  }
  void Add(absl::string_view name, absl::string_view value) {
    Name(name);
    Add(value);
  }
  void Add(absl::string_view name, int64_t value) {
    Name(name);
    writer_.Int64(value);
  }
  void Add(absl::string_view name, double value) {
    Name(name);
    AddNumber(value);
  }
  // JSON has no NaN.
  void AddNumber(double value) {
    std::isfinite(value) ? writer_.Double(value) : writer_.Null();
  }
  void AddBool(absl::string_view name, bool value) {
    Name(name);
    writer_.Bool(value);
  }
  void Begin() { writer_.StartObject(); }
  void Begin(absl::string_view name) {
    Name(name);
    writer_.StartObject();
  }
  void End() { writer_.EndObject(); }
  void BeginList(absl::string_view name) {
    Name(name);
    writer_.StartArray();
  }
  void BeginList() { writer_.StartArray(); }
  void EndList() { writer_.EndArray(); }

  std::string Text() const { return buffer_.GetString(); }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

void AddTracing(absl::string_view model, const TracingMetrics& metrics,
                JsonWriter& json) {
  json.Begin(model);
  json.Add("num_answers", metrics.num_answers);
  json.Add("auc", metrics.auc);
  json.Add("auc_error", metrics.auc_error);
  json.Add("accuracy", metrics.accuracy);
  json.Add("log_loss", metrics.log_loss);
  json.Add("log_loss_error", metrics.log_loss_error);
  json.Add("calibration_error", metrics.calibration_error);
  json.Add("first_answers_auc", metrics.first_answers_auc);
  json.Add("unseen_question_auc", metrics.unseen_question_auc);
  json.Add("learner_auc", metrics.learner_auc);
  json.End();
}

void AddCost(absl::string_view name, const TracingCost& cost,
             JsonWriter& json) {
  json.Begin(name);
  json.Add("multiply_adds", cost.multiply_adds);
  json.Add("state_bytes", cost.state_bytes);
  json.End();
}

void AddRecipe(const TracingRecipe& recipe, JsonWriter& json) {
  json.Begin("recipe");
  json.Add("model", recipe.model);
  json.Add("lrh_epochs", int64_t{recipe.lrh_epochs});
  json.Add("residual_epochs", int64_t{recipe.residual_epochs});
  json.Add("calibration_slope", double{recipe.calibration.slope});
  json.Add("calibration_bias", double{recipe.calibration.bias});
  json.Add("correction_rate", double{recipe.correction_rate});
  json.End();
}

// Of each epoch: training loss, validation loss.
void AddCurve(const LearningCurve& curve, JsonWriter& json) {
  json.BeginList("learning_curve");
  for (const EpochLoss& epoch : curve) {
    json.BeginList();
    json.AddNumber(epoch.train);
    json.AddNumber(epoch.validation);
    json.EndList();
  }
  json.EndList();
}

void AddCandidate(const TracingCandidate& candidate, JsonWriter& json) {
  json.Begin();
  json.Add("model", candidate.model);
  json.AddBool("chosen", candidate.is_chosen);
  json.Add("reason", candidate.reason);
  AddCost("cost", candidate.cost, json);
  if (candidate.is_fitted) {
    json.Add("lrh_epochs", int64_t{candidate.lrh_epochs});
    json.Add("residual_epochs", int64_t{candidate.residual_epochs});
    AddTracing("validation", candidate.validation, json);
    AddCurve(candidate.curve, json);
  }
  json.End();
}

// Models by name are what they scored on the later window.
void AddTracingTrial(const TrainReport& report, JsonWriter& json) {
  const TracingTrial& trial = report.tracing;
  json.Begin("tracing");
  AddCost("budget", report.budget, json);
  if (!trial.candidates.empty()) {
    AddRecipe(trial.recipe, json);
    AddTracing("validation", trial.validation, json);
  }
  json.BeginList("candidates");
  for (const TracingCandidate& candidate : trial.candidates) {
    AddCandidate(candidate, json);
  }
  json.EndList();
  for (const TracingResult& result : trial.results) {
    AddTracing(result.model, result.metrics, json);
  }
  json.End();
}

void AddRanking(absl::string_view model, const RankingMetrics& metrics,
                JsonWriter& json) {
  json.Begin(model);
  json.Add("num_learners", metrics.num_learners);
  json.Add("recall_at_20", metrics.recall);
  json.Add("recall_at_20_error", metrics.recall_error);
  json.Add("ndcg_at_20", metrics.ndcg);
  json.Add("ndcg_at_20_error", metrics.ndcg_error);
  json.End();
}

void AddData(const TrainReport& report, JsonWriter& json) {
  json.Begin("data");
  json.Add("time", absl::FormatTime(report.data_time, absl::UTCTimeZone()));
  json.Add("num_learners", report.num_learners);
  json.Add("num_events", report.num_events);
  json.Add("num_answers", report.num_answers);
  json.Add("num_window_answers", report.num_window_answers);
  json.Add("num_kcs", report.num_kcs);
  json.Add("num_questions", report.num_questions);
  json.Add("num_resources", report.num_resources);
  json.End();
}

void AddServing(const TrainReport& report, JsonWriter& json) {
  json.Begin("serving");
  json.Add("version", report.serving_version);
  json.Add("note", report.serving_note);
  if (report.serving.has_value()) {
    AddTracing("candidate", report.serving->candidate, json);
    AddTracing("serving", report.serving->serving, json);
  }
  json.End();
}

void AddGates(const std::vector<Gate>& gates, JsonWriter& json) {
  json.BeginList("gates");
  for (const Gate& gate : gates) {
    json.Begin();
    json.Add("name", gate.name);
    json.Add("value", gate.value);
    json.Add("limit", gate.limit);
    json.AddBool("passed", gate.passed);
    json.End();
  }
  json.EndList();
}

void AddParts(absl::string_view name, const ScoreParts& weights,
              JsonWriter& json) {
  json.Begin(name);
  for (int part = 0; part < kNumScoreParts; ++part) {
    json.Add(kScorePartNames[part], double{weights[part]});
  }
  json.End();
}

void AddComparison(const WeightComparison& comparison, JsonWriter& json) {
  json.Begin("comparison");
  json.Add("num_lists", comparison.num_lists);
  json.Add("hand_set_log_loss", comparison.hand_set_log_loss);
  json.Add("learnt_log_loss", comparison.learnt_log_loss);
  json.Add("excess", comparison.excess.mean);
  json.Add("excess_error", comparison.excess.standard_error);
  json.Add("hand_set_ndcg", comparison.hand_set_ndcg);
  json.Add("learnt_ndcg", comparison.learnt_ndcg);
  json.End();
}

void AddWeightTrial(const WeightTrial& trial, JsonWriter& json) {
  json.Begin();
  json.Add("phase", NameOf(trial.phase));
  json.Add("serves", trial.serves ? "learnt" : "hand_set");
  json.Add("reason", trial.reason);
  json.Add("num_lists", trial.num_lists);
  json.Add("num_with_both", trial.num_with_both);
  AddParts("hand_set", trial.hand_set, json);
  if (trial.comparison.has_value()) {
    AddParts("learnt", trial.fit.weights, json);
    json.Add("scale", trial.fit.scale);
    json.BeginList("place_log_odds");
    for (const double place : trial.fit.places) json.AddNumber(place);
    json.EndList();
    AddComparison(*trial.comparison, json);
    AddGates(trial.gates, json);
  }
  json.End();
}

// Of the score; not those of a tracing model.
void AddWeights(const TrainReport& report, JsonWriter& json) {
  json.BeginList("score_weights");
  for (const WeightTrial& trial : report.weights) AddWeightTrial(trial, json);
  json.EndList();
}

void AddNotes(const TrainReport& report, JsonWriter& json) {
  json.BeginList("notes");
  for (const std::string& note : report.notes) json.Add(note);
  json.EndList();
}

}  // namespace

void DescribeData(const Dataset& dataset, TrainReport* report) {
  report->data_time = dataset.newest;
  report->num_learners = static_cast<int64_t>(dataset.learners.size());
  report->num_events = dataset.num_events;
  report->num_answers = dataset.num_answers;
  report->num_window_answers = CountAnswers(LaterWindow(dataset.learners));
  report->num_kcs = static_cast<int64_t>(dataset.ids.kcs.size());
  report->num_questions = static_cast<int64_t>(dataset.ids.questions.size());
  report->num_resources = static_cast<int64_t>(dataset.ids.resources.size());
}

std::string ReportJson(const TrainReport& report) {
  JsonWriter json;
  json.Begin();
  json.Add("tenant", report.tenant);
  json.Add("outcome", report.outcome);
  json.Add("message", report.message);
  json.Add("version", report.version);
  json.Add("seed", report.seed);
  AddData(report, json);
  AddTracingTrial(report, json);
  AddServing(report, json);
  json.Begin("ranking");
  json.Add("serves", Name(report.serves));
  json.AddBool("is_warm_start", report.is_warm);
  const InterestSetting& setting = report.interest.setting;
  json.Add("unobserved_weight", static_cast<double>(setting.unobserved_weight));
  json.Add("regularization", static_cast<double>(setting.regularization));
  json.Add("epochs", int64_t{setting.num_epochs});
  AddRanking("factors", report.interest.factors, json);
  AddRanking("popularity", report.interest.popularity, json);
  AddRanking("item_knn", report.interest.item_knn, json);
  AddRanking("ease", report.interest.ease, json);
  AddRanking("decayed_popularity", report.interest.decayed_popularity, json);
  AddRanking("grouped_popularity", report.interest.grouped_popularity, json);
  json.End();
  AddWeights(report, json);
  AddGates(report.gates, json);
  AddNotes(report, json);
  json.Begin("seconds");
  for (const auto& [stage, seconds] : report.seconds) json.Add(stage, seconds);
  json.End();
  json.End();
  return json.Text();
}

std::string PublishedSummary(const TrainReport& report, bool has_tracing) {
  std::string text =
      absl::StrCat("trained on ", report.num_events, " events of ",
                   report.num_learners, " learners");
  if (!report.tracing.results.empty()) {
    const TracingMetrics& served = report.tracing.results.front().metrics;
    absl::StrAppendFormat(&text, ", %s with AUC %.4f and log loss %.4f",
                          report.tracing.recipe.model, served.auc,
                          served.log_loss);
  }
  if (!has_tracing) absl::StrAppend(&text, ", without tracing");
  return absl::StrCat(text, ", interest by ", Name(report.serves));
}

}  // namespace evenlight
