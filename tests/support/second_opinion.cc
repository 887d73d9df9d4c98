#include "tests/support/second_opinion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "recommender/state/learner_view.h"

namespace evenlight {

SecondOpinion::SecondOpinion(Input input)
    : input_(std::move(input)), catalog_(*input_.snapshot->catalog) {}

bool SecondOpinion::MayBeNew(ResourceIndex i) const {
  return Passes(i) && !IsMet(i) && !IsSettled(i);
}

bool SecondOpinion::MayBeReview(ResourceIndex i) const {
  return Passes(i) && IsPractice(catalog_.resource(i).kind) &&
         (IsDue(i) || IsOldMistake(i));
}

bool SecondOpinion::MayBe(ResourceIndex i, Reason reason) const {
  return reason == Reason::kReview ? MayBeReview(i) : MayBeNew(i);
}

bool SecondOpinion::MayBeGiven(ResourceIndex i) const {
  return MayBeNew(i) || MayBeReview(i);
}

bool SecondOpinion::MayBeTaught(ResourceIndex i) const {
  const Resource& r = catalog_.resource(i);
  return IsOpen(r) && FitsRequest(r) &&
         (r.kind == ResourceKind::kLessonPlan || FitsNeeds(r));
}

int SecondOpinion::NumEligible() const {
  int num_eligible = 0;
  for (int i = 0; i < catalog_.num_resources(); ++i) {
    num_eligible += MayBeGiven(ResourceIndex{i}) ? 1 : 0;
  }
  return num_eligible;
}

bool SecondOpinion::IsMastered(KcIndex kc) const {
  return At(kc).is_practised && IsKnown(kc);
}

bool SecondOpinion::IsKnown(KcIndex kc) const {
  const TracingModel& tracing = input_.snapshot->models->tracing;
  const BktParams& bkt = tracing.Bkt(tracing.FindKc(catalog_.key(kc)));
  return At(kc).p_known >= MasteredFrom(bkt, input_.mastered_p_known);
}

bool SecondOpinion::HasUnmetPrerequisite(ResourceIndex i) const {
  const auto kcs = catalog_.KcsOf(i);
  const std::set<KcIndex> own(kcs.begin(), kcs.end());
  for (const KcIndex kc : kcs) {
    if (IsMastered(kc)) continue;
    for (const KcIndex p : catalog_.curriculum().Prerequisites(kc)) {
      if (own.count(p) > 0) continue;
      if (!IsKnown(p) || (IsStuck(kc) && IsToBeChecked(p))) return true;
    }
  }
  return false;
}

bool SecondOpinion::IsStuck(KcIndex kc) const {
  const Mastery mastery = At(kc);
  return !IsMastered(kc) && mastery.num_incorrect > mastery.num_correct &&
         mastery.num_incorrect + mastery.num_correct >= 3;
}

bool SecondOpinion::IsToBeChecked(KcIndex kc) const {
  const Mastery mastery = At(kc);
  if (IsMastered(kc) && mastery.num_correct + mastery.num_incorrect >= 3) {
    return false;
  }
  for (int i = 0; i < catalog_.num_resources(); ++i) {
    const Resource& r = catalog_.resource(ResourceIndex{i});
    const bool is_on_it =
        std::count(r.kcs.begin(), r.kcs.end(), catalog_.kc(kc).id) > 0;
    if (is_on_it && IsPractice(r.kind) && !r.hidden &&
        !IsMet(ResourceIndex{i})) {
      return true;
    }
  }
  return false;
}

Mastery SecondOpinion::At(KcIndex kc) const {
  return MasteryOf(input_.snapshot->models->tracing, *input_.state,
                   catalog_.key(kc), input_.now);
}

const ResourceState* SecondOpinion::StateOf(ResourceIndex i) const {
  return input_.state->FindResource(catalog_.key(i));
}

bool SecondOpinion::IsOpen(const Resource& r) const {
  return !r.hidden && r.publish_time <= input_.now &&
         input_.now < r.expire_time && FitsPhase(r.phases, input_.phase);
}

bool SecondOpinion::FitsRequest(const Resource& r) const {
  const ResourceFilter& f = input_.filter;
  const int grade = f.grade != 0 ? f.grade : input_.profile.grade;
  const bool fits_grade =
      grade == 0 || ((r.min_grade == 0 || r.min_grade <= grade) &&
                     (r.max_grade == 0 || grade <= r.max_grade));
  const bool fits_language = f.language.empty() || r.language.empty() ||
                             r.language == f.language ||
                             r.language.rfind(f.language + "-", 0) == 0;
  const bool fits_kcs =
      f.kcs.empty() ||
      std::any_of(r.kcs.begin(), r.kcs.end(), [&](const KcId& kc) {
        return std::count(f.kcs.begin(), f.kcs.end(), kc) > 0;
      });
  return fits_grade && fits_language && fits_kcs &&
         (f.subject.empty() || r.subject == f.subject) &&
         (f.kinds == 0 || (f.kinds & 1u << static_cast<int>(r.kind)) != 0) &&
         (f.max_minutes == 0 || r.minutes <= f.max_minutes) &&
         std::count(f.exclude.begin(), f.exclude.end(), r.id) == 0;
}

bool SecondOpinion::FitsNeeds(const Resource& r) const {
  const int bandwidth = input_.filter.max_bandwidth_kbps != 0
                            ? input_.filter.max_bandwidth_kbps
                            : input_.profile.bandwidth_kbps;
  const AccessibilitySet needs =
      input_.filter.accessibility | input_.profile.accessibility_needs;
  return (r.accessibility & needs) == needs &&
         (bandwidth == 0 || r.bandwidth_kbps <= bandwidth);
}

bool SecondOpinion::Passes(ResourceIndex i) const {
  const Resource& r = catalog_.resource(i);
  const ResourceState* state = StateOf(i);
  return IsOpen(r) && r.kind != ResourceKind::kLessonPlan && FitsRequest(r) &&
         FitsNeeds(r) && (state == nullptr || !state->is_dismissed);
}

bool SecondOpinion::IsMet(ResourceIndex i) const {
  const ResourceState* state = StateOf(i);
  if (state == nullptr) return input_.state->HasMet(catalog_.key(i));
  return state->is_completed || state->num_correct + state->num_incorrect > 0 ||
         (state->is_viewed && !IsPractice(catalog_.resource(i).kind));
}

bool SecondOpinion::IsMastered(ResourceIndex i) const {
  const auto kcs = catalog_.KcsOf(i);
  return !kcs.empty() && std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return IsMastered(kc);
  });
}

bool SecondOpinion::IsSettled(ResourceIndex i) const {
  const auto kcs = catalog_.KcsOf(i);
  return IsMastered(i) && std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
           return At(kc).num_correct + At(kc).num_incorrect >=
                  kMinSettledAnswers;
         });
}

bool SecondOpinion::IsDue(ResourceIndex i) const {
  const auto kcs = catalog_.KcsOf(i);
  return std::any_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return IsMastered(kc) && At(kc).recall < kDueRecall;
  });
}

bool SecondOpinion::IsOldMistake(ResourceIndex i) const {
  const ResourceState* state = StateOf(i);
  if (state == nullptr || state->last_outcome != Outcome::kIncorrect ||
      IsMastered(i)) {
    return false;
  }
  return input_.state->num_answers() - state->last_answer - 1 >= 10 ||
         (state->last_time != absl::InfinitePast() &&
          input_.now - state->last_time >= absl::Hours(24));
}

}  // namespace evenlight
