// The flags of `evenlight evaluate lists` and `evaluate replay`. Included by
// evaluate_flags.h alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_CHOICES_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_CHOICES_FLAGS_H_

#include <functional>

#include "core/parallel_for.h"
#include "services/cli/evaluate_lists.h"
#include "services/cli/evaluate_replay.h"
#include "services/cli/flags.h"

namespace evenlight {

inline void AddEvaluateLists(CLI::App* evaluate, EvaluateListsOptions* options,
                             std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      evaluate, "lists", "Lists on a graph of prerequisites, without an order",
      "Needs no server. Learns from the rows whose split is train, which are "
      "also each learner's\nhistory; val chooses settings; test is predicted. "
      "The answers need no order, and no figure\nsays anything about learning "
      "over time. Prints lines of figures=\n"
      "  graph            self-loops, cycles (each one group), and how many "
      "kcs become ready and mastered\n"
      "                   for a learner who answers all that is ready, always "
      "right\n"
      "  lists            items of the lists, and how many of them have a "
      "prerequisite that is\n                   neither mastered nor presumed "
      "(unmet)\n"
      "  follow           the same of a learner without history who follows "
      "the lists and answers\n                   everything on them once, "
      "always right\n"
      "  success          of the test answers, by the mean, the question's "
      "mean, biases of learner\n                   and question, these and the "
      "outcomes on prerequisites, and as served\n"
      "  outcomes         what right and wrong answers on prerequisites weigh, "
      "in "
      "log-odds of log(1 + number)\n"
      "  reliability      predicted and real share right, by tenths of "
      "probability\n"
      "Example: evenlight evaluate lists --answers answers.csv --kcs "
      "prerequisites.csv");
  sub->add_option("--answers", options->answers_file,
                  "An answers CSV, as of `evaluate tracing`, with a column "
                  "split: train, val or test")
      ->required();
  sub->add_option("--kcs", options->kcs_file,
                  "Kcs and prerequisites as CSV, as of `import kcs`")
      ->required();
  sub->add_option("--learners", options->num_learners,
                  "At most so many get a list; default 1000")
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--seed", options->seed,
                  "Of training, and of who gets a list; default 1");
  options->num_threads = DefaultNumThreads();
  sub->add_option("--threads", options->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--out", options->out_file, "Also write a JSON report");
  sub->callback([options, run] {
    *run = [options](const Console& console) {
      return EvaluateLists(*options, console);
    };
  });
}

inline void AddEvaluateReplay(CLI::App* evaluate,
                              EvaluateReplayOptions* options,
                              std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      evaluate, "replay", "What learners really took, beside what we favour",
      "Needs no server. Replays the learners of each test fold answer by "
      "answer with models of the\nothers. Prints lines of figures=\n"
      "  success      of the predicted success of what was really taken\n"
      "  choices      how many of these our rules would have let onto a list, "
      "or why not\n"
      "  rank         where that stands among other eligible questions by the "
      "score's parts band and\n               gain: 1 is the best, 0.5 the "
      "mean of choices at random;\n               choices=eligible are those "
      "that our rules would have let onto a list\n"
      "  reliability  predicted and real share right, by tenths of "
      "probability\n"
      "It does not tell what learners would have gained from other choices.\n"
      "Example: evenlight evaluate replay --answers answers.csv --folds 1");
  sub->add_option("--answers", options->answers_file,
                  "An answers CSV, as of `evaluate tracing`, with an order or "
                  "times")
      ->required();
  AddList(sub, "--folds", &options->folds, "Of 1 to 5; default all")
      ->check(CLI::Range(1, 5));
  sub->add_option("--learners", options->num_learners,
                  "At most so many of each fold; default 1000")
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--others", options->num_others,
                  "Eligible questions that each choice is compared with, drawn "
                  "anew; default 200; 0: all")
      ->check(CLI::Range(0, 1000000));
  sub->add_option("--seed", options->seed,
                  "Of training, of what is drawn, and of folds where the file "
                  "has none; default 1");
  options->num_threads = DefaultNumThreads();
  sub->add_option("--threads", options->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--out", options->out_file, "Also write a JSON report");
  sub->callback([options, run] {
    *run = [options](const Console& console) {
      return EvaluateReplay(*options, console);
    };
  });
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_CHOICES_FLAGS_H_
