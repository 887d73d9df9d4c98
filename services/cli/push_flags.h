// The flags of `push`. Only main.cc includes it.

#ifndef EVENLIGHT_SERVICES_CLI_PUSH_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_PUSH_FLAGS_H_

#include <functional>

#include "services/cli/flag_words.h"
#include "services/cli/flags.h"
#include "services/cli/push.h"

namespace evenlight {

// What `push` was asked for.
struct PushLine {
  PushOptions create;
  std::string due;  // As given; `create` has the time.
  PushAudienceOptions audience;
};

using PushCommand = std::function<int(Client*, const Console&)>;

inline CLI::App* AddPushAudience(CLI::App* push, PushLine* line,
                                 const char* name, const char* what,
                                 const char* example) {
  CLI::App* sub = Sub(push, name, what, example);
  CLI::Option_group* whose = sub->add_option_group("whose");
  whose->add_option("--class", line->audience.class_id, "Those of a class");
  whose->add_option("--learner", line->audience.learner, "Those of a learner");
  whose->require_option(1);
  return sub;
}

inline void AddPushCreate(CLI::App* push, PushLine* line) {
  PushOptions* create = &line->create;
  CLI::App* sub = Sub(push, "create", "Send a list to a class",
                      "Exit code 3: it passes the minutes of learners; "
                      "--confirm sends it all the same.\n"
                      "Example: evenlight --tenant demo push create c1 "
                      "--teacher w1 --resources r1,r2 --phase post_class");
  sub->add_option("class", create->class_id, "The class")->required();
  sub->add_option("--teacher", create->teacher, "Who sends it")->required();
  AddList(sub, "--resources", &create->resources, "The list, in order");
  AddList(sub, "--learners", &create->learners, "Only these of the class");
  AddList(sub, "--pin", &create->pins, "Put these in front");
  AddList(sub, "--ban", &create->bans, "Never recommend these until it is due");
  sub->add_option("--reason", create->reason, "Why they are pinned or banned");
  sub->add_option("--phase", create->phase,
                  "pre_class, in_class, post_class or self_study; default "
                  "post_class")
      ->transform(OneOf(kPhases))
      ->type_name("WORD");
  sub->add_option("--due", line->due, "When it should be done; default: today")
      ->check(TimeFlag(&create->due_time));
  sub->add_option("--confirm", create->confirm,
                  "Why it may take more minutes than are left");
  sub->add_option("--request-id", create->request_id,
                  "The same id sends the same list once");
  sub->add_flag("--preview", create->is_preview, "Send nothing");
}

// `run` is given what the subcommand chosen is to do.
inline void AddPush(CLI::App* app, PushLine* line,
                    std::function<void(PushCommand)> run) {
  CLI::App* push = Sub(app, "push", "Send lists to classes, and watch them",
                       "Example: evenlight --tenant demo push list --class c1");
  push->require_subcommand(1);
  AddPushCreate(push, line);
  push->get_subcommand("create")->callback([line, run] {
    run([line](Client* client, const Console& console) {
      return CreatePush(line->create, client, console);
    });
  });
  AddPushAudience(push, line, "list", "The pushes, the newest first",
                  "Example: evenlight --tenant demo push list --learner l1")
      ->callback([line, run] {
        run([line](Client* client, const Console& console) {
          return ListPushes(line->audience, client, console);
        });
      });
  CLI::App* watch = AddPushAudience(
      push, line, "watch",
      "Each push as it is made; misses none. Going on for a learner after a "
      "lost "
      "connection, or with --token, says that what came before has arrived",
      "Example: evenlight --tenant demo --json push watch --class c1");
  watch->add_option("--token", line->audience.resume_token,
                    "Go on where an earlier watch ended");
  watch->add_option("-n,--num", line->audience.num, "End after so many")
      ->check(CLI::Range(1, 1'000'000'000));
  watch->add_flag("--stored", line->audience.is_stored_only,
                  "End once all that is stored is shown");
  watch
      ->add_flag("--acknowledge", line->audience.acknowledges,
                 "Say that what is shown has reached the learner")
      ->excludes(watch->get_option("--class"));
  watch->callback([line, run] {
    run([line](Client* client, const Console& console) {
      return WatchPushes(line->audience, client, console);
    });
  });
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_PUSH_FLAGS_H_
