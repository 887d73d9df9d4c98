#include "core/filter_index.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/catalog.h"

namespace evenlight {
namespace {

constexpr int32_t kMaxGrade = 12;
constexpr int32_t kAnyGrade = 0;

}  // namespace

FilterIndex::FilterIndex(const Catalog& catalog) {
  facts_.reserve(catalog.num_resources());
  for (int32_t i = 0; i < catalog.num_resources(); ++i) {
    AddFacts(catalog.resource(ResourceIndex{i}));
    AddToShelves(catalog, ResourceIndex{i});
  }
  for (auto& [key, shelf] : shelves_) {
    std::sort(shelf.kcs.begin(), shelf.kcs.end());
    shelf.kcs.erase(std::unique(shelf.kcs.begin(), shelf.kcs.end()),
                    shelf.kcs.end());
  }
}

int32_t FilterIndex::NumberOf(
    absl::string_view name, std::vector<std::string>& names,
    absl::flat_hash_map<std::string, int32_t>& numbers) {
  const auto [it, is_new] =
      numbers.try_emplace(name, static_cast<int32_t>(names.size()));
  if (is_new) names.emplace_back(name);
  return it->second;
}

void FilterIndex::AddFacts(const Resource& resource) {
  int32_t provider = kAnyNumber;
  if (!resource.provider.empty()) {
    provider = providers_
                   .try_emplace(resource.provider,
                                static_cast<int32_t>(providers_.size()))
                   .first->second;
  }
  facts_.push_back(
      {.create_time = resource.create_time,
       .publish_time = resource.publish_time,
       .expire_time = resource.expire_time,
       .minutes = resource.minutes,
       .subject = NumberOf(resource.subject, subject_names_, subjects_),
       .language = NumberOf(resource.language, language_names_, languages_),
       .provider = provider,
       .min_grade = resource.min_grade,
       .max_grade = resource.max_grade,
       .bandwidth_kbps = resource.bandwidth_kbps,
       .accessibility = resource.accessibility,
       .phases = resource.phases,
       .kind = resource.kind,
       .is_hidden = resource.hidden});
}

void FilterIndex::AddToShelves(const Catalog& catalog, ResourceIndex resource) {
  const ResourceFacts& facts = facts_[ToInt(resource)];
  const int32_t first = std::max(facts.min_grade, 1);
  const int32_t last =
      facts.max_grade == 0 ? kMaxGrade : std::min(facts.max_grade, kMaxGrade);
  const auto add = [&](int32_t subject, int32_t grade) {
    Shelf& shelf = shelves_[ShelfKey(subject, grade)];
    shelf.resources.push_back(resource);
    for (const KcIndex kc : catalog.KcsOf(resource)) {
      // Neighbours often share a kc; the rest of the repeats go at the end.
      if (shelf.kcs.empty() || shelf.kcs.back() != kc) shelf.kcs.push_back(kc);
    }
  };
  for (const int32_t subject : {kAnyNumber, facts.subject}) {
    add(subject, kAnyGrade);
    for (int32_t grade = first; grade <= last; ++grade) add(subject, grade);
  }
}

int32_t FilterIndex::FindSubject(absl::string_view subject) const {
  if (subject.empty()) return kAnyNumber;
  const auto found = subjects_.find(subject);
  return found == subjects_.end() ? kNoNumber : found->second;
}

std::vector<bool> FilterIndex::LanguagesLike(absl::string_view wanted) const {
  std::vector<bool> is_taken;
  const std::string prefix = absl::StrCat(wanted, "-");
  for (const std::string& language : language_names_) {
    is_taken.push_back(wanted.empty() || language.empty() ||
                       absl::EqualsIgnoreCase(language, wanted) ||
                       absl::StartsWithIgnoreCase(language, prefix));
  }
  return is_taken;
}

const FilterIndex::Shelf& FilterIndex::Find(int32_t subject,
                                            int32_t grade) const {
  const bool is_named = grade >= 1 && grade <= kMaxGrade;
  const auto found =
      shelves_.find(ShelfKey(subject, is_named ? grade : kAnyGrade));
  return found == shelves_.end() ? empty_ : found->second;
}

}  // namespace evenlight
