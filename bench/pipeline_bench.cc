// One recommendation and one class plan, in process: the pipeline's share of an
// RPC. The reference is a catalog of 50,000 resources over 10 subjects and 12
// grades with 2,000 kcs, 64 factors and a learner of 400 events.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "benchmark/benchmark.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

constexpr int kNumKcs = 2000;
constexpr int kNumFactors = 64;
constexpr int kNumSubjects = 10;
constexpr int kNumGrades = 12;
constexpr int kNumEvents = 400;
const absl::Time kNow = absl::FromUnixSeconds(1'772'000'000);

using Random = std::mt19937;

int Below(Random& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}
float Unit(Random& random) {
  return static_cast<float>(Below(random, 10000)) / 10000;
}

// A kc belongs to one subject and grade; its prerequisites come before it.
int SubjectOf(int kc) { return kc % kNumSubjects; }
int GradeOf(int kc) { return 1 + kc / kNumSubjects % kNumGrades; }
std::string KcName(int kc) { return absl::StrFormat("k%04d", kc); }
std::string SubjectName(int subject) {
  return absl::StrFormat("subject%d", subject);
}

std::shared_ptr<const Catalog> MakeCatalog(Random& random, int num_resources) {
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    KnowledgeComponent component;
    component.id = component.title = KcName(kc);
    if (kc >= 240) component.prerequisites = {KcName(kc - 240)};
    kcs.push_back(std::make_shared<KnowledgeComponent>(component));
  }
  std::vector<std::shared_ptr<const Resource>> resources;
  for (int i = 0; i < num_resources; ++i) {
    Resource resource;
    resource.id = absl::StrFormat("resource%06d", i);
    resource.title = "A title of ordinary length " + resource.id;
    const int kc = Below(random, kNumKcs);
    resource.kcs = {KcName(kc)};
    resource.kind = i % 3 == 0 ? ResourceKind::kVideo : ResourceKind::kExercise;
    resource.subject = SubjectName(SubjectOf(kc));
    resource.min_grade = resource.max_grade = GradeOf(kc);
    resource.language = "zh-CN";
    resource.minutes = 1 + static_cast<float>(Below(random, 20));
    resource.provider = absl::StrFormat("provider%d", Below(random, 20));
    resource.create_time = kNow - absl::Hours(Below(random, 20000));
    resources.push_back(std::make_shared<Resource>(std::move(resource)));
  }
  return std::make_shared<Catalog>(1, std::move(resources), std::move(kcs));
}

ModelSet MakeModels(Random& random, const Catalog& catalog) {
  TracingParams tracing;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    tracing.kcs.push_back(KcName(kc));
    tracing.bkt.push_back({});
    tracing.kc_p_correct.push_back(0.65f);
  }
  tracing.lrh.kcs.assign(kNumKcs, 0.1f);
  tracing.lrh.slopes.assign(kNumKcs * kNumLrhSlopes, 0.01f);
  InterestParams interest;
  for (const auto& resource : catalog.resources()) {
    interest.resources.push_back(resource->id);
    interest.popularity.push_back(static_cast<float>(Below(random, 300)));
  }
  ResourceFactors& factors = interest.factors;
  factors.factors.resize(catalog.num_resources(), kNumFactors);
  for (float& value : factors.factors.reshaped()) {
    value = Unit(random) - 0.5f;
  }
  ToEigenbasis(factors);
  factors.unobserved_weight = 0.1f;
  factors.regularization = 0.01f;
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(tracing));
  models.interest = InterestModel(std::move(interest));
  return models;
}

LearnerState MakeState(Random& random, const ServingSnapshot& snapshot) {
  const Catalog& catalog = *snapshot.catalog;
  LearnerState state;
  for (int event = 0; event < kNumEvents; ++event) {
    const ResourceIndex resource{Below(random, catalog.num_resources())};
    Interaction interaction;
    interaction.position = {kNow - absl::Hours(kNumEvents - event),
                            absl::StrFormat("e%06d", event)};
    interaction.verb = Verb::kAnswered;
    interaction.resource = interaction.question = catalog.key(resource);
    for (const KcIndex kc : catalog.KcsOf(resource)) {
      interaction.kcs.push_back(catalog.key(kc));
    }
    interaction.is_correct = Below(random, 100) < 75;
    Fold(snapshot.models->tracing, interaction, state);
  }
  return state;
}

struct Setting {
  explicit Setting(int num_resources) {
    Random random(1);
    const auto catalog = MakeCatalog(random, num_resources);
    snapshot =
        Bind(catalog, std::make_shared<ModelSet>(MakeModels(random, *catalog)));
    for (int learner = 0; learner < 50; ++learner) {
      learners.emplace_back().profile.id = absl::StrFormat("l%d", learner);
      learners.back().state = MakeState(random, *snapshot);
    }
  }

  std::shared_ptr<const ServingSnapshot> snapshot;
  std::vector<ClassLearner> learners;
  RankingPolicy policy;
};

const Setting& SettingOf(int num_resources) {
  static const auto* const small = new Setting(1000);
  static const auto* const large = new Setting(50000);
  return num_resources == 1000 ? *small : *large;
}

enum FilterKind { kNoFilter, kSubjectAndGrade, kSubject };

RecommendationRequest RequestWith(int filter) {
  RecommendationRequest request;
  request.page_size = 20;
  if (filter != kNoFilter) request.filter.subject = SubjectName(3);
  if (filter == kSubjectAndGrade) request.filter.grade = 5;
  return request;
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
