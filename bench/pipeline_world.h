// A catalog over 10 subjects and 12 grades with 2,000 kcs, 64 factors, and a
// class of 50 learners with 400 events each. Good for timing what one request
// computes, in process.

#ifndef EVENLIGHT_BENCH_PIPELINE_WORLD_H_
#define EVENLIGHT_BENCH_PIPELINE_WORLD_H_

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/state/fold.h"

namespace evenlight {

constexpr int kNumKcs = 2000;
constexpr int kNumFactors = 64;
constexpr int kNumSubjects = 10;
constexpr int kNumGrades = 12;
constexpr int kNumEvents = 400;
inline const absl::Time kNow = absl::FromUnixSeconds(1'772'000'000);

using Random = std::mt19937;

inline int Below(Random& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}
inline float Unit(Random& random) {
  return static_cast<float>(Below(random, 10000)) / 10000;
}

// A kc belongs to one subject and grade; its prerequisites come before it.
inline int SubjectOf(int kc) { return kc % kNumSubjects; }
inline int GradeOf(int kc) { return 1 + kc / kNumSubjects % kNumGrades; }
inline std::string KcName(int kc) { return absl::StrFormat("k%04d", kc); }
inline std::string SubjectName(int subject) {
  return absl::StrFormat("subject%d", subject);
}

inline std::shared_ptr<const Catalog> MakeCatalog(Random& random,
                                                  int num_resources) {
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

inline ModelSet MakeModels(Random& random, const Catalog& catalog) {
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

inline LearnerState MakeState(Random& random, const ServingSnapshot& snapshot) {
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

enum FilterKind { kNoFilter, kSubjectAndGrade, kSubject };

inline RecommendationRequest RequestWith(int filter) {
  RecommendationRequest request;
  request.page_size = 20;
  if (filter != kNoFilter) request.filter.subject = SubjectName(3);
  if (filter == kSubjectAndGrade) request.filter.grade = 5;
  return request;
}

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_PIPELINE_WORLD_H_
