#include "tests/recommender/lists/list_laws.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "recommender/pipeline/pipeline.h"

namespace evenlight {
namespace {

bool Holds(const std::vector<ResourceIndex>& list, ResourceIndex resource) {
  return std::find(list.begin(), list.end(), resource) != list.end();
}

// One learner's request.
struct Asked {
  explicit Asked(ListWorld& in)
      : world(in),
        learner(in.AnyLearner()),
        request(in.RandomRequest()),
        policy(in.RandomPolicy()) {
    const int budgets = Below(in.random(), 10);
    if (budgets < 8) turns = in.Turns();
    if (budgets == 8) turns = absl::DataLossError("not to be read");
  }

  RankedList List() const {
    return Recommend({.snapshot = world.snapshot(),
                      .state = learner.state,
                      .profile = learner.profile,
                      .request = request,
                      .policy = policy,
                      .now = world.now(),
                      .pins = pins,
                      .bans = bans,
                      .minutes_left = left,
                      .new_resources = turns ? &*turns : nullptr});
  }
  SecondOpinion Opinion() const {
    return world.OpinionOf(learner, request, policy);
  }
  // What a pin and what the service may give.
  bool MayPin(const SecondOpinion& opinion, ResourceIndex resource) const {
    return !Holds(bans, resource) && opinion.MayBeNew(resource);
  }
  bool MayAdd(const SecondOpinion& opinion, ResourceIndex resource) const {
    return !Holds(bans, resource) && opinion.MayBeGiven(resource);
  }
  bool FitsAlone(ResourceIndex resource) const {
    const Resource& r = world.catalog().resource(resource);
    return r.minutes <= left.all &&
           (!IsPractice(r.kind) || r.minutes <= left.written);
  }

  ListWorld& world;
  const ClassLearner& learner;
  RecommendationRequest request;
  RankingPolicy policy;
  std::vector<ResourceIndex> pins = {};
  std::vector<ResourceIndex> bans = {};
  MinutesLeft left = MinutesLeft::Unlimited();
  std::optional<NewResources> turns = {};  // nullopt: no budgets are kept.
};

bool IsProposedAsNew(const RankedResource& ranked) {
  return (ranked.reasons >> static_cast<int>(Reason::kNewResource) & 1) != 0;
}

// What is new is proposed as such as long as it has a budget, and no longer. If
// budgets are not known, the list says so.
void CheckNewResources(const Asked& asked, const RankedList& list) {
  if (!asked.turns.has_value() || asked.learner.state.num_events == 0) return;
  const bool is_known = asked.turns->ok();
  EXPECT_EQ(std::any_of(list.degraded.begin(), list.degraded.end(),
                        [](const std::string& why) {
                          return absl::StartsWith(
                              why, "source:new_resources failed");
                        }),
            !is_known);
  constexpr size_t kPlaces = 20;
  const bool all_have_turns = is_known && (*asked.turns)->size() <= kPlaces;
  const SecondOpinion opinion = asked.Opinion();
  for (const RankedResource& ranked : list.considered) {
    const ResourceIndex resource = ranked.resource;
    const bool may_be = is_known && asked.world.IsNew(resource) &&
                        asked.world.HasBudget(resource) &&
                        opinion.MayBeNew(resource);
    if (IsProposedAsNew(ranked)) {
      EXPECT_TRUE(may_be) << "resource " << ToInt(resource);
    } else if (all_have_turns && asked.FitsAlone(resource)) {
      EXPECT_FALSE(may_be) << "resource " << ToInt(resource);
    }
  }
}

void CheckNothingIneligibleOrTwice(const Asked& asked, const RankedList& list) {
  const SecondOpinion opinion = asked.Opinion();
  std::set<ResourceIndex> seen;
  for (const RankedResource& shown : list.shown) {
    EXPECT_TRUE(opinion.MayBe(shown.resource, shown.reason))
        << "resource " << ToInt(shown.resource) << " reason "
        << static_cast<int>(shown.reason);
    EXPECT_FALSE(Holds(asked.bans, shown.resource));
    EXPECT_TRUE(seen.insert(shown.resource).second)
        << "resource " << ToInt(shown.resource) << " twice";
  }
}

// What holds of every list; then the learner sees it.
void CheckAndShow(const Asked& asked, const RankedList& list) {
  CheckNothingIneligibleOrTwice(asked, list);
  CheckNewResources(asked, list);
  asked.world.Show(asked.learner, list);
}

int NumWanted(const Asked& asked) {
  const SecondOpinion opinion = asked.Opinion();
  int num_fit = 0;
  for (int i = 0; i < asked.world.catalog().num_resources(); ++i) {
    num_fit += asked.MayAdd(opinion, ResourceIndex{i}) ? 1 : 0;
  }
  return std::min(asked.request.page_size, num_fit);
}

// What the service added fits; what the teacher chose is counted already.
void CheckMinutes(const Asked& asked, const RankedList& list) {
  float all = 0, written = 0;
  for (const RankedResource& shown : list.shown) {
    if (shown.reason == Reason::kAssigned) continue;
    const Resource& r = asked.world.catalog().resource(shown.resource);
    all += r.minutes;
    if (IsPractice(r.kind)) written += r.minutes;
  }
  EXPECT_LE(all, asked.left.all + kMinutesRounding);
  EXPECT_LE(written, asked.left.written + kMinutesRounding);
}

// May anything be given that fits? Else an empty list is right.
bool AnythingFits(const Asked& asked) {
  const SecondOpinion opinion = asked.Opinion();
  for (int i = 0; i < asked.world.catalog().num_resources(); ++i) {
    const ResourceIndex resource{i};
    if (asked.MayAdd(opinion, resource) && asked.FitsAlone(resource)) {
      return true;
    }
  }
  return std::any_of(asked.pins.begin(), asked.pins.end(),
                     [&](auto pin) { return asked.MayPin(opinion, pin); });
}

}  // namespace

int CheckLearnerList(ListWorld& world) {
  Asked asked(world);
  if (Chance(world.random(), 0.3)) asked.bans = world.RandomResources(0.3);
  if (Chance(world.random(), 0.3)) {
    asked.pins = world.RandomResources(0.1);
    // A teacher of each of two classes may have chosen it.
    if (!asked.pins.empty()) asked.pins.push_back(asked.pins.front());
  }
  const RankedList list = asked.List();
  CheckAndShow(asked, list);
  EXPECT_EQ(static_cast<int>(list.shown.size()), NumWanted(asked));
  return static_cast<int>(list.shown.size());
}

int CheckCappedList(ListWorld& world) {
  Asked asked(world);
  if (Chance(world.random(), 0.3)) asked.bans = world.RandomResources(0.3);
  if (Chance(world.random(), 0.3)) asked.pins = world.RandomResources(0.1);
  const auto some = static_cast<float>(Below(world.random(), 60));
  asked.left = {Chance(world.random(), 0.3) ? asked.left.all : some,
                Chance(world.random(), 0.3) ? 0 : some / 2};
  const RankedList list = asked.List();
  CheckAndShow(asked, list);
  CheckMinutes(asked, list);
  EXPECT_EQ(list.shown.empty(), !AnythingFits(asked));
  return static_cast<int>(list.shown.size());
}

int CheckPages(ListWorld& world) {
  Asked asked(world);
  const int num_eligible = asked.Opinion().NumEligible();
  int num_shown = 0;
  for (int page = 0; page <= kMaxListResources; ++page) {
    const RankedList list = asked.List();
    CheckAndShow(asked, list);
    if (list.shown.empty()) break;
    num_shown += static_cast<int>(list.shown.size());
    for (const RankedResource& shown : list.shown) {
      asked.request.filter.exclude.push_back(
          world.catalog().resource(shown.resource).id);
    }
  }
  EXPECT_EQ(num_shown, num_eligible);
  return num_shown;
}

}  // namespace evenlight
