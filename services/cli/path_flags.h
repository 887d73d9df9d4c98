// The flags of `evenlight recommend path`, `set goal` and `show goal`. Included
// by main.cc alone.

#ifndef EVENLIGHT_SERVICES_CLI_PATH_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_PATH_FLAGS_H_

#include <functional>
#include <memory>

#include "services/cli/flag_words.h"
#include "services/cli/flags.h"
#include "services/cli/path.h"

namespace evenlight {

using OpenClient = std::function<std::unique_ptr<Client>()>;
using Runner = std::function<int(const Console&)>;

// A subcommand that asks about a learner's goal.
inline CLI::App* AddGoalCommand(
    CLI::App* parent, const char* name, const char* what, const char* help,
    GoalOptions* options, OpenClient connect, Runner* run,
    int (*command)(const GoalOptions&, Client*, const Console&)) {
  CLI::App* sub = Sub(parent, name, what, help);
  sub->add_option("id", options->id, "The learner")->required();
  sub->add_option("--lang", options->language, "Language of sentences: en, zh");
  sub->callback([=] {
    *run = [=](const Console& console) {
      return command(*options, connect().get(), console);
    };
  });
  return sub;
}

// What the goal is.
inline void AddGoalFlags(CLI::App* sub, GoalOptions* options, bool is_needed) {
  CLI::Option* kcs = AddList(sub, "--kcs", &options->kcs,
                             is_needed ? "The kcs to be reached"
                                       : "The kcs to be reached; default: the "
                                         "goal that `set goal` stored");
  CLI::Option* by =
      sub->add_option("--by", options->by,
                      "Until the end of this day, 2026-06-30; or a time")
          ->check(CLI::Validator(
              [](std::string& text) {
                return std::string(ParseBy(text, 0).status().message());
              },
              "DATE"));
  kcs->needs(by);
  by->needs(kcs);
  if (is_needed) kcs->required();
  sub->add_option("--minutes", options->minutes, "A day at most; default 20")
      ->check(CLI::Range(1, 600))
      ->needs(kcs);
  sub->add_option("--level", options->level,
                  "familiar, proficient or mastered (default)")
      ->transform(OneOf(kGoalLevels))
      ->type_name("WORD")
      ->needs(kcs);
  sub->add_option("--utc-offset", options->utc_offset_minutes,
                  "Minutes that the learner's clock is ahead of UTC, 480 in "
                  "China; default 0")
      ->check(CLI::Range(-840, 840))
      ->needs(kcs);
}

inline void AddRecommendPath(CLI::App* recommend, GoalOptions* options,
                             OpenClient connect, Runner* run) {
  AddGoalFlags(
      AddGoalCommand(
          recommend, "path",
          "What to learn, practise, check and review on which day",
          "Nothing is stored or recorded: ask again after the next answer.\n"
          "Example: evenlight --tenant demo recommend path l1 --kcs fractions "
          "--by 2026-06-30 --minutes 15",
          options, connect, run, RecommendPath),
      options, false);
}

inline void AddSetGoal(CLI::App* app, GoalOptions* options, OpenClient connect,
                       Runner* run) {
  constexpr char kExample[] =
      "Example: evenlight --tenant demo set goal l1 --kcs fractions,decimals "
      "--by 2026-06-30 --minutes 15";
  CLI::App* set = Sub(app, "set", "Set what the service keeps", kExample);
  set->require_subcommand(1);
  CLI::App* goal =
      AddGoalCommand(set, "goal", "What a learner wants to reach, by when",
                     kExample, options, connect, run, SetGoal);
  AddGoalFlags(goal, options, true);
  goal->add_option("--request-id", options->request_id,
                   "The same id sets the same goal once");
}

inline void AddShowGoal(CLI::App* show, GoalOptions* options,
                        OpenClient connect, Runner* run) {
  AddGoalCommand(show, "goal", "A learner's goal and how far they are",
                 "Example: evenlight --tenant demo show goal l1", options,
                 connect, run, ShowGoal);
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_PATH_FLAGS_H_
