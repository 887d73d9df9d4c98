#include "recommender/ranking/eligibility.h"

#include <algorithm>
#include <array>

namespace evenlight {
namespace {

constexpr std::array<const char*, 19> kNames = {
    "",          "hidden",  "not_published", "expired",   "lesson_plan",
    "phase",     "subject", "grade",         "kind",      "kcs",
    "language",  "minutes", "accessibility", "bandwidth", "excluded",
    "dismissed", "met",     "mastered",      "not_due"};

bool IsInGrade(const ResourceFacts& facts, int32_t grade) {
  return grade == 0 || ((facts.min_grade == 0 || facts.min_grade <= grade) &&
                        (facts.max_grade == 0 || grade <= facts.max_grade));
}

}  // namespace

const char* Name(Refusal refusal) {
  return kNames[static_cast<size_t>(refusal)];
}

EligibilityGate::EligibilityGate(const LearnerView* view,
                                 const LearnerProfile& profile,
                                 const ResourceFilter& filter, Phase phase)
    : index_(&view->catalog().filter_index()),
      view_(view),
      phase_(phase),
      subject_(index_->FindSubject(filter.subject)),
      grade_(filter.grade != 0 ? filter.grade : profile.grade),
      kinds_(filter.kinds),
      max_minutes_(filter.max_minutes),
      max_bandwidth_kbps_(filter.max_bandwidth_kbps != 0
                              ? filter.max_bandwidth_kbps
                              : profile.bandwidth_kbps),
      accessibility_(filter.accessibility | profile.accessibility_needs),
      has_kcs_(!filter.kcs.empty()),
      languages_(index_->LanguagesLike(filter.language)),
      scope_(&index_->Find(subject_, grade_)) {
  const Catalog& catalog = view->catalog();
  for (const KcId& id : filter.kcs) kcs_.push_back(catalog.FindKc(id));
  for (const ResourceId& id : filter.exclude) {
    excluded_.push_back(catalog.FindResource(id));
  }
  std::sort(excluded_.begin(), excluded_.end());
}

Refusal EligibilityGate::CheckOpen(const ResourceFacts& facts) const {
  if (facts.is_hidden) return Refusal::kHidden;
  if (view_->now() < facts.publish_time) return Refusal::kNotPublished;
  if (view_->now() >= facts.expire_time) return Refusal::kExpired;
  if (!FitsPhase(facts.phases, phase_)) return Refusal::kPhase;
  return Refusal::kNone;
}

bool EligibilityGate::PractisesAnyOf(ResourceIndex resource) const {
  const absl::Span<const KcIndex> kcs = view_->catalog().KcsOf(resource);
  return std::find_first_of(kcs.begin(), kcs.end(), kcs_.begin(), kcs_.end()) !=
         kcs.end();
}

Refusal EligibilityGate::CheckFilter(ResourceIndex resource) const {
  const ResourceFacts& facts = index_->facts(resource);
  if (facts.kind == ResourceKind::kLessonPlan) return Refusal::kLessonPlan;
  if (const Refusal refusal = CheckNeeds(facts); refusal != Refusal::kNone) {
    return refusal;
  }
  return CheckRequest(resource);
}

Refusal EligibilityGate::CheckNeeds(const ResourceFacts& facts) const {
  if ((facts.accessibility & accessibility_) != accessibility_) {
    return Refusal::kAccessibility;
  }
  if (max_bandwidth_kbps_ > 0 && facts.bandwidth_kbps > max_bandwidth_kbps_) {
    return Refusal::kBandwidth;
  }
  return Refusal::kNone;
}

Refusal EligibilityGate::CheckRequest(ResourceIndex resource) const {
  const ResourceFacts& facts = index_->facts(resource);
  if (subject_ != kAnyNumber && facts.subject != subject_) {
    return Refusal::kSubject;
  }
  if (!IsInGrade(facts, grade_)) return Refusal::kGrade;
  if (const Refusal refusal = CheckOpen(facts); refusal != Refusal::kNone) {
    return refusal;
  }
  if (kinds_ != 0 && (kinds_ >> static_cast<int>(facts.kind) & 1) == 0) {
    return Refusal::kKind;
  }
  if (!languages_[facts.language]) return Refusal::kLanguage;
  if (max_minutes_ > 0 && facts.minutes > max_minutes_) {
    return Refusal::kMinutes;
  }
  if (has_kcs_ && !PractisesAnyOf(resource)) return Refusal::kKcs;
  if (std::binary_search(excluded_.begin(), excluded_.end(), resource)) {
    return Refusal::kExcluded;
  }
  return Refusal::kNone;
}

Refusal EligibilityGate::CheckForTeacher(ResourceIndex resource) const {
  const ResourceFacts& facts = index_->facts(resource);
  if (facts.kind != ResourceKind::kLessonPlan) {
    if (const Refusal refusal = CheckNeeds(facts); refusal != Refusal::kNone) {
      return refusal;
    }
  }
  return CheckRequest(resource);
}

Refusal EligibilityGate::CheckNew(ResourceIndex resource) const {
  if (const Refusal refusal = CheckFilter(resource);
      refusal != Refusal::kNone) {
    return refusal;
  }
  if (view_->IsDismissed(resource)) return Refusal::kDismissed;
  if (view_->HasMet(resource)) return Refusal::kMet;
  if (view_->IsSettled(resource)) return Refusal::kMastered;
  return Refusal::kNone;
}

Refusal EligibilityGate::CheckReview(ResourceIndex resource) const {
  if (const Refusal refusal = CheckFilter(resource);
      refusal != Refusal::kNone) {
    return refusal;
  }
  if (view_->IsDismissed(resource)) return Refusal::kDismissed;
  if (!IsPractice(index_->facts(resource).kind)) return Refusal::kNotDue;
  if (!view_->IsDue(resource) && !view_->HasMistake(resource)) {
    return Refusal::kNotDue;
  }
  return Refusal::kNone;
}

}  // namespace evenlight
