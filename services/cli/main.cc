// The `evenlight` command: reads flags into options and calls a subcommand.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include "core/parallel_for.h"
#include "services/cli/backup_flags.h"
#include "services/cli/client.h"
#include "services/cli/doctor.h"
#include "services/cli/evaluate_flags.h"
#include "services/cli/explain.h"
#include "services/cli/flag_words.h"
#include "services/cli/flags.h"
#include "services/cli/import.h"
#include "services/cli/models.h"
#include "services/cli/path_flags.h"
#include "services/cli/push_flags.h"
#include "services/cli/recommend_flags.h"
#include "services/cli/show.h"
#include "services/cli/show_exposure.h"
#include "services/cli/simulate_flags.h"
#include "services/cli/train.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

// What the command line says, and what is to be run.
struct CommandLine {
  std::string server = "127.0.0.1:50051";
  std::string tenant;
  bool is_json = false;
  bool has_progress = false;

  ImportOptions import;
  std::string import_end;
  bool no_create = false;
  TrainOptions train;
  ExplainOptions explain;
  double wait_seconds = 30;
  EvaluateOptions evaluate;
  RecommendOptions recommend;
  PushLine push;
  ShowLearnerOptions show;
  ShowExposureOptions exposure;
  GoalOptions goal;
  int64_t version = 0;
  SimulateFlags simulate;
  BackupLine backup;

  std::function<int(const Console&)> run;

  std::unique_ptr<Client> Connected() const {
    return ConnectTo(server, tenant);
  }
  OpenClient Connecting() {
    return [this] { return Connected(); };
  }
};

using Import = int (*)(const ImportOptions&, Client*, const Console&);

CLI::App* AddImport(CLI::App* parent, CommandLine* line, const char* name,
                    const char* what, const char* help, Import import) {
  CLI::App* sub = Sub(parent, name, what, help);
  sub->add_option("file", line->import.file, "The file to read")->required();
  sub->add_option("--refused", line->import.refused_file,
                  "Where refused rows go, if there are any; default "
                  "FILE.refused.csv");
  sub->callback([line, import] {
    line->run = [line, import](const Console& console) {
      line->import.tenant = line->tenant;
      line->import.is_create = !line->no_create;
      return import(line->import, line->Connected().get(), console);
    };
  });
  return sub;
}

// Flags of tracks without times.
void AddTrackFlags(CLI::App* sub, CommandLine* line) {
  sub->add_flag("--no-create", line->no_create,
                "Refuse rows whose question or kcs the catalog lacks, instead "
                "of making entries marked imported");
  sub->add_option("--end", line->import_end,
                  "Without times: tracks end up to 14 days before this; "
                  "default 2026-01-01T00:00:00Z")
      ->check(TimeFlag(&line->import.end));
  sub->add_option("--seed", line->import.seed, "Spreads those ends; default 1");
}

void AddImports(CLI::App* app, CommandLine* line) {
  CLI::App* import = Sub(
      app, "import", "Read a file and send it through the API",
      "A second import of the same file changes nothing. Good rows are kept;\n"
      "refused ones go to FILE.refused.csv with line and reason.\n"
      "Exit codes: 0 all taken, 3 some rows refused, 1 stopped, 2 usage.\n"
      "Example: evenlight --tenant demo import answers answers.csv");
  import->require_subcommand(1);
  AddTrackFlags(
      AddImport(import, line, "answers", "Answers as CSV, one per row",
                "Columns, in any order: learner|user, correct (0, 1, true, "
                "false),\nquestion|exercise_id, kcs|skill|kc (parted by `;`), "
                "order|t, time (RFC 3339\nor Unix seconds), test_fold or "
                "valid_fold. LF or CRLF; one line per record.\n"
                "Example: evenlight --tenant assist2009 import answers "
                "answers.csv",
                ImportAnswers),
      line);
  CLI::App* interactions = AddImport(
      import, line, "interactions",
      "Lines of a learner, then their resources, parted by blanks",
      "Example: evenlight --tenant courses import interactions --verb viewed "
      "--kind micro_course train.txt",
      ImportInteractions);
  AddTrackFlags(interactions, line);
  interactions
      ->add_option("--verb", line->import.verb,
                   "viewed (default), completed or bookmarked")
      ->transform(OneOf(kVerbs))
      ->type_name("WORD");
  interactions
      ->add_option("--kind", line->import.kind,
                   "Kind of entries that are made: exercise, video, text "
                   "(default), audio, micro_course, interactive, quiz, "
                   "lesson_plan or live_session")
      ->transform(OneOf(kKinds))
      ->type_name("WORD");
  AddImport(import, line, "events",
            "Events, one evenlight.v1.Event in JSON "
            "per line",
            "An event without an event_id is given one from the file's digest "
            "and its line.\n"
            "Example: evenlight --tenant demo import events events.jsonl",
            ImportEvents);
  AddImport(import, line, "resources",
            "Resources, one evenlight.v1.Resource in JSON per line",
            "Example: evenlight --tenant demo import resources resources.jsonl",
            ImportResources);
  AddImport(import, line, "kcs",
            "Knowledge components with prerequisites: CSV or JSON lines",
            "CSV entries: kc|id, title, subject, grade, prerequisites (parted "
            "by `;`).\nCSV edges: prerequisite,kc or "
            "prerequisite_id,exercise_id; a known kc keeps its title.\n"
            "JSON lines: evenlight.v1.KnowledgeComponent. Cycles are taken and "
            "counted.\n"
            "Example: evenlight --tenant junyi import kcs "
            "prerequisite_edges_ids.csv",
            ImportKcs);
  AddImport(import, line, "roster", "Schools, classes and people as one CSV",
            "Columns: type (school, class, learner, teacher), id; title, "
            "region, tier (urban,\ncounty_town, township, village, "
            "teaching_point); school, grade, classes (parted\nby `;`), "
            "language, accessibility (captions, sign_language, "
            "screen_reader,\nlarge_print, no_time_limit, keyboard_only), "
            "bandwidth_kbps.\n"
            "Example: evenlight --tenant demo import roster roster.csv",
            ImportRoster);
}

void AddTrain(CLI::App* app, CommandLine* line) {
  CLI::App* sub = Sub(
      app, "train", "Train a tenant's models and publish them if they pass",
      "Exit codes: 0 published, 3 refused by a gate, 4 too little or nothing "
      "new,\n75 try later, 1 error, 2 usage. --tenant all trains every tenant "
      "with events and\nreturns the first of 1, 75, 3, 0, 4 that one has.\n"
      "Example: evenlight --tenant demo train\n"
      "Cron:    15 2 * * * evenlight --tenant all --json train "
      ">>/var/log/evenlight-train.log 2>&1");
  TrainOptions* train = &line->train;
  sub->add_option("--data_dir", train->data_dir,
                  "The database of a stopped server, instead of asking one");
  sub->add_option("--model_dir", train->model_dir,
                  "Where models go; default where the server looks");
  sub->add_option("--seed", train->seed, "Default 1");
  train->num_threads = DefaultNumThreads();
  sub->add_option("--threads", train->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--factors", train->num_factors, "Default 32")
      ->check(CLI::Range(1, 512));
  sub->add_option(
         "--interest", train->interest,
         "What ranks by interest: factors, item_knn, ease, popularity; "
         "default auto, which is factors unless another ranks the "
         "later window clearly better")
      ->check(CLI::IsMember(InterestNames()));
  sub->add_flag("--cold_start", train->cold_start,
                "Start the factors at random, not from the serving version's");
  sub->add_option("--models", train->models,
                  "Tracing models to choose from; default bkt,lrh,lrh2gru")
      ->delimiter(',')
      ->check(CLI::IsMember(ServableModels()));
  sub->add_option("--max_multiply_adds", train->max_multiply_adds,
                  "What the chosen tracing model may take per answer; default "
                  "100000")
      ->check(CLI::Range(1, 1'000'000'000));
  sub->add_option("--max_state_bytes", train->max_state_bytes,
                  "Bytes of learner state it may read and write per answer; "
                  "default 4096")
      ->check(CLI::Range(1, 1'000'000'000));
  sub->add_option("--units", train->residual_units,
                  "Size of lrh2gru's recurrent states; default 32")
      ->check(CLI::Range(1, 512));
  sub->add_flag("--force", train->force, "Train also when no event is new");
  sub->add_option("--wait", line->wait_seconds,
                  "Seconds to wait for the server to serve the new version; "
                  "default 30")
      ->check(CLI::Range(0.0, 3600.0));
  sub->callback([line] {
    line->run = [line](const Console& console) {
      line->train.tenant = line->tenant;
      line->train.wait = absl::Seconds(line->wait_seconds);
      return Train(
          line->train,
          [line](const std::string& tenant) {
            return ConnectTo(line->server, tenant);
          },
          console);
    };
  });
}

void AddShow(CLI::App* app, CommandLine* line) {
  CLI::App* show = Sub(app, "show", "Show what the service believes",
                       "Example: evenlight --tenant demo show learner l1");
  show->require_subcommand(1);
  AddShowGoal(show, &line->goal, line->Connecting(), &line->run);
  CLI::App* learner =
      Sub(show, "learner", "A learner's mastery per knowledge component",
          "Example: evenlight --tenant demo show learner l1 --explain");
  learner->add_option("id", line->show.id, "The learner")->required();
  AddList(learner, "--kcs", &line->show.kcs, "Only these; practised or not");
  learner->add_flag("--explain", line->show.explain,
                    "Also what moved p(correct) most, in log-odds");
  learner->callback([line] {
    line->run = [line](const Console& console) {
      return ShowLearner(line->show, line->Connected().get(), console);
    };
  });
  CLI::App* exposure = Sub(
      show, "exposure",
      "What lists gave to each tier, and new resources' budgets",
      "Of the lists of the last four to five weeks: per tier, the mean over "
      "learners of\nplaces weighted by rank and quality; parity is the least "
      "tier's mean over the\nmost. Tiers of fewer than ten learners with a "
      "list "
      "are left out.\n"
      "Example: evenlight --tenant demo show exposure --max 50");
  exposure
      ->add_option("--max", line->exposure.max_new_resources,
                   "New resources to name; default 20")
      ->check(CLI::Range(1, 1000));
  exposure->callback([line] {
    line->run = [line](const Console& console) {
      return ShowExposure(line->exposure, line->Connected().get(), console);
    };
  });
}

void AddExplain(CLI::App* app, CommandLine* line) {
  CLI::App* sub = Sub(app, "explain", "Why a resource is on a list, or is not",
                      "Example: evenlight --tenant demo explain lists/a1 q7");
  sub->add_option("list", line->explain.list,
                  "The list, as `recommend learner` shows it")
      ->required();
  sub->add_option("resource", line->explain.resource, "The resource")
      ->required();
  sub->callback([line] {
    line->run = [line](const Console& console) {
      return ExplainList(line->explain, line->Connected().get(), console);
    };
  });
}

void AddModels(CLI::App* app, CommandLine* line) {
  CLI::App* models = Sub(app, "models", "Show and switch model versions",
                         "Example: evenlight --tenant demo models list");
  models->require_subcommand(1);
  Sub(models, "list", "The versions, newest first",
      "Example: evenlight --tenant demo models list")
      ->callback([line] {
        line->run = [line](const Console& console) {
          return ListModelVersions(line->Connected().get(), console);
        };
      });
  CLI::App* activate =
      Sub(models, "activate", "Serve a version; the newest lifts a pin",
          "Example: evenlight --tenant demo models activate 3");
  activate->add_option("version", line->version, "Default: the newest");
  activate->callback([line] {
    line->run = [line](const Console& console) {
      return ActivateModelVersion(line->version, line->Connected().get(),
                                  console);
    };
  });
  Sub(models, "rollback", "Serve the version before, and pin it",
      "Example: evenlight --tenant demo models rollback")
      ->callback([line] {
        line->run = [line](const Console& console) {
          return RollbackModelVersion(line->Connected().get(), console);
        };
      });
}

void AddDoctor(CLI::App* app, CommandLine* line) {
  Sub(app, "doctor", "What a running server has, lacks and should get next",
      "Example: evenlight --tenant demo doctor")
      ->callback([line] {
        line->run = [line](const Console& console) {
          return Doctor(line->Connected().get(), console);
        };
      });
}

void AddAll(CLI::App* app, CommandLine* line) {
  app->require_subcommand(1);
  app->fallthrough();
  app->add_option("--server", line->server, "Default 127.0.0.1:50051")
      ->envname("EVENLIGHT_SERVER");
  app->add_option("--tenant", line->tenant,
                  "The tenant; import, train and evaluate policy need it")
      ->envname("EVENLIGHT_TENANT");
  app->add_flag("--json", line->is_json, "Figures as JSON lines");
  app->add_flag("--progress", line->has_progress,
                "A progress bar also when standard error is no terminal");
  app->footer(
      "Figures go to standard output, progress to standard error. Exit codes: "
      "0 done,\n1 error, 2 usage; import: 3 some rows refused; evaluate "
      "policy: 3 "
      "refused; train: 3, 4, 75, see its --help.\n"
      "Example: evenlight --server 127.0.0.1:50051 --tenant demo doctor");
  AddImports(app, line);
  AddTrain(app, line);
  AddEvaluate(app, &line->evaluate, &line->server, &line->tenant, &line->run);
  CLI::App* recommend = AddRecommend(app, &line->recommend, &line->run,
                                     [line] { return line->Connected(); });
  AddRecommendPath(recommend, &line->goal, line->Connecting(), &line->run);
  AddSetGoal(app, &line->goal, line->Connecting(), &line->run);
  AddPush(app, &line->push, [line](PushCommand command) {
    line->run = [line, command = std::move(command)](const Console& console) {
      return command(line->Connected().get(), console);
    };
  });
  AddShow(app, line);
  AddExplain(app, line);
  AddModels(app, line);
  AddSimulate(app, &line->simulate, &line->run);
  AddDoctor(app, line);
  AddBackup(
      app, &line->backup,
      [line] { return ConnectTo(line->server, line->tenant, kBackupTimeout); },
      &line->run);
  AddRestore(app, &line->backup, &line->run);
  AddVerify(app, &line->backup, &line->run);
}

// Imports and training must not depend on a server's default tenant: ids of
// events do. What is read from a directory has no default.
bool NeedsTenant(const CLI::App& app) {
  return app.got_subcommand("import") || app.got_subcommand("train") ||
         app.get_subcommand("evaluate")->got_subcommand("policy");
}

int Run(int argc, char** argv) {
  CLI::App app(
      "Personalised-learning recommendations: data in, models "
      "trained, lists out.",
      "evenlight");
  CommandLine line;
  AddAll(&app, &line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help ends well; everything else is wrong usage.
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (NeedsTenant(app) && line.tenant.empty()) {
    std::cerr << "evenlight: name the tenant with --tenant" << std::endl;
    return kExitUsage;
  }
  const Console console = {
      .out = std::cout,
      .err = std::cerr,
      .is_json = line.is_json,
      .has_bar = line.has_progress || isatty(STDERR_FILENO) == 1,
      .sleep = [](absl::Duration duration) { absl::SleepFor(duration); }};
  return line.run(console);
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) { return evenlight::Run(argc, argv); }
