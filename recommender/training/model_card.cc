#include "recommender/training/model_card.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace evenlight {
namespace {

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

std::string YesOr(bool is_so, absl::string_view text) {
  return is_so ? "yes" : std::string(text);
}

// What was tried, each on the learners held out to choose by.
std::string ChoiceTable(const TrainReport& report) {
  const TracingTrial& trial = report.tracing;
  if (trial.candidates.empty()) return "";
  std::string text = absl::StrFormat(
      "\n## Choosing a model of the next answer\n\nBy log loss on %d answers "
      "of learners held out for that, within %d multiply-adds and %d bytes of "
      "state per answer to a question with one knowledge component. A dearer "
      "model is chosen if it is better by more than two standard errors.\n\n"
      "| model | multiply-adds | bytes | epochs | AUC | log loss | "
      "calibration error | chosen | because |\n"
      "|---|---|---|---|---|---|---|---|---|\n",
      trial.validation.num_answers, report.budget.multiply_adds,
      report.budget.state_bytes);
  for (const TracingCandidate& candidate : trial.candidates) {
    const TracingMetrics& m = candidate.validation;
    absl::StrAppendFormat(&text, "| %s | %d | %d | ", candidate.model,
                          candidate.cost.multiply_adds,
                          candidate.cost.state_bytes);
    if (candidate.is_fitted) {
      absl::StrAppendFormat(&text, "%d + %d | %.4f | %.4f +- %.4f | %.4f",
                            candidate.lrh_epochs, candidate.residual_epochs,
                            m.auc, m.log_loss, m.log_loss_error,
                            m.calibration_error);
    } else {
      absl::StrAppend(&text, "not fitted | | |");
    }
    absl::StrAppend(&text, " | ", YesOr(candidate.is_chosen, "no"), " | ",
                    candidate.reason, " |\n");
  }
  return absl::StrCat(text,
                      "\nEpochs are those of LR-H and of its residual.\n");
}

std::string CorrectionText(const TrainReport& report) {
  const TracingTrial& trial = report.tracing;
  if (trial.candidates.empty()) return "";
  const Calibration& calibration = trial.recipe.calibration;
  std::string text = "\nCalibration: ";
  if (calibration == Calibration()) {
    absl::StrAppend(&text, "none was needed");
  } else {
    absl::StrAppendFormat(&text, "log-odds z become %.3f z %+.3f",
                          calibration.slope, calibration.bias);
  }
  absl::StrAppendFormat(
      &text,
      ". Learners' own corrections: %s. With both, log loss on the held-out "
      "learners is %.4f and the calibration error %.4f.\n",
      trial.recipe.correction_rate > 0
          ? absl::StrFormat("steps of %.2f", trial.recipe.correction_rate)
          : "none",
      trial.validation.log_loss, trial.validation.calibration_error);
  return text;
}

std::string LossOf(const LearningCurve& curve, size_t epoch) {
  if (epoch >= curve.size()) return " | ";
  return absl::StrFormat("%.4f | %.4f", curve[epoch].train,
                         curve[epoch].validation);
}

std::string CurveTable(const TrainReport& report) {
  std::string names;
  std::string lines;
  std::vector<const LearningCurve*> curves;
  size_t num_epochs = 0;
  for (const TracingCandidate& candidate : report.tracing.candidates) {
    if (candidate.curve.empty()) continue;
    curves.push_back(&candidate.curve);
    num_epochs = std::max(num_epochs, candidate.curve.size());
    absl::StrAppend(&names, " ", candidate.model, ", training | ",
                    candidate.model, ", validation |");
    absl::StrAppend(&lines, "---|---|");
  }
  if (curves.empty()) return "";
  std::string text = absl::StrCat("\n### Log loss by epoch\n\n| epoch |", names,
                                  "\n|---|", lines, "\n");
  for (size_t epoch = 0; epoch < num_epochs; ++epoch) {
    absl::StrAppend(&text, "| ", epoch + 1, " |");
    for (const LearningCurve* curve : curves) {
      absl::StrAppend(&text, " ", LossOf(*curve, epoch), " |");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

constexpr char kTracingHeader[] =
    "| model | answers | AUC | log loss | accuracy | calibration error |\n"
    "|---|---|---|---|---|---|\n";

std::string TracingTable(const TrainReport& report) {
  std::string text = absl::StrCat(
      "\n## Predicting the next answer, on the later window\n\nErrors are "
      "standard errors. `served` is the chosen model with its calibration and "
      "corrections, fitted to the same learners as the others.\n\n",
      kTracingHeader);
  for (const TracingResult& result : report.tracing.results) {
    absl::StrAppend(&text, TracingRow(result.model, result.metrics));
  }
  if (report.tracing.results.empty()) {
    absl::StrAppend(&text, "\nNo answer on a known kc is in the window.\n");
  }
  if (report.serving.has_value()) {
    absl::StrAppend(
        &text, "\nOn answers that came since version ", report.serving_version,
        " was trained, with a candidate trained on the same events as it:\n\n",
        kTracingHeader, TracingRow("candidate", report.serving->candidate),
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
      "Full ranking, resources already used left out. What serves: ",
      Name(report.serves),
      report.is_warm ? ", started from the serving version" : "",
      ".\n\n| model | learners | Recall@20 | NDCG@20 |\n|---|---|---|---|\n",
      RankingRow("factors", report.interest.factors),
      RankingRow("item-kNN", report.interest.item_knn),
      RankingRow("EASE", report.interest.ease),
      RankingRow("popularity", report.interest.popularity),
      RankingRow("popularity, decayed", report.interest.decayed_popularity),
      RankingRow("popularity by subject and grade",
                 report.interest.grouped_popularity));
}

std::string PartCells(const ScoreParts& weights) {
  std::string text;
  for (const float weight : weights) {
    absl::StrAppendFormat(&text, "%.3f | ", weight);
  }
  return text;
}

std::string WeightRow(const WeightTrial& trial) {
  std::string text = absl::StrFormat("| %s | ", NameOf(trial.phase));
  absl::StrAppend(&text,
                  PartCells(trial.serves ? trial.fit.weights : trial.hand_set));
  absl::StrAppend(&text, trial.serves ? "learnt" : "hand-set", " | ",
                  trial.num_with_both, " of ", trial.num_lists, " | ");
  if (trial.comparison.has_value()) {
    const WeightComparison& c = *trial.comparison;
    absl::StrAppendFormat(
        &text, "%.4f, hand-set %.4f (%+.4f +- %.4f) | %.4f, hand-set %.4f | ",
        c.learnt_log_loss, c.hand_set_log_loss, c.excess.mean,
        c.excess.standard_error, c.learnt_ndcg, c.hand_set_ndcg);
  } else {
    absl::StrAppend(&text, "| | ");
  }
  return absl::StrCat(text, trial.reason, " |\n");
}

// The weights that serve, and how learnt ones would do.
std::string WeightTable(const TrainReport& report) {
  if (report.weights.empty()) return "";
  std::string text =
      "\n## Weights of the score\n\nLearnt from what learners took up of "
      "their lists, the place corrected for; log loss (per list, in nats) and "
      "NDCG on the later fifth of the lists. Phases that the operator's "
      "configuration names keep its weights.\n\n| phase | ";
  std::string lines = "\n|---|";
  for (const char* name : kScorePartNames) {
    absl::StrAppend(&text, name, " | ");
    absl::StrAppend(&lines, "---|");
  }
  absl::StrAppend(&text,
                  "weights | lists with both outcomes | log loss | NDCG ",
                  "| because |", lines, "---|---|---|---|---|\n");
  for (const WeightTrial& trial : report.weights) {
    absl::StrAppend(&text, WeightRow(trial));
  }
  return text;
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

std::string ModelCard(const TrainReport& report) {
  return absl::StrCat("# Model of ", report.tenant, "\n\n", report.message,
                      ".\n\n", DataTable(report), ChoiceTable(report),
                      CorrectionText(report), CurveTable(report),
                      TracingTable(report), RankingTable(report),
                      WeightTable(report), GateTable(report), NoteList(report));
}

}  // namespace evenlight
