#include "recommender/training/popularity.h"

#include <algorithm>
#include <cmath>

#include "recommender/evaluation/ranking_metrics.h"

namespace evenlight {
namespace {

constexpr float kShareOfAll = 0.01f;
constexpr int kMaxPopular = 500;

}  // namespace

std::vector<float> GlobalPopularity(const EngagementTable& table) {
  std::vector<float> popularity(table.num_resources);
  for (const Engagement& engagement : table.entries) {
    ++popularity[ToInt(engagement.resource)];
  }
  return popularity;
}

std::map<int32_t, std::vector<std::pair<ResourceRow, float>>> PopularByGrade(
    const EngagementTable& table, absl::Span<const int32_t> grades) {
  std::map<int32_t, EngagementTable> of_grade;
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    const int32_t grade = grades[learner];
    if (grade == 0 || table.Of(learner).empty()) continue;
    of_grade[grade].AddLearner(table.Of(learner));
  }
  std::map<int32_t, std::vector<std::pair<ResourceRow, float>>> popular;
  for (auto& [grade, engagements] : of_grade) {
    engagements.num_resources = table.num_resources;
    const std::vector<float> counts = GlobalPopularity(engagements);
    for (const ResourceRow row : TopUnseen(counts, {}, kMaxPopular)) {
      const float count = counts[ToInt(row)];
      if (count > 0) popular[grade].emplace_back(row, count);
    }
  }
  return popular;
}

std::vector<float> DecayedPopularity(const EngagementTable& table,
                                     absl::Span<const absl::Duration> ages,
                                     absl::Duration half_life) {
  std::vector<double> sums(table.num_resources);
  for (size_t entry = 0; entry < table.entries.size(); ++entry) {
    const absl::Duration age = std::max(ages[entry], absl::ZeroDuration());
    sums[ToInt(table.entries[entry].resource)] +=
        std::exp2(-absl::FDivDuration(age, half_life));
  }
  return std::vector<float>(sums.begin(), sums.end());
}

GroupedPopularity::GroupedPopularity(const EngagementTable& table,
                                     PopularityGroups groups)
    : groups_(std::move(groups)), all_(GlobalPopularity(table)) {
  for (float& count : all_) count *= kShareOfAll;
  std::map<int32_t, std::vector<float>> counts;
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    std::vector<float>& of_grade =
        counts.try_emplace(groups_.grades[learner], all_).first->second;
    for (const Engagement& engagement : table.Of(learner)) {
      ++of_grade[ToInt(engagement.resource)];
    }
  }
  for (const auto& [grade, of_grade] : counts) {
    grades_.emplace(grade, GradeOf(of_grade));
  }
  unknown_ = GradeOf(all_);
}

GroupedPopularity::Grade GroupedPopularity::GradeOf(
    const std::vector<float>& counts) const {
  Grade grade;
  grade.counts = counts;
  for (size_t row = 0; row < counts.size(); ++row) {
    grade.subjects[groups_.subjects[row]] += counts[row];
    grade.sum += counts[row];
  }
  return grade;
}

void GroupedPopularity::Score(int32_t grade,
                              absl::Span<const Engagement> history,
                              absl::Span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  const auto found = grades_.find(grade);
  const Grade& known = found == grades_.end() ? unknown_ : found->second;
  if (known.sum == 0) return;

  std::map<int32_t, double> wanted;
  for (const auto& [subject, sum] : known.subjects) {
    wanted[subject] = sum / known.sum;
  }
  for (const Engagement& engagement : history) {
    ++wanted[groups_.subjects[ToInt(engagement.resource)]];
  }
  // A learner's shares have the same divisor everywhere.
  const double num_wanted = static_cast<double>(history.size()) + 1;
  std::map<int32_t, double> scale;
  for (const auto& [subject, sum] : known.subjects) {
    if (sum > 0) scale[subject] = wanted[subject] / num_wanted / sum;
  }
  for (size_t row = 0; row < scores.size(); ++row) {
    scores[row] =
        static_cast<float>(scale[groups_.subjects[row]] * known.counts[row]);
  }
}

}  // namespace evenlight
