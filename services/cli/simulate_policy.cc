#include "services/cli/simulate_policy.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "services/cli/loop_models.h"
#include "services/cli/loop_report.h"
#include "services/cli/report_file.h"

namespace evenlight {
namespace {

std::vector<std::string> NamesOr(std::vector<std::string> names,
                                 std::vector<std::string> others) {
  if (names.empty()) return others;
  for (std::string& name : names) absl::StripAsciiWhitespace(&name);
  return names;
}

ClosedLoopOptions LoopOptions(const SimulatePolicyOptions& options) {
  ClosedLoopOptions loop;
  loop.students = NamesOr(options.students, StudentNames());
  loop.policies = NamesOr(options.policies, DefaultLoopPolicies());
  loop.num_seeds = options.num_seeds;
  loop.num_learners = options.num_learners;
  loop.minutes_cap = options.minutes_cap;
  loop.seed = options.seed;
  loop.num_threads = options.num_threads;
  loop.fit_models = FitLoopModels;
  return loop;
}

std::string ChartPath(const SimulatePolicyOptions& options,
                      const std::string& student) {
  return absl::StrCat(absl::StripSuffix(options.out_file, ".json"), ".",
                      student, ".svg");
}

// A run takes minutes, and its figures must not be lost for a wrong path.
absl::Status CheckReport(const SimulatePolicyOptions& options,
                         const std::vector<std::string>& students) {
  if (options.out_file.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckWritable(options.out_file));
  for (const std::string& student : students) {
    RETURN_IF_ERROR(FindStudent(student).status());
    RETURN_IF_ERROR(CheckWritable(ChartPath(options, student)));
  }
  return absl::OkStatus();
}

absl::Status WriteReport(const SimulatePolicyOptions& options,
                         const std::vector<std::string>& students,
                         const std::vector<LoopCell>& cells) {
  if (options.out_file.empty()) return absl::OkStatus();
  const std::vector<LogField> head = {{"seed", options.seed},
                                      {"seeds", options.num_seeds},
                                      {"learners", options.num_learners},
                                      {"minutes", options.minutes_cap}};
  RETURN_IF_ERROR(WriteFile(options.out_file, LoopReport(head, cells)));
  for (const std::string& student : students) {
    RETURN_IF_ERROR(WriteFile(ChartPath(options, student),
                              ToSvg(MasteryChart(student, cells))));
  }
  return absl::OkStatus();
}

absl::Status Run(const SimulatePolicyOptions& options, const Console& console) {
  ClosedLoopOptions loop = LoopOptions(options);
  RETURN_IF_ERROR(CheckReport(options, loop.students));
  Progress progress(console, "closed loop");
  loop.progress = [&](double done) { progress.Update(done); };
  ASSIGN_OR_RETURN(const std::vector<LoopCell> cells, RunClosedLoop(loop));
  progress.Finish();
  for (const LoopCell& cell : cells) console.Figures(FieldsOf(cell, cells));
  if (!console.is_json) console.out << "\n" << LoopMatrix(cells) << std::flush;
  return WriteReport(options, loop.students, cells);
}

}  // namespace

int SimulatePolicy(const SimulatePolicyOptions& options,
                   const Console& console) {
  const absl::Status status = Run(options, console);
  return status.ok() ? kExitOk : console.Fail("simulate policy", status);
}

}  // namespace evenlight
