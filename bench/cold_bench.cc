// How well features alone rank courses that nobody has met: a tenth of
// XuetangX's courses is taken out of training, and their learners' engagements
// are looked for among them.
//
//   cold_bench [--validate] [--dimension 64] [--weight W] [--regularization L]
//              [--exponent E] [--epochs 5]
//
// Beside it, what serves without factors: courses by how popular the warm ones
// of their school are, or of their field, among the courses that have one.
// Each course belongs to one tenth. Five of them are taken out in turn, and the
// mean is printed with its standard error over them; --validate takes the other
// five, where features and settings were chosen, so that no course that was
// cold in a choice is cold in a figure. Reads mooccubex/ below EVENLIGHT_DATA,
// or ../shared/data/resources.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "recommender/evaluation/ranking_metrics.h"
#include "recommender/models/cold_factors.h"
#include "recommender/models/resource_features.h"
#include "recommender/training/factor_trainer.h"
#include "recommender/training/feature_vocabulary.h"

namespace evenlight {
namespace {

constexpr int kDepth = 20;
constexpr int kNumRemovals = 5;  // And as many to choose by.

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "cold_bench: " << message << "\n";
  std::exit(2);
}

struct Course {
  Resource resource;
  std::vector<std::string> fields;
};

struct Courses {
  std::vector<Course> courses;
  std::vector<std::vector<int32_t>> train;  // Courses by learner.
  std::vector<std::vector<int32_t>> all;    // The same with the test part.
};

struct Settings {
  bool validate = false;
  FactorOptions factors;
};

std::string DataFolder() {
  const char* folder = std::getenv("EVENLIGHT_DATA");
  return absl::StrCat(folder != nullptr ? folder : "../shared/data/resources",
                      "/mooccubex/");
}

std::vector<std::string> Texts(const google::protobuf::Struct& profile,
                               const std::string& name) {
  std::vector<std::string> texts;
  const auto field = profile.fields().find(name);
  if (field == profile.fields().end()) Fail("a profile without " + name);
  for (const auto& value : field->second.list_value().values()) {
    texts.push_back(value.string_value());
  }
  return texts;
}

Course ToCourse(const std::string& line) {
  google::protobuf::Struct profile;
  if (!google::protobuf::util::JsonStringToMessage(line, &profile).ok()) {
    Fail("a profile that is not JSON");
  }
  Course course;
  course.fields = Texts(profile, "fields");
  Resource& resource = course.resource;
  resource.id = absl::StrCat(profile.fields().at("mapped_id").number_value());
  resource.kind = ResourceKind::kMicroCourse;
  resource.title = profile.fields().at("name").string_value();
  resource.author = absl::StrJoin(Texts(profile, "teachers"), "、");
  resource.kcs = Texts(profile, "key_concept_ids");
  const std::vector<std::string> schools = Texts(profile, "schools");
  if (!schools.empty()) resource.provider = schools.front();
  if (!course.fields.empty()) resource.subject = course.fields.front();
  return course;
}

std::vector<std::vector<int32_t>> ReadTable(const std::string& file) {
  std::ifstream lines(DataFolder() + file);
  if (!lines) Fail("cannot read " + DataFolder() + file);
  std::vector<std::vector<int32_t>> table;
  for (std::string line; std::getline(lines, line);) {
    std::vector<int32_t> row;
    for (const auto word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      if (!absl::SimpleAtoi(word, &row.emplace_back())) Fail("no number");
    }
    if (row.empty()) continue;
    table.resize(std::max<size_t>(table.size(), row.front() + 1));
    table[row.front()].assign(row.begin() + 1, row.end());
  }
  return table;
}

Courses ReadCourses() {
  Courses data;
  std::ifstream profiles(DataFolder() + "course_profiles.jsonl");
  if (!profiles) Fail("cannot read " + DataFolder() + "course_profiles.jsonl");
  for (std::string line; std::getline(profiles, line);) {
    data.courses.push_back(ToCourse(line));
    if (data.courses.back().resource.id !=
        absl::StrCat(data.courses.size() - 1)) {
      Fail("profiles are not in the order of mapped_id");
    }
  }
  data.train = ReadTable("train.txt");
  data.all = data.train;
  const auto test = ReadTable("test.txt");
  for (size_t learner = 0; learner < test.size(); ++learner) {
    data.all[learner].insert(data.all[learner].end(), test[learner].begin(),
                             test[learner].end());
  }
  return data;
}

// Which courses are trained on and which are ranked; each has a row in one.
struct Split {
  std::vector<int32_t> warm;
  std::vector<int32_t> cold;
  std::vector<ResourceRow> warm_rows;  // By course; kNone: not warm.
  std::vector<ResourceRow> cold_rows;
};

// Takes the tenth `part` of the courses out.
Split MakeSplit(size_t num_courses, int part) {
  std::vector<int32_t> order(num_courses);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(20261127);
  for (size_t left = num_courses; left > 1; --left) {
    std::swap(order[left - 1], order[random() % left]);
  }
  Split split;
  split.warm_rows.assign(num_courses, ResourceRow::kNone);
  split.cold_rows.assign(num_courses, ResourceRow::kNone);
  std::vector<bool> is_cold(num_courses);
  for (size_t at = part; at < num_courses; at += 2 * kNumRemovals) {
    is_cold[order[at]] = true;
  }
  for (size_t course = 0; course < num_courses; ++course) {
    auto& courses = is_cold[course] ? split.cold : split.warm;
    auto& rows = is_cold[course] ? split.cold_rows : split.warm_rows;
    rows[course] = static_cast<ResourceRow>(courses.size());
    courses.push_back(static_cast<int32_t>(course));
  }
  return split;
}

// The rows of `courses` that have one.
std::vector<ResourceRow> RowsOf(const std::vector<int32_t>& courses,
                                const std::vector<ResourceRow>& rows) {
  std::vector<ResourceRow> found;
  for (const int32_t course : courses) {
    if (rows[course] != ResourceRow::kNone) found.push_back(rows[course]);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

EngagementTable WarmTable(const Courses& data, const Split& split) {
  EngagementTable table;
  table.num_resources = static_cast<int32_t>(split.warm.size());
  for (const std::vector<int32_t>& courses : data.train) {
    std::vector<Engagement> engagements;
    for (const ResourceRow row : RowsOf(courses, split.warm_rows)) {
      engagements.push_back({row, 1});
    }
    table.AddLearner(engagements);
  }
  return table;
}

// Scores of the cold courses for a learner. [num_cold]
using Scorer = std::function<std::vector<float>(int64_t learner)>;

// For courses, mean engagements with the warm ones that share a group.
Scorer GroupPopularity(
    const Courses& data, const Split& split, const EngagementTable& table,
    const std::function<std::vector<std::string>(const Course&)>& groups_of) {
  std::vector<float> counts(split.warm.size());
  for (const Engagement& entry : table.entries) {
    ++counts[ToInt(entry.resource)];
  }
  std::map<std::string, std::pair<float, float>> sums;  // Sum, number.
  float total = 0;
  for (size_t row = 0; row < split.warm.size(); ++row) {
    total += counts[row];
    for (const auto& group : groups_of(data.courses[split.warm[row]])) {
      sums[group].first += counts[row];
      sums[group].second += 1;
    }
  }
  std::vector<float> scores;
  for (const int32_t course : split.cold) {
    std::pair<float, float> sum;
    for (const auto& group : groups_of(data.courses[course])) {
      sum.first += sums[group].first;
      sum.second += sums[group].second;
    }
    scores.push_back(sum.second > 0
                         ? sum.first / sum.second
                         : total / static_cast<float>(split.warm.size()));
  }
  return [scores](int64_t) { return scores; };
}

Scorer FeatureFactors(const Courses& data, const Split& split,
                      const EngagementTable& table, FactorOptions options) {
  std::vector<std::vector<ResourceFeature>> features_of;
  for (const int32_t course : split.warm) {
    features_of.push_back(DescribeResource(data.courses[course].resource));
  }
  FeatureVocabulary vocabulary = ShareFeatures(features_of);
  options.features = &vocabulary.table;
  auto trained = TrainFactors(table, options);
  if (!trained.ok()) Fail(trained.status().ToString());

  InterestParams params;
  params.cold_features = std::move(vocabulary.fingerprints);
  params.cold = std::move(trained->cold);
  FactorMatrix cold = FactorMatrix::Zero(
      static_cast<Eigen::Index>(split.cold.size()), options.num_factors);
  for (size_t row = 0; row < split.cold.size(); ++row) {
    AddColdFactors(params, data.courses[split.cold[row]].resource,
                   cold.row(static_cast<Eigen::Index>(row)));
  }
  return [cold, learners = std::move(trained->learners)](int64_t learner) {
    std::vector<float> scores(cold.rows());
    Eigen::Map<Eigen::VectorXf>(scores.data(), cold.rows()).noalias() =
        cold * learners.row(learner).transpose();
    return scores;
  };
}

// Of learners who engaged with something warm in training, and with something
// cold that `has_place`, at any time.
RankingMetrics Judge(const Courses& data, const Split& split,
                     const EngagementTable& table,
                     const std::vector<bool>& has_place, const Scorer& scorer) {
  std::vector<ResourceRow> left_out;
  for (size_t row = 0; row < has_place.size(); ++row) {
    if (!has_place[row]) left_out.push_back(static_cast<ResourceRow>(row));
  }
  std::vector<RankingScore> scores;
  for (int64_t learner = 0; learner < table.num_learners(); ++learner) {
    std::vector<ResourceRow> relevant =
        RowsOf(data.all[learner], split.cold_rows);
    std::erase_if(relevant,
                  [&](ResourceRow row) { return !has_place[ToInt(row)]; });
    if (relevant.empty() || table.Of(learner).empty()) continue;
    scores.push_back(ScoreRanking(TopUnseen(scorer(learner), left_out, kDepth),
                                  relevant, kDepth));
  }
  return MeanRanking(scores);
}

// A measure of one comparison, by removal.
struct Comparison {
  std::vector<double> ours;
  std::vector<double> floor;
};

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// The ratio of the means, and its standard error over removals: that of
// (ours - ratio * floor) / mean floor.
void Print(const std::string& name, const Comparison& comparison) {
  const double ours = Mean(comparison.ours);
  const double floor = Mean(comparison.floor);
  const double ratio = ours / floor;
  double squares = 0;
  double ours_squares = 0;
  for (size_t removal = 0; removal < comparison.ours.size(); ++removal) {
    squares += std::pow(
        comparison.ours[removal] - ratio * comparison.floor[removal], 2);
    ours_squares += std::pow(comparison.ours[removal] - ours, 2);
  }
  const double pairs = kNumRemovals * (kNumRemovals - 1.0);
  std::cout << absl::StrFormat(
      "figure=%s value=%.4f unit=share error=%.4f floor=%.4f ratio=%.2f "
      "ratio_error=%.2f\n",
      name, ours, std::sqrt(ours_squares / pairs), floor, ratio,
      std::sqrt(squares / pairs) / floor);
}

void Run(const Settings& settings) {
  const Courses data = ReadCourses();
  std::map<std::string, Comparison> comparisons;
  for (int removal = 0; removal < kNumRemovals; ++removal) {
    const Split split =
        MakeSplit(data.courses.size(),
                  settings.validate ? removal : kNumRemovals + removal);
    const EngagementTable table = WarmTable(data, split);
    const Scorer factors = FeatureFactors(data, split, table, settings.factors);
    const auto compare = [&](const std::string& name,
                             const std::vector<bool>& has_place,
                             const Scorer& floor) {
      const auto ours = Judge(data, split, table, has_place, factors);
      const auto theirs = Judge(data, split, table, has_place, floor);
      Comparison& recall = comparisons["Cold/" + name + "/recall20"];
      recall.ours.push_back(ours.recall);
      recall.floor.push_back(theirs.recall);
      Comparison& ndcg = comparisons["Cold/" + name + "/ndcg20"];
      ndcg.ours.push_back(ours.ndcg);
      ndcg.floor.push_back(theirs.ndcg);
    };
    std::vector<bool> has_field;
    for (const int32_t course : split.cold) {
      has_field.push_back(!data.courses[course].fields.empty());
    }
    compare("school", std::vector<bool>(split.cold.size(), true),
            GroupPopularity(data, split, table, [](const Course& course) {
              return std::vector{course.resource.provider};
            }));
    compare("field", has_field,
            GroupPopularity(data, split, table, [](const Course& course) {
              return course.fields;
            }));
  }
  for (const auto& [name, comparison] : comparisons) Print(name, comparison);
}

Settings ParseSettings(int argc, char** argv) {
  Settings settings;
  FactorOptions& factors = settings.factors;
  factors.num_threads = 2;
  // Of a few by --validate; one of those that `evaluate resources` tries.
  factors.unobserved_weight = 0.05f;
  factors.regularization = 0.02f;
  const std::map<std::string, std::function<bool(absl::string_view)>> flags = {
      {"--dimension",
       [&](auto text) { return absl::SimpleAtoi(text, &factors.num_factors); }},
      {"--weight",
       [&](auto text) {
         return absl::SimpleAtof(text, &factors.unobserved_weight);
       }},
      {"--regularization",
       [&](auto text) {
         return absl::SimpleAtof(text, &factors.regularization);
       }},
      {"--exponent",
       [&](auto text) { return absl::SimpleAtof(text, &factors.exponent); }},
      {"--epochs",
       [&](auto text) { return absl::SimpleAtoi(text, &factors.num_epochs); }},
  };
  for (int word = 1; word < argc; ++word) {
    const std::string name = argv[word];
    if (name == "--validate") {
      settings.validate = true;
      continue;
    }
    const auto flag = flags.find(name);
    if (flag == flags.end() || ++word == argc || !flag->second(argv[word])) {
      Fail(name + " is not a flag, or its value no number");
    }
  }
  return settings;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  evenlight::Run(evenlight::ParseSettings(argc, argv));
}
