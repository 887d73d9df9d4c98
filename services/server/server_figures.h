// All that a running server says of itself in figures. What each means and what
// to do about it is in docs/operations.md.

#ifndef EVENLIGHT_SERVICES_SERVER_SERVER_FIGURES_H_
#define EVENLIGHT_SERVICES_SERVER_SERVER_FIGURES_H_

#include <vector>

#include "core/executor.h"
#include "core/figure.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/ingest/state_worker.h"
#include "recommender/lifecycle/model_loader.h"
#include "services/server/call_metrics.h"
#include "services/server/catalog_cache.h"
#include "services/server/concurrency_limit.h"
#include "services/server/degraded_meter.h"
#include "services/server/stage_timer.h"
#include "storage/rocks_database.h"

namespace evenlight {

// The parts that are asked. All outlive whoever holds this.
struct FigureSources {
  const CallMetrics* calls;
  const StageMeter* stages;
  const DegradedMeter* degraded;
  const Executor* executor;
  const ConcurrencyLimit* limit;
  const Committer* committer;
  const StateWorker* state_worker;
  const StateReader* state_reader;
  const ModelLoader* models;
  const CatalogCache* catalogs;
  const RocksDatabase* database;
};

// Asks each in turn: no moment of all of them together. No name twice. Waits
// for no I/O of ours. Thread-safe.
std::vector<Figure> ReadFigures(const FigureSources& sources);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_SERVER_FIGURES_H_
