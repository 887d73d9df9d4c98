#include "services/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_interceptor.h>

#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/executor.h"
#include "core/log.h"
#include "core/status_macros.h"
#include "recommender/exposure/exposure_ledger.h"
#include "recommender/exposure/exposure_replay.h"
#include "recommender/exposure/learner_tiers.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/ingest/state_worker.h"
#include "recommender/lifecycle/model_loader.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/admin_service.h"
#include "services/server/backup_worker.h"
#include "services/server/call_metrics.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/catalog_edits.h"
#include "services/server/catalog_service.h"
#include "services/server/checkpoints.h"
#include "services/server/class_lists.h"
#include "services/server/concurrency_limit.h"
#include "services/server/degraded_meter.h"
#include "services/server/exposure_report.h"
#include "services/server/learner_day.h"
#include "services/server/learner_goals.h"
#include "services/server/learner_lists.h"
#include "services/server/learner_paths.h"
#include "services/server/learner_service.h"
#include "services/server/metrics_port.h"
#include "services/server/model_service.h"
#include "services/server/name_maker.h"
#include "services/server/new_resource_turns.h"
#include "services/server/part_options.h"
#include "services/server/push_edits.h"
#include "services/server/push_service.h"
#include "services/server/push_stream.h"
#include "services/server/recommendation_service.h"
#include "services/server/report_service.h"
#include "services/server/roster_edits.h"
#include "services/server/roster_service.h"
#include "services/server/server_figures.h"
#include "services/server/stream_watch.h"
#include "services/server/track_service.h"
#include "storage/rocks_database.h"

namespace evenlight {
namespace {

// In the order in which Listen() registers them.
constexpr const char* kServices[] = {
    v1::TrackService::service_full_name(),
    v1::CatalogService::service_full_name(),
    v1::RosterService::service_full_name(),
    v1::LearnerService::service_full_name(),
    v1::RecommendationService::service_full_name(),
    v1::ModelService::service_full_name(),
    v1::PushService::service_full_name(),
    v1::ReportService::service_full_name(),
    v1::AdminService::service_full_name()};

// Process-wide settings of gRPC and Protobuf.
void SetUpLibraries() {
  static std::once_flag once;
  std::call_once(once, [] {
    RouteLibraryLogs();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

// In the order of construction: each uses only what stands before it, but for
// the callbacks of the loader and the committer, which reach the state worker
// and the catalogs once all exist.
struct Server::Parts {
  Parts(const ServerOptions& options, std::unique_ptr<RocksDatabase> opened);

  ModelLoader::Options LoaderOptions(const Config& config);
  absl::Status ShowMetrics(const ServerOptions& options);
  absl::Status Listen(const ServerOptions& options);
  StreamCounts PassForStreams(absl::Duration step);

  const Clock& clock;
  const std::unique_ptr<RocksDatabase> database;
  NameMaker names;
  Checkpoints checkpoints;
  BackupWorker backups;
  ModelRegistry registry;
  ModelLoader loader;
  ExposureLedger exposures;
  LearnerTiers tiers;
  ExposureReplay exposure_replay;
  Committer committer;
  StateReader state_reader;
  StateWorker state_worker;
  ConcurrencyLimit limit;
  Executor executor;

  CatalogCache catalogs;
  CatalogEdits catalog_edits;
  RosterEdits roster_edits;
  StageMeter stages;
  DegradedMeter degraded;
  LearnerDay learner_day;
  NewResourceTurns new_resource_turns;
  LearnerLists learner_lists;
  ClassLists class_lists;
  ListExplanations explanations;
  LearnerPaths learner_paths;
  LearnerGoals learner_goals;
  ExposureReport exposure_report;

  CallMetrics call_metrics;
  CallRunner runner;
  PushDeliveries push_deliveries;
  PushStreams push_streams;
  PushEdits push_edits;
  TrackService track_service;
  CatalogService catalog_service;
  RosterService roster_service;
  LearnerService learner_service;
  RecommendationService recommendation_service;
  ModelService model_service;
  PushService push_service;
  ReportService report_service;
  AdminService admin_service;
  StreamWatch stream_watch;
  std::unique_ptr<grpc::Server> grpc_server;
  std::string address;
  std::unique_ptr<MetricsPort> metrics_port;
  std::string metrics_address;
};

Server::Parts::Parts(const ServerOptions& options,
                     std::unique_ptr<RocksDatabase> opened)
    : clock(*options.clock),
      database(std::move(opened)),
      names(options.name_seed),
      checkpoints(database.get(), options.config.data_dir, &clock, &names),
      backups(database.get(), options.config.model_dir, &clock,
              ToBackupOptions(options.config)),
      loader(LoaderOptions(options.config), &registry),
      tiers(database.get()),
      exposure_replay(database.get(), &exposures),
      // No event comes, and no callback is called, before the port is open.
      committer(
          ToCommitterOptions(options.config, options.clock), database.get(),
          &registry,
          [this](const TenantId& tenant, const LearnerId& learner) {
            state_worker.Enqueue(tenant, learner);
          },
          [this](const TenantId& tenant, const Event& event) {
            exposures.Add(tenant, event,
                          tiers.Of(tenant, event.actor.id, event.time));
          }),
      state_reader(database.get(), &committer),
      state_worker(database.get(), &state_reader, &registry),
      limit(ToLimitOptions(options.config)),
      executor(NumThreads(options.config), options.config.max_queued_requests,
               kNumPriorities),
      catalogs(database.get(), &clock),
      catalog_edits(&clock, &catalogs),
      roster_edits(database.get()),
      learner_day(database.get(), options.config.ranking.minutes_cap),
      new_resource_turns(options.config.ranking.new_resources, &exposures,
                         &exposure_replay),
      learner_lists({&clock, database.get(), &catalogs, &registry,
                     &state_reader, &committer, &names, options.config.ranking,
                     &stages, &learner_day, &new_resource_turns, &degraded}),
      class_lists({&clock, database.get(), &catalogs, &registry, &state_reader,
                   options.config.ranking, &degraded}),
      explanations({database.get(), &catalogs, &registry, &state_reader,
                    options.config.ranking}),
      learner_paths({&clock, database.get(), &catalogs, &registry,
                     &state_reader, options.config.ranking, &degraded}),
      learner_goals({&clock, database.get(), &catalogs, &registry,
                     &state_reader, options.config.ranking, &degraded},
                    &learner_paths),
      exposure_report({&clock, &catalogs, &registry, &exposures,
                       &exposure_replay, options.config.ranking.new_resources}),
      call_metrics(kServices, &clock),
      runner(&executor, &limit, options.config.default_tenant),
      push_deliveries(&clock, database.get(), &committer),
      push_streams({.limits = options.config.stream_limits}, &runner, &clock,
                   &catalogs, &push_deliveries, database.get()),
      push_edits({&clock, database.get(), &catalogs, &registry, &state_reader,
                  &committer, &names, &learner_day, &push_deliveries},
                 [this](const TenantId& tenant, const StoredPush& push) {
                   push_streams.Notify(tenant, push);
                 }),
      track_service({.limits = options.config.stream_limits},
                    {&runner, &clock, database.get(), &catalogs, &committer}),
      catalog_service(&runner, &catalog_edits),
      roster_service(&runner, &roster_edits),
      learner_service(&runner,
                      {&clock, database.get(), &catalogs, &registry,
                       &state_reader, options.config.ranking.mastered_p_known},
                      &learner_goals),
      recommendation_service(&runner, &learner_lists, &class_lists,
                             &learner_paths, &explanations),
      model_service(&runner, &loader, &checkpoints, options.config.model_dir),
      push_service(&runner, &push_edits, &push_streams, &push_deliveries),
      report_service(&runner, &exposure_report),
      admin_service(&backups),
      stream_watch(options.config.stream_limits,
                   [this](absl::Duration step) { PassForStreams(step); }) {}

ModelLoader::Options Server::Parts::LoaderOptions(const Config& config) {
  ModelLoader::Options options;
  options.model_dir = config.model_dir;
  options.poll_interval = config.model_poll_interval;
  // The first request of a new version finds it bound to the catalog.
  options.warm_up = [this](const TenantId& tenant,
                           const std::shared_ptr<const ModelSet>& models) {
    const absl::Status status = catalogs.Snapshot(tenant, models).status();
    if (status.ok()) return;
    Log(LogLevel::kError, "model_not_warmed",
        {{"tenant", tenant},
         {"version", models->version},
         {"problem", status.ToString()}});
  };
  options.on_serving = [this](const TenantId& tenant,
                              const std::shared_ptr<const ModelSet>&) {
    state_worker.EnqueueOutdated(tenant);
  };
  return options;
}

absl::Status Server::Parts::ShowMetrics(const ServerOptions& options) {
  if (options.config.metrics_address.empty()) return absl::OkStatus();
  const FigureSources sources = {
      .calls = &call_metrics,
      .stages = &stages,
      .degraded = &degraded,
      .executor = &executor,
      .limit = &limit,
      .committer = &committer,
      .state_worker = &state_worker,
      .state_reader = &state_reader,
      .models = &loader,
      .catalogs = &catalogs,
      .database = database.get(),
  };
  ASSIGN_OR_RETURN(metrics_port,
                   MetricsPort::Open(options.config.metrics_address, [sources] {
                     return ReadFigures(sources);
                   }));
  metrics_address = metrics_port->address();
  return absl::OkStatus();
}

StreamCounts Server::Parts::PassForStreams(absl::Duration step) {
  StreamCounts counts = track_service.Pass(step);
  const StreamCounts pushes = push_streams.Pass(step);
  counts.num_open += pushes.num_open;
  counts.num_unread += pushes.num_unread;
  counts.num_ending += pushes.num_ending;
  return counts;
}

absl::Status Server::Parts::Listen(const ServerOptions& options) {
  const std::string& wanted = options.config.listen_address;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(wanted, grpc::InsecureServerCredentials(), &port);
  SetUpConnections(options.config, &builder);
  builder.RegisterService(&track_service);
  builder.RegisterService(&catalog_service);
  builder.RegisterService(&roster_service);
  builder.RegisterService(&learner_service);
  builder.RegisterService(&recommendation_service);
  builder.RegisterService(&model_service);
  builder.RegisterService(&push_service);
  builder.RegisterService(&report_service);
  builder.RegisterService(&admin_service);
  if (metrics_port != nullptr) {
    std::vector<
        std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
        interceptors;
    interceptors.push_back(call_metrics.NewInterceptors());
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", wanted,
                     ": is it taken, or not an address of this machine?"));
  }
  address = absl::StrCat(wanted.substr(0, wanted.rfind(':')), ":", port);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options) {
  RETURN_IF_ERROR(
      CheckListenAddress(options.config.listen_address,
                         options.insecure_plaintext_on_all_networks));
  if (!options.config.metrics_address.empty()) {
    RETURN_IF_ERROR(
        CheckListenAddress(options.config.metrics_address,
                           options.insecure_plaintext_on_all_networks));
  }
  SetUpLibraries();
  ASSIGN_OR_RETURN(std::unique_ptr<RocksDatabase> database,
                   RocksDatabase::Open(ToDatabaseOptions(options.config)));
  auto parts = std::make_unique<Parts>(options, std::move(database));
  Parts& started = *parts;
  std::unique_ptr<Server> server(new Server(std::move(parts)));
  // First: how long the rest takes can be watched.
  RETURN_IF_ERROR(started.ShowMetrics(options));
  started.checkpoints.DeleteExpired();
  started.exposure_replay.Start(started.clock.Now());
  started.loader.Poll();  // Serve with models from the first request on.
  RETURN_IF_ERROR(started.Listen(options));
  started.loader.Start();
  started.stream_watch.Start();
  return server;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

const std::string& Server::address() const { return parts_->address; }

const std::string& Server::metrics_address() const {
  return parts_->metrics_address;
}

void Server::Drain() {
  if (parts_->grpc_server == nullptr) return;
  parts_->grpc_server->GetHealthCheckService()->SetServingStatus(false);
}

void Server::WaitForStates() {
  parts_->state_worker.WaitUntilIdle();
  parts_->exposure_replay.Wait();
}

StreamCounts Server::PassForStreams(absl::Duration step) {
  return parts_->PassForStreams(step);
}

// Whoever reads figures and callers first, then what works for them. The state
// worker before the committer, which takes its last results; the committer
// commits what is queued.
void Server::Shutdown(absl::Duration timeout) {
  Parts& parts = *parts_;
  parts.metrics_port.reset();
  if (parts.grpc_server != nullptr) {
    Drain();
    parts.track_service.EndStreams();
    parts.push_streams.EndAll();
    // A backup may take minutes; its caller is told.
    parts.backups.Stop();
    // gRPC counts on the machine's clock.
    parts.grpc_server->Shutdown(
        absl::ToChronoTime(SystemClock().Now() + timeout));
    parts.grpc_server->Wait();
  }
  parts.stream_watch.Stop();
  parts.backups.Stop();
  parts.executor.Stop();
  parts.push_deliveries.Stop();
  parts.loader.Stop();
  parts.exposure_replay.Stop();
  parts.state_worker.Stop();
  parts.committer.Stop();
}

}  // namespace evenlight
