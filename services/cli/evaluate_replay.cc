#include "services/cli/evaluate_replay.h"

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "services/cli/replay_experiment.h"
#include "services/cli/report_file.h"
#include "services/cli/success_report.h"
#include "services/cli/tracing_source.h"

namespace evenlight {
namespace {

constexpr int kNumDigits = 4;
constexpr double kChance = 0.5;  // The mean rank of choices at random.

LogField FoldField(const ReplayScore& score) {
  if (score.fold == 0) return {"fold", "all"};
  return {"fold", score.fold};
}

std::vector<LogField> FieldsOf(const ReplayScore& score) {
  std::vector<LogField> row = {{"figures", "success"},
                               FoldField(score),
                               {"learners", score.num_learners}};
  AppendSuccess(score.metrics, row);
  return row;
}

std::vector<LogField> ChoiceFields(const ReplayScore& score) {
  return {{"figures", "choices"},
          FoldField(score),
          {"answers", score.metrics.num_answers},
          {"eligible", score.num_eligible},
          {"mastered", score.num_mastered},
          {"met", score.num_met}};
}

std::vector<LogField> FieldsOf(const ReplayScore& score, const char* part,
                               const char* choices, const RankSpread& spread) {
  return {{"figures", "rank"},
          FoldField(score),
          {"part", part},
          {"choices", choices},
          {"n", spread.num_ranks},
          Rounded("mean_others", score.mean_others, 1),
          Rounded("chance", kChance, kNumDigits),
          Rounded("mean", spread.mean, kNumDigits),
          Rounded("mean_se", spread.mean_error, kNumDigits),
          Rounded("lower_quartile", spread.lower_quartile, kNumDigits),
          Rounded("median", spread.median, kNumDigits),
          Rounded("upper_quartile", spread.upper_quartile, kNumDigits)};
}

std::vector<std::vector<LogField>> RanksOf(const ReplayScore& score) {
  return {FieldsOf(score, "band", "all", score.band.all),
          FieldsOf(score, "band", "eligible", score.band.eligible),
          FieldsOf(score, "gain", "all", score.gain.all),
          FieldsOf(score, "gain", "eligible", score.gain.eligible)};
}

void Print(const std::vector<ReplayScore>& scores, const Console& console) {
  for (const ReplayScore& score : scores) console.Figures(FieldsOf(score));
  const ReplayScore& all = scores.back();
  console.Figures(ChoiceFields(all));
  for (const auto& row : RanksOf(all)) console.Figures(row);
  PrintReliability(FoldField(all), all.reliability, console);
}

absl::Status WriteReport(const EvaluateReplayOptions& options,
                         const TracingSource& source,
                         const std::vector<ReplayScore>& scores) {
  if (options.out_file.empty()) return absl::OkStatus();
  std::vector<LogField> report = {{"file", source.name},
                                  {"file_sha256", source.digest},
                                  {"seed", options.seed},
                                  {"others", options.num_others}};
  report.push_back(ListOf("scores", scores, [](const ReplayScore& score) {
    std::vector<LogField> fields = FieldsOf(score);
    fields.push_back({"eligible", score.num_eligible});
    fields.push_back({"mastered", score.num_mastered});
    fields.push_back({"met", score.num_met});
    fields.push_back(
        ListOf("ranks", RanksOf(score),
               [](const std::vector<LogField>& row) { return row; }));
    fields.push_back(ReliabilityList(score.reliability));
    return fields;
  }));
  return WriteFile(options.out_file, ToJson(report) + "\n");
}

absl::Status Run(const EvaluateReplayOptions& options, const Console& console) {
  if (!options.out_file.empty()) {
    RETURN_IF_ERROR(CheckWritable(options.out_file));
  }
  EvaluateTracingOptions of_source;
  of_source.answers_file = options.answers_file;
  ASSIGN_OR_RETURN(const TracingSource source, ReadTracingSource(of_source));
  console.err << "answers=" << source.num_answers
              << " learners=" << source.set.learners.size()
              << " refused=" << source.num_refused << std::endl;
  for (const std::string& note : source.notes) {
    console.err << "note: " << note << std::endl;
  }
  Progress progress(console, "replay");
  ReplayExperimentOptions experiment;
  experiment.folds = options.folds;
  experiment.num_learners = options.num_learners;
  experiment.num_others = options.num_others;
  experiment.seed = options.seed;
  experiment.num_threads = options.num_threads;
  experiment.progress = [&](double done) { progress.Update(done); };
  ASSIGN_OR_RETURN(const std::vector<ReplayScore> scores,
                   RunReplayExperiment(source.set, experiment));
  progress.Finish();
  Print(scores, console);
  return WriteReport(options, source, scores);
}

}  // namespace

int EvaluateReplay(const EvaluateReplayOptions& options,
                   const Console& console) {
  const absl::Status status = Run(options, console);
  if (status.ok()) return kExitOk;
  return console.Fail(absl::StrCat("evaluate replay ", options.answers_file),
                      status);
}

}  // namespace evenlight
