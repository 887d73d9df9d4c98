#include "recommender/training/train_report.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

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
    writer_.Double(value);
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

void AddGates(const TrainReport& report, JsonWriter& json) {
  json.BeginList("gates");
  for (const Gate& gate : report.gates) {
    json.Begin();
    json.Add("name", gate.name);
    json.Add("value", gate.value);
    json.Add("limit", gate.limit);
    json.AddBool("passed", gate.passed);
    json.End();
  }
  json.EndList();
}

void AddNotes(const TrainReport& report, JsonWriter& json) {
  json.BeginList("notes");
  for (const std::string& note : report.notes) json.Add(note);
  json.EndList();
}

// --- The model card ---

std::string TracingRow(absl::string_view model, const TracingMetrics& m) {
  return absl::StrFormat(
      "| %s | %d | %.4f +- %.4f | %.4f +- %.4f | %.4f | "
      "%.4f |\n",
      model, m.num_answers, m.auc, m.auc_error, m.log_loss, m.log_loss_error,
      m.accuracy, m.calibration_error);
}

std::string RankingRow(absl::string_view model, const RankingMetrics& m) {
  return absl::StrFormat("| %s | %d | %.4f +- %.4f | %.4f +- %.4f |\n", model,
                         m.num_learners, m.recall, m.recall_error, m.ndcg,
                         m.ndcg_error);
}

std::string DataTable(const TrainReport& report) {
  std::string text = "## Data\n\n| what | |\n|---|---|\n";
  const auto add = [&](absl::string_view name, const auto& value) {
    absl::StrAppend(&text, "| ", name, " | ", value, " |\n");
  };
  add("newest event", absl::FormatTime(report.data_time, absl::UTCTimeZone()));
  add("learners", report.num_learners);
  add("events", report.num_events);
  add("answers", report.num_answers);
  add("answers in the later window", report.num_window_answers);
  add("knowledge components", report.num_kcs);
  add("questions", report.num_questions);
  add("resources", report.num_resources);
  add("seed", report.seed);
  return text;
}

std::string TracingTable(const TrainReport& report) {
  std::string text = absl::StrCat(
      "\n## Predicting the next answer, on the later window\n\nLR-H learnt ",
      report.num_epochs,
      " epochs. Errors are standard errors.\n\n"
      "| model | answers | AUC | log loss | accuracy | calibration error |\n"
      "|---|---|---|---|---|---|\n");
  for (const TracingResult& result : report.tracing) {
    absl::StrAppend(&text, TracingRow(result.model, result.metrics));
  }
  if (report.tracing.empty()) {
    absl::StrAppend(&text, "\nNo answer on a known kc is in the window.\n");
  }
  if (report.serving.has_value()) {
    absl::StrAppend(
        &text, "\nOn answers that came since version ", report.serving_version,
        " was trained, with a candidate trained on the same events as it:\n\n"
        "| model | answers | AUC | log loss | accuracy | calibration error |\n"
        "|---|---|---|---|---|---|\n",
        TracingRow("candidate", report.serving->candidate),
        TracingRow(absl::StrCat("version ", report.serving_version),
                   report.serving->serving));
  } else {
    absl::StrAppend(&text, "\nNot compared with a serving version: ",
                    report.serving_note, ".\n");
  }
  return text;
}

std::string RankingTable(const TrainReport& report) {
  return absl::StrCat(
      "\n## Finding what learners use next, on the later window\n\n"
      "Full ranking, resources already used left out. The model has ",
      report.has_factors ? "factors and popularity" : "popularity only",
      ".\n\n| model | learners | Recall@20 | NDCG@20 |\n|---|---|---|---|\n",
      RankingRow("factors", report.interest.factors),
      RankingRow("popularity", report.interest.popularity));
}

std::string GateTable(const TrainReport& report) {
  std::string text =
      "\n## Gates\n\n| gate | value | limit | passed |\n|---|---|---|---|\n";
  for (const Gate& gate : report.gates) {
    absl::StrAppendFormat(&text, "| %s | %.4f | %.4f | %s |\n", gate.name,
                          gate.value, gate.limit, gate.passed ? "yes" : "no");
  }
  if (report.gates.empty()) absl::StrAppend(&text, "\nNone was applied.\n");
  return text;
}

std::string NoteList(const TrainReport& report) {
  std::string text = report.notes.empty() ? "" : "\n## Notes\n\n";
  for (const std::string& note : report.notes) {
    absl::StrAppend(&text, "- ", note, "\n");
  }
  return text;
}

}  // namespace

std::string ReportJson(const TrainReport& report) {
  JsonWriter json;
  json.Begin();
  json.Add("tenant", report.tenant);
  json.Add("outcome", report.outcome);
  json.Add("message", report.message);
  json.Add("version", report.version);
  json.Add("seed", report.seed);
  AddData(report, json);
  json.Begin("tracing");
  json.Add("num_epochs", int64_t{report.num_epochs});
  for (const TracingResult& result : report.tracing) {
    AddTracing(result.model, result.metrics, json);
  }
  json.End();
  AddServing(report, json);
  json.Begin("ranking");
  json.AddBool("has_factors", report.has_factors);
  json.Add("unobserved_weight",
           static_cast<double>(report.interest.unobserved_weight));
  AddRanking("factors", report.interest.factors, json);
  AddRanking("popularity", report.interest.popularity, json);
  json.End();
  AddGates(report, json);
  AddNotes(report, json);
  json.Begin("seconds");
  for (const auto& [stage, seconds] : report.seconds) json.Add(stage, seconds);
  json.End();
  json.End();
  return json.Text();
}

std::string ModelCard(const TrainReport& report) {
  return absl::StrCat("# Model of ", report.tenant, "\n\n", report.message,
                      ".\n\n", DataTable(report), TracingTable(report),
                      RankingTable(report), GateTable(report),
                      NoteList(report));
}

}  // namespace evenlight
