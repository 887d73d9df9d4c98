#include "recommender/lifecycle/model_loader.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/log.h"
#include "core/status_macros.h"
#include "recommender/lifecycle/version_policy.h"
#include "recommender/models/model_set_io.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

// Where problems of a tenant's directory itself and of its pin are kept; these
// are no versions.
constexpr int64_t kWholeDirectory = 0;
constexpr int64_t kPinFile = -1;

absl::Status CheckTenant(const TenantId& tenant) {
  if (IsValidId(tenant)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("tenant \"", tenant, "\" is not ", kIdRule));
}

// Differs when a file of the directory was added, removed or written to.
std::string Fingerprint(const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code size_error, time_error;
    files.push_back(absl::StrCat(
        entry->path().filename().string(), ":", entry->file_size(size_error),
        ":", entry->last_write_time(time_error).time_since_epoch().count()));
  }
  std::sort(files.begin(), files.end());
  return absl::StrJoin(files, "/");
}

std::string Fingerprint(const ModelDirectory& directory, int64_t version) {
  return Fingerprint(fs::path(directory.path()) / absl::StrCat(version));
}

}  // namespace

struct ModelLoader::View {
  std::vector<ModelVersionSummary> summaries;  // Newest first.
  std::vector<int64_t> published;              // Newest first.
  absl::flat_hash_set<int64_t> broken;
  std::optional<int64_t> pinned;
  int64_t serving = 0;

  VersionFacts facts() const { return {published, broken, pinned, serving}; }
};

ModelLoader::ModelLoader(Options options, ModelRegistry* registry)
    : options_(std::move(options)), registry_(*registry) {}

ModelLoader::~ModelLoader() { Stop(); }

void ModelLoader::Start() {
  thread_ = std::thread([this] {
    while (true) {
      Poll();
      MutexLock lock(stop_mu_);
      if (!is_stopping_) stop_wake_.WaitFor(stop_mu_, options_.poll_interval);
      if (is_stopping_) return;
    }
  });
}

void ModelLoader::Stop() {
  {
    MutexLock lock(stop_mu_);
    is_stopping_ = true;
  }
  stop_wake_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void ModelLoader::Poll() {
  for (const TenantId& tenant : TenantsWithModels(options_.model_dir)) {
    MutexLock lock(mu_);
    PollTenant(tenant);
  }
}

void ModelLoader::PollTenant(const TenantId& tenant) {
  absl::StatusOr<View> view = Look(tenant);
  if (!view.ok()) {
    NoteProblem(tenant, kWholeDirectory, view.status());
    return;
  }
  while (true) {
    const int64_t next = ChooseVersion(view->facts());
    if (next == 0 || next == view->serving) return;
    auto models = Load(tenant, next);
    if (models.ok()) return Serve(tenant, *std::move(models));
    view->broken.insert(next);
  }
}

absl::StatusOr<std::vector<ModelVersionState>> ModelLoader::List(
    const TenantId& tenant) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  MutexLock lock(mu_);
  ASSIGN_OR_RETURN(View view, Look(tenant));
  std::vector<ModelVersionState> states;
  for (ModelVersionSummary& summary : view.summaries) {
    ModelVersionState state;
    state.is_serving = summary.version == view.serving;
    state.is_pinned = summary.version == view.pinned;
    state.problem = summary.status;
    const auto& problems = problems_[tenant];
    const auto found = problems.find(summary.version);
    if (found != problems.end()) state.problem = found->second.status;
    state.summary = std::move(summary);
    states.push_back(std::move(state));
  }
  return states;
}

absl::StatusOr<int64_t> ModelLoader::Activate(const TenantId& tenant,
                                              int64_t version) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  MutexLock lock(mu_);
  ASSIGN_OR_RETURN(View view, Look(tenant));
  std::shared_ptr<const ModelSet> models;
  std::optional<int64_t> pin;
  if (version != 0) {
    ASSIGN_OR_RETURN(models, Load(tenant, version));
    // A version that was published since Look() is newer than all of these.
    if (!view.published.empty() && version < view.published.front()) {
      pin = version;
    }
  } else {
    for (const int64_t candidate : view.published) {
      auto loaded = Load(tenant, candidate);
      if (!loaded.ok()) continue;
      models = *std::move(loaded);
      break;
    }
  }
  if (models == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("tenant ", tenant, " has no model version that loads"));
  }
  RETURN_IF_ERROR(ModelDirectory(options_.model_dir, tenant).Pin(pin));
  const int64_t served = models->version;
  Serve(tenant, std::move(models));
  return served;
}

absl::StatusOr<int64_t> ModelLoader::Rollback(const TenantId& tenant) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  MutexLock lock(mu_);
  ASSIGN_OR_RETURN(View view, Look(tenant));
  while (true) {
    const int64_t previous = PreviousVersion(view.facts());
    if (previous == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("no version of tenant ", tenant, " before serving ",
                       view.serving, " loads"));
    }
    auto models = Load(tenant, previous);
    if (!models.ok()) {
      view.broken.insert(previous);
      continue;
    }
    // First the pin: a crash in between must not bring the later one back.
    RETURN_IF_ERROR(ModelDirectory(options_.model_dir, tenant).Pin(previous));
    Serve(tenant, *std::move(models));
    return previous;
  }
}

absl::StatusOr<ModelLoader::View> ModelLoader::Look(const TenantId& tenant) {
  const ModelDirectory directory(options_.model_dir, tenant);
  View view;
  ASSIGN_OR_RETURN(view.summaries, directory.List());
  const absl::StatusOr<std::optional<int64_t>> pinned = directory.Pinned();
  if (pinned.ok()) {
    view.pinned = *pinned;
  } else {
    NoteProblem(tenant, kPinFile, pinned.status());
  }
  view.serving = registry_.Serving(tenant)->version;
  auto& problems = problems_[tenant];
  std::erase_if(problems, [&](const auto& problem) {
    if (problem.first == kWholeDirectory) return true;
    if (problem.first == kPinFile) return pinned.ok();
    return problem.second.fingerprint != Fingerprint(directory, problem.first);
  });
  for (const ModelVersionSummary& summary : view.summaries) {
    const int64_t version = summary.version;
    view.published.push_back(version);
    if (!summary.status.ok()) NoteProblem(tenant, version, summary.status);
    // What serves was loaded: damage on disk does not reach it.
    if (problems.contains(version) && version != view.serving) {
      view.broken.insert(version);
    }
  }
  return view;
}

absl::StatusOr<std::shared_ptr<const ModelSet>> ModelLoader::Load(
    const TenantId& tenant, int64_t version) {
  const ModelDirectory directory(options_.model_dir, tenant);
  const absl::StatusOr<ModelFiles> files = directory.Load(version);
  absl::StatusOr<std::shared_ptr<const ModelSet>> models =
      files.ok() ? DecodeModelSet(version, *files) : files.status();
  if (models.ok()) {
    problems_[tenant].erase(version);
  } else if (!absl::IsNotFound(models.status())) {
    NoteProblem(tenant, version, models.status());
  }
  return models;
}

void ModelLoader::NoteProblem(const TenantId& tenant, int64_t version,
                              const absl::Status& status) {
  const ModelDirectory directory(options_.model_dir, tenant);
  Problem problem = {status,
                     version > 0 ? Fingerprint(directory, version) : ""};
  Problem& known = problems_[tenant][version];
  if (known.status != problem.status ||
      known.fingerprint != problem.fingerprint) {
    Log(LogLevel::kError,
        version == kPinFile ? "pin_ignored" : "model_not_loaded",
        {{"tenant", tenant},
         {"version", version},
         {"problem", status.ToString()}});
    MutexLock lock(figures_mu_);
    if (version != kPinFile) ++figures_.num_failed_loads;
  }
  known = std::move(problem);
}

void ModelLoader::Serve(const TenantId& tenant,
                        std::shared_ptr<const ModelSet> models) {
  const int64_t previous = registry_.Serving(tenant)->version;
  if (options_.warm_up) options_.warm_up(tenant, models);
  registry_.Publish(tenant, models);
  CountServed(tenant, models->version);
  Log(LogLevel::kInfo, "model_serving",
      {{"tenant", tenant},
       {"version", models->version},
       {"previous", previous}});
  if (options_.on_serving) options_.on_serving(tenant, models);
}

void ModelLoader::CountServed(const TenantId& tenant, int64_t version) {
  ModelFigures::Served served = {.version = version};
  const auto summaries = ModelDirectory(options_.model_dir, tenant).List();
  if (summaries.ok()) {
    for (const ModelVersionSummary& summary : *summaries) {
      if (summary.version == version) {
        served.publish_time = summary.publish_time;
      }
    }
  }
  MutexLock lock(figures_mu_);
  figures_.served[tenant] = served;
}

ModelFigures ModelLoader::figures() const {
  MutexLock lock(figures_mu_);
  return figures_;
}

}  // namespace evenlight
