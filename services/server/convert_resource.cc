#include "services/server/convert_resource.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "evenlight/v1/resource.pb.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxTitle = 200;
constexpr int kMaxSubject = 64;
constexpr int kMaxOrganisation = 128;
constexpr int kMaxLinkBytes = 2'048;
constexpr int kMaxKcs = 16;
constexpr int kMaxPrerequisites = 64;
constexpr int kMaxGrade = 12;
constexpr float kMaxMinutes = 600;
constexpr float kDefaultMinutes = 3;

void CheckGrades(const v1::Resource& from, const FieldPath& path,
                 FieldViolations* violations) {
  const FieldPath max_grade(path, "max_grade");
  CheckRange(from.min_grade(), 0, kMaxGrade, FieldPath(path, "min_grade"),
             violations);
  CheckRange(from.max_grade(), 0, kMaxGrade, max_grade, violations);
  if (from.max_grade() != 0 && from.max_grade() < from.min_grade()) {
    violations->Add(max_grade,
                    absl::StrCat(from.max_grade(), " is below min_grade ",
                                 from.min_grade()));
  }
}

float ToMinutes(float minutes, const FieldPath& path,
                FieldViolations* violations) {
  if (minutes == 0) return kDefaultMinutes;
  if (!(minutes > 0 && minutes <= kMaxMinutes)) {
    violations->Add(path,
                    absl::StrCat(minutes, " is not in (0, ", kMaxMinutes, "]"));
  }
  return minutes;
}

ResourceKind ToKind(int kind, const FieldPath& path,
                    FieldViolations* violations) {
  if (kind == 0) {
    violations->Add(path, "is required");
  } else if (!v1::ResourceKind_IsValid(kind)) {
    violations->Add(path, absl::StrCat(kind, " is no kind of resource"));
  } else {
    return static_cast<ResourceKind>(kind);
  }
  return ResourceKind::kUnspecified;
}

PhaseSet ToPhases(const v1::Resource& from, const FieldPath& path,
                  FieldViolations* violations) {
  PhaseSet phases = 0;
  if (!CheckCount(from.phases_size(), 0, kMaxEnumerated,
                  FieldPath(path, "phases"), violations)) {
    return phases;
  }
  for (int index = 0; index < from.phases_size(); ++index) {
    const FieldPath at(path, "phases", index);
    if (from.phases(index) == v1::PHASE_UNSPECIFIED) {
      violations->Add(at, "is PHASE_UNSPECIFIED; leave `phases` empty for all");
      continue;
    }
    phases |= PhaseSet{1} << static_cast<int>(
                  ToPhase(from.phases(index), at, violations));
  }
  return phases & ~PhaseSet{1};
}

void ConvertTimes(const v1::Resource& from, const FieldPath& path, Resource* to,
                  FieldViolations* violations) {
  if (from.has_publish_time()) {
    to->publish_time = ToTime(from.publish_time(),
                              FieldPath(path, "publish_time"), violations);
  }
  if (!from.has_expire_time()) return;
  const FieldPath expire(path, "expire_time");
  to->expire_time = ToTime(from.expire_time(), expire, violations);
  if (to->expire_time <= to->publish_time) {
    violations->Add(expire, "is not after publish_time");
  }
}

void CheckTexts(const v1::Resource& from, const FieldPath& path,
                FieldViolations* violations) {
  CheckText(from.title(), 1, kMaxTitle, FieldPath(path, "title"), violations);
  CheckText(from.subject(), 0, kMaxSubject, FieldPath(path, "subject"),
            violations);
  CheckText(from.provider(), 0, kMaxOrganisation, FieldPath(path, "provider"),
            violations);
  CheckText(from.author(), 0, kMaxOrganisation, FieldPath(path, "author"),
            violations);
  CheckText(from.link(), 0, kMaxLinkBytes, FieldPath(path, "link"), violations);
  CheckLanguage(from.language(), FieldPath(path, "language"), violations);
}

void CheckNumbers(const v1::Resource& from, const FieldPath& path,
                  FieldViolations* violations) {
  CheckGrades(from, path, violations);
  if (from.has_difficulty()) {
    CheckRange(from.difficulty(), 0.0f, 1.0f, FieldPath(path, "difficulty"),
               violations);
  }
  if (from.bandwidth_kbps() < 0) {
    violations->Add(FieldPath(path, "bandwidth_kbps"),
                    absl::StrCat(from.bandwidth_kbps(), " is negative"));
  }
}

// Adds a violation for each name of a kc for which `is_known` is false.
template <typename IsKnown>
void CheckKcsExist(const google::protobuf::RepeatedPtrField<std::string>& names,
                   const FieldPath& path, absl::string_view field,
                   IsKnown is_known, FieldViolations* violations) {
  for (int index = 0; index < names.size(); ++index) {
    absl::string_view id = names[index];
    if (!absl::ConsumePrefix(&id, kKcs) || !IsValidId(id)) continue;  // Said.
    if (is_known(id)) continue;
    violations->Add(
        FieldPath(path, field, index),
        absl::StrCat(Quoted(names[index]), " is not in the catalog"));
  }
}

}  // namespace

Resource ToResource(const v1::Resource& from, const Catalog& catalog,
                    const FieldPath& path, FieldViolations* violations) {
  Resource to;
  CheckTexts(from, path, violations);
  CheckNumbers(from, path, violations);
  to.id = IdIn(kResources, from.name(), FieldPath(path, "name"), violations);
  to.title = from.title();
  to.kind = ToKind(from.kind(), FieldPath(path, "kind"), violations);
  to.kcs = ToIds(kKcs, from.knowledge_components(), path,
                 "knowledge_components", kMaxKcs, violations);
  CheckKcsExist(
      from.knowledge_components(), path, "knowledge_components",
      [&](absl::string_view id) {
        return catalog.FindKc(id) != KcIndex::kNone;
      },
      violations);
  to.subject = from.subject();
  to.min_grade = from.min_grade();
  to.max_grade = from.max_grade();
  to.language = from.language();
  to.minutes =
      ToMinutes(from.minutes(), FieldPath(path, "minutes"), violations);
  if (from.has_difficulty()) to.difficulty = from.difficulty();
  to.provider = from.provider();
  to.author = from.author();
  to.phases = ToPhases(from, path, violations);
  to.accessibility = ToAccessibility(from.accessibility_features(), path,
                                     "accessibility_features", violations);
  to.bandwidth_kbps = from.bandwidth_kbps();
  to.link = from.link();
  to.imported = from.imported();
  ConvertTimes(from, path, &to, violations);
  return to;
}

KnowledgeComponent ToKc(const v1::KnowledgeComponent& from,
                        const Catalog& catalog,
                        const absl::flat_hash_set<KcId>& also_known,
                        const FieldPath& path, FieldViolations* violations) {
  KnowledgeComponent to;
  to.id = IdIn(kKcs, from.name(), FieldPath(path, "name"), violations);
  CheckText(from.title(), 1, kMaxTitle, FieldPath(path, "title"), violations);
  to.title = from.title();
  CheckText(from.subject(), 0, kMaxSubject, FieldPath(path, "subject"),
            violations);
  to.subject = from.subject();
  to.prerequisites = ToIds(kKcs, from.prerequisites(), path, "prerequisites",
                           kMaxPrerequisites, violations);
  CheckKcsExist(
      from.prerequisites(), path, "prerequisites",
      [&](absl::string_view id) {
        return also_known.contains(id) || catalog.FindKc(id) != KcIndex::kNone;
      },
      violations);
  CheckRange(from.grade(), 0, kMaxGrade, FieldPath(path, "grade"), violations);
  to.grade = from.grade();
  to.imported = from.imported();
  return to;
}

v1::Resource FromResource(const Resource& from) {
  v1::Resource to;
  to.set_name(NameOf(kResources, from.id));
  to.set_title(from.title);
  to.set_kind(static_cast<v1::ResourceKind>(from.kind));
  for (const KcId& kc : from.kcs) {
    to.add_knowledge_components(NameOf(kKcs, kc));
  }
  to.set_subject(from.subject);
  to.set_min_grade(from.min_grade);
  to.set_max_grade(from.max_grade);
  to.set_language(from.language);
  to.set_minutes(from.minutes);
  if (from.difficulty.has_value()) to.set_difficulty(*from.difficulty);
  to.set_provider(from.provider);
  to.set_author(from.author);
  for (int phase = v1::Phase_MIN; phase <= v1::Phase_MAX; ++phase) {
    if ((from.phases >> phase & 1) == 0) continue;
    to.add_phases(static_cast<v1::Phase>(phase));
  }
  FromAccessibility(from.accessibility, to.mutable_accessibility_features());
  to.set_bandwidth_kbps(from.bandwidth_kbps);
  to.set_link(from.link);
  if (from.publish_time != absl::InfinitePast()) {
    *to.mutable_publish_time() = ToTimestamp(from.publish_time);
  }
  if (from.expire_time != absl::InfiniteFuture()) {
    *to.mutable_expire_time() = ToTimestamp(from.expire_time);
  }
  to.set_hidden(from.hidden);
  to.set_imported(from.imported);
  *to.mutable_create_time() = ToTimestamp(from.create_time);
  return to;
}

v1::KnowledgeComponent FromKc(const KnowledgeComponent& from) {
  v1::KnowledgeComponent to;
  to.set_name(NameOf(kKcs, from.id));
  to.set_title(from.title);
  to.set_subject(from.subject);
  for (const KcId& kc : from.prerequisites) {
    to.add_prerequisites(NameOf(kKcs, kc));
  }
  to.set_grade(from.grade);
  to.set_imported(from.imported);
  return to;
}

}  // namespace evenlight
