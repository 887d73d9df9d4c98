#include "services/cli/evaluate_tracing.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "recommender/training/tracing_experiment.h"
#include "services/cli/open_file.h"
#include "services/interop/answers_csv.h"

namespace evenlight {
namespace {

constexpr int kChunkSize = 200;

// Four digits: more would be noise.
LogField Rounded(const char* name, double value) {
  LogField field(name, value);
  field.json = absl::StrFormat("%.4f", value);
  return field;
}

bool IsOrdered(const AnswerSet& set) { return set.has_order || set.has_time; }

const char* FoldsOf(const AnswerSet& set) {
  return set.has_folds ? "file" : "seeded_hash";
}

std::vector<LogField> FiguresOf(const TracingScore& score) {
  LogField fold("fold", score.fold);
  if (score.fold == 0) fold = LogField("fold", "mean");
  std::vector<LogField> figures = {
      {"model", score.model}, fold, Rounded("auc", score.auc)};
  if (score.fold == 0) {
    figures.push_back(Rounded("auc_sd", score.auc_deviation));
  }
  figures.push_back(Rounded("accuracy", score.accuracy));
  figures.push_back(Rounded("log_loss", score.log_loss));
  figures.push_back(Rounded("ece", score.calibration_error));
  figures.push_back(Rounded("train_seconds", score.train_seconds));
  figures.push_back({"answers", score.num_answers});
  return figures;
}

std::string ToJson(const std::vector<LogField>& figures) {
  return absl::StrCat(
      "{",
      absl::StrJoin(figures, ",",
                    [](std::string* text, const LogField& field) {
                      absl::StrAppend(text, "\"", field.name,
                                      "\":", field.json);
                    }),
      "}");
}

absl::Status WriteReport(const EvaluateTracingOptions& options,
                         const AnswersFile& file,
                         const std::vector<TracingScore>& scores) {
  if (options.out_file.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string digest,
                   Sha256HexOfFile(options.answers_file));
  const std::string setting = options.is_full ? "full" : "chunk200";
  const std::string name =
      std::filesystem::path(options.answers_file).filename().string();
  std::vector<LogField> head = {
      {"file", name},
      {"file_sha256", digest},
      {"ordered", IsOrdered(file.set) ? "yes" : "no"},
      {"folds", FoldsOf(file.set)},
      {"answers", file.num_answers},
      {"learners", static_cast<int64_t>(file.set.learners.size())},
      {"refused", static_cast<int64_t>(file.refused.size())},
      {"setting", setting},
      {"seed", options.seed}};
  LogField list("scores", "");
  list.json = absl::StrCat(
      "[",
      absl::StrJoin(scores, ",",
                    [](std::string* text, const TracingScore& score) {
                      text->append(ToJson(FiguresOf(score)));
                    }),
      "]");
  head.push_back(list);
  std::ofstream out(options.out_file, std::ios::trunc);
  out << ToJson(head) << "\n";
  out.close();
  if (!out) {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", options.out_file));
  }
  return absl::OkStatus();
}

absl::Status Run(const EvaluateTracingOptions& options,
                 const Console& console) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.answers_file));
  ASSIGN_OR_RETURN(const AnswersFile file, ReadAnswersCsv(&in));
  console.err << "answers=" << file.num_answers
              << " learners=" << file.set.learners.size()
              << " refused=" << file.refused.size()
              << " ordered=" << (IsOrdered(file.set) ? "yes" : "no")
              << " folds=" << FoldsOf(file.set) << std::endl;
  Progress progress(console, "tracing");
  TracingExperimentOptions experiment;
  experiment.models = options.models;
  experiment.folds = options.folds;
  experiment.chunk_size = options.is_full ? 0 : kChunkSize;
  experiment.seed = options.seed;
  experiment.num_threads = options.num_threads;
  experiment.progress = [&](absl::string_view, double done) {
    progress.Update(done);
  };
  ASSIGN_OR_RETURN(const std::vector<TracingScore> scores,
                   RunTracingExperiment(file.set, experiment));
  progress.Finish();
  for (const TracingScore& score : scores) {
    std::vector<LogField> figures = FiguresOf(score);
    // Tracing reads the order of answers: figures without one mean less.
    if (!IsOrdered(file.set)) figures.push_back({"ordered", "no"});
    console.Figures(figures);
  }
  return WriteReport(options, file, scores);
}

}  // namespace

int EvaluateTracing(const EvaluateTracingOptions& options,
                    const Console& console) {
  const absl::Status status = Run(options, console);
  if (status.ok()) return kExitOk;
  return console.Fail(absl::StrCat("evaluate tracing ", options.answers_file),
                      status);
}

}  // namespace evenlight
