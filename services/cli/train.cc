#include "services/cli/train.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/model_service.pb.h"
#include "recommender/training/train_job.h"
#include "services/cli/methods.h"
#include "storage/rocks_database.h"
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

// Where to train from and publish to. A checkpoint of ours is removed.
class Source {
 public:
  Source() = default;
  ~Source() {
    database.reset();
    std::error_code ignored;  // The server deletes it after a day anyway.
    if (!checkpoint.empty()) std::filesystem::remove_all(checkpoint, ignored);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::string checkpoint;  // Empty: the user's own directory.
  std::string model_dir;
  std::unique_ptr<Database> database;
};

absl::Status OpenCheckpoint(const TrainOptions& options, const Connect& connect,
                            const Console& console, Source* source) {
  const std::unique_ptr<Client> client = connect(options.tenant);
  RetryingClient retrying(client.get(), console.sleep);
  ASSIGN_OR_RETURN(const v1::CreateCheckpointResponse response,
                   Invoke(&retrying, kCreateCheckpoint, {}));
  source->checkpoint = response.directory();
  source->model_dir = options.model_dir.empty() ? response.model_directory()
                                                : options.model_dir;
  RocksDatabase::Options database;
  database.directory = response.directory();
  database.read_only = true;
  absl::StatusOr<std::unique_ptr<RocksDatabase>> opened =
      RocksDatabase::Open(database);
  if (!opened.ok()) {
    return absl::Status(
        opened.status().code(),
        absl::StrCat(opened.status().message(),
                     "; train must run on the server's machine and may read "
                     "its checkpoints"));
  }
  source->database = *std::move(opened);
  return absl::OkStatus();
}

absl::Status OpenDataDir(const TrainOptions& options, Source* source) {
  if (options.model_dir.empty()) {
    return absl::InvalidArgumentError("--data_dir needs --model_dir");
  }
  // RocksDB makes what is missing, and a slip of the pen is not a database.
  if (!std::filesystem::exists(std::filesystem::path(options.data_dir) /
                               "CURRENT")) {
    return absl::NotFoundError(
        absl::StrCat("there is no database in ", options.data_dir));
  }
  source->model_dir = options.model_dir;
  // Not read-only: this takes the lock, so that a directory that a server holds
  // is refused.
  RocksDatabase::Options database;
  database.directory = options.data_dir;
  ASSIGN_OR_RETURN(source->database, RocksDatabase::Open(database));
  return absl::OkStatus();
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
             const Connect& connect, const Console& console, Source* source) {
  Progress progress(console, absl::StrCat("train ", tenant));
  TrainJobOptions job;
  job.tenant = tenant;
  job.model_dir = source->model_dir;
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
      RunTrainJob(job, source->database.get());
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
  Source source;
  const absl::Status opened =
      options.data_dir.empty()
          ? OpenCheckpoint(options, connect, console, &source)
          : OpenDataDir(options, &source);
  if (!opened.ok()) {
    console.Fail("train", opened);
    return absl::IsUnavailable(opened) ? kExitTryLater : kExitError;
  }
  std::vector<TenantId> tenants = {options.tenant};
  if (options.tenant == kAllTenants) {
    absl::StatusOr<std::vector<TenantId>> found =
        TrackStore(source.database.get()).Tenants();
    if (!found.ok()) return console.Fail("train", found.status());
    tenants = *std::move(found);
    if (tenants.empty()) {
      console.err << "evenlight: train: no tenant has events; import some"
                  << std::endl;
    }
  }
  std::vector<int> exit_codes;
  for (const TenantId& tenant : tenants) {
    exit_codes.push_back(TrainOne(options, tenant, connect, console, &source));
  }
  return WorstOf(exit_codes);
}

}  // namespace evenlight
