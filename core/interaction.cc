#include "core/interaction.h"

#include <algorithm>
#include <cassert>

namespace evenlight {
namespace {

ResourceKey KeyOrNone(const ResourceId& id) {
  return id.empty() ? ResourceKey{} : ResourceKeyOf(id);
}

void AddAnswer(const Event& event, Interaction& interaction) {
  interaction.question = event.question.empty() ? interaction.resource
                                                : ResourceKeyOf(event.question);
  interaction.is_correct = event.score >= kCorrectScore;
  for (const KcId& id : event.kcs) {
    const KcKey kc = KcKeyOf(id);
    auto& kcs = interaction.kcs;
    if (std::find(kcs.begin(), kcs.end(), kc) == kcs.end()) kcs.push_back(kc);
  }
}

}  // namespace

Interaction ToInteraction(const Event& event) {
  assert(event.actor.kind == ActorKind::kLearner && IsFolded(event.verb));
  Interaction interaction;
  interaction.position = PositionOf(event);
  interaction.verb = event.verb;
  interaction.time_is_order = event.time_is_order;
  interaction.resource = KeyOrNone(event.resource);
  interaction.minutes =
      static_cast<float>(absl::ToDoubleMinutes(event.time_spent));
  interaction.stars = event.stars;
  interaction.dismiss_reason = event.dismiss_reason;
  if (event.verb == Verb::kAnswered) AddAnswer(event, interaction);
  return interaction;
}

}  // namespace evenlight
