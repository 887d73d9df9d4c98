#include "services/cli/evaluate_resources.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "recommender/training/resource_experiment.h"
#include "services/cli/report_file.h"
#include "services/cli/resource_charts.h"
#include "services/cli/resource_report.h"
#include "services/cli/resource_source.h"
#include "services/cli/svg_chart.h"

namespace evenlight {
namespace {

std::string ChartPath(const std::string& out_file) {
  return absl::StrCat(absl::StripSuffix(out_file, ".json"), ".learning.svg");
}

// A run takes minutes, and its figures must not be lost for a wrong path.
absl::Status CheckReport(const EvaluateResourcesOptions& options) {
  if (options.out_file.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckWritable(options.out_file));
  return CheckWritable(ChartPath(options.out_file));
}

absl::Status WriteReport(const EvaluateResourcesOptions& options,
                         const ResourceSource& source,
                         const ResourceExperiment& experiment) {
  if (options.out_file.empty()) return absl::OkStatus();
  const std::vector<LogField> head = {
      {"file", source.name},
      {"file_sha256", source.digest},
      {"learners", source.split.train.num_learners()},
      {"resources", static_cast<int64_t>(source.split.train.num_resources)},
      {"engagements", static_cast<int64_t>(source.split.train.entries.size())},
      {"held_out", source.num_held_out},
      {"notes", absl::StrJoin(source.notes, "; ")},
      {"validate", options.validate_fraction},
      {"search", options.num_search},
      {"seed", options.seed}};
  RETURN_IF_ERROR(
      WriteFile(options.out_file, ResourceReport(head, experiment)));
  const Chart chart = RankerLearningChart(experiment.scores);
  if (chart.series.empty()) return absl::OkStatus();  // No model has epochs.
  return WriteFile(ChartPath(options.out_file), ToSvg(chart));
}

ResourceExperimentOptions ExperimentOptions(
    const EvaluateResourcesOptions& options, const Console& console) {
  ResourceExperimentOptions experiment;
  if (!options.models.empty()) experiment.models = options.models;
  // People put blanks behind commas.
  for (std::string& model : experiment.models) {
    absl::StripAsciiWhitespace(&model);
  }
  experiment.ranker.num_factors = options.num_factors;
  experiment.ranker.half_precision = options.half_precision;
  experiment.ranker.seed = options.seed;
  experiment.ranker.num_threads = options.num_threads;
  experiment.num_epochs = options.num_epochs;
  experiment.validate_fraction = options.validate_fraction;
  experiment.num_random = options.num_search;
  experiment.on_epoch = [&console](const std::string& model,
                                   const RankerEpoch& epoch) {
    console.err << LineOf(model, epoch) << std::endl;
  };
  experiment.on_trial = [&console](const std::string& model,
                                   const RankerTrial& trial) {
    console.err << LineOf(model, trial) << std::endl;
  };
  return experiment;
}

void Announce(const ResourceSource& source, const Console& console) {
  console.err << "learners=" << source.split.train.num_learners()
              << " resources=" << source.split.train.num_resources
              << " engagements=" << source.split.train.entries.size()
              << " held_out=" << source.num_held_out << std::endl;
  for (const std::string& note : source.notes) {
    console.err << "note: " << note << std::endl;
  }
}

absl::Status Run(const EvaluateResourcesOptions& options,
                 const Console& console) {
  RETURN_IF_ERROR(CheckReport(options));
  const ResourceExperimentOptions experiment_options =
      ExperimentOptions(options, console);
  RETURN_IF_ERROR(CheckResourceOptions(experiment_options));
  ASSIGN_OR_RETURN(const ResourceSource source, ReadResourceSource(options));
  Announce(source, console);
  ASSIGN_OR_RETURN(const ResourceExperiment experiment,
                   RunResourceExperiment(source.split, experiment_options));
  for (const LeftOut& left_out : experiment.left_out) {
    console.err << "note: " << left_out.model
                << " is left out: " << left_out.reason.message() << std::endl;
  }
  for (const ResourceScore& score : experiment.scores) {
    console.Figures(FiguresOf(score));
  }
  return WriteReport(options, source, experiment);
}

}  // namespace

int EvaluateResources(const EvaluateResourcesOptions& options,
                      const Console& console) {
  const absl::Status status = Run(options, console);
  if (status.ok()) return kExitOk;
  return console.Fail("evaluate resources", status);
}

}  // namespace evenlight
