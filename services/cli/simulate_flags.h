// The flags of `evenlight simulate district` and `simulate policy`. Included by
// main.cc alone.

#ifndef EVENLIGHT_SERVICES_CLI_SIMULATE_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_SIMULATE_FLAGS_H_

#include <functional>
#include <string>

#include "core/parallel_for.h"
#include "services/cli/flags.h"
#include "services/cli/simulate.h"
#include "services/cli/simulate_policy.h"

namespace evenlight {

struct SimulateFlags {
  SimulateOptions district;
  std::string district_end;
  SimulatePolicyOptions policy;
};

inline void AddSimulateDistrict(CLI::App* simulate, SimulateFlags* flags,
                                std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      simulate, "district",
      "Schools of five tiers, classes, teachers, a curriculum, and learners "
      "who learn and forget",
      "Writes kcs.jsonl, resources.jsonl, roster.csv and events.jsonl, to be "
      "imported in this\norder. The same flags write the same bytes; all ids "
      "begin with `syn-`.\n"
      "Example: evenlight simulate district --learners 2000 --seed 7 --out "
      "district");
  DistrictOptions* district = &flags->district.district;
  sub->add_option("--learners", district->num_learners, "Default 2000");
  sub->add_option("--seed", district->seed, "Default 7");
  sub->add_option("--weeks", district->weeks, "Weeks of events; default 6");
  sub->add_option("--end", flags->district_end,
                  "When they end; default 2026-01-01T00:00:00Z")
      ->check(TimeFlag(&district->end));
  sub->add_option("--out", flags->district.out_dir, "The directory to write to")
      ->required();
  sub->callback([flags, run] {
    *run = [flags](const Console& console) {
      return SimulateDistrict(flags->district, console);
    };
  });
}

inline void AddSimulatePolicy(CLI::App* simulate, SimulateFlags* flags,
                              std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      simulate, "policy",
      "Teach simulated students by each policy, and compare what they gain",
      "Needs no server. Policies see events only. Prints a line per policy and "
      "student model:\ngain_per_hour, of the student's own mean P(correct) "
      "over the goal, from low to high in 95 %\nby seed; in_band, the share "
      "of practice with P(correct) in .65-.92; unmet_prerequisites, the\n"
      "share of resources whose kc the service itself did not call ready. "
      "Then the matrix for people.\n"
      "Example: evenlight simulate policy\n"
      "Example: evenlight simulate policy --students kss,irt --policies "
      "evenlight,random --seeds 5 --out loop.json");
  SimulatePolicyOptions* policy = &flags->policy;
  AddList(sub, "--students", &policy->students,
          "Student models, of kss, bkt, irt, forgetting, wrong_prerequisites; "
          "default all");
  AddList(sub, "--policies", &policy->policies,
          "Of evenlight (by the phase of the session), evenlight_PHASE "
          "(pre_class, in_class, post_class, self_study), random, curriculum, "
          "popularity, hardest_unmastered, lowest_mastery, zpdes, oracle; "
          "default all but evenlight_PHASE");
  sub->add_option("--seeds", policy->num_seeds,
                  "Schools, each with its own learners and models; default 20");
  sub->add_option("--learners", policy->num_learners,
                  "Learners of a school; default 200");
  sub->add_option("--minutes", policy->minutes_cap,
                  "Of each of the six sessions; default 10");
  sub->add_option("--seed", policy->seed, "Of all randomness; default 1");
  policy->num_threads = DefaultNumThreads();
  sub->add_option("--threads", policy->num_threads, "Default: one per core")
      ->check(CLI::Range(1, 256));
  sub->add_option("--out", policy->out_file,
                  "Also write a JSON report, and beside it charts of mastery, "
                  "*.STUDENT.svg");
  sub->callback([policy, run] {
    *run = [policy](const Console& console) {
      return SimulatePolicy(*policy, console);
    };
  });
}

inline void AddSimulate(CLI::App* app, SimulateFlags* flags,
                        std::function<int(const Console&)>* run) {
  CLI::App* simulate =
      Sub(app, "simulate", "Make synthetic data, or try policies on it",
          "Example: evenlight simulate district --out DIR");
  simulate->require_subcommand(1);
  AddSimulateDistrict(simulate, flags, run);
  AddSimulatePolicy(simulate, flags, run);
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SIMULATE_FLAGS_H_
