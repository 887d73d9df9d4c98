#include "recommender/simulation/course.h"

#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "recommender/simulation/random.h"

namespace evenlight {
namespace {

constexpr uint32_t kPurpose = 0xc05;
constexpr double kHardest = 1.5;
// As the rises of recommender/simulation/*_student.cc assume: a film teaches as
// much as one exercise and takes twice as long.
constexpr float kFilmMinutes = 4;
constexpr float kEasyMinutes = 1.5f;
constexpr float kHardMinutes = 2.5f;

KcId KcName(int kc) { return absl::StrFormat("sim-k%d", kc); }

std::shared_ptr<const Resource> MakeResource(int kc, const std::string& suffix,
                                             ResourceKind kind, float minutes) {
  Resource resource;
  resource.id = KcName(kc) + suffix;
  resource.title = "Simulated " + resource.id;
  resource.kind = kind;
  resource.kcs = {KcName(kc)};
  resource.subject = "simulated";
  resource.minutes = minutes;
  return std::make_shared<const Resource>(std::move(resource));
}

std::shared_ptr<const Resource> MakeExercise(int kc, int exercise) {
  const float share =
      static_cast<float>(exercise) / (kNumCourseExercises - 1.0f);
  // Quarters of a minute.
  const auto quarters = static_cast<int>(
      4 * (kEasyMinutes + share * (kHardMinutes - kEasyMinutes)) + 0.5f);
  return MakeResource(kc, absl::StrFormat("-q%02d", exercise),
                      ResourceKind::kExercise,
                      static_cast<float>(quarters) / 4);
}

std::shared_ptr<const KnowledgeComponent> MakeKc(
    int number, const std::vector<int>& prerequisites) {
  KnowledgeComponent kc;
  kc.id = KcName(number);
  kc.title = "Simulated " + kc.id;
  kc.subject = "simulated";
  for (const int prerequisite : prerequisites) {
    kc.prerequisites.push_back(KcName(prerequisite));
  }
  return std::make_shared<const KnowledgeComponent>(std::move(kc));
}

}  // namespace

PrerequisiteGraph KssGraph() {
  return {{}, {0}, {0}, {1}, {2, 3, 5}, {}, {}, {6}, {2, 4, 7}, {5, 8}};
}

Course MakeCourse(int64_t seed) {
  Course course;
  course.stated = KssGraph();
  Random random(seed, kPurpose, 0);
  std::vector<std::shared_ptr<const Resource>> resources;
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs;
  // In the order of ids, which is that of catalog positions.
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    kcs.push_back(MakeKc(kc, course.stated[kc]));
    resources.push_back(
        MakeResource(kc, "-film", ResourceKind::kVideo, kFilmMinutes));
    course.items.push_back({kc, 0});
    for (int exercise = 0; exercise < kNumCourseExercises; ++exercise) {
      resources.push_back(MakeExercise(kc, exercise));
      const double step = 2 * kHardest / (kNumCourseExercises - 1);
      course.items.push_back(
          {kc, random.Normal(step * exercise - kHardest, .1)});
    }
  }
  course.catalog =
      std::make_shared<const Catalog>(1, std::move(resources), std::move(kcs));
  return course;
}

std::vector<int> WithPrerequisites(const PrerequisiteGraph& graph,
                                   absl::Span<const int> kcs) {
  std::vector<bool> is_needed(graph.size(), false);
  std::vector<int> open(kcs.begin(), kcs.end());
  while (!open.empty()) {
    const int kc = open.back();
    open.pop_back();
    if (is_needed[kc]) continue;
    is_needed[kc] = true;
    open.insert(open.end(), graph[kc].begin(), graph[kc].end());
  }
  std::vector<int> needed;
  for (int kc = 0; kc < static_cast<int>(graph.size()); ++kc) {
    if (is_needed[kc]) needed.push_back(kc);
  }
  return needed;
}

}  // namespace evenlight
