// Learners who took no part in training, folded in, are served as well as those
// who did: on real data, where it counts.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/evaluation/full_ranking.h"
#include "recommender/evaluation/ranking_figures.h"
#include "recommender/training/factor_trainer.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

// A learner, then their resources, a line.
std::vector<std::vector<ResourceRow>> ReadRows(const std::string& path) {
  std::vector<std::vector<ResourceRow>> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    size_t learner = 0;
    if (!(words >> learner)) continue;
    rows.resize(std::max(rows.size(), learner + 1));
    for (int32_t row; words >> row;) {
      rows[learner].push_back(static_cast<ResourceRow>(row));
    }
  }
  return rows;
}

EngagementTable TableOf(const std::vector<std::vector<ResourceRow>>& rows) {
  EngagementTable table;
  for (const std::vector<ResourceRow>& row : rows) {
    std::vector<Engagement> engagements;
    for (const ResourceRow resource : row) {
      table.num_resources = std::max(table.num_resources, ToInt(resource) + 1);
      engagements.push_back({resource});
    }
    table.AddLearner(engagements);
  }
  return table;
}

struct Case {
  std::string folder;
  float unobserved_weight;
  float regularization;
};

class StrongGeneralisationTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const std::string folder = "resources/" + GetParam().folder;
    const std::string train = TestDataPath(folder + "/train.txt");
    const std::string test = TestDataPath(folder + "/test.txt");
    EVENLIGHT_NEEDS_DATA(train);
    EVENLIGHT_NEEDS_DATA(test);
    table_ = TableOf(ReadRows(train));
    relevant_ = ReadRows(test);
    relevant_.resize(table_.num_learners());
    options_.unobserved_weight = GetParam().unobserved_weight;
    options_.regularization = GetParam().regularization;
    options_.num_threads = 2;
  }

  // With nothing of every kEvery-th learner, counted from `first`.
  EngagementTable Without(int64_t first) const {
    EngagementTable table;
    table.num_resources = table_.num_resources;
    for (int64_t learner = 0; learner < table_.num_learners(); ++learner) {
      if (learner % kEvery == first) continue;
      table.AddLearner(table_.Of(learner));
    }
    return table;
  }

  // Those that Without() leaves out; rows of the others are not set.
  FactorMatrix FoldedIn(int64_t first, const ResourceFactors& resources) const {
    FactorMatrix learners(table_.num_learners(), options_.num_factors);
    for (int64_t learner = first; learner < table_.num_learners();
         learner += kEvery) {
      learners.row(learner) =
          FoldIn(resources, table_.Of(learner))->transpose();
    }
    return learners;
  }

  // Of NDCG@20, over the learners that Without() leaves out and who can be
  // judged.
  double SumOfNdcg(int64_t first, const FactorMatrix& learners,
                   const ResourceFactors& resources) const {
    std::vector<int64_t> rows;
    for (int64_t learner = first; learner < table_.num_learners();
         learner += kEvery) {
      if (!relevant_[learner].empty()) rows.push_back(learner);
    }
    RankingTask task;
    task.num_resources = table_.num_resources;
    task.learners = rows;
    task.seen = [&](int64_t learner) {
      std::vector<ResourceRow> seen;
      for (const Engagement& engagement : table_.Of(learner)) {
        seen.push_back(engagement.resource);
      }
      return seen;
    };
    task.num_threads = 2;
    const auto rankings =
        RankLearners(task, FactorScorer(learners, resources.factors));
    std::vector<JudgedRanking> judged;
    for (size_t row = 0; row < rows.size(); ++row) {
      judged.push_back({rankings[row], relevant_[rows[row]], 0});
    }
    return FiguresOf(judged).ndcg20.mean * static_cast<double>(rows.size());
  }

  static constexpr int64_t kEvery = 20;

  EngagementTable table_;
  std::vector<std::vector<ResourceRow>> relevant_;
  FactorOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Data, StrongGeneralisationTest,
                         testing::Values(Case{"gowalla", 0.01f, 0.003f},
                                         Case{"mooccubex", 0.3f, 0.02f}),
                         [](const auto& info) { return info.param.folder; });

// Each learner is held out once, with a twentieth of all.
TEST_P(StrongGeneralisationTest, HeldOutLearnersAreServedAsThoseOfTheTraining) {
  const TrainedFactors all = *TrainFactors(table_, options_);
  double took_part = 0;
  double held_out = 0;
  for (int64_t first = 0; first < kEvery; ++first) {
    const ResourceFactors others =
        TrainFactors(Without(first), options_)->resources;
    took_part += SumOfNdcg(first, all.learners, all.resources);
    held_out += SumOfNdcg(first, FoldedIn(first, others), others);
  }
  EXPECT_GT(took_part, 0);
  EXPECT_NEAR(held_out / took_part, 1, 0.01);
}

}  // namespace
}  // namespace evenlight
