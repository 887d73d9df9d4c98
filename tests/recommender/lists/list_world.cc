#include "tests/recommender/lists/list_world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "recommender/exposure/new_resource_order.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "county";

}  // namespace

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
  new_resources_.max_age = absl::Hours(24 * (1 + Below(random_, 28)));
  // Never just what some places add up to, which would be a matter of rounding.
  const auto places = static_cast<float>(Below(random_, 12));
  new_resources_.budget = places == 0 ? 0 : 0.1f + 0.5f * places;
}

void ListWorld::Step() {
  const int what = Below(random_, 11);
  if (what < 5) return FoldAnEvent();
  if (what < 8) return EditAResource();
  if (what == 8) return AddAResource();
  now_ += what == 9 ? absl::Minutes(1 + Below(random_, 600))
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
  Publish(std::move(entries));
}

// Another edition of one that is there, which the model does not know.
void ListWorld::AddAResource() {
  std::vector<std::shared_ptr<const Resource>> entries = catalog().resources();
  if (entries.size() == kMaxListResources) return;
  Resource added = *entries[Below(random_, static_cast<int>(entries.size()))];
  added.id = absl::StrCat("added", entries.size());
  added.create_time = now_;
  added.hidden = false;
  added.imported = Chance(random_, 0.1);
  entries.push_back(std::make_shared<const Resource>(std::move(added)));
  Publish(std::move(entries));
}

void ListWorld::Publish(std::vector<std::shared_ptr<const Resource>> entries) {
  snapshot_ =
      Bind(std::make_shared<const Catalog>(catalog().version() + 1,
                                           std::move(entries), catalog().kcs()),
           snapshot_->models);
}

NewResources ListWorld::Turns() const {
  std::vector<ResourceIndex> turns;
  for (const NewResource& one :
       OrderNewResources(kTenant, catalog(), ledger_, new_resources_.max_age,
                         new_resources_.budget, now_)) {
    turns.push_back(one.resource);
  }
  return turns;
}

bool ListWorld::IsNew(ResourceIndex resource) const {
  const Resource& r = catalog().resource(resource);
  return !r.imported && now_ - r.create_time <= new_resources_.max_age;
}

bool ListWorld::HasBudget(ResourceIndex resource) const {
  const auto found = shown_.find(catalog().resource(resource).id);
  const double exposure = found == shown_.end() ? 0 : found->second;
  return exposure < new_resources_.budget;
}

void ListWorld::Show(const ClassLearner& learner, const RankedList& list) {
  Event event;
  event.id = absl::StrCat("list", num_lists_++);
  event.actor = {ActorKind::kLearner, learner.profile.id};
  event.time = now_;
  event.verb = Verb::kRecommended;
  int32_t position = 0;
  for (const RankedResource& shown : list.shown) {
    if (shown.reason == Reason::kNewResource) ++num_shown_as_new_;
    if (IsNew(shown.resource) && !HasBudget(shown.resource)) {
      ++num_shown_though_spent_;
    }
    const ResourceId& id = catalog().resource(shown.resource).id;
    event.listed.push_back({id, ++position, 1});
    shown_[id] += 1 / std::log2(1.0 + position);
  }
  ledger_.Add(kTenant, event, Tier::kVillage);
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
