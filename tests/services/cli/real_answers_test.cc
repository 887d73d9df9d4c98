// Lists, graph and predicted success on public research data; see
// shared/data/README.md. Bounds are wide: they tell a mistake from a model.

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/training/tracing_experiment.h"
#include "services/cli/lists_experiment.h"
#include "services/cli/replay_experiment.h"
#include "services/cli/served_model.h"
#include "services/interop/answers_csv.h"
#include "services/interop/kcs_csv.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

std::vector<KnowledgeComponent> ReadGraph(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const auto file = ReadKcsCsv(&in);
  EXPECT_THAT(file, IsOk());
  std::vector<KnowledgeComponent> kcs;
  for (const auto& kc : file->kcs) kcs.push_back(kc.value);
  return kcs;
}

// A second opinion on the graph, from its edges alone.
class Edges {
 public:
  explicit Edges(const std::vector<KnowledgeComponent>& kcs) {
    for (const KnowledgeComponent& kc : kcs) {
      needs_[kc.id].insert(kc.prerequisites.begin(), kc.prerequisites.end());
    }
    for (const auto& [kc, needs] : needs_) Reach(kc, above_[kc]);
  }

  bool IsInCycle(const KcId& a, const KcId& b) const {
    return above_.at(a).count(b) > 0 && above_.at(b).count(a) > 0;
  }

  // The most that can be mastered, kc by kc, each after all it needs that is
  // not in a cycle with it.
  std::set<KcId> Masterable() const {
    std::set<KcId> mastered;
    size_t num_before = 0;
    do {
      num_before = mastered.size();
      for (const auto& [kc, needs] : needs_) {
        bool is_ready = true;
        for (const KcId& needed : needs) {
          is_ready &= mastered.count(needed) > 0 || needed == kc ||
                      IsInCycle(kc, needed);
        }
        if (is_ready) mastered.insert(kc);
      }
    } while (mastered.size() > num_before);
    return mastered;
  }

  const std::map<KcId, std::set<KcId>>& needs() const { return needs_; }

 private:
  void Reach(const KcId& kc, std::set<KcId>& reached) const {
    const auto found = needs_.find(kc);
    if (found == needs_.end()) return;
    for (const KcId& needed : found->second) {
      if (reached.insert(needed).second) Reach(needed, reached);
    }
  }

  std::map<KcId, std::set<KcId>> needs_;
  std::map<KcId, std::set<KcId>> above_;
};

class JunyiTest : public testing::Test {
 protected:
  const std::string answers_ = TestDataPath("tracing/junyi/answers.csv");
  const std::string graph_ =
      TestDataPath("tracing/junyi/prerequisite_edges_ids.csv");
};

TEST_F(JunyiTest, TheCurriculumGroupsWhatTheEdgesSay) {
  EVENLIGHT_NEEDS_DATA(graph_);
  const std::vector<KnowledgeComponent> kcs = ReadGraph(graph_);
  const Edges edges(kcs);
  const auto catalog = CatalogOf({}, kcs);
  const Curriculum& curriculum = catalog->curriculum();
  for (const auto& [kc, needs] : edges.needs()) {
    const KcIndex index = catalog->FindKc(kc);
    std::set<KcId> expected;
    for (const KcId& needed : needs) {
      if (needed != kc && !edges.IsInCycle(kc, needed)) expected.insert(needed);
    }
    std::set<KcId> actual;
    for (const KcIndex needed : curriculum.Prerequisites(index)) {
      actual.insert(catalog->kc(needed).id);
    }
    EXPECT_EQ(actual, expected) << "kc " << kc;
  }
  EXPECT_EQ(static_cast<int32_t>(edges.Masterable().size()),
            catalog->num_kcs());
}

// A quarter of the learners: enough to learn every exercise.
TEST_F(JunyiTest, ListsRespectTheGraphAndNothingIsBlockedForEver) {
  EVENLIGHT_NEEDS_DATA(answers_);
  std::ifstream in(answers_, std::ios::binary);
  auto file = ReadSplitAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  file->set.learners.resize(2500);
  ListsExperimentOptions options;
  options.num_learners = 1000;
  const auto experiment =
      RunListsExperiment(std::move(file->set), ReadGraph(graph_), options);
  ASSERT_THAT(experiment, IsOk());

  const GraphFigures& graph = experiment->graph;
  EXPECT_EQ(graph.num_edges, 981);
  EXPECT_EQ(graph.num_self_loops, 2);
  ASSERT_EQ(graph.cycles.size(), 1u);
  EXPECT_EQ(graph.cycles[0].size(), 3u);
  EXPECT_EQ(graph.num_groups, graph.num_kcs - 2);
  EXPECT_EQ(graph.walk.num_ready, graph.num_kcs);
  EXPECT_EQ(graph.walk.num_mastered, graph.num_kcs);
  EXPECT_EQ(experiment->lists, (ListCounts{.num_lists = 1000,
                                           .num_empty = 0,
                                           .num_items = 10000,
                                           .num_unmet = 0}));
  // Whatever the lists show when nothing ready is left, it is everything.
  EXPECT_EQ(experiment->follow.num_asked, graph.num_kcs);

  std::map<std::string, SuccessScore> scores;
  for (const SuccessScore& score : experiment->success.scores) {
    scores[score.model] = score;
  }
  const SuccessScore& prerequisites = scores[kPrerequisitesModel];
  const SuccessScore& floor = scores[kQuestionMeanModel];
  EXPECT_GT(prerequisites.metrics.auc, floor.metrics.auc + 0.02);
  EXPECT_LT(prerequisites.metrics.log_loss, floor.metrics.log_loss - 0.02);
  EXPECT_LT(prerequisites.metrics.calibration_error, 0.03);
  EXPECT_GT(scores[kSnapshotModel].metrics.auc, floor.metrics.auc + 0.02);
  // Outcomes may tell little beside the biases, but must not do harm.
  EXPECT_LT(prerequisites.against_biases.mean, 0.001);
  for (const ReliabilityBin& bin : prerequisites.reliability) {
    EXPECT_GT(bin.num_answers, 100);
    EXPECT_NEAR(bin.mean_p, bin.share_correct, 0.06);
  }
}

TEST(Assist2009ReplayTest, PredictedSuccessCanBeBelieved) {
  const std::string path = TestDataPath("tracing/assist2009/answers.csv");
  EVENLIGHT_NEEDS_DATA(path);
  std::ifstream in(path, std::ios::binary);
  const auto file = ReadAnswersCsv(&in);
  ASSERT_THAT(file, IsOk());
  ReplayExperimentOptions options;
  options.folds = {1};
  options.num_learners = 150;
  options.num_others = 50;
  const auto scores = RunReplayExperiment(file->set, options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 2u);  // The fold, and all of them.
  const ReplayScore& score = scores->front();
  EXPECT_EQ(score.num_learners, 150);
  EXPECT_GT(score.metrics.auc, 0.74);
  EXPECT_LT(score.metrics.calibration_error, 0.04);
  // Every choice has a rank, and most learners chose among what is eligible.
  EXPECT_EQ(score.band.all.num_ranks, score.metrics.num_answers);
  EXPECT_EQ(score.band.eligible.num_ranks, score.num_eligible);
  EXPECT_GT(score.num_eligible, score.metrics.num_answers / 3);
  for (const RankSpread& spread : {score.band.all, score.gain.all}) {
    EXPECT_GT(spread.mean, 0.2);
    EXPECT_LT(spread.mean, 0.8);
    EXPECT_LT(spread.mean_error, 0.05);
    EXPECT_LE(spread.lower_quartile, spread.median);
    EXPECT_LE(spread.median, spread.upper_quartile);
  }
  EXPECT_EQ(scores->back().band.all.mean, score.band.all.mean);
}

}  // namespace
}  // namespace evenlight
