#include "recommender/training/resource_ranker.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/ease.h"
#include "recommender/training/factor_trainer.h"
#include "recommender/training/item_knn.h"
#include "recommender/training/popularity.h"

namespace evenlight {
namespace {

constexpr int64_t kLearnersPerChunk = 64;

absl::Span<float> RowOf(FactorMatrix& scores, size_t row) {
  return absl::MakeSpan(
      scores.data() + static_cast<Eigen::Index>(row) * scores.cols(),
      static_cast<size_t>(scores.cols()));
}

// A scorer of `score(history, scores)`, one learner after the other.
template <typename Score>
BlockScorer ByHistory(const EngagementTable& table, Score score) {
  return [&table, score](absl::Span<const int64_t> learners,
                         FactorMatrix& scores) {
    for (size_t row = 0; row < learners.size(); ++row) {
      score(table.Of(learners[row]), RowOf(scores, row));
    }
  };
}

// Owns both sides.
absl::StatusOr<BlockScorer> ScorerOf(ResourceFactors resources,
                                     const EngagementTable& table,
                                     int num_threads) {
  struct Sides {
    ResourceFactors resources;
    FactorMatrix learners;
  };
  auto sides = std::make_shared<Sides>();
  sides->resources = std::move(resources);
  sides->learners.resize(table.num_learners(), sides->resources.factors.cols());
  std::vector<absl::Status> statuses(table.num_learners());
  ParallelFor(num_threads, table.num_learners(), kLearnersPerChunk,
              [&](int64_t begin, int64_t end) {
                for (int64_t learner = begin; learner < end; ++learner) {
                  const absl::StatusOr<Eigen::VectorXf> factors =
                      FoldIn(sides->resources, table.Of(learner));
                  statuses[learner] = factors.status();
                  if (!factors.ok()) continue;
                  sides->learners.row(learner) = factors->transpose();
                }
              });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return BlockScorer(
      [sides, score = FactorScorer(sides->learners, sides->resources.factors)](
          absl::Span<const int64_t> learners, FactorMatrix& scores) {
        score(learners, scores);
      });
}

FactorOptions ToFactorOptions(const ResourceSetting& setting,
                              const RankerOptions& options) {
  FactorOptions factor;
  factor.num_factors = options.num_factors;
  factor.unobserved_weight = setting.unobserved_weight;
  factor.regularization = setting.regularization;
  factor.exponent = setting.exponent;
  factor.num_epochs = setting.num_epochs;
  factor.half_precision = options.half_precision;
  factor.seed = options.seed;
  factor.num_threads = options.num_threads;
  return factor;
}

absl::StatusOr<ResourceRanker> FitIals(const ResourceSetting& setting,
                                       const ResourceSplit& split,
                                       const RankerOptions& options,
                                       const OnRankerEpoch& on_epoch) {
  ResourceRanker ranker;
  FactorOptions factor = ToFactorOptions(setting, options);
  double paused_seconds = 0;
  factor.on_epoch = [&](const FactorEpoch& epoch) {
    ranker.epoch_seconds.push_back(epoch.seconds);
    if (!on_epoch) return true;
    const absl::Time begin = absl::Now();
    const auto scorer = [&] {
      return ScorerOf(epoch.factors().resources, split.train,
                      options.num_threads);
    };
    const bool goes_on =
        on_epoch(epoch.epoch, epoch.loss, epoch.seconds, scorer);
    paused_seconds += absl::ToDoubleSeconds(absl::Now() - begin);
    return goes_on;
  };
  const absl::Time begin = absl::Now();
  ASSIGN_OR_RETURN(TrainedFactors trained, TrainFactors(split.train, factor));
  ranker.seconds = absl::ToDoubleSeconds(absl::Now() - begin) - paused_seconds;
  ASSIGN_OR_RETURN(ranker.score, ScorerOf(std::move(trained.resources),
                                          split.train, options.num_threads));
  return ranker;
}

absl::StatusOr<BlockScorer> FitPopularity(const ResourceSetting& setting,
                                          const ResourceSplit& split) {
  auto popularity = std::make_shared<const std::vector<float>>(
      split.entry_ages.empty()
          ? GlobalPopularity(split.train)
          : DecayedPopularity(split.train, split.entry_ages,
                              setting.half_life));
  return ByHistory(split.train, [popularity](absl::Span<const Engagement>,
                                             absl::Span<float> scores) {
    std::copy(popularity->begin(), popularity->end(), scores.begin());
  });
}

absl::StatusOr<BlockScorer> FitNeighbours(const ResourceSetting& setting,
                                          const ResourceSplit& split,
                                          const RankerOptions& options) {
  ItemKnnOptions knn;
  knn.num_neighbours = setting.num_neighbours;
  knn.learner_exponent = setting.learner_exponent;
  knn.neighbour_exponent = setting.neighbour_exponent;
  knn.num_threads = options.num_threads;
  ASSIGN_OR_RETURN(ResourceNeighbours fitted, FitItemKnn(split.train, knn));
  auto neighbours =
      std::make_shared<const ResourceNeighbours>(std::move(fitted));
  return ByHistory(split.train,
                   [neighbours](absl::Span<const Engagement> history,
                                absl::Span<float> scores) {
                     ScoreByNeighbours(*neighbours, history, scores);
                   });
}

absl::StatusOr<BlockScorer> FitEaseScorer(const ResourceSetting& setting,
                                          const ResourceSplit& split,
                                          const RankerOptions& options) {
  EaseOptions ease;
  ease.regularization = setting.ease_regularization;
  ease.num_threads = options.num_threads;
  ASSIGN_OR_RETURN(FactorMatrix fitted, FitEase(split.train, ease));
  auto weights = std::make_shared<const FactorMatrix>(std::move(fitted));
  return ByHistory(split.train, [weights](absl::Span<const Engagement> history,
                                          absl::Span<float> scores) {
    ScoreByEase(*weights, history, scores);
  });
}

absl::StatusOr<BlockScorer> FitAtOnce(absl::string_view model,
                                      const ResourceSetting& setting,
                                      const ResourceSplit& split,
                                      const RankerOptions& options) {
  if (model == kPopularity) return FitPopularity(setting, split);
  if (model == kItemKnn) return FitNeighbours(setting, split, options);
  if (model == kEase) return FitEaseScorer(setting, split, options);
  return absl::InvalidArgumentError(
      absl::StrCat("model ", model, " is not known"));
}

}  // namespace

std::vector<std::string> ResourceModels() {
  return {std::string(kIals), std::string(kPopularity), std::string(kItemKnn),
          std::string(kEase)};
}

std::vector<std::pair<std::string, double>> KnobsOf(
    absl::string_view model, const ResourceSetting& setting) {
  if (model == kIals) {
    return {{"w", setting.unobserved_weight},
            {"lambda", setting.regularization},
            {"nu", setting.exponent},
            {"epochs", setting.num_epochs}};
  }
  if (model == kItemKnn) {
    return {{"neighbours", setting.num_neighbours},
            {"beta", setting.learner_exponent},
            {"alpha", setting.neighbour_exponent}};
  }
  if (model == kEase) return {{"lambda", setting.ease_regularization}};
  if (setting.half_life == absl::InfiniteDuration()) return {};
  return {{"half_life_days", absl::ToDoubleHours(setting.half_life) / 24}};
}

absl::StatusOr<ResourceRanker> FitRanker(absl::string_view model,
                                         const ResourceSetting& setting,
                                         const ResourceSplit& split,
                                         const RankerOptions& options,
                                         const OnRankerEpoch& on_epoch) {
  if (model == kIals) return FitIals(setting, split, options, on_epoch);
  ResourceRanker ranker;
  const absl::Time begin = absl::Now();
  ASSIGN_OR_RETURN(ranker.score, FitAtOnce(model, setting, split, options));
  ranker.seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  return ranker;
}

}  // namespace evenlight
