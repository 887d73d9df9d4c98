#include "services/cli/evaluate_tracing.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "recommender/training/tracing_experiment.h"
#include "services/cli/report_file.h"
#include "services/cli/svg_chart.h"
#include "services/cli/tracing_charts.h"
#include "services/cli/tracing_report.h"
#include "services/cli/tracing_source.h"

namespace evenlight {
namespace {

constexpr int kChunkSize = 200;

// What is written, and where.
struct ReportPaths {
  explicit ReportPaths(const std::string& out_file)
      : json(out_file), stem(absl::StripSuffix(out_file, ".json")) {}

  const std::string json;
  const std::string stem;
  const std::string reliability = stem + ".reliability.svg";
  const std::string learning_curve = stem + ".learning_curve.svg";
};

// A run takes minutes, and its figures must not be lost for a wrong path.
absl::Status CheckReport(const EvaluateTracingOptions& options) {
  if (options.out_file.empty()) return absl::OkStatus();
  const ReportPaths paths(options.out_file);
  RETURN_IF_ERROR(CheckWritable(paths.json));
  RETURN_IF_ERROR(CheckWritable(paths.reliability));
  return CheckWritable(paths.learning_curve);
}

const char* FoldsOf(const TracingSource& source) {
  return source.set.has_folds ? "file" : "seeded_hash";
}

absl::Status WriteReport(const EvaluateTracingOptions& options,
                         const TracingSource& source,
                         const std::vector<TracingScore>& scores) {
  if (options.out_file.empty()) return absl::OkStatus();
  const std::vector<LogField> head = {
      {"file", source.name},
      {"file_sha256", source.digest},
      {"ordered", source.is_ordered() ? "yes" : "no"},
      {"folds", FoldsOf(source)},
      {"answers", source.num_answers},
      {"learners", static_cast<int64_t>(source.set.learners.size())},
      {"refused", source.num_refused},
      {"notes", absl::StrJoin(source.notes, "; ")},
      {"setting", options.is_full ? "full" : "chunk200"},
      {"seed", options.seed}};
  const ReportPaths paths(options.out_file);
  RETURN_IF_ERROR(WriteFile(paths.json, TracingReport(head, scores)));
  RETURN_IF_ERROR(
      WriteFile(paths.reliability, ToSvg(ReliabilityChart(scores))));
  return WriteFile(paths.learning_curve, ToSvg(LearningCurveChart(scores)));
}

// People put blanks behind commas.
std::vector<std::string> Trimmed(std::vector<std::string> names) {
  for (std::string& name : names) absl::StripAsciiWhitespace(&name);
  return names;
}

TracingExperimentOptions ExperimentOptions(
    const EvaluateTracingOptions& options, const TracingSource& source) {
  TracingExperimentOptions experiment;
  experiment.models = options.models.empty()
                          ? DefaultTracingModels(source.set.has_time)
                          : Trimmed(options.models);
  experiment.folds = options.folds;
  experiment.chunk_size = options.is_full ? 0 : kChunkSize;
  experiment.online = options.online;
  experiment.seed = options.seed;
  experiment.num_threads = options.num_threads;
  return experiment;
}

void Announce(const EvaluateTracingOptions& options,
              const TracingSource& source, const Console& console) {
  console.err << "answers=" << source.num_answers
              << " learners=" << source.set.learners.size()
              << " refused=" << source.num_refused
              << " ordered=" << (source.is_ordered() ? "yes" : "no")
              << " folds=" << FoldsOf(source) << std::endl;
  for (const std::string& note : source.notes) {
    console.err << "note: " << note << std::endl;
  }
  if (options.models.empty() && !source.set.has_time) {
    console.err << "note: das3h is left out: it counts within windows of time, "
                   "and the answers have no times"
                << std::endl;
  }
}

absl::Status Run(const EvaluateTracingOptions& options,
                 const Console& console) {
  RETURN_IF_ERROR(CheckReport(options));
  ASSIGN_OR_RETURN(const TracingSource source, ReadTracingSource(options));
  Announce(options, source, console);
  Progress progress(console, "tracing");
  TracingExperimentOptions experiment = ExperimentOptions(options, source);
  experiment.progress = [&](absl::string_view, double done) {
    progress.Update(done);
  };
  ASSIGN_OR_RETURN(const std::vector<TracingScore> scores,
                   RunTracingExperiment(source.set, experiment));
  progress.Finish();
  for (const TracingScore& score : scores) {
    std::vector<LogField> figures = FiguresOf(score);
    // Tracing reads the order of answers: figures without one mean less.
    if (!source.is_ordered()) figures.push_back({"ordered", "no"});
    console.Figures(figures);
  }
  return WriteReport(options, source, scores);
}

}  // namespace

int EvaluateTracing(const EvaluateTracingOptions& options,
                    const Console& console) {
  const absl::Status status = Run(options, console);
  if (status.ok()) return kExitOk;
  return console.Fail(
      absl::StrCat("evaluate tracing ", options.answers_file.empty()
                                            ? options.akt_directory
                                            : options.answers_file),
      status);
}

}  // namespace evenlight
