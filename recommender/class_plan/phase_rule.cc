#include "recommender/class_plan/phase_rule.h"

#include <algorithm>
#include <utility>

namespace evenlight {
namespace {

constexpr size_t kIntroductionsPerKc = 5;

bool IsIntroductory(ResourceKind kind) {
  return kind == ResourceKind::kMicroCourse || kind == ResourceKind::kVideo ||
         kind == ResourceKind::kText || kind == ResourceKind::kAudio;
}

}  // namespace

PhaseRule::PhaseRule(const Catalog* catalog, Phase phase,
                     absl::Span<const KcIndex> lesson)
    : catalog_(catalog), phase_(phase), lesson_(lesson.begin(), lesson.end()) {
  if (phase != Phase::kPreClass) return;
  roles_.resize(catalog->num_kcs());
  for (const KcIndex kc : lesson_) roles_[ToInt(kc)] = Role::kLesson;
  // All that the lesson builds on, however far down.
  std::vector<KcIndex> open = lesson_;
  while (!open.empty()) {
    const KcIndex kc = open.back();
    open.pop_back();
    for (const KcIndex needed : catalog->curriculum().Prerequisites(kc)) {
      Role& role = roles_[ToInt(needed)];
      if (role != Role::kNone) continue;
      role = Role::kFoundation;
      open.push_back(needed);
    }
  }
}

bool PhaseRule::Takes(const PlannedLearner& learner,
                      ResourceIndex resource) const {
  if (!learner.follows_rule) return true;
  if (phase_ == Phase::kPreClass) {
    const int32_t grade = learner.request_gate.grade();
    const ResourceFacts& facts = catalog_->filter_index().facts(resource);
    if (grade != 0 && facts.min_grade > grade) return false;
    if (!IsIntroduction(resource)) return IsFoundationFor(learner, resource);
    return grade == 0 || facts.max_grade == 0 || facts.max_grade >= grade;
  }
  if (phase_ != Phase::kPostClass) return true;
  const absl::Span<const KcIndex> kcs = catalog_->KcsOf(resource);
  return learner.view.HasMistake(resource) ||
         std::any_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
           return learner.view.kc(kc).is_practised;
         });
}

bool PhaseRule::Has(ResourceIndex resource, Role role) const {
  const absl::Span<const KcIndex> kcs = catalog_->KcsOf(resource);
  return std::any_of(kcs.begin(), kcs.end(),
                     [&](KcIndex kc) { return roles_[ToInt(kc)] == role; });
}

bool PhaseRule::IsIntroduction(ResourceIndex resource) const {
  if (phase_ != Phase::kPreClass) return false;
  const ResourceFacts& facts = catalog_->filter_index().facts(resource);
  return IsIntroductory(facts.kind) &&
         facts.minutes <= kMaxIntroductionMinutes &&
         Has(resource, Role::kLesson);
}

bool PhaseRule::IsFoundation(ResourceIndex resource) const {
  return phase_ == Phase::kPreClass && Has(resource, Role::kFoundation) &&
         !Has(resource, Role::kLesson);
}

bool PhaseRule::IsFoundationFor(const PlannedLearner& learner,
                                ResourceIndex resource) const {
  if (!IsFoundation(resource)) return false;
  const absl::Span<const KcIndex> kcs = catalog_->KcsOf(resource);
  return std::any_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
    return roles_[ToInt(kc)] == Role::kFoundation &&
           !learner.view.kc(kc).is_mastered;
  });
}

ResourceFilter PhaseRule::Widened(ResourceFilter filter) const {
  if (phase_ != Phase::kPreClass || lesson_.empty()) return filter;
  filter.grade = 0;
  filter.kcs.clear();
  for (int32_t kc = 0; kc < catalog_->num_kcs(); ++kc) {
    if (roles_[kc] != Role::kNone) {
      filter.kcs.push_back(catalog_->kc(KcIndex{kc}).id);
    }
  }
  return filter;
}

std::vector<ResourceIndex> PhaseRule::Introductions() const {
  std::vector<ResourceIndex> introductions;
  if (phase_ != Phase::kPreClass) return introductions;
  for (const KcIndex kc : lesson_) {
    std::vector<std::pair<bool, ResourceIndex>> found;
    for (const ResourceIndex resource : catalog_->ResourcesOf(kc)) {
      if (!IsIntroduction(resource)) continue;
      const ResourceKind kind = catalog_->resource(resource).kind;
      found.emplace_back(kind != ResourceKind::kMicroCourse, resource);
    }
    std::sort(found.begin(), found.end());
    if (found.size() > kIntroductionsPerKc) found.resize(kIntroductionsPerKc);
    for (const auto& [is_other, resource] : found) {
      introductions.push_back(resource);
    }
  }
  return introductions;
}

}  // namespace evenlight
