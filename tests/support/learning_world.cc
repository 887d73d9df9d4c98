#include "tests/support/learning_world.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

float Uniform(Random& random, float low, float high) {
  return low + (high - low) * static_cast<float>(Below(random, 1001)) / 1000;
}

template <typename T>
const T& OneOf(Random& random, const std::vector<T>& values) {
  return values[Below(random, static_cast<int>(values.size()))];
}

KcId KcName(int kc) { return absl::StrFormat("k%03d", kc); }
ResourceId ResourceName(int resource) {
  return absl::StrFormat("r%05d", resource);
}

std::vector<KnowledgeComponent> RandomKcs(Random& random, int num_kcs) {
  std::vector<KnowledgeComponent> kcs;
  for (int kc = 0; kc < num_kcs; ++kc) {
    KnowledgeComponent component = Kc(KcName(kc));
    for (int edge = 0; edge < 2 && kc > 0; ++edge) {
      if (!Chance(random, 0.5)) continue;
      // One in ten edges points anywhere: cycles and self-loops.
      component.prerequisites.push_back(
          KcName(Below(random, Chance(random, 0.1) ? num_kcs : kc)));
    }
    kcs.push_back(std::move(component));
  }
  return kcs;
}

// Often kNow itself: what begins then is open, what ends then is not.
absl::Time AroundNow(Random& random) {
  static const std::vector<absl::Duration> kOffsets = {
      -absl::Hours(24), -absl::Nanoseconds(1), absl::ZeroDuration(),
      absl::Nanoseconds(1), absl::Hours(24)};
  return kNow + OneOf(random, kOffsets);
}

void MakeHardToGive(Random& random, Resource& resource) {
  resource.hidden = Chance(random, 0.1);
  if (Chance(random, 0.15)) resource.publish_time = AroundNow(random);
  if (Chance(random, 0.15)) resource.expire_time = AroundNow(random);
  if (Chance(random, 0.2)) resource.phases = Below(random, 32);
  if (Chance(random, 0.5)) {
    resource.min_grade = 1 + Below(random, 6);
    resource.max_grade = resource.min_grade + Below(random, 4);
  }
  resource.subject = OneOf<std::string>(random, {"", "math", "physics"});
  resource.language = OneOf<std::string>(random, {"", "zh-CN", "zh", "en"});
  resource.accessibility = Below(random, 4);
  resource.bandwidth_kbps = Below(random, 3) * 500;
  resource.provider = OneOf<std::string>(random, {"", "north", "south"});
}

Resource RandomResource(Random& random, int number, int num_kcs, bool plain) {
  Resource resource;
  resource.id = ResourceName(number);
  resource.kind = Chance(random, 0.6)
                      ? ResourceKind::kExercise
                      : static_cast<ResourceKind>(1 + Below(random, 9));
  if (plain && resource.kind == ResourceKind::kLessonPlan) {
    resource.kind = ResourceKind::kText;
  }
  for (int kc = Below(random, plain ? 2 : 3) + (plain ? 1 : 0); kc > 0; --kc) {
    resource.kcs.push_back(KcName(Below(random, num_kcs)));
  }
  resource.minutes = Uniform(random, 1, 20);
  resource.create_time = kNow - absl::Hours(24 * Below(random, 200));
  if (!plain) MakeHardToGive(random, resource);
  return resource;
}

TracingModel RandomTracing(Random& random, int num_kcs) {
  TracingParams params;
  for (int kc = 0; kc < num_kcs; ++kc) {
    params.kcs.push_back(KcName(kc));
    params.bkt.push_back(
        {.p_init = Chance(random, 0.15) ? 0.95f : Uniform(random, 0, 0.6f),
         .p_learn = Uniform(random, 0.05f, 0.3f),
         .p_forget = Uniform(random, 0, 0.2f),
         .p_slip = Uniform(random, 0, 0.2f),
         .p_guess = Uniform(random, 0, 0.3f)});
    params.kc_p_correct.push_back(Uniform(random, 0.3f, 0.9f));
  }
  return TracingModel(std::move(params));
}

// As a trained factorisation has them: every resource appeals mostly to one
// taste and a little to the others, so that what follows from a history lies
// mostly in (0, 1).
void FillFactors(Random& random, int num_resources, ResourceFactors& model) {
  constexpr int kNumFactors = 4;
  FactorMatrix& factors = model.factors;
  factors.resize(num_resources, kNumFactors);
  for (int row = 0; row < num_resources; ++row) {
    const int taste = Below(random, kNumFactors);
    for (int factor = 0; factor < kNumFactors; ++factor) {
      factors(row, factor) =
          factor == taste ? Uniform(random, 0.3f, 1) : Uniform(random, 0, 0.2f);
    }
  }
  ToEigenbasis(model);
  model.unobserved_weight = 0.1f;
  model.regularization = 0.005f;
}

// Mean and deviation of the scores of some learners with random histories.
void Calibrate(Random& random, InterestParams& params) {
  constexpr int kNumLearners = 10;
  constexpr int kHistory = 10;
  const int num_resources = static_cast<int>(params.resources.size());
  Eigen::MatrixXf scores(num_resources, kNumLearners);
  for (int learner = 0; learner < kNumLearners; ++learner) {
    std::vector<Engagement> history;
    for (int i = 0; i < kHistory; ++i) {
      history.push_back({ResourceRow{Below(random, num_resources)}, 1});
    }
    scores.col(learner) =
        params.factors.factors * FoldIn(params.factors, history).value();
  }
  params.score_mean = scores.mean();
  params.score_deviation = std::max(
      1e-3f, std::sqrt((scores.array() - params.score_mean).square().mean()));
}

InterestModel RandomInterest(Random& random, int num_resources) {
  InterestParams params;
  std::vector<std::pair<ResourceRow, float>> popular;
  for (int resource = 0; resource < num_resources; ++resource) {
    if (Chance(random, 0.2)) continue;  // Newer than the model.
    const ResourceRow row{static_cast<int32_t>(params.resources.size())};
    params.resources.push_back(ResourceName(resource));
    params.popularity.push_back(static_cast<float>(Below(random, 50)));
    popular.emplace_back(row, params.popularity.back());
  }
  // Gone from the catalog.
  params.resources.push_back("gone");
  params.popularity.push_back(99);
  popular.emplace_back(ResourceRow(params.resources.size() - 1), 99.0f);
  std::stable_sort(popular.begin(), popular.end(),
                   [](auto& a, auto& b) { return a.second > b.second; });
  params.grades[3] = popular;

  FillFactors(random, static_cast<int>(params.resources.size()),
              params.factors);
  Calibrate(random, params);
  return InterestModel(std::move(params));
}

Interaction RandomInteraction(Random& random, const ServingSnapshot& snapshot,
                              absl::Time time) {
  const Catalog& catalog = *snapshot.catalog;
  const Resource& resource =
      catalog.resource(ResourceIndex{Below(random, catalog.num_resources())});
  if (IsPractice(resource.kind) && Chance(random, 0.8)) {
    return Answer(snapshot, resource.id, Chance(random, 0.75), time);
  }
  static const std::vector<Verb> kVerbs = {
      Verb::kViewed,     Verb::kViewed,    Verb::kCompleted, Verb::kRated,
      Verb::kBookmarked, Verb::kDismissed, Verb::kAttended};
  Interaction interaction =
      Interact(snapshot, OneOf(random, kVerbs), resource.id, time);
  interaction.stars = 1 + Below(random, 5);
  interaction.dismiss_reason = DismissReason(1 + Below(random, 4));
  return interaction;
}

}  // namespace

int Below(Random& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}

bool Chance(Random& random, double p) {
  return static_cast<double>(random()) < p * 4294967296.0;
}

Resource Question(const ResourceId& id, std::vector<KcId> kcs) {
  Resource resource;
  resource.id = id;
  resource.kind = ResourceKind::kExercise;
  resource.kcs = std::move(kcs);
  return resource;
}

Resource Video(const ResourceId& id, std::vector<KcId> kcs) {
  Resource resource = Question(id, std::move(kcs));
  resource.kind = ResourceKind::kVideo;
  return resource;
}

KnowledgeComponent Kc(const KcId& id, std::vector<KcId> prerequisites) {
  KnowledgeComponent kc;
  kc.id = id;
  kc.prerequisites = std::move(prerequisites);
  return kc;
}

std::shared_ptr<const ServingSnapshot> MakeSnapshot(
    const std::vector<KnowledgeComponent>& kcs,
    const std::vector<Resource>& resources, ModelSet models) {
  std::vector<std::shared_ptr<const KnowledgeComponent>> kc_entries;
  for (const KnowledgeComponent& kc : kcs) {
    kc_entries.push_back(std::make_shared<const KnowledgeComponent>(kc));
  }
  std::vector<std::shared_ptr<const Resource>> entries;
  for (const Resource& resource : resources) {
    entries.push_back(std::make_shared<const Resource>(resource));
  }
  return Bind(std::make_shared<const Catalog>(1, std::move(entries),
                                              std::move(kc_entries)),
              std::make_shared<const ModelSet>(std::move(models)));
}

Interaction Interact(const ServingSnapshot& snapshot, Verb verb,
                     const ResourceId& id, absl::Time time) {
  Interaction interaction;
  interaction.position.time = time;
  interaction.verb = verb;
  interaction.resource = ResourceKeyOf(id);
  if (verb != Verb::kAnswered) return interaction;
  interaction.question = interaction.resource;
  const Catalog& catalog = *snapshot.catalog;
  for (const KcIndex kc : catalog.KcsOf(catalog.FindResource(id))) {
    interaction.kcs.push_back(catalog.key(kc));
  }
  return interaction;
}

Interaction Answer(const ServingSnapshot& snapshot, const ResourceId& question,
                   bool is_correct, absl::Time time) {
  Interaction interaction = Interact(snapshot, Verb::kAnswered, question, time);
  interaction.is_correct = is_correct;
  return interaction;
}

void Apply(const ServingSnapshot& snapshot, Interaction interaction,
           LearnerState& state) {
  interaction.position.id = absl::StrFormat("e%08d", state.num_events);
  Fold(snapshot.models->tracing, interaction, state);
}

std::shared_ptr<const ServingSnapshot> RandomSnapshot(
    Random& random, const RandomWorldOptions& options) {
  std::vector<Resource> resources;
  for (int i = 0; i < options.num_resources; ++i) {
    resources.push_back(RandomResource(random, i, options.num_kcs,
                                       options.has_plain_resources));
  }
  ModelSet models;
  if (options.has_model) {
    models.version = 7;
    models.tracing = RandomTracing(random, options.num_kcs);
    models.interest = RandomInterest(random, options.num_resources);
  }
  return MakeSnapshot(RandomKcs(random, options.num_kcs), resources,
                      std::move(models));
}

LearnerState RandomState(Random& random, const ServingSnapshot& snapshot,
                         int num_events, bool time_is_order) {
  LearnerState state;
  absl::Time time = kNow - absl::Hours(24 * 90);
  const absl::Duration step =
      (kNow - time) / static_cast<double>(num_events + 1);
  for (int event = 0; event < num_events; ++event) {
    time += step;
    Interaction interaction = RandomInteraction(random, snapshot, time);
    interaction.time_is_order = time_is_order;
    Apply(snapshot, std::move(interaction), state);
  }
  return state;
}

LearnerProfile RandomProfile(Random& random) {
  LearnerProfile profile;
  profile.id = "learner";
  if (Chance(random, 0.3)) profile.grade = 1 + Below(random, 6);
  if (Chance(random, 0.2)) profile.accessibility_needs = Below(random, 4);
  if (Chance(random, 0.2)) profile.bandwidth_kbps = 500;
  return profile;
}

ResourceFilter RandomFilter(Random& random, const Catalog& catalog) {
  ResourceFilter filter;
  if (Chance(random, 0.2)) {
    filter.subject = OneOf<std::string>(random, {"math", "physics", "music"});
  }
  if (Chance(random, 0.3)) filter.grade = 1 + Below(random, 12);
  if (Chance(random, 0.2)) filter.kinds = 2 + Below(random, 1022);
  if (Chance(random, 0.2)) {
    filter.kcs = {KcName(Below(random, catalog.num_kcs() + 1))};
  }
  if (Chance(random, 0.2)) {
    filter.language = OneOf<std::string>(random, {"zh", "en", "zh-CN", "fr"});
  }
  if (Chance(random, 0.2)) filter.max_minutes = Uniform(random, 1, 15);
  if (Chance(random, 0.1)) filter.accessibility = Below(random, 4);
  if (Chance(random, 0.1)) filter.max_bandwidth_kbps = 500;
  for (int i = Below(random, 4); i > 0; --i) {
    filter.exclude.push_back(
        ResourceName(Below(random, catalog.num_resources() + 1)));
  }
  return filter;
}

}  // namespace evenlight
