// One recommendation and one class plan, in process: the pipeline's share of an
// RPC. The reference is a catalog of 50,000 resources over 10 subjects and 12
// grades with 2,000 kcs, 64 factors and a learner of 400 events.

#include "bench/pipeline_world.h"
#include "benchmark/benchmark.h"
#include "recommender/pipeline/pipeline.h"

namespace evenlight {
namespace {

const Setting& SettingOf(int num_resources) {
  static const auto* const small = new Setting(1000);
  static const auto* const large = new Setting(50000);
  return num_resources == 1000 ? *small : *large;
}

// Arguments: resources, FilterKind. A subject alone is a tenth of the catalog:
// the 5,000 resources of FIGURES 1.
void BM_Recommend(benchmark::State& bench) {
  const Setting& setting = SettingOf(static_cast<int>(bench.range(0)));
  const RecommendationRequest request =
      RequestWith(static_cast<int>(bench.range(1)));
  size_t learner = 0;
  size_t num_shown = 0;
  for (auto _ : bench) {
    const ClassLearner& one =
        setting.learners[learner++ % setting.learners.size()];
    num_shown += Recommend({*setting.snapshot, one.state, one.profile, request,
                            setting.policy, kNow})
                     .shown.size();
  }
  bench.SetItemsProcessed(bench.iterations());
  bench.counters["shown"] = benchmark::Counter(
      static_cast<double>(num_shown), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_Recommend)
    ->ArgNames({"resources", "filter"})
    ->ArgsProduct({{1000, 50000}, {kNoFilter, kSubjectAndGrade, kSubject}})
    ->Unit(benchmark::kMicrosecond);

void BM_PlanForClass(benchmark::State& bench) {
  const Setting& setting = SettingOf(static_cast<int>(bench.range(0)));
  RecommendationRequest request = RequestWith(static_cast<int>(bench.range(1)));
  request.page_size = 5;
  for (auto _ : bench) {
    benchmark::DoNotOptimize(
        PlanForClass({*setting.snapshot, setting.learners, request,
                      setting.policy, kNow, ClassRules()}));
  }
  bench.SetItemsProcessed(bench.iterations() *
                          static_cast<int64_t>(setting.learners.size()));
}
BENCHMARK(BM_PlanForClass)
    ->ArgNames({"resources", "filter"})
    ->ArgsProduct({{1000, 50000}, {kNoFilter, kSubjectAndGrade, kSubject}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace evenlight

BENCHMARK_MAIN();
