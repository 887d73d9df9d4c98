#include "recommender/path/choices.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "recommender/path/work_order.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/score.h"
#include "recommender/state/learner_interest.h"
#include "recommender/state/mastery.h"

namespace evenlight {
namespace {

constexpr size_t kMaxQuestions = 64;
constexpr size_t kMaxMedia = 16;
constexpr size_t kMaxReviews = 16;
constexpr int32_t kStuckRun = -3;  // Wrong answers in a row.

// When the gate passes a resource; nullopt: not on this path.
using Opening = std::optional<absl::Time>;

LearnerProfile OfAnyGrade(LearnerProfile profile) {
  profile.grade = 0;
  return profile;
}

bool Contains(absl::Span<const KcIndex> kcs, KcIndex kc) {
  return std::find(kcs.begin(), kcs.end(), kc) != kcs.end();
}

class Finder {
 public:
  explicit Finder(const ChoiceInput& input)
      : input_(input),
        view_(input.view),
        catalog_(input.view.catalog()),
        own_grade_(&view_, input.profile, {}, Phase::kSelfStudy),
        any_grade_(&view_, OfAnyGrade(input.profile), {}, Phase::kSelfStudy),
        interest_(InterestOf(view_)),
        scorer_(&view_, &input.policy, Phase::kSelfStudy, &interest_),
        foundations_(FoundationsOf(input.needs)) {
    for (const Need& need : input.needs) {
      need_of_[need.kc] = static_cast<NeedIndex>(need_of_.size());
    }
  }

  PathChoices Find() {
    for (const Need& need : input_.needs) {
      choices_.questions.push_back(QuestionsFor(need));
      choices_.media.push_back(MediaFor(need));
    }
    FindFading();
    for (const FadingKc& fading : choices_.fading) {
      choices_.reviews.push_back(ReviewsFor(fading));
    }
    return std::move(choices_);
  }

 private:
  using Gate = const EligibilityGate&;

  // --- What the gate says ---

  // An old mistake comes back like a question of a list: as a review.
  Opening OpeningOf(Gate gate, ResourceIndex resource) const {
    if (gate.CheckNew(resource) == Refusal::kNone) return absl::InfinitePast();
    const Refusal refusal = gate.CheckReview(resource);
    if (refusal == Refusal::kNone) return absl::InfinitePast();
    if (refusal != Refusal::kNotDue || view_.IsMastered(resource)) {
      return std::nullopt;
    }
    const ResourceState* state =
        view_.state().FindResource(catalog_.key(resource));
    if (state == nullptr || state->last_outcome != Outcome::kIncorrect ||
        state->last_time == absl::InfinitePast()) {
      return std::nullopt;
    }
    return state->last_time + kMistakeGap;
  }

  // --- What has to come before ---

  // The needs before `resource`; nullopt if it waits for what is on no path.
  // What it practises itself does not block it if `is_lenient`.
  std::optional<std::vector<NeedIndex>> Before(ResourceIndex resource,
                                               bool is_lenient) const {
    const absl::Span<const KcIndex> kcs = catalog_.KcsOf(resource);
    std::vector<NeedIndex> before;
    for (const KcIndex kc : kcs) {
      if (view_.kc(kc).is_ready) continue;
      for (const KcIndex first : catalog_.curriculum().Prerequisites(kc)) {
        if (view_.kc(first).is_mastered || view_.kc(first).is_presumed ||
            (is_lenient && Contains(kcs, first))) {
          continue;
        }
        const auto need = need_of_.find(first);
        if (need == need_of_.end()) return std::nullopt;
        before.push_back(need->second);
      }
    }
    return before;
  }

  std::vector<NeedIndex> NeedsOf(ResourceIndex resource) const {
    std::vector<NeedIndex> needs;
    for (const KcIndex kc : catalog_.KcsOf(resource)) {
      const auto need = need_of_.find(kc);
      if (need != need_of_.end()) needs.push_back(need->second);
    }
    return needs;
  }

  // --- Choices ---

  // One choice per resource, made when it is first met.
  ChoiceIndex ChoiceOf(ResourceIndex resource, absl::Time from,
                       std::vector<NeedIndex> before) {
    const auto [found, is_new] = choice_of_.try_emplace(
        resource, static_cast<ChoiceIndex>(choices_.all.size()));
    if (!is_new) return found->second;
    const Resource& entry = catalog_.resource(resource);
    Choice& choice = choices_.all.emplace_back();
    choice.resource = resource;
    choice.minutes = entry.minutes;
    choice.score = scorer_.Evaluate(resource).total;
    choice.is_new = !view_.HasMet(resource);
    choice.is_quiz = entry.kind == ResourceKind::kQuiz;
    choice.from = from;
    choice.until = entry.expire_time;
    choice.needs = NeedsOf(resource);
    choice.before = std::move(before);
    return found->second;
  }

  // Those that serve most needs first, then the best.
  std::vector<ChoiceIndex> InOrder(std::vector<ChoiceIndex> choices) const {
    std::stable_sort(choices.begin(), choices.end(),
                     [&](ChoiceIndex a, ChoiceIndex b) {
                       const Choice& left = choices_.all[a];
                       const Choice& right = choices_.all[b];
                       if (left.needs.size() != right.needs.size()) {
                         return left.needs.size() > right.needs.size();
                       }
                       if (left.score != right.score) {
                         return left.score > right.score;
                       }
                       return left.resource < right.resource;
                     });
    return choices;
  }

  // The resources of `kc` that serve most needs, at most `max`. Scores are dear
  // and come after.
  std::vector<ResourceIndex> Busiest(
      KcIndex kc, size_t max,
      absl::FunctionRef<bool(ResourceIndex)> accept) const {
    std::vector<std::pair<size_t, ResourceIndex>> found;
    for (const ResourceIndex resource : catalog_.ResourcesOf(kc)) {
      if (!accept(resource)) continue;
      found.emplace_back(-NeedsOf(resource).size(), resource);
    }
    std::sort(found.begin(), found.end());
    if (found.size() > max) found.resize(max);
    std::vector<ResourceIndex> resources;
    for (const auto& [order, resource] : found) resources.push_back(resource);
    return resources;
  }

  std::vector<ChoiceIndex> Open(const Need& need, Gate gate, bool is_practice,
                                bool is_lenient, size_t max) {
    const NeedIndex own = need_of_.at(need.kc);
    const auto accept = [&](ResourceIndex resource) {
      const ResourceKind kind = catalog_.resource(resource).kind;
      if (IsPractice(kind) != is_practice ||
          kind == ResourceKind::kLiveSession ||
          !OpeningOf(gate, resource).has_value()) {
        return false;
      }
      const auto before = Before(resource, is_lenient);
      // What waits for this very need, or for what does, is no help with it.
      return before.has_value() &&
             std::none_of(before->begin(), before->end(), [&](NeedIndex first) {
               return first == own || foundations_[first][own];
             });
    };
    std::vector<ChoiceIndex> found;
    for (const ResourceIndex resource : Busiest(need.kc, max, accept)) {
      found.push_back(ChoiceOf(resource, *OpeningOf(gate, resource),
                               *Before(resource, is_lenient)));
    }
    return found;
  }

  // Waits for nothing that `need` itself does not wait for.
  bool IsInReach(const Choice& choice, NeedIndex need) const {
    return std::all_of(
        choice.before.begin(), choice.before.end(),
        [&](NeedIndex first) { return foundations_[need][first]; });
  }

  // In the learner's grade if enough are in reach, and with every prerequisite
  // mastered before if there is any such question.
  std::vector<ChoiceIndex> QuestionsFor(const Need& need) {
    std::vector<ChoiceIndex> found =
        Open(need, own_grade_, true, false, kMaxQuestions);
    const auto num_in_reach =
        std::count_if(found.begin(), found.end(), [&](ChoiceIndex choice) {
          return IsInReach(choices_.all[choice], need_of_.at(need.kc));
        });
    if (num_in_reach < need.num_answers && own_grade_.grade() != 0) {
      found = Open(need, any_grade_, true, false, kMaxQuestions);
    }
    if (found.empty())
      found = Open(need, any_grade_, true, true, kMaxQuestions);
    return InOrder(std::move(found));
  }

  bool WantsMedium(const Need& need) const {
    const KcState* practice = view_.state().FindKc(catalog_.key(need.kc));
    const bool is_stuck = practice != nullptr && practice->run <= kStuckRun;
    if (practice != nullptr && !is_stuck) return false;
    int num_met = 0;
    for (const ResourceIndex resource : catalog_.ResourcesOf(need.kc)) {
      const bool is_medium = !IsPractice(catalog_.resource(resource).kind);
      if (is_medium && view_.HasMet(resource)) ++num_met;
    }
    return num_met <= (is_stuck ? 1 : 0);
  }

  std::vector<ChoiceIndex> MediaFor(const Need& need) {
    if (!WantsMedium(need)) return {};
    std::vector<ChoiceIndex> found =
        Open(need, own_grade_, false, false, kMaxMedia);
    if (found.empty()) found = Open(need, any_grade_, false, false, kMaxMedia);
    return InOrder(std::move(found));
  }

  // --- Reviews ---

  // What the goal stands on: its kcs, and what comes before them.
  std::vector<KcIndex> Foundation() const {
    std::vector<KcIndex> kcs;
    absl::flat_hash_set<KcIndex> seen;
    const auto add = [&](KcIndex kc) {
      if (kc != KcIndex::kNone && seen.insert(kc).second) kcs.push_back(kc);
    };
    for (const KcId& id : input_.goal.kcs) add(catalog_.FindKc(id));
    for (size_t next = 0; next < kcs.size(); ++next) {
      for (const KcIndex before :
           catalog_.curriculum().Prerequisites(kcs[next])) {
        add(before);
      }
    }
    std::sort(kcs.begin(), kcs.end());
    return kcs;
  }

  void FindFading() {
    for (const KcIndex kc : Foundation()) {
      const auto need = need_of_.find(kc);
      const KcState* practice = view_.state().FindKc(catalog_.key(kc));
      if (need == need_of_.end() && !view_.kc(kc).is_mastered) continue;
      FadingKc& fading = choices_.fading.emplace_back();
      fading.kc = kc;
      if (need != need_of_.end()) fading.need = need->second;
      if (practice == nullptr) continue;
      fading.num_correct = practice->num_correct;
      fading.num_incorrect = practice->num_incorrect;
      fading.last_time = practice->last_time;
    }
  }

  // A review practises nothing but what is mastered by then. What is mastered
  // on the path itself is reviewed with questions that are new now.
  std::vector<ChoiceIndex> ReviewsFor(const FadingKc& fading) {
    std::vector<ChoiceIndex> found = ReviewsFor(fading, own_grade_);
    return found.empty() ? ReviewsFor(fading, any_grade_) : found;
  }

  std::vector<ChoiceIndex> ReviewsFor(const FadingKc& fading, Gate gate) {
    const auto accept = [&](ResourceIndex resource) {
      if (!IsPractice(catalog_.resource(resource).kind)) return false;
      for (const KcIndex kc : catalog_.KcsOf(resource)) {
        if (!view_.kc(kc).is_mastered && !need_of_.contains(kc)) return false;
      }
      if (fading.need >= 0) {
        return gate.CheckNew(resource) == Refusal::kNone;
      }
      const Refusal refusal = gate.CheckReview(resource);
      return refusal == Refusal::kNone || refusal == Refusal::kNotDue;
    };
    std::vector<ChoiceIndex> found;
    for (const ResourceIndex resource :
         Busiest(fading.kc, kMaxReviews, accept)) {
      found.push_back(
          ChoiceOf(resource, absl::InfinitePast(), NeedsOf(resource)));
    }
    // What was not met before what is repeated.
    found = InOrder(std::move(found));
    std::stable_partition(found.begin(), found.end(), [&](ChoiceIndex choice) {
      return choices_.all[choice].is_new;
    });
    return found;
  }

  const ChoiceInput& input_;
  const LearnerView& view_;
  const Catalog& catalog_;
  const EligibilityGate own_grade_;
  const EligibilityGate any_grade_;
  const LearnerInterest interest_;
  const Scorer scorer_;
  const Foundations foundations_;
  absl::flat_hash_map<KcIndex, NeedIndex> need_of_;
  absl::flat_hash_map<ResourceIndex, ChoiceIndex> choice_of_;
  PathChoices choices_;
};

}  // namespace

PathChoices FindChoices(const ChoiceInput& input) {
  return Finder(input).Find();
}

}  // namespace evenlight
