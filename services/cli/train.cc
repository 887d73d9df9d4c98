#include "services/cli/train.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/model_service.pb.h"
#include "recommender/training/train_job.h"
#include "services/cli/methods.h"
#include "services/cli/offline_database.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

constexpr char kAllTenants[] = "all";
constexpr int kExitTryLater = static_cast<int>(TrainOutcome::kTryLater);

const char* NameOf(TrainOutcome outcome) {
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
  return "unknown";
}

// What the server does with a version: `yes`, `pinned` (an older one was
// chosen), `broken`, or `no` if the time is over.
std::string WaitUntilServed(const TrainOptions& options, int64_t version,
                            Client* client, const Console& console) {
  constexpr absl::Duration kStep = absl::Milliseconds(250);
  for (absl::Duration waited; waited <= options.wait; waited += kStep) {
    const absl::StatusOr<v1::ListModelsResponse> list =
        Invoke(client, kListModels, {});
    if (list.ok()) {
      for (const v1::Model& model : list->models()) {
        if (model.pinned() && model.version() != version) return "pinned";
        if (model.version() != version) continue;
        if (model.state() == v1::Model::STATE_SERVING) return "yes";
        if (model.state() == v1::Model::STATE_BROKEN) return "broken";
      }
    }
    console.sleep(kStep);
  }
  return "no";
}

void Report(const TenantId& tenant, const TrainJobResult& result,
            const std::string& serving, const Console& console) {
  if (console.is_json && !result.report_json.empty()) {
    console.out << result.report_json << std::endl;
    return;
  }
  console.Figures({{"tenant", tenant},
                   {"outcome", NameOf(result.outcome)},
                   {"version", result.version},
                   {"serving", serving},
                   {"message", result.message}});
}

int TrainOne(const TrainOptions& options, const TenantId& tenant,
             const Connect& connect, const Console& console,
             const OfflineDatabase& source) {
  Progress progress(console, absl::StrCat("train ", tenant));
  TrainJobOptions job;
  job.tenant = tenant;
  job.model_dir =
      options.model_dir.empty() ? source.model_dir() : options.model_dir;
  job.seed = options.seed;
  job.num_threads = options.num_threads;
  job.num_factors = options.num_factors;
  job.interest = options.interest;
  job.warm_start = !options.cold_start;
  job.models = options.models;
  job.budget = {options.max_multiply_adds, options.max_state_bytes};
  job.residual.num_units = options.residual_units;
  job.force = options.force;
  std::string last_stage;
  job.progress = [&](absl::string_view stage, double done) {
    if (stage != last_stage) {
      progress.Finish();
      console.err << "train " << tenant << ": " << stage << std::endl;
      last_stage = std::string(stage);
    }
    if (console.has_bar) progress.Update(done);
  };
  job.say = [&](absl::string_view line) {
    progress.Finish();
    console.err << "train " << tenant << ": " << line << std::endl;
  };
  const absl::StatusOr<TrainJobResult> result =
      RunTrainJob(job, source.database());
  progress.Finish();
  if (!result.ok()) {
    return console.Fail(absl::StrCat("train tenant ", tenant), result.status());
  }
  std::string serving = "unknown";
  if (result->outcome == TrainOutcome::kPublished && options.data_dir.empty()) {
    serving = WaitUntilServed(options, result->version, connect(tenant).get(),
                              console);
    if (serving != "yes") {
      console.err << "evenlight: train tenant " << tenant << ": version "
                  << result->version << " is published; serving=" << serving
                  << "; `evenlight models list` shows why" << std::endl;
    }
  }
  Report(tenant, *result, serving, console);
  return static_cast<int>(result->outcome);
}

}  // namespace

int WorstOf(const std::vector<int>& exit_codes) {
  for (const int code : {kExitError, kExitTryLater,
                         static_cast<int>(TrainOutcome::kRefused), kExitOk}) {
    if (std::find(exit_codes.begin(), exit_codes.end(), code) !=
        exit_codes.end()) {
      return code;
    }
  }
  return static_cast<int>(TrainOutcome::kNothingToDo);
}

int Train(const TrainOptions& options, const Connect& connect,
          const Console& console) {
  if (!options.data_dir.empty() && options.model_dir.empty()) {
    return console.Fail(
        "train", absl::InvalidArgumentError("--data_dir needs --model_dir"));
  }
  const absl::StatusOr<std::unique_ptr<OfflineDatabase>> source =
      OfflineDatabase::Open(options.data_dir, options.tenant, connect, console);
  if (!source.ok()) {
    console.Fail("train", source.status());
    return absl::IsUnavailable(source.status()) ? kExitTryLater : kExitError;
  }
  std::vector<TenantId> tenants = {options.tenant};
  if (options.tenant == kAllTenants) {
    absl::StatusOr<std::vector<TenantId>> found =
        TrackStore((*source)->database()).Tenants();
    if (!found.ok()) return console.Fail("train", found.status());
    tenants = *std::move(found);
    if (tenants.empty()) {
      console.err << "evenlight: train: no tenant has events; import some"
                  << std::endl;
    }
  }
  std::vector<int> exit_codes;
  for (const TenantId& tenant : tenants) {
    exit_codes.push_back(TrainOne(options, tenant, connect, console, **source));
  }
  return WorstOf(exit_codes);
}

}  // namespace evenlight
