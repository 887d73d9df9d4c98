#include "services/cli/lists_experiment.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/models/model_binding.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/state/fold.h"
#include "recommender/state/learner_view.h"
#include "recommender/training/split_tracks.h"
#include "services/cli/served_model.h"

namespace evenlight {
namespace {

constexpr int64_t kChunk = 50;  // Learners.
// Long after all that is imported, so that nothing counts as new.
const absl::Time kNow = absl::UnixEpoch() + absl::Hours(24 * 365);

// Learners with a history, by a seeded hash: any part of the file is as good.
std::vector<int32_t> SomeLearners(const SplitTracks& tracks,
                                  const ListsExperimentOptions& options) {
  std::vector<std::pair<std::string, int32_t>> by_hash;
  for (int32_t row = 0; row < tracks.num_learners(); ++row) {
    if (tracks.Train(row).empty()) continue;
    by_hash.emplace_back(
        Sha256Hex(absl::StrCat(options.seed, "/", tracks.learner(row))), row);
  }
  std::sort(by_hash.begin(), by_hash.end());
  std::vector<int32_t> rows;
  for (const auto& [hash, row] : by_hash) {
    if (static_cast<int32_t>(rows.size()) == options.num_learners) break;
    rows.push_back(row);
  }
  return rows;
}

ListCounts CountLists(const ServingSnapshot& snapshot,
                      const SplitTracks& tracks,
                      const ListsExperimentOptions& options) {
  const std::vector<int32_t> rows = SomeLearners(tracks, options);
  const RankingPolicy policy;
  const LearnerProfile profile;
  RecommendationRequest request;
  request.page_size = options.page_size;
  request.seed = static_cast<uint64_t>(options.seed);
  std::vector<ListCounts> counts(rows.size());
  ParallelFor(
      options.num_threads, static_cast<int64_t>(rows.size()), kChunk,
      [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          LearnerState state;
          Fold(snapshot.models->tracing, tracks.Train(rows[row]), state);
          const RankedList list =
              Recommend({snapshot, state, profile, request, policy, kNow});
          const LearnerView view(&snapshot, &state, kNow,
                                 policy.mastered_p_known);
          CountList(view, list, counts[row]);
        }
      });
  ListCounts sum;
  for (const ListCounts& of_learner : counts) {
    sum.num_lists += of_learner.num_lists;
    sum.num_empty += of_learner.num_empty;
    sum.num_items += of_learner.num_items;
    sum.num_unmet += of_learner.num_unmet;
  }
  return sum;
}

}  // namespace

GraphFigures FiguresOfGraph(const Catalog& catalog) {
  GraphFigures figures;
  figures.num_kcs = catalog.num_kcs();
  figures.num_groups = catalog.curriculum().num_groups();
  for (const auto& kc : catalog.kcs()) {
    figures.num_edges += static_cast<int64_t>(kc->prerequisites.size());
    figures.num_self_loops +=
        std::count(kc->prerequisites.begin(), kc->prerequisites.end(), kc->id);
  }
  for (const std::vector<KcIndex>& cycle : catalog.curriculum().cycles()) {
    if (cycle.size() < 2) continue;
    std::vector<KcId>& ids = figures.cycles.emplace_back();
    for (const KcIndex kc : cycle) ids.push_back(catalog.kc(kc).id);
  }
  return figures;
}

absl::StatusOr<ListsExperiment> RunListsExperiment(
    AnswerSet answers, const std::vector<KnowledgeComponent>& graph,
    const ListsExperimentOptions& options) {
  const auto report = [&](double done) {
    if (options.progress) options.progress(done);
  };
  const std::shared_ptr<const Catalog> catalog = CatalogOf(answers, graph);
  const SplitTracks tracks(std::move(answers));
  RETURN_IF_ERROR(tracks.Check());

  TracingFitOptions fit;
  fit.seed = options.seed;
  fit.num_threads = options.num_threads;
  fit.progress = [&](double done) { report(0.5 * done); };
  ASSIGN_OR_RETURN(ModelSet models,
                   FitServedModel(tracks.TrainParts(), tracks.ValidationParts(),
                                  tracks.ids(), fit));
  const std::shared_ptr<const ServingSnapshot> snapshot =
      Bind(catalog, std::make_shared<const ModelSet>(std::move(models)));
  report(0.6);
  ListsExperiment experiment;
  experiment.graph = FiguresOfGraph(*catalog);
  experiment.graph.walk =
      WalkGraph(*snapshot, RankingPolicy().mastered_p_known);
  experiment.follow =
      FollowLists(*snapshot, RankingPolicy(), options.page_size);
  experiment.lists = CountLists(*snapshot, tracks, options);
  report(0.7);
  experiment.success = TrySuccess(*snapshot, tracks);
  report(1);
  return experiment;
}

}  // namespace evenlight
