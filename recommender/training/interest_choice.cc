#include "recommender/training/interest_choice.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "recommender/training/train_gates.h"

namespace evenlight {
namespace {

constexpr InterestKind kKinds[] = {InterestKind::kFactors,
                                   InterestKind::kItemKnn, InterestKind::kEase,
                                   InterestKind::kPopularity};

InterestKind BestOf(const InterestTrial& trial) {
  InterestKind best = InterestKind::kFactors;
  for (const InterestKind kind :
       {InterestKind::kItemKnn, InterestKind::kEase}) {
    const double margin = best == InterestKind::kFactors ? kNdcgMargin : 0;
    if (trial.of(kind).ndcg > trial.of(best).ndcg + margin) best = kind;
  }
  return best;
}

}  // namespace

std::vector<std::string> InterestNames() {
  std::vector<std::string> names = {std::string(kAutoInterest)};
  for (const InterestKind kind : kKinds) names.push_back(Name(kind));
  return names;
}

absl::Status ValidateInterest(absl::string_view asked) {
  const std::vector<std::string> names = InterestNames();
  if (absl::c_linear_search(names, asked)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("interest ", asked,
                                                 " is not known; there are ",
                                                 absl::StrJoin(names, ", ")));
}

InterestKind ChooseInterest(absl::string_view asked,
                            const InterestTrial& trial) {
  for (const InterestKind kind : kKinds) {
    if (asked == Name(kind)) return kind;
  }
  const InterestKind best = BestOf(trial);
  return IsWorthIt(trial.of(best), trial.popularity)
             ? best
             : InterestKind::kPopularity;
}

std::vector<std::string> BetterThanChosen(const InterestTrial& trial,
                                          InterestKind chosen) {
  const std::pair<absl::string_view, const RankingMetrics*> others[] = {
      {"factors", &trial.factors},
      {"item_knn", &trial.item_knn},
      {"ease", &trial.ease},
      {"popularity", &trial.popularity},
      {"decayed popularity", &trial.decayed_popularity},
      {"popularity by subject and grade", &trial.grouped_popularity}};
  const RankingMetrics& served = trial.of(chosen);
  std::vector<std::string> notes;
  for (const auto& [name, other] : others) {
    if (other->num_learners == 0 || other->ndcg <= served.ndcg) continue;
    notes.push_back(absl::StrFormat(
        "%s ranks the later window better than the %s that will serve: "
        "NDCG@%d %.4f, not %.4f",
        name, Name(chosen), kRankingDepth, other->ndcg, served.ndcg));
  }
  return notes;
}

}  // namespace evenlight
