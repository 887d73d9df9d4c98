// What a training run found, and its form for machines. For people it is
// model_card.h.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_REPORT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/training/dataset.h"
#include "recommender/training/interest_trial.h"
#include "recommender/training/tracing_trial.h"
#include "recommender/training/train_gates.h"
#include "recommender/training/weight_trial.h"

namespace evenlight {

struct TrainReport {
  TenantId tenant;
  std::string outcome;  // published, refused, nothing_to_do, try_later.
  std::string message;
  int64_t version = 0;  // 0: none.
  int64_t seed = 0;

  // Data.
  absl::Time data_time = absl::UnixEpoch();
  int64_t num_learners = 0;
  int64_t num_events = 0;
  int64_t num_answers = 0;
  int64_t num_window_answers = 0;
  int64_t num_kcs = 0;
  int64_t num_questions = 0;
  int64_t num_resources = 0;

  // What the later window showed.
  TracingCost budget;           // Of tracing.
  TracingTrial tracing;         // Its model is not read.
  int64_t serving_version = 0;  // Compared with; 0: none.
  std::optional<ServingComparison> serving;
  std::string serving_note;  // Why there is no comparison.
  InterestTrial interest;
  InterestKind serves = InterestKind::kPopularity;  // What ranks by interest.
  bool is_warm = false;  // Factors started from the serving version's.
  std::vector<WeightTrial> weights;  // Of the score, by phase.
  std::vector<Gate> gates;
  std::vector<std::string> notes;  // What was left out or should be looked at.

  std::vector<std::pair<std::string, double>> seconds;  // By stage.
};

// Fills in what there is to train on.
void DescribeData(const Dataset& dataset, TrainReport* report);

// One line of JSON, without a line break. Standard errors are beside their
// metrics as `<metric>_error`; what is not a number is null.
std::string ReportJson(const TrainReport& report);

// What a published version was trained on and how well it traces, in half a
// line for a person.
std::string PublishedSummary(const TrainReport& report, bool has_tracing);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_REPORT_H_
