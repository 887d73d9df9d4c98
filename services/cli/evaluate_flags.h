// The flags of `evenlight evaluate`. Included by main.cc alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_

#include <functional>

#include "core/parallel_for.h"
#include "services/cli/client.h"
#include "services/cli/evaluate_choices_flags.h"
#include "services/cli/evaluate_policy.h"
#include "services/cli/evaluate_resources.h"
#include "services/cli/evaluate_tracing.h"
#include "services/cli/flag_words.h"
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

inline void AddEvaluateTracing(CLI::App* evaluate,
                               EvaluateTracingOptions* options,
                               std::function<int(const Console&)>* run) {
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

// Where the engagements are: one of two sources.
inline void AddEngagementsFlags(CLI::App* sub,
                                EvaluateResourcesOptions* options) {
  CLI::Option* train = sub->add_option(
      "--train", options->train_file,
      "A learner, then the resources they used, a line; with --test");
  CLI::Option* test = sub->add_option(
      "--test", options->test_file,
      "The same of what they went on to use; read once, at the end");
  train->needs(test);
  test->needs(train);
  CLI::Option* events = sub->add_option(
      "--events", options->events_file,
      "Instead: event lines as JSON, as `simulate` writes; with --split-time");
  events->excludes(train)->excludes(test);
  // The text is parsed into `split_time`.
  CLI::Option* split =
      sub->add_option("--split-time",
                      "Train before it, test after it; RFC 3339")
          ->check(TimeFlag(&options->split_time))
          ->needs(events);
  events->needs(split);
}

// How settings are chosen, and what is run.
inline void AddSearchFlags(CLI::App* sub, EvaluateResourcesOptions* options) {
  AddList(sub, "--model", &options->models,
          "Of ials, popularity, itemknn, ease (at most 20,000 resources); "
          "default all");
  sub->add_option("--dimension", options->num_factors,
                  "Factors of ials; default 64")
      ->check(CLI::Range(1, 1024));
  sub->add_option("--epochs", options->num_epochs,
                  "Of ials; default 5; with --validate the most, default 16")
      ->check(CLI::Range(1, 1000));
  sub->add_option_function<double>(
      "--validate",
      [options](double fraction) {
        if (!(fraction > 0 && fraction < 1)) {
          throw CLI::ValidationError("--validate",
                                     "the fraction must be in (0, 1)");
        }
        options->validate_fraction = fraction;
      },
      "Choose settings and epochs on this share of each learner's training "
      "resources, in (0, 1), then refit on all; without it the first default "
      "setting");
  sub->add_option("--search", options->num_search,
                  "Also try so many random settings, on the validation part")
      ->check(CLI::Range(0, 10000));
  sub->add_flag("--half", options->half_precision,
                "Train ials from a copy in half precision");
}

inline void AddEvaluateResources(CLI::App* evaluate,
                                 EvaluateResourcesOptions* options,
                                 std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      evaluate, "resources", "Ranking of what learners go on to use",
      "Needs no server. Ranks all resources for every learner but those of "
      "training, and prints a\nline per model: recall and NDCG with standard "
      "errors over learners (_se), seconds, the setting,\nshare of resources "
      "recommended (coverage20), mean percentile of popularity (popularity20, "
      "0.5\nwithout bias), inequality (gini20), and the figures by learners' "
      "activity (_le10, _11to50, _gt50\ntraining resources) and, with times, "
      "by resources' age (_new, _month, _older). nan: nobody.\n"
      "Example: evenlight evaluate resources --train train.txt --test "
      "test.txt --validate 0.1\n"
      "Example: evenlight evaluate resources --events events.jsonl "
      "--split-time 2026-01-01T00:00:00Z");
  AddEngagementsFlags(sub, options);
  AddSearchFlags(sub, options);
  sub->add_option("--seed", options->seed,
                  "Of training, of the validation part and of the search; "
                  "default 1");
  options->num_threads = DefaultNumThreads();
  sub->add_option("--threads", options->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--out", options->out_file,
                  "Also write a JSON report, and beside it a chart, "
                  "*.learning.svg, of models with epochs");
  sub->callback([options, run] {
    *run = [options](const Console& console) {
      return EvaluateResources(*options, console);
    };
  });
}

// Which policy, by what, and when not.
inline void AddPolicyFlags(CLI::App* sub, EvaluatePolicyOptions* options) {
  sub->add_option("--target", options->target,
                  "logged (default), uniform over the alternatives, greedy "
                  "(no exploration), temperature=X (softmax of the recorded "
                  "scores), or lists=FILE (lines of a list's id, then the "
                  "resources the policy would show, parted by blanks)");
  sub->add_option("--reward", options->log.reward,
                  "What is a success: opened, completed (default; also "
                  "attended or answered) or correct (answered right)")
      ->transform(OneOf(kRewards))
      ->type_name("WORD");
  // The text is parsed into `window`.
  sub->add_option("--window",
                  "Only events within it after the list count; default 24h")
      ->check(DurationFlag(&options->log.window));
  sub->add_option("--clip", options->estimates.max_weight,
                  "The largest weight of clipped IPS; default 10");
  sub->add_option("--min_ess", options->estimates.min_effective_sample,
                  "Refuse a smaller effective sample; default 100");
}

// `server` and `tenant` are read when it runs.
inline void AddEvaluatePolicy(CLI::App* evaluate,
                              EvaluatePolicyOptions* options,
                              const std::string* server,
                              const std::string* tenant,
                              std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      evaluate, "policy",
      "What other choices at the exploration slot would have earned",
      "Reads the lists that were drawn while exploration was on, and the "
      "events "
      "that name them.\nPrints a line about the log, then one per estimator: "
      "value with its 95 % interval (low, high),\neffective sample size (ess), "
      "largest weight, lists (n). Of the slot: ips, snips, clipped\n(biased), "
      "dr; of the whole list: slate_ips, slate_rips. See docs/off_policy.md.\n"
      "Exit codes: 0 done, 3 refused: no support, too small a sample or no "
      "success; 1 "
      "error, 2 usage.\n"
      "Example: evenlight --tenant demo evaluate policy --target greedy\n"
      "Example: evenlight --tenant demo evaluate policy --target "
      "temperature=0.1 --reward correct --window 2h --data_dir data/db");
  sub->add_option("--data_dir", options->data_dir,
                  "The database of a stopped server, instead of asking one");
  AddPolicyFlags(sub, options);
  sub->callback([=] {
    *run = [=](const Console& console) {
      options->log.tenant = *tenant;
      return EvaluatePolicy(
          *options,
          [server](const std::string& of) { return ConnectTo(*server, of); },
          console);
    };
  });
}

struct EvaluateOptions {
  EvaluateTracingOptions tracing;
  EvaluateResourcesOptions resources;
  EvaluatePolicyOptions policy;
  EvaluateListsOptions lists;
  EvaluateReplayOptions replay;
};

inline void AddEvaluate(CLI::App* app, EvaluateOptions* options,
                        const std::string* server, const std::string* tenant,
                        std::function<int(const Console&)>* run) {
  CLI::App* evaluate = Sub(app, "evaluate", "Measure models and policies",
                           "Example: evenlight evaluate tracing --answers "
                           "answers.csv");
  evaluate->require_subcommand(1);
  AddEvaluateTracing(evaluate, &options->tracing, run);
  AddEvaluateResources(evaluate, &options->resources, run);
  AddEvaluatePolicy(evaluate, &options->policy, server, tenant, run);
  AddEvaluateLists(evaluate, &options->lists, run);
  AddEvaluateReplay(evaluate, &options->replay, run);
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_FLAGS_H_
