#include "recommender/training/train_job.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "recommender/models/factor_kernels.h"
#include "recommender/models/model_set.h"
#include "recommender/models/model_set_io.h"
#include "recommender/ranking/policy.h"
#include "recommender/training/dataset.h"
#include "recommender/training/exposure_log.h"
#include "recommender/training/interest_choice.h"
#include "recommender/training/interest_refit.h"
#include "recommender/training/interest_trial.h"
#include "recommender/training/model_card.h"
#include "recommender/training/tracing_choice.h"
#include "recommender/training/tracing_trial.h"
#include "recommender/training/train_gates.h"
#include "recommender/training/train_report.h"
#include "recommender/training/train_stages.h"
#include "recommender/training/weight_trial.h"
#include "storage/model_directory.h"

namespace evenlight {
namespace {

std::string NameOf(TrainOutcome outcome) {
  switch (outcome) {
    case TrainOutcome::kPublished:
      return "published";
    case TrainOutcome::kRefused:
      return "refused";
    case TrainOutcome::kNothingToDo:
      return "nothing_to_do";
    case TrainOutcome::kTryLater:
      return "try_later";
  }
  return "";
}

// One run. The caller of Run() holds the lock.
class TrainRun {
 public:
  TrainRun(const TrainJobOptions& options, const ModelDirectory& directory,
           Database* database)
      : options_(options),
        directory_(directory),
        database_(database),
        stages_(options.progress) {
    report_.tenant = options.tenant;
    report_.seed = options.seed;
    report_.budget = options.budget;
  }

  absl::StatusOr<TrainJobResult> Run() {
    ASSIGN_OR_RETURN(const std::vector<ModelVersionSummary> versions,
                     directory_.List());
    stages_.Start("dataset");
    ASSIGN_OR_RETURN(dataset_, ReadDataset(options_.tenant, database_));
    DescribeData(dataset_, &report_);
    if (const auto reason = NothingToDo(versions); reason.has_value()) {
      return Finish(TrainOutcome::kNothingToDo, *reason);
    }
    next_version_ = versions.empty() ? 1 : versions.front().version + 1;
    RETURN_IF_ERROR(TryModels(versions));
    if (MustStop()) return Finish(TrainOutcome::kNothingToDo, missing_);
    NoteGates();
    for (const Gate& gate : report_.gates) {
      if (!gate.passed) return Refuse(gate);
    }
    RETURN_IF_ERROR(TryScoreWeights());
    ASSIGN_OR_RETURN(const ModelSet models, Refit());
    return Publish(models);
  }

  TrainJobResult Finish(TrainOutcome outcome, std::string message) {
    stages_.Stop();
    report_.seconds = stages_.seconds();
    report_.outcome = NameOf(outcome);
    report_.message = std::move(message);
    return {outcome, report_.version, report_.message, ReportJson(report_)};
  }

 private:
  // Why there is nothing to do; nullopt if there is.
  std::optional<std::string> NothingToDo(
      const std::vector<ModelVersionSummary>& versions) const {
    if (dataset_.num_events < options_.min_answers) {
      return absl::StrCat("tenant ", options_.tenant, " has ",
                          dataset_.num_events, " interactions, of them ",
                          dataset_.num_answers, " answers; ",
                          options_.min_answers, " are needed");
    }
    if (options_.force) return std::nullopt;
    const auto newest =
        std::find_if(versions.begin(), versions.end(),
                     [](const auto& version) { return version.status.ok(); });
    // Not by time: imports and devices that were offline bring old events late.
    if (newest == versions.end() ||
        dataset_.last_sequence != newest->last_sequence ||
        dataset_.num_events != newest->num_events) {
      return std::nullopt;
    }
    return absl::StrCat("version ", newest->version,
                        " was trained on all events of tenant ",
                        options_.tenant);
  }

  // Without a judgement only the operator may publish.
  bool MustStop() const { return !missing_.empty() && !options_.force; }

  absl::Status TryModels(const std::vector<ModelVersionSummary>& versions) {
    has_tracing_ = dataset_.num_answers >= options_.min_answers;
    if (has_tracing_) {
      TryTracingHalf();
    } else {
      report_.notes.push_back(
          absl::StrCat("tracing was left out: there are ", dataset_.num_answers,
                       " answers, ", options_.min_answers, " are needed"));
    }
    if (MustStop()) return absl::OkStatus();
    stages_.Start("compare with serving");
    RETURN_IF_ERROR(Compare(versions));
    if (MustStop()) return absl::OkStatus();
    stages_.Start("evaluate factors");
    return TryInterestHalf();
  }

  absl::Status TryInterestHalf() {
    InterestTrialOptions trial;
    trial.factors = InterestOptions();
    trial.try_ease = options_.interest == Name(InterestKind::kEase);
    trial.on_epoch = [this](const InterestEpoch& epoch) {
      Say(absl::StrFormat(
          "factors w=%g lambda=%g epoch %d: loss %.6g, validation NDCG@%d %.4f",
          epoch.setting.unobserved_weight, epoch.setting.regularization,
          epoch.setting.num_epochs, epoch.loss, kRankingDepth,
          epoch.validation.ndcg));
    };
    ASSIGN_OR_RETURN(report_.interest, TryInterest(dataset_, trial));
    report_.serves = ChooseInterest(options_.interest, report_.interest);
    if (report_.interest.factors.num_learners == 0) {
      report_.notes.push_back(
          "factors could not be judged: no learner went on to something new "
          "in the later window");
    }
    for (std::string& note :
         BetterThanChosen(report_.interest, report_.serves)) {
      report_.notes.push_back(std::move(note));
    }
    return absl::OkStatus();
  }

  void TryTracingHalf() {
    const bool names_kcs = !dataset_.ids.kcs.empty();
    if (names_kcs && report_.num_window_answers < kMinJudgedAnswers) {
      missing_ = absl::StrCat(
          "the later window has ", report_.num_window_answers, " answers, ",
          kMinJudgedAnswers, " are needed to judge a model");
      if (MustStop()) return;
    }
    stages_.Start("evaluate tracing");
    TracingTrial& trial = report_.tracing;
    trial = TryTracing(dataset_, TracingOptions());
    if (!names_kcs) {
      report_.notes.push_back(
          "no answer names a knowledge component: there is nothing to trace");
    } else if (trial.candidates.empty()) {
      missing_ =
          "no answer before the later window names a knowledge component";
    } else if (missing_.empty()) {
      report_.gates.push_back(LogLossGate("log loss above that of the kc mean",
                                          trial.against_kc_mean));
      NoteWorse();
    }
  }

  // Gates of its own: weights that do not pass are left out, and the rest of
  // the model is no worse for it.
  absl::Status TryScoreWeights() {
    stages_.Start("score weights");
    ASSIGN_OR_RETURN(const ExposureLog log,
                     ReadExposures({.tenant = options_.tenant}, database_));
    report_.weights = TryWeights(log, RankingPolicy::DefaultWeights(),
                                 {.min_lists = options_.min_lists});
    return absl::OkStatus();
  }

  // Not a reason to refuse, but to look.
  void NoteWorse() {
    const TracingMetrics& served = report_.tracing.results.front().metrics;
    for (const TracingResult& other : report_.tracing.results) {
      if (served.log_loss <= other.metrics.log_loss) continue;
      report_.notes.push_back(absl::StrFormat(
          "%s as served predicts the later window worse than %s: log loss "
          "%.4f, not %.4f",
          report_.tracing.recipe.model, other.model, served.log_loss,
          other.metrics.log_loss));
    }
  }

  void NoteGates() {
    if (missing_.empty()) return;
    report_.notes.push_back(absl::StrCat(
        report_.gates.empty() ? "No gate could be applied: " : "Forced: ",
        missing_));
  }

  // With the version that serves: the pinned one, else the newest whole one.
  absl::Status Compare(const std::vector<ModelVersionSummary>& versions) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> pinned, directory_.Pinned());
    const auto serving = std::find_if(
        versions.begin(), versions.end(), [&](const auto& version) {
          return pinned.has_value() ? version.version == *pinned
                                    : version.status.ok();
        });
    if (serving == versions.end()) {
      report_.serving_note = "there is none";
      return absl::OkStatus();
    }
    report_.serving_version = serving->version;
    auto models = LoadModels(serving->version);
    if (!models.ok()) {
      // What cannot be loaded does not serve, and must not stop its successor.
      report_.serving_note = std::string(models.status().message());
      return absl::OkStatus();
    }
    serving_ = *std::move(models);
    CompareWith(*serving, serving_->tracing);
    return absl::OkStatus();
  }

  void CompareWith(const ModelVersionSummary& version,
                   const TracingModel& serving) {
    if (serving.params().kcs.empty()) {
      report_.serving_note = "it does not trace";
      return;
    }
    if (!has_tracing_ || dataset_.ids.kcs.empty()) {
      report_.serving_note = "only it traces";
      missing_ = absl::StrCat("version ", version.version,
                              " traces, its successor could not: there are ",
                              dataset_.num_answers, " answers, ",
                              options_.min_answers, " are needed, with kcs");
      return;
    }
    if (version.last_sequence == 0) {
      report_.serving_note = "it does not say which events it was trained on";
      return;
    }
    report_.serving =
        CompareWithServing(dataset_, serving, version.last_sequence,
                           report_.tracing.recipe.model, TracingOptions());
    if (!report_.serving.has_value()) {
      report_.serving_note = absl::StrCat("fewer than ", kMinJudgedAnswers,
                                          " answers came since it was trained");
      return;
    }
    report_.gates.push_back(
        LogLossGate(absl::StrCat("log loss above that of serving version ",
                                 version.version),
                    report_.serving->difference));
  }

  absl::StatusOr<std::shared_ptr<const ModelSet>> LoadModels(
      int64_t version) const {
    ASSIGN_OR_RETURN(const ModelFiles files, directory_.Load(version));
    return DecodeModelSet(version, files);
  }

  absl::StatusOr<ModelSet> Refit() {
    ModelSet models;
    if (has_tracing_) {
      stages_.Start("train tracing");
      models.tracing =
          RefitTracing(dataset_, report_.tracing.recipe, TracingOptions());
    }
    stages_.Start("train factors");
    FactorOptions factors =
        WithSetting(InterestOptions(), report_.interest.setting);
    factors.on_epoch = [this, &factors](const FactorEpoch& epoch) {
      stages_.Progress(static_cast<double>(epoch.epoch) / factors.num_epochs);
      Say(absl::StrFormat("factors epoch %d: loss %.6g", epoch.epoch,
                          epoch.loss));
      return true;
    };
    const InterestModel* previous = options_.warm_start && serving_ != nullptr
                                        ? &serving_->interest
                                        : nullptr;
    report_.is_warm = CanStartFrom(previous, factors.num_factors);
    ASSIGN_OR_RETURN(
        InterestParams interest,
        RefitInterest(dataset_, report_.serves, factors, previous));
    models.interest = InterestModel(std::move(interest));
    models.weights = WeightsThatServe(report_.weights);
    return models;
  }

  absl::StatusOr<TrainJobResult> Publish(const ModelSet& models) {
    stages_.Start("publish");
    report_.seconds = stages_.seconds();
    report_.outcome = NameOf(TrainOutcome::kPublished);
    report_.version = next_version_;
    report_.message = absl::StrCat("published version ", report_.version, ": ",
                                   PublishedSummary(report_, has_tracing_));
    const ModelFiles report = {{"report.json", ReportJson(report_)},
                               {"model_card.md", ModelCard(report_)}};
    const ModelVersionSummary summary = {
        .data_time = dataset_.newest,
        .num_events = dataset_.num_events,
        .last_sequence = dataset_.last_sequence,
        .seed = options_.seed,
        .vector_target = VectorTarget(),
        .status = absl::OkStatus()};
    const ModelFiles files = EncodeModelSet(models);
    // What would not load must not become the newest.
    RETURN_IF_ERROR(DecodeModelSet(next_version_, files).status());
    ASSIGN_OR_RETURN(report_.version,
                     directory_.Publish(files, report, summary));
    return Finish(TrainOutcome::kPublished, report_.message);
  }

  absl::StatusOr<TrainJobResult> Refuse(const Gate& gate) {
    TrainJobResult result = Finish(TrainOutcome::kRefused, Describe(gate));
    RETURN_IF_ERROR(
        directory_.KeepRefused(absl::StrCat(result.report_json, "\n")));
    return result;
  }

  TracingTrialOptions TracingOptions() const {
    TracingTrialOptions tracing;
    tracing.seed = options_.seed;
    tracing.num_threads = options_.num_threads;
    tracing.models = options_.models;
    tracing.budget = options_.budget;
    tracing.residual.shape = options_.residual;
    tracing.progress = [this](double done) { stages_.Progress(done); };
    return tracing;
  }

  FactorOptions InterestOptions() const {
    FactorOptions factors;
    factors.num_factors = options_.num_factors;
    factors.seed = options_.seed;
    factors.num_threads = options_.num_threads;
    return factors;
  }

  void Say(absl::string_view line) const {
    if (options_.say) options_.say(line);
  }

  const TrainJobOptions& options_;
  const ModelDirectory& directory_;
  Database* const database_;
  Dataset dataset_;
  TrainReport report_;
  std::shared_ptr<const ModelSet> serving_;  // Null: there is none.
  int64_t next_version_ = 1;  // Nobody else publishes under the lock.
  bool has_tracing_ = false;
  std::string missing_;  // What a judgement lacks; empty: nothing.
  TrainStages stages_;
};

}  // namespace

absl::StatusOr<TrainJobResult> RunTrainJob(const TrainJobOptions& options,
                                           Database* database) {
  RETURN_IF_ERROR(
      ValidateModels(options.models, options.residual, options.budget));
  RETURN_IF_ERROR(ValidateInterest(options.interest));
  const ModelDirectory directory(options.model_dir, options.tenant);
  TrainRun run(options, directory, database);
  const auto lock = directory.Lock();
  if (absl::IsUnavailable(lock.status())) {
    return run.Finish(
        TrainOutcome::kTryLater,
        absl::StrCat("another trainer runs for tenant ", options.tenant));
  }
  RETURN_IF_ERROR(lock.status());
  return run.Run();
}

}  // namespace evenlight
