#include "tests/recommender/lists/list_world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace evenlight {

ListWorld::ListWorld(unsigned seed) : random_(seed) {
  snapshot_ = RandomSnapshot(
      random_, {.num_kcs = 1 + Below(random_, 12),
                .num_resources = 1 + Below(random_, kMaxListResources),
                .has_model = Chance(random_, 0.8),
                .has_plain_resources = Chance(random_, 0.3)});
  for (int learner = 1 + Below(random_, 5); learner > 0; --learner) {
    LearnerProfile profile = RandomProfile(random_);
    profile.id = absl::StrCat("l", learner);
    const int num_events = Chance(random_, 0.3) ? 0 : Below(random_, 40);
    learners_.push_back({profile, RandomState(random_, *snapshot_, num_events,
                                              Chance(random_, 0.3))});
  }
}

void ListWorld::Step() {
  const int what = Below(random_, 10);
  if (what < 5) return FoldAnEvent();
  if (what < 8) return EditAResource();
  now_ += what == 8 ? absl::Minutes(1 + Below(random_, 600))
                    : absl::Hours(24 * (1 + Below(random_, 10)));
}

void ListWorld::FoldAnEvent() {
  static constexpr Verb kVerbs[] = {Verb::kAnswered,  Verb::kAnswered,
                                    Verb::kAnswered,  Verb::kViewed,
                                    Verb::kCompleted, Verb::kDismissed};
  ClassLearner& learner =
      learners_[Below(random_, static_cast<int>(learners_.size()))];
  const Resource& resource = catalog().resource(
      ResourceIndex{Below(random_, catalog().num_resources())});
  Verb verb = kVerbs[Below(random_, 6)];
  if (verb == Verb::kAnswered && !IsPractice(resource.kind)) {
    verb = Verb::kViewed;
  }
  Interaction interaction = Interact(snapshot(), verb, resource.id, now_);
  interaction.is_correct = Chance(random_, 0.75);
  interaction.dismiss_reason = DismissReason(Below(random_, 5));
  Apply(snapshot(), std::move(interaction), learner.state);
  now_ += absl::Minutes(1);
}

void ListWorld::EditAResource() {
  std::vector<std::shared_ptr<const Resource>> entries = catalog().resources();
  auto& entry = entries[Below(random_, static_cast<int>(entries.size()))];
  Resource edited = *entry;
  switch (Below(random_, 5)) {
    case 0:
    case 1:
      edited.hidden = !edited.hidden;
      break;
    case 2:  // At this very moment, soon, or in some days.
      edited.expire_time = now_ + absl::Hours(12 * Below(random_, 6));
      break;
    case 3:
      edited.publish_time = now_ + absl::Hours(12 * (Below(random_, 6) - 2));
      break;
    default:
      edited.expire_time = absl::InfiniteFuture();
  }
  entry = std::make_shared<const Resource>(std::move(edited));
  snapshot_ =
      Bind(std::make_shared<const Catalog>(catalog().version() + 1,
                                           std::move(entries), catalog().kcs()),
           snapshot_->models);
}

const ClassLearner& ListWorld::AnyLearner() {
  return learners_[Below(random_, static_cast<int>(learners_.size()))];
}

RankingPolicy ListWorld::RandomPolicy() {
  RankingPolicy policy;
  policy.diversity = static_cast<float>(Below(random_, 10)) / 10;
  policy.exploration.share = Chance(random_, 0.3) ? 0.5f : 0.0f;
  return policy;
}

RecommendationRequest ListWorld::RandomRequest() {
  RecommendationRequest request;
  if (Chance(random_, 0.4)) request.filter = RandomFilter(random_, catalog());
  request.page_size = 1 + Below(random_, 20);
  request.phase = Phase(Below(random_, 5));
  request.seed = random_();
  return request;
}

std::vector<ResourceIndex> ListWorld::RandomResources(double p) {
  std::vector<ResourceIndex> some;
  for (int i = 0; i < catalog().num_resources(); ++i) {
    if (Chance(random_, p)) some.push_back(ResourceIndex{i});
  }
  std::shuffle(some.begin(), some.end(), random_);
  return some;
}

SecondOpinion ListWorld::OpinionOf(const ClassLearner& learner,
                                   const RecommendationRequest& request,
                                   const RankingPolicy& policy) const {
  return SecondOpinion({snapshot_.get(), &learner.state, learner.profile,
                        request.filter, request.phase, policy.mastered_p_known,
                        now_});
}

}  // namespace evenlight
