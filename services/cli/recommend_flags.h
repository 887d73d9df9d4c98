// Flags of `evenlight recommend`. Only main.cc includes it: CLI11 is dear to
// compile.

#ifndef EVENLIGHT_SERVICES_CLI_RECOMMEND_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_RECOMMEND_FLAGS_H_

#include <functional>
#include <memory>
#include <utility>

#include "services/cli/flag_words.h"
#include "services/cli/flags.h"
#include "services/cli/recommend.h"

namespace evenlight {

using CommandRun = std::function<int(const Console&)>;
using ClientMaker = std::function<std::unique_ptr<Client>()>;
using RecommendCommand = int (*)(const RecommendOptions&, Client*,
                                 const Console&);

// Where flags go, and what is to be run once they are read.
struct RecommendFlags {
  RecommendOptions* options;
  CommandRun* run;
  ClientMaker connect;

  void Set(RecommendCommand command) const {
    *run = [flags = *this, command](const Console& console) {
      return command(*flags.options, flags.connect().get(), console);
    };
  }
};

inline CLI::App* AddRecommendOne(CLI::App* parent, RecommendOptions* options,
                                 const char* name, const char* what,
                                 const char* example) {
  CLI::App* sub = Sub(parent, name, what, example);
  sub->add_option("id", options->id, "The id")->required();
  sub->add_option("-n,--num", options->num, "How many")
      ->check(CLI::Range(1, 100));
  sub->add_option("--phase", options->phase,
                  "pre_class, in_class, post_class or self_study")
      ->transform(OneOf(kPhases))
      ->type_name("WORD");
  sub->add_option("--subject", options->subject, "Only this subject");
  sub->add_option("--grade", options->grade, "For this grade")
      ->check(CLI::Range(1, 12));
  sub->add_option("--max-minutes", options->max_minutes, "At most so long");
  sub->add_option("--resource-lang", options->resource_language,
                  "Only resources in this language");
  AddList(sub, "--kinds", &options->kinds,
          "Only exercise, video, text, audio, micro_course, interactive, quiz, "
          "lesson_plan, live_session that are named, as video,text")
      ->transform(OneOf(kKinds))
      ->type_name("WORDS");
  AddList(sub, "--kcs", &options->kcs, "At least one of these kcs");
  AddList(sub, "--needs", &options->needs,
          "With all of captions, sign_language, screen_reader, large_print, "
          "no_time_limit, keyboard_only that are named")
      ->transform(OneOf(kNeeds))
      ->type_name("WORDS");
  sub->add_option("--max-kbps", options->max_kbps, "At most this bandwidth")
      ->check(CLI::Range(0, 10'000'000));
  AddList(sub, "--exclude", &options->exclude, "Never these resources");
  sub->add_option("--lang", options->language, "Language of reasons: en, zh");
  return sub;
}

inline void AddRecommendForTeacher(CLI::App* parent,
                                   const RecommendFlags& flags,
                                   const char* name, const char* what,
                                   const char* example,
                                   RecommendCommand recommend, bool has_rules) {
  CLI::App* sub = AddRecommendOne(parent, flags.options, name, what, example);
  RecommendOptions* options = flags.options;
  sub->add_flag("--map", options->has_map, "Show mastery per kc");
  if (has_rules) {
    AddList(sub, "--pin", &options->pins,
            "These first, as ID or ID=reason, parted by commas");
    AddList(sub, "--ban", &options->bans,
            "Never these, also not for one learner; likewise");
    sub->add_option("--minutes", options->list_minutes,
                    "At most so long together")
        ->check(CLI::Range(0.0, 1440.0));
    sub->add_option("--floor", options->floor,
                    "The share, 0 to 1, of their own best that as many "
                    "learners as possible should get")
        ->check(CLI::Range(0.0, 1.0));
  }
  sub->callback([flags, recommend] { flags.Set(recommend); });
}

// Returns the command, for subcommands that are made elsewhere.
inline CLI::App* AddRecommend(CLI::App* app, RecommendOptions* options,
                              CommandRun* run, ClientMaker connect) {
  const RecommendFlags flags = {options, run, std::move(connect)};
  CLI::App* recommend =
      Sub(app, "recommend", "Ask for a list, with reasons",
          "Example: evenlight --tenant demo recommend learner l1");
  recommend->require_subcommand(1);
  CLI::App* learner = AddRecommendOne(
      recommend, options, "learner", "For one learner",
      "Example: evenlight --tenant demo recommend learner l1 -n 5 --subject "
      "mathematics --parts");
  learner->add_flag("--preview", options->is_preview, "Record nothing");
  learner->add_flag("--parts", options->has_parts,
                    "Show what each score is made of");
  learner->add_option("--request-id", options->request_id,
                      "The same id gives the same list again");
  learner->callback([flags] { flags.Set(RecommendLearner); });
  AddRecommendForTeacher(
      recommend, flags, "class",
      "One list for a class, its groups, and who needs something else",
      "Example: evenlight --tenant demo recommend class c1 --lang zh --pin "
      "r7=begin_here --minutes 40 --floor 0.6",
      RecommendClass, true);
  AddRecommendForTeacher(
      recommend, flags, "group", "The same for learners that are named",
      "Example: evenlight --tenant demo recommend group l1,l2,l7 --phase "
      "post_class",
      RecommendGroup, true);
  AddRecommendForTeacher(
      recommend, flags, "lesson",
      "Resources and lesson plans for a unit, by fit to what a class knows",
      "The id is the class's. Name --kcs, or --subject.\n"
      "Example: evenlight --tenant demo recommend lesson c1 --kcs fractions",
      RecommendLesson, false);
  return recommend;
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RECOMMEND_FLAGS_H_
