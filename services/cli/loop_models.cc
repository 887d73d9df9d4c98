#include "services/cli/loop_models.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "recommender/training/dataset.h"
#include "recommender/training/interest_refit.h"
#include "recommender/training/tracing_trial.h"

namespace evenlight {
namespace {

IdTables IdsOf(const Catalog& catalog) {
  IdTables ids;
  for (const auto& kc : catalog.kcs()) ids.kcs[KcKeyOf(kc->id)] = kc->id;
  for (const auto& resource : catalog.resources()) {
    const ResourceKey key = ResourceKeyOf(resource->id);
    ids.resources[key] = resource->id;
    if (IsPractice(resource->kind)) ids.questions[key] = resource->id;
  }
  return ids;
}

Dataset DatasetOf(const Cohort& cohort) {
  Dataset dataset;
  dataset.ids = IdsOf(*cohort.course.catalog);
  for (const std::vector<Interaction>& interactions : cohort.tracks) {
    LearnerTrack& track = dataset.learners.emplace_back();
    track.learner = absl::StrFormat("sim-l%06d", dataset.learners.size());
    track.interactions = interactions;
    for (const Interaction& interaction : interactions) {
      track.sequences.push_back(++dataset.num_events);
      dataset.num_answers += IsAnswer(interaction) ? 1 : 0;
      dataset.newest = std::max(dataset.newest, interaction.position.time);
    }
  }
  dataset.last_sequence = dataset.num_events;
  SplitLaterWindow(absl::MakeSpan(dataset.learners));
  return dataset;
}

}  // namespace

absl::StatusOr<ModelSet> FitLoopModels(const Cohort& cohort) {
  const Dataset dataset = DatasetOf(cohort);
  TracingTrialOptions options;
  options.seed = cohort.seed;
  options.models = {kBktModel, kLrhModel};
  ModelSet models;
  models.tracing =
      RefitTracing(dataset, TryTracing(dataset, options).recipe, options);
  ASSIGN_OR_RETURN(InterestParams interest,
                   RefitInterest(dataset, InterestKind::kPopularity,
                                 FactorOptions(), nullptr));
  models.interest = InterestModel(std::move(interest));
  return models;
}

}  // namespace evenlight
