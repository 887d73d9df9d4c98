// Small catalogs, models and learners for tests of recommendations: hand-made
// ones, and random ones that reach the corners (cycles of prerequisites,
// missing models, hidden and expired resources, learners without real times).

#ifndef EVENLIGHT_TESTS_SUPPORT_LEARNING_WORLD_H_
#define EVENLIGHT_TESTS_SUPPORT_LEARNING_WORLD_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/interaction.h"
#include "core/recommendation.h"
#include "recommender/models/model_binding.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

using Random = std::mt19937;

// The moment at which tests ask.
inline const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 3, 1, 8, 0, 0), absl::UTCTimeZone());

Resource Question(const ResourceId& id, std::vector<KcId> kcs);
Resource Video(const ResourceId& id, std::vector<KcId> kcs);
KnowledgeComponent Kc(const KcId& id, std::vector<KcId> prerequisites = {});

// Version 0 of the models if none is given.
std::shared_ptr<const ServingSnapshot> MakeSnapshot(
    const std::vector<KnowledgeComponent>& kcs,
    const std::vector<Resource>& resources, ModelSet models = {});

// An interaction with the catalog's resource `id`; its kcs are the resource's.
Interaction Interact(const ServingSnapshot& snapshot, Verb verb,
                     const ResourceId& id, absl::Time time);
Interaction Answer(const ServingSnapshot& snapshot, const ResourceId& question,
                   bool is_correct, absl::Time time);

// Folds it in. Its event id says how many came before.
void Apply(const ServingSnapshot& snapshot, Interaction interaction,
           LearnerState& state);

struct RandomWorldOptions {
  int num_kcs = 12;
  int num_resources = 60;
  bool has_model = true;
  bool has_plain_resources = false;  // Nothing hidden, expired or filtered.
};
std::shared_ptr<const ServingSnapshot> RandomSnapshot(
    Random& random, const RandomWorldOptions& options);

// A learner with `num_events` in the 90 days before kNow.
LearnerState RandomState(Random& random, const ServingSnapshot& snapshot,
                         int num_events, bool time_is_order);

LearnerProfile RandomProfile(Random& random);
ResourceFilter RandomFilter(Random& random, const Catalog& catalog);

// In [0, n); true with probability p.
int Below(Random& random, int n);
bool Chance(Random& random, double p);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_LEARNING_WORLD_H_
