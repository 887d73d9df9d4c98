#include "recommender/training/tracing_choice.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "recommender/state/features.h"
#include "recommender/training/tracing_fitter.h"

namespace evenlight {
namespace {

// More than one, because the dearer model chose its epoch on the same answers.
constexpr double kNumStandardErrors = 2;

std::string Describe(const TracingCost& cost) {
  return absl::StrCat(cost.multiply_adds, " multiply-adds and ",
                      cost.state_bytes, " bytes of state per answer");
}

std::string Describe(const LossDifference& difference) {
  return absl::StrFormat("%.4f +- %.4f", difference.mean,
                         difference.standard_error);
}

// Those within the budget, cheapest first.
std::vector<size_t> Admitted(absl::Span<const ModelOnTrial> models,
                             const TracingCost& budget) {
  std::vector<size_t> rows;
  for (size_t row = 0; row < models.size(); ++row) {
    if (IsWithin(models[row].cost, budget)) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    const TracingCost& left = models[a].cost;
    const TracingCost& right = models[b].cost;
    return std::tie(left.multiply_adds, left.state_bytes) <
           std::tie(right.multiply_adds, right.state_bytes);
  });
  return rows;
}

TracingChoice ChooseUnseen(absl::Span<const ModelOnTrial> models,
                           absl::Span<const size_t> admitted,
                           TracingChoice choice) {
  choice.chosen = admitted.front();
  for (const size_t row : admitted) {
    choice.reasons[row] = "there was nobody to validate on";
    if (models[row].model == kLrhModel) choice.chosen = row;
  }
  return choice;
}

}  // namespace

std::vector<std::string> ServableModels() {
  return {kBktModel, kLrhModel, kResidualModel};
}

TracingCost PlannedCost(const std::string& model, ResidualShape shape) {
  if (model == kBktModel) return CostOfBkt();
  if (model == kLrhModel) return CostOfLrh();
  // How many rows there are does not matter, but whether there are any.
  shape.num_kcs = 1;
  shape.num_questions = 1;
  shape.num_features = static_cast<int32_t>(LrhFeature::kCount);
  return CostOfResidual(shape);
}

absl::Status ValidateModels(absl::Span<const std::string> models,
                            const ResidualShape& shape,
                            const TracingCost& budget) {
  const std::vector<std::string> servable = ServableModels();
  for (const std::string& model : models) {
    if (std::count(servable.begin(), servable.end(), model) == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "model ", model, " is none of ", absl::StrJoin(servable, ", ")));
    }
  }
  if (std::none_of(models.begin(), models.end(), [&](const auto& model) {
        return IsWithin(PlannedCost(model, shape), budget);
      })) {
    return absl::InvalidArgumentError(
        absl::StrCat("none of the models [", absl::StrJoin(models, ", "),
                     "] is within the budget of ", Describe(budget),
                     "; bkt takes ", Describe(CostOfBkt())));
  }
  return absl::OkStatus();
}

TracingChoice ChooseTracing(absl::Span<const ModelOnTrial> models,
                            const TracingCost& budget) {
  TracingChoice choice;
  for (const ModelOnTrial& model : models) {
    choice.reasons.push_back(absl::StrCat("beyond the budget: it takes ",
                                          Describe(model.cost),
                                          ", allowed are ", Describe(budget)));
  }
  const std::vector<size_t> admitted = Admitted(models, budget);
  assert(!admitted.empty());
  if (models[admitted.front()].validation.empty()) {
    return ChooseUnseen(models, admitted, std::move(choice));
  }

  choice.chosen = admitted.front();
  choice.reasons[choice.chosen] =
      admitted.size() == 1
          ? "the only one within the budget"
          : "the cheapest, and no dearer one is clearly better";
  for (const size_t row : absl::MakeConstSpan(admitted).subspan(1)) {
    const std::string& cheaper = models[choice.chosen].model;
    const LossDifference gain = CompareLogLoss(models[choice.chosen].validation,
                                               models[row].validation);
    if (gain.mean > kNumStandardErrors * gain.standard_error) {
      choice.reasons[choice.chosen] =
          absl::StrCat("the log loss of ", models[row].model, " is lower by ",
                       Describe(gain));
      choice.reasons[row] = absl::StrCat("its log loss is lower than that of ",
                                         cheaper, " by ", Describe(gain));
      choice.chosen = row;
    } else {
      choice.reasons[row] = absl::StrCat(
          "dearer than ", cheaper, ", and its log loss is lower by ",
          Describe(gain), ", not by more than two standard errors");
    }
  }
  return choice;
}

}  // namespace evenlight
