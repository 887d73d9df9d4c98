#include "recommender/state/learner_view.h"

#include <algorithm>

#include "core/filter_index.h"
#include "recommender/state/mastery.h"

namespace evenlight {
namespace {

// What ranks agrees with what people are told.
static_assert(kMinSettledAnswers == kMinProficientAnswers);

constexpr uint32_t kOlderFilterSize = 1u << 16;

// Of the most that a learner can reach, which is only approached.
constexpr float kOfReachable = 0.97f;

// A doubted prerequisite counts half; hand-set.
constexpr float kOfDoubted = 0.5f;

bool IsHardGoing(const KcState& kc) {
  return kc.num_correct + kc.num_incorrect >= kMinStuckAnswers &&
         kc.num_incorrect > kc.num_correct;
}

bool Contains(absl::Span<const KcIndex> kcs, KcIndex kc) {
  return std::find(kcs.begin(), kcs.end(), kc) != kcs.end();
}

// Of a kc on which ReachableKnown() is `reachable`.
float MasteredFrom(float reachable, float mastered_p_known) {
  return std::min(mastered_p_known, kOfReachable * reachable);
}

bool IsDone(ResourceKind kind, const ResourceState& resource) {
  const bool is_answered = resource.num_correct + resource.num_incorrect > 0;
  return is_answered || resource.is_completed ||
         (resource.is_viewed && !IsPractice(kind));
}

}  // namespace

float MasteredFrom(const BktParams& params, float mastered_p_known) {
  return MasteredFrom(ReachableKnown(params), mastered_p_known);
}

LearnerView::LearnerView(const ServingSnapshot* snapshot,
                         const LearnerState* state, absl::Time now,
                         float mastered_p_known)
    : snapshot_(snapshot), state_(state), now_(now) {
  ViewKcs(mastered_p_known);
  MarkResources();
  MarkOlder();
  ViewReadiness();
}

void LearnerView::ViewKcs(float mastered_p_known) {
  const int32_t num_kcs = catalog().num_kcs();
  kcs_.resize(num_kcs);
  mastery_.resize(num_kcs);
  for (int32_t kc = 0; kc < num_kcs; ++kc) {
    kcs_[kc].p_known = snapshot_->p_init[kc];
  }
  for (const KcState& practice : state_->kcs) {
    const KcIndex kc = catalog().FindKc(practice.kc);
    if (kc == KcIndex::kNone) continue;
    KcView& view = kcs_[ToInt(kc)];
    view.p_known = practice.p_known;
    view.is_practised = true;
    view.is_stuck = IsHardGoing(practice);
    view.is_settled =
        practice.num_correct + practice.num_incorrect >= kMinSettledAnswers;
    view.last_time = practice.last_time;
    if (practice.last_time != absl::InfinitePast()) {
      view.recall = Recall(now_ - practice.last_time, practice.num_correct,
                           practice.num_incorrect);
    }
    practised_.push_back(kc);
  }
  for (int32_t kc = 0; kc < num_kcs; ++kc) {
    const float threshold =
        MasteredFrom(snapshot_->reachable[kc], mastered_p_known);
    KcView& view = kcs_[kc];
    const bool is_known = view.p_known >= threshold;
    view.is_mastered = is_known && view.is_practised;
    view.is_settled &= view.is_mastered;
    view.is_stuck &= !view.is_mastered;
    view.is_presumed = is_known && !view.is_practised;
    view.is_due = view.is_mastered && view.recall < kDueRecall;
    mastery_[kc] = is_known ? 1 : view.p_known / threshold;
  }
}

void LearnerView::ViewReadiness() {
  const Curriculum& curriculum = catalog().curriculum();
  for (int32_t kc = 0; kc < catalog().num_kcs(); ++kc) {
    KcView& view = kcs_[kc];
    if (view.is_mastered) continue;
    for (const KcIndex prerequisite : curriculum.Prerequisites(KcIndex{kc})) {
      view.readiness *= MasteryFor(prerequisite, KcIndex{kc});
      view.is_ready &= IsOpenTo(prerequisite, KcIndex{kc});
    }
  }
}

bool LearnerView::IsDoubted(KcIndex prerequisite, KcIndex kc) const {
  return kcs_[ToInt(kc)].is_stuck && !kcs_[ToInt(prerequisite)].is_settled &&
         HasUnmetQuestion(prerequisite);
}

bool LearnerView::HasUnmetQuestion(KcIndex kc) const {
  const absl::Span<const ResourceIndex> resources = catalog().ResourcesOf(kc);
  return std::any_of(
      resources.begin(), resources.end(), [&](ResourceIndex resource) {
        const ResourceFacts& facts = catalog().filter_index().facts(resource);
        return IsPractice(facts.kind) && !facts.is_hidden &&
               now_ < facts.expire_time && !HasMet(resource);
      });
}

float LearnerView::MasteryFor(KcIndex prerequisite, KcIndex kc) const {
  const float mastery = mastery_[ToInt(prerequisite)];
  return IsOpen(prerequisite) && IsDoubted(prerequisite, kc)
             ? kOfDoubted * mastery
             : mastery;
}

void LearnerView::MarkResources() {
  marks_.assign(catalog().num_resources(), 0);
  for (const ResourceState& resource : state_->resources) {
    const ResourceIndex index = catalog().FindResource(resource.resource);
    if (index == ResourceIndex::kNone) continue;
    uint8_t& marks = marks_[ToInt(index)];
    if (IsDone(catalog().filter_index().facts(index).kind, resource))
      marks |= kMet;
    if (resource.is_dismissed) marks |= kDismissed;
    if (IsMistake(index, resource)) {
      marks |= kMistake;
      mistakes_.push_back(index);
    }
  }
  std::sort(mistakes_.begin(), mistakes_.end());
}

void LearnerView::MarkOlder() {
  if (state_->older_resources.empty()) return;
  older_filter_.assign(kOlderFilterSize, false);
  for (const uint32_t low : state_->older_resources) {
    older_filter_[low % kOlderFilterSize] = true;
  }
}

bool LearnerView::IsMistake(ResourceIndex index,
                            const ResourceState& resource) const {
  if (resource.last_outcome != Outcome::kIncorrect) return false;
  const int num_since = state_->num_answers() - resource.last_answer - 1;
  const bool is_long_ago = resource.last_time != absl::InfinitePast() &&
                           now_ - resource.last_time >= kMistakeGap;
  return (num_since >= kMistakeGapAnswers || is_long_ago) && !IsMastered(index);
}

bool LearnerView::HasMet(ResourceIndex resource) const {
  if (Has(resource, kMet)) return true;
  if (older_filter_.empty()) return false;
  const uint32_t low =
      static_cast<uint32_t>(static_cast<uint64_t>(catalog().key(resource)));
  // Of an older one nothing but that it was met is known, so one that is still
  // in `resources` is judged by what is known there.
  return older_filter_[low % kOlderFilterSize] &&
         std::binary_search(state_->older_resources.begin(),
                            state_->older_resources.end(), low) &&
         state_->FindResource(catalog().key(resource)) == nullptr;
}

bool LearnerView::IsMastered(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = catalog().KcsOf(resource);
  return !kcs.empty() && std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return kcs_[ToInt(kc)].is_mastered;
  });
}

bool LearnerView::IsSettled(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = catalog().KcsOf(resource);
  return !kcs.empty() && std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return kcs_[ToInt(kc)].is_settled;
  });
}

bool LearnerView::IsDue(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = catalog().KcsOf(resource);
  return std::any_of(kcs.begin(), kcs.end(),
                     [&](KcIndex kc) { return kcs_[ToInt(kc)].is_due; });
}

float LearnerView::Readiness(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = catalog().KcsOf(resource);
  if (kcs.size() == 1) return kcs_[ToInt(kcs[0])].readiness;
  float readiness = 1;
  for (const KcIndex kc : kcs) {
    const KcView& view = kcs_[ToInt(kc)];
    if (view.is_mastered || view.is_ready) continue;
    for (const KcIndex prerequisite :
         catalog().curriculum().Prerequisites(kc)) {
      if (!Contains(kcs, prerequisite)) {
        readiness *= MasteryFor(prerequisite, kc);
      }
    }
  }
  return readiness;
}

bool LearnerView::IsReady(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = catalog().KcsOf(resource);
  const Curriculum& curriculum = catalog().curriculum();
  return std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    if (kcs_[ToInt(kc)].is_ready) return true;
    const absl::Span<const KcIndex> needed = curriculum.Prerequisites(kc);
    return std::all_of(needed.begin(), needed.end(), [&](KcIndex p) {
      return IsOpenTo(p, kc) || Contains(kcs, p);
    });
  });
}

}  // namespace evenlight
