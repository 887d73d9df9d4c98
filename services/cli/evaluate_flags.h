// The flags of `evenlight evaluate tracing`. Included by main.cc alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_

#include <functional>

#include "core/parallel_for.h"
#include "services/cli/evaluate_tracing.h"
#include "services/cli/flags.h"

namespace evenlight {

// Where the answers are: one of two sources.
inline void AddAnswersFlags(CLI::App* sub, EvaluateTracingOptions* options) {
  CLI::Option_group* source = sub->add_option_group(
      "Answers", "One of an answers CSV and a directory of AKT folds");
  source->add_option("--answers", options->answers_file,
                     "An answers CSV. Columns: learner or user; correct; "
                     "question or exercise_id; kcs, skill or kc; order or t, "
                     "or time; test_fold or valid_fold, 1 to 5, 0 always for "
                     "training. Needed are a learner, correct, and a question "
                     "or kcs");
  CLI::Option* folds =
      source->add_option("--akt-folds", options->akt_directory,
                         "A directory of NAME_train1.csv ... NAME_test5.csv");
  source->require_option(1);
  CLI::Option* name =
      sub->add_option("--name", options->akt_name,
                      "The files' name before _train1.csv, with --akt-folds")
          ->needs(folds);
  folds->needs(name);
}

// How it is measured.
inline void AddProtocolFlags(CLI::App* sub, EvaluateTracingOptions* options) {
  AddList(sub, "--models", &options->models,
          "Of mean, questionmean, kcmean, bkt, bestlr, das3h (needs times), "
          "dkt, lrh, lrh2gru; default all that are possible but kcmean");
  AddList(sub, "--folds", &options->folds, "Of 1 to 5; default all")
      ->check(CLI::Range(1, 5));
  sub->add_option_function<std::string>(
         "--setting",
         [options](const std::string& setting) {
           options->is_full = setting == "full";
         },
         "chunk200: a history starts anew every 200 answers (default); full: "
         "never")
      ->check(CLI::IsMember({"chunk200", "full"}));
  sub->add_flag("--online", options->online,
                "Also with learning while being tested: online=learner, as the "
                "server does, and online=shared");
}

inline void AddEvaluate(CLI::App* app, EvaluateTracingOptions* options,
                        std::function<int(const Console&)>* run) {
  CLI::App* evaluate = Sub(app, "evaluate", "Measure models on held-out data",
                           "Example: evenlight evaluate tracing --answers "
                           "answers.csv");
  evaluate->require_subcommand(1);
  CLI::App* sub = Sub(
      evaluate, "tracing", "Knowledge tracing on learners it has not seen",
      "Needs no server. Prints a line per model and fold; fold=mean is the "
      "mean over folds,\nwith standard deviations (_sd). nan: the answers "
      "cannot tell, such as the AUC of right\nanswers only. The means of "
      "unseen_auc (of the unseen_answers, to questions that training\nlacks) "
      "and learner_auc are over the folds that have it. train_seconds is with "
      "threads=\nthreads, folds running beside each other; lrh's includes "
      "bkt's, lrh2gru's includes lrh's and\nits cross-fitting. residual=no: "
      "validation dropped lrh2gru's residual, its figures are lrh's;\nof "
      "the mean, in how many folds it was kept.\n"
      "Example: evenlight evaluate tracing --answers answers.csv --models "
      "bkt,lrh --folds 1,2\n"
      "Example: evenlight evaluate tracing --akt-folds statics --name statics "
      "--out report.json");
  AddAnswersFlags(sub, options);
  AddProtocolFlags(sub, options);
  sub->add_option("--seed", options->seed,
                  "Of training, and of the hash that parts learners into "
                  "folds where the file does not; default 1");
  options->num_threads = DefaultNumThreads();
  sub->add_option("--threads", options->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--out", options->out_file,
                  "Also write a JSON report, and beside it two charts, "
                  "*.reliability.svg and *.learning_curve.svg");
  sub->callback([options, run] {
    *run = [options](const Console& console) {
      return EvaluateTracing(*options, console);
    };
  });
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_
