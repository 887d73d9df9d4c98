// Answers without an order, split by the data set itself, and a graph of
// prerequisites: whether lists respect the graph, and how well success is
// predicted by who answers, what is asked, and the outcomes before it.

#ifndef EVENLIGHT_SERVICES_CLI_LISTS_EXPERIMENT_H_
#define EVENLIGHT_SERVICES_CLI_LISTS_EXPERIMENT_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/answers.h"
#include "core/catalog.h"
#include "core/resource.h"
#include "recommender/evaluation/graph_lists.h"
#include "recommender/training/success_trial.h"

namespace evenlight {

struct ListsExperimentOptions {
  int32_t num_learners = 1000;  // At most so many get a list.
  int32_t page_size = 10;       // [1, 100]
  int64_t seed = 1;             // Of training, and of who gets a list.
  int num_threads = 2;
  std::function<void(double done)> progress;  // In [0, 1]; may be empty.
};

struct GraphFigures {
  int32_t num_kcs = 0;
  int64_t num_edges = 0;       // Self-loops and unknown kcs included.
  int64_t num_self_loops = 0;  // Edges from a kc to itself.
  // Of two kcs and more: each is one group, within which nothing comes first.
  std::vector<std::vector<KcId>> cycles;
  int32_t num_groups = 0;
  GraphWalk walk;
};

struct ListsExperiment {
  GraphFigures graph;
  ListCounts lists;
  ListWalk follow;
  SuccessTrial success;
};

// Edges, self-loops and cycles of `catalog`; without the walk.
GraphFigures FiguresOfGraph(const Catalog& catalog);

// Fits on the answers of AnswerSplit::kTrain, which are also the history that
// is folded; those of kValidation choose epochs and penalties, those of kTest
// are predicted, each from the history alone. A learner's history is taken as
// it stands in the file: no figure says anything about learning over time.
//
// INVALID_ARGUMENT: no answer to train with, or none to test with.
absl::StatusOr<ListsExperiment> RunListsExperiment(
    AnswerSet answers, const std::vector<KnowledgeComponent>& graph,
    const ListsExperimentOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_LISTS_EXPERIMENT_H_
