#include "services/cli/resource_report.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "services/cli/report_file.h"

namespace evenlight {
namespace {

// Settings are of any scale.
LogField Knob(absl::string_view name, double value) {
  LogField field(name, value);
  field.json = absl::StrFormat("%.4g", value);
  return field;
}

void Append(const std::vector<LogField>& more, std::vector<LogField>& fields) {
  fields.insert(fields.end(), more.begin(), more.end());
}

std::vector<LogField> KnobFields(const std::string& model,
                                 const ResourceSetting& setting) {
  std::vector<LogField> fields;
  for (const auto& [name, value] : KnobsOf(model, setting)) {
    fields.push_back(Knob(name, value));
  }
  return fields;
}

struct Figure {
  const char* name;
  MeanError RankingFigures::*value;
};

constexpr Figure kFigures[] = {{"recall20", &RankingFigures::recall20},
                               {"ndcg20", &RankingFigures::ndcg20},
                               {"recall50", &RankingFigures::recall50},
                               {"ndcg100", &RankingFigures::ndcg100}};
// Of slices the first two: lines are long enough.
constexpr size_t kNumSliceFigures = 2;

void AppendFigures(const RankingFigures& figures, const std::string& suffix,
                   absl::Span<const Figure> shown,
                   std::vector<LogField>& fields) {
  for (const Figure& figure : shown) {
    const MeanError& value = figures.*figure.value;
    const std::string name = absl::StrCat(figure.name, suffix);
    const double unknown = RankerEpoch::kUnknown;
    const bool is_known = figures.num_learners > 0;
    fields.push_back(Rounded(name, is_known ? value.mean : unknown, 4));
    fields.push_back(Rounded(absl::StrCat(name, "_se"),
                             is_known ? value.error : unknown, 4));
  }
}

std::vector<LogField> EpochFields(const RankerEpoch& epoch) {
  return {{"epoch", epoch.epoch},
          Rounded("loss", epoch.loss, 1),
          Rounded("validation_ndcg20", epoch.ndcg20, 4),
          Rounded("seconds", epoch.seconds, 4)};
}

std::vector<LogField> RowOf(const ResourceScore& score) {
  std::vector<LogField> row = FiguresOf(score);
  if (!score.curve.empty()) {
    row.push_back(ListOf("learning_curve", score.curve, EpochFields));
  }
  if (!score.trials.empty()) {
    row.push_back(ListOf("tried", score.trials, [&](const RankerTrial& trial) {
      std::vector<LogField> fields = KnobFields(score.model, trial.setting);
      fields.push_back(Rounded("validation_ndcg20", trial.ndcg20, 4));
      return fields;
    }));
  }
  return row;
}

std::string PlainText(const std::vector<LogField>& fields) {
  return absl::StrJoin(fields, " ",
                       [](std::string* text, const LogField& field) {
                         absl::StrAppend(text, field.name, "=", field.json);
                       });
}

}  // namespace

std::vector<LogField> FiguresOf(const ResourceScore& score) {
  std::vector<LogField> fields = {{"model", score.model},
                                  {"dimension", score.num_factors}};
  AppendFigures(score.figures, "", kFigures, fields);
  Append({Rounded("epoch_s", score.epoch_seconds, 4),
          Rounded("train_s", score.train_seconds, 4),
          Rounded("search_s", score.search_seconds, 2),
          {"threads", score.num_threads}},
         fields);
  Append(KnobFields(score.model, score.setting), fields);
  Append({Rounded("validation_ndcg20", score.validation_ndcg20, 4),
          {"tried", static_cast<int64_t>(score.trials.size())},
          {"learners", score.figures.num_learners},
          Rounded("coverage20", score.spread.coverage, 4),
          Rounded("popularity20", score.spread.popularity, 4),
          Rounded("gini20", score.spread.gini, 4)},
         fields);
  for (const auto* slices : {&score.by_activity, &score.by_age}) {
    for (const RankingSlice& slice : *slices) {
      const std::string suffix = absl::StrCat("_", slice.name);
      fields.push_back(
          {absl::StrCat("learners", suffix), slice.figures.num_learners});
      AppendFigures(slice.figures, suffix,
                    absl::MakeConstSpan(kFigures).first(kNumSliceFigures),
                    fields);
    }
  }
  return fields;
}

std::string LineOf(const std::string& model, const RankerEpoch& epoch) {
  std::vector<LogField> fields = {{"epoch", epoch.epoch},
                                  Rounded("loss", epoch.loss, 1)};
  if (!std::isnan(epoch.ndcg20)) {
    fields.push_back(Rounded("validation_ndcg20", epoch.ndcg20, 4));
  }
  fields.push_back(Rounded("seconds", epoch.seconds, 4));
  return absl::StrCat("model=", model, " ", PlainText(fields));
}

std::string LineOf(const std::string& model, const RankerTrial& trial) {
  std::vector<LogField> fields = KnobFields(model, trial.setting);
  fields.push_back(Rounded("validation_ndcg20", trial.ndcg20, 4));
  return absl::StrCat("model=", model, " tried ", PlainText(fields));
}

std::string ResourceReport(const std::vector<LogField>& head,
                           const ResourceExperiment& experiment) {
  std::vector<LogField> fields = head;
  fields.push_back(ListOf("scores", experiment.scores, RowOf));
  fields.push_back(
      ListOf("left_out", experiment.left_out, [](const LeftOut& left_out) {
        return std::vector<LogField>{{"model", left_out.model},
                                     {"reason", left_out.reason.message()}};
      }));
  return ToJson(fields) + "\n";
}

}  // namespace evenlight
