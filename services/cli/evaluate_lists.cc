#include "services/cli/evaluate_lists.h"

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "services/cli/lists_experiment.h"
#include "services/cli/open_file.h"
#include "services/cli/report_file.h"
#include "services/cli/success_report.h"
#include "services/interop/answers_csv.h"
#include "services/interop/kcs_csv.h"

namespace evenlight {
namespace {

constexpr size_t kMaxNamed = 20;  // Kcs of one cycle.

absl::StatusOr<std::vector<KnowledgeComponent>> ReadGraph(
    const std::string& path, const Console& console) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(path));
  ASSIGN_OR_RETURN(KcsFile file, ReadKcsCsv(&in));
  if (!file.refused.empty()) {
    console.err << "note: " << file.refused.size()
                << " rows of kcs refused; the first is line "
                << file.refused[0].line << ": " << file.refused[0].reason
                << std::endl;
  }
  std::vector<KnowledgeComponent> kcs;
  for (auto& kc : file.kcs) kcs.push_back(std::move(kc.value));
  return kcs;
}

absl::StatusOr<AnswersFile> ReadAnswers(const std::string& path,
                                        const Console& console) {
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(path));
  ASSIGN_OR_RETURN(AnswersFile file, ReadSplitAnswersCsv(&in));
  console.err << "answers=" << file.num_answers
              << " learners=" << file.set.learners.size()
              << " refused=" << file.refused.size() << std::endl;
  if (!file.refused.empty()) {
    console.err << "note: the first row refused is line "
                << file.refused[0].line << ": " << file.refused[0].reason
                << std::endl;
  }
  if (!file.set.has_order && !file.set.has_time) {
    console.err << "note: the answers have neither order nor time: nothing "
                   "here says anything about learning over time"
                << std::endl;
  }
  return file;
}

std::vector<LogField> FieldsOf(const GraphFigures& graph) {
  int64_t num_in_cycles = 0;
  for (const auto& cycle : graph.cycles) {
    num_in_cycles += static_cast<int64_t>(cycle.size());
  }
  return {{"figures", "graph"},
          {"kcs", graph.num_kcs},
          {"edges", graph.num_edges},
          {"self_loops", graph.num_self_loops},
          {"cycles", static_cast<int64_t>(graph.cycles.size())},
          {"kcs_in_cycles", num_in_cycles},
          {"groups", graph.num_groups},
          {"become_ready", graph.walk.num_ready},
          {"become_mastered", graph.walk.num_mastered},
          {"without_question", graph.walk.num_unasked},
          {"rounds", graph.walk.num_rounds}};
}

std::vector<LogField> FieldsOf(const ListCounts& lists) {
  return {{"figures", "lists"},
          {"lists", lists.num_lists},
          {"empty", lists.num_empty},
          {"items", lists.num_items},
          {"unmet", lists.num_unmet}};
}

std::vector<LogField> FieldsOf(const ListWalk& follow) {
  return {{"figures", "follow"},
          {"lists", follow.lists.num_lists},
          {"items", follow.lists.num_items},
          {"unmet", follow.lists.num_unmet},
          {"kcs_asked", follow.num_asked},
          {"kcs_mastered", follow.num_mastered}};
}

std::vector<LogField> FieldsOf(const SuccessScore& score) {
  std::vector<LogField> fields = {{"figures", "success"},
                                  {"model", score.model}};
  AppendSuccess(score.metrics, fields);
  fields.push_back(
      Rounded("log_loss_against_biases", score.against_biases.mean, 5));
  fields.push_back(Rounded("log_loss_against_biases_se",
                           score.against_biases.standard_error, 5));
  return fields;
}

std::vector<LogField> OutcomeFields(const SuccessTrial& success) {
  const auto& weights = success.outcome_weights;
  return {{"figures", "outcomes"},
          {"answers_with_outcomes", success.num_with_outcomes},
          Rounded("direct_right", weights[0], 3),
          Rounded("direct_wrong", weights[1], 3),
          Rounded("further_right", weights[2], 3),
          Rounded("further_wrong", weights[3], 3)};
}

void Print(const ListsExperiment& experiment, const Console& console) {
  for (const std::vector<KcId>& cycle : experiment.graph.cycles) {
    const size_t num_named = std::min(cycle.size(), kMaxNamed);
    console.err << "note: " << cycle.size()
                << " kcs are prerequisites of one another and count as one "
                   "group: "
                << absl::StrJoin(cycle.begin(), cycle.begin() + num_named, ", ")
                << (num_named < cycle.size() ? ", ..." : "") << std::endl;
  }
  console.Figures(FieldsOf(experiment.graph));
  console.Figures(FieldsOf(experiment.lists));
  console.Figures(FieldsOf(experiment.follow));
  for (const SuccessScore& score : experiment.success.scores) {
    console.Figures(FieldsOf(score));
  }
  console.Figures(OutcomeFields(experiment.success));
  for (const SuccessScore& score : experiment.success.scores) {
    if (score.model != kPrerequisitesModel && score.model != kSnapshotModel) {
      continue;
    }
    PrintReliability({"model", score.model}, score.reliability, console);
  }
}

absl::Status WriteReport(const EvaluateListsOptions& options,
                         const ListsExperiment& experiment) {
  if (options.out_file.empty()) return absl::OkStatus();
  std::vector<LogField> report;
  for (const auto& [name, path] : {std::pair("file", options.answers_file),
                                   std::pair("kcs_file", options.kcs_file)}) {
    ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(path));
    report.push_back({name, std::filesystem::path(path).filename().string()});
    report.push_back({absl::StrCat(name, "_sha256"), digest});
  }
  report.push_back({"seed", options.seed});
  const auto as_is = [](const std::vector<LogField>& fields) { return fields; };
  report.push_back(
      ListOf("figures",
             std::vector{FieldsOf(experiment.graph), FieldsOf(experiment.lists),
                         FieldsOf(experiment.follow),
                         OutcomeFields(experiment.success)},
             as_is));
  report.push_back(ListOf(
      "success", experiment.success.scores, [](const SuccessScore& score) {
        std::vector<LogField> fields = FieldsOf(score);
        fields.push_back(ReliabilityList(score.reliability));
        return fields;
      }));
  return WriteFile(options.out_file, ToJson(report) + "\n");
}

absl::Status Run(const EvaluateListsOptions& options, const Console& console) {
  if (!options.out_file.empty()) {
    RETURN_IF_ERROR(CheckWritable(options.out_file));
  }
  ASSIGN_OR_RETURN(const std::vector<KnowledgeComponent> graph,
                   ReadGraph(options.kcs_file, console));
  ASSIGN_OR_RETURN(AnswersFile file,
                   ReadAnswers(options.answers_file, console));
  Progress progress(console, "lists");
  ListsExperimentOptions experiment_options;
  experiment_options.num_learners = options.num_learners;
  experiment_options.seed = options.seed;
  experiment_options.num_threads = options.num_threads;
  experiment_options.progress = [&](double done) { progress.Update(done); };
  ASSIGN_OR_RETURN(
      const ListsExperiment experiment,
      RunListsExperiment(std::move(file.set), graph, experiment_options));
  progress.Finish();
  Print(experiment, console);
  return WriteReport(options, experiment);
}

}  // namespace

int EvaluateLists(const EvaluateListsOptions& options, const Console& console) {
  const absl::Status status = Run(options, console);
  if (status.ok()) return kExitOk;
  return console.Fail(absl::StrCat("evaluate lists ", options.answers_file),
                      status);
}

}  // namespace evenlight
