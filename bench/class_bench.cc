// A class of 50 learners over 50,000 resources beside one learner's
// recommendation, in process. Prints `figure=... value=... unit=ms floor=...
// ratio=...` lines: the floor is one learner's median time of the same run, the
// ratio how many of those the list takes. At most 30 are asked for.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/pipeline_world.h"
#include "recommender/class_plan/lesson_list.h"
#include "recommender/pipeline/pipeline.h"

namespace evenlight {
namespace {

constexpr int kRounds = 40;

template <typename Work>
double Milliseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - begin)
      .count();
}

double Median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + times.size() / 2,
                   times.end());
  return times[times.size() / 2];
}

size_t num_shown = 0;  // Keeps the work from being left out.

// One learner and the class take turns, so that both meet the same noise.
template <typename Work>
void Compare(const Setting& setting, const RecommendationRequest& request,
             const std::string& figure, Work work) {
  RecommendationRequest alone = request;
  alone.page_size = 10;
  alone.phase = Phase::kSelfStudy;
  std::vector<double> one, whole;
  for (int round = 0; round < kRounds; ++round) {
    whole.push_back(Milliseconds(work));
    for (int learner = 0; learner < 5; ++learner) {
      const ClassLearner& who =
          setting.learners[(5 * round + learner) % setting.learners.size()];
      one.push_back(Milliseconds([&] {
        num_shown += Recommend({*setting.snapshot, who.state, who.profile,
                                alone, setting.policy, kNow})
                         .shown.size();
      }));
    }
  }
  const double floor = Median(one);
  const double value = Median(whole);
  std::printf("figure=%s value=%.4g unit=ms floor=%.4g ratio=%.3g\n",
              figure.c_str(), value, floor, value / floor);
  std::fflush(stdout);
}

void ComparePlan(const Setting& setting, RecommendationRequest request,
                 Phase phase, const ClassRules& rules,
                 const std::string& figure) {
  request.phase = phase;
  request.page_size = 5;
  Compare(setting, request, figure, [&] {
    num_shown += PlanForClass({*setting.snapshot, setting.learners, request,
                               setting.policy, kNow, rules})
                     .items.size();
  });
}

void CompareFilter(const Setting& setting, FilterKind filter,
                   const std::string& name) {
  const RecommendationRequest request = RequestWith(filter);
  const ClassRules none;
  ClassRules rules;
  rules.pins = {{ResourceIndex{7}, "ours"}};
  rules.max_minutes = 40;
  rules.floor = 0.6f;
  for (const auto& [phase, word] :
       {std::pair(Phase::kPreClass, "pre_class"),
        std::pair(Phase::kInClass, "in_class"),
        std::pair(Phase::kPostClass, "post_class")}) {
    ComparePlan(setting, request, phase, none,
                absl::StrCat("class/", name, "/", word));
  }
  ComparePlan(setting, request, Phase::kInClass, rules,
              absl::StrCat("class/", name, "/in_class_with_rules"));
  if (filter == kNoFilter) return;  // A lesson is about something.
  Compare(setting, request, absl::StrCat("lesson/", name), [&] {
    num_shown += RankForLesson({*setting.snapshot, setting.learners, request,
                                setting.policy, kNow, none})
                     .resources.size();
  });
}

int Main() {
  const Setting setting(50'000);
  CompareFilter(setting, kSubjectAndGrade, "subject_and_grade");
  CompareFilter(setting, kSubject, "subject");
  CompareFilter(setting, kNoFilter, "no_filter");
  return num_shown > 0 ? 0 : 1;
}

}  // namespace
}  // namespace evenlight

int main() { return evenlight::Main(); }
