#include "services/cli/served_model.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "core/status_macros.h"
#include "recommender/training/calibration.h"
#include "recommender/training/interest_refit.h"
#include "services/interop/track_events.h"

namespace evenlight {
namespace {

// Of LR-H when there is nobody to choose the number with; as in training.
constexpr int kDefaultEpochs = 5;

absl::StatusOr<InterestModel> FitPopularity(const std::vector<TrackPart>& parts,
                                            IdTables ids) {
  Dataset dataset;
  dataset.ids = std::move(ids);
  dataset.ids.resources = dataset.ids.questions;
  for (const TrackPart& part : parts) {
    LearnerTrack& track = dataset.learners.emplace_back();
    track.interactions.assign(part.interactions.begin(),
                              part.interactions.end());
  }
  ASSIGN_OR_RETURN(InterestParams params,
                   RefitInterest(dataset, InterestKind::kPopularity,
                                 FactorOptions(), nullptr));
  return InterestModel(std::move(params));
}

bool IsEachQuestionItsKc(const AnswerSet& answers) {
  return std::all_of(answers.learners.begin(), answers.learners.end(),
                     [](const LearnerAnswers& learner) {
                       return std::all_of(
                           learner.answers.begin(), learner.answers.end(),
                           [](const Answer& answer) {
                             return answer.kcs.size() == 1 &&
                                    answer.kcs[0] == answer.question;
                           });
                     });
}

Resource ExerciseOf(const KnowledgeComponent& kc) {
  Resource exercise;
  exercise.id = exercise.title = kc.id;
  exercise.kind = ResourceKind::kExercise;
  exercise.kcs = {kc.id};
  exercise.imported = true;
  return exercise;
}

template <typename T>
std::vector<std::shared_ptr<const T>> Shared(std::vector<T> values) {
  std::vector<std::shared_ptr<const T>> shared;
  for (T& value : values) {
    shared.push_back(std::make_shared<const T>(std::move(value)));
  }
  return shared;
}

}  // namespace

absl::StatusOr<ModelSet> FitServedModel(
    const std::vector<TrackPart>& train,
    const std::vector<TrackPart>& validation, IdTables ids,
    const TracingFitOptions& options) {
  TracingFitOptions fit = options;
  if (validation.empty()) fit.max_lrh_epochs = kDefaultEpochs;
  TracingFitter fitter(train, validation, ids, fit);
  TracingModel model = fitter.FitLrh().model;
  model = WithCalibration(
      model, FitCalibration(model, validation, options.num_threads));
  model = WithCorrectionRate(
      model, ChooseCorrectionRate(model, validation, options.num_threads));
  ModelSet models;
  models.version = 1;
  models.tracing = std::move(model);
  ASSIGN_OR_RETURN(models.interest, FitPopularity(train, std::move(ids)));
  return models;
}

std::shared_ptr<const Catalog> CatalogOf(
    const AnswerSet& answers, const std::vector<KnowledgeComponent>& graph) {
  std::vector<Resource> resources = QuestionsOf(answers);
  std::map<KcId, KnowledgeComponent> kcs;
  absl::flat_hash_set<KcId> answered;
  for (KnowledgeComponent& kc : KcsOf(answers)) {
    answered.insert(kc.id);
    kcs.emplace(kc.id, std::move(kc));
  }
  const bool has_exercises = IsEachQuestionItsKc(answers);
  for (const KnowledgeComponent& kc : graph) {
    kcs.insert_or_assign(kc.id, kc);
    if (has_exercises && !answered.contains(kc.id)) {
      resources.push_back(ExerciseOf(kc));
    }
  }
  std::vector<KnowledgeComponent> all;
  for (auto& [id, kc] : kcs) all.push_back(std::move(kc));
  return std::make_shared<Catalog>(1, Shared(std::move(resources)),
                                   Shared(std::move(all)));
}

}  // namespace evenlight
