#include "services/server/roster_edits.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/roster_service.pb.h"
#include "services/server/convert_roster.h"
#include "services/server/convert_value.h"
#include "services/server/page_token.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxWrites = 1'000;

// Converts the entries of an upsert; `convert` is called with each, and finds
// what is wrong with it.
template <typename T, typename Messages, typename Convert>
absl::StatusOr<std::vector<T>> ConvertEach(const Messages& messages,
                                           absl::string_view field,
                                           Convert convert) {
  FieldViolations violations;
  const FieldPath root;
  if (!CheckCount(messages.size(), 1, kMaxWrites, FieldPath(root, field),
                  &violations)) {
    return violations.ToStatus();
  }
  std::vector<T> converted;
  absl::flat_hash_set<absl::string_view> seen;
  for (int index = 0; index < messages.size(); ++index) {
    const FieldPath path(root, field, index);
    const std::string& name = messages[index].name();
    if (!name.empty() && !seen.insert(name).second) {
      violations.Add(
          FieldPath(path, "name"),
          absl::StrCat(Quoted(name), " is named twice in this call"));
    }
    ASSIGN_OR_RETURN(T one, convert(messages[index], path, &violations));
    converted.push_back(std::move(one));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return converted;
}

// Whether schools and classes exist, asked of storage once each.
class KnownNames {
 public:
  KnownNames(const RosterStore& roster, const TenantId& tenant)
      : roster_(roster), tenant_(tenant) {}

  // Adds a violation if there is no such school. An empty id is fine.
  absl::Status CheckSchool(const SchoolId& id, const FieldPath& path,
                           FieldViolations* violations) {
    if (id.empty()) return absl::OkStatus();
    const auto [known, is_new] = schools_.try_emplace(id, false);
    if (is_new) {
      ASSIGN_OR_RETURN(const std::optional<School> found,
                       roster_.GetSchool(tenant_, id));
      known->second = found.has_value();
    }
    Report(known->second, NameOf(kSchools, id), path, violations);
    return absl::OkStatus();
  }

  absl::Status CheckClass(const ClassId& id, const FieldPath& path,
                          FieldViolations* violations) {
    if (id.empty()) return absl::OkStatus();
    const auto [known, is_new] = classes_.try_emplace(id, false);
    if (is_new) {
      ASSIGN_OR_RETURN(const std::optional<SchoolClass> found,
                       roster_.GetClass(tenant_, id));
      known->second = found.has_value();
    }
    Report(known->second, NameOf(kClasses, id), path, violations);
    return absl::OkStatus();
  }

 private:
  static void Report(bool is_known, const std::string& name,
                     const FieldPath& path, FieldViolations* violations) {
    if (is_known) return;
    violations->Add(path, absl::StrCat(Quoted(name), " does not exist"));
  }

  const RosterStore& roster_;
  const TenantId& tenant_;
  absl::flat_hash_map<SchoolId, bool> schools_;
  absl::flat_hash_map<ClassId, bool> classes_;
};

}  // namespace

absl::Status RosterEdits::UpsertSchools(const TenantId& tenant,
                                        const v1::UpsertSchoolsRequest& request,
                                        v1::UpsertSchoolsResponse* response) {
  const auto convert =
      [](const v1::School& from, const FieldPath& path,
         FieldViolations* violations) -> absl::StatusOr<School> {
    return ToSchool(from, path, violations);
  };
  ASSIGN_OR_RETURN(const std::vector<School> schools,
                   ConvertEach<School>(request.schools(), "schools", convert));
  WriteBatch batch;
  for (const School& school : schools) roster_.Put(tenant, school, &batch);
  MutexLock lock(write_mu_);
  RETURN_IF_ERROR(database_.Write(batch));
  response->set_num_written(static_cast<int32_t>(schools.size()));
  return absl::OkStatus();
}

absl::Status RosterEdits::UpsertClasses(const TenantId& tenant,
                                        const v1::UpsertClassesRequest& request,
                                        v1::UpsertClassesResponse* response) {
  MutexLock lock(write_mu_);
  KnownNames known(roster_, tenant);
  const auto convert =
      [&](const v1::SchoolClass& from, const FieldPath& path,
          FieldViolations* violations) -> absl::StatusOr<SchoolClass> {
    SchoolClass to = ToSchoolClass(from, path, violations);
    RETURN_IF_ERROR(
        known.CheckSchool(to.school, FieldPath(path, "school"), violations));
    return to;
  };
  ASSIGN_OR_RETURN(
      const std::vector<SchoolClass> classes,
      ConvertEach<SchoolClass>(request.classes(), "classes", convert));
  WriteBatch batch;
  for (const SchoolClass& one : classes) roster_.Put(tenant, one, &batch);
  RETURN_IF_ERROR(database_.Write(batch));
  response->set_num_written(static_cast<int32_t>(classes.size()));
  return absl::OkStatus();
}

absl::Status RosterEdits::UpsertPeople(const TenantId& tenant,
                                       const v1::UpsertPeopleRequest& request,
                                       v1::UpsertPeopleResponse* response) {
  MutexLock lock(write_mu_);
  KnownNames known(roster_, tenant);
  const auto convert =
      [&](const v1::Person& from, const FieldPath& path,
          FieldViolations* violations) -> absl::StatusOr<Person> {
    Person to = ToPerson(from, path, violations);
    RETURN_IF_ERROR(
        known.CheckSchool(to.school, FieldPath(path, "school"), violations));
    for (size_t index = 0; index < to.classes.size(); ++index) {
      RETURN_IF_ERROR(known.CheckClass(
          to.classes[index],
          FieldPath(path, "classes", static_cast<int>(index)), violations));
    }
    return to;
  };
  ASSIGN_OR_RETURN(const std::vector<Person> people,
                   ConvertEach<Person>(request.people(), "people", convert));
  WriteBatch batch;
  for (const Person& person : people) {
    RETURN_IF_ERROR(roster_.PutPerson(tenant, person, &batch));
  }
  RETURN_IF_ERROR(database_.Write(batch));
  response->set_num_written(static_cast<int32_t>(people.size()));
  return absl::OkStatus();
}

absl::Status RosterEdits::GetClass(const TenantId& tenant,
                                   const v1::GetClassRequest& request,
                                   v1::GetClassResponse* response) {
  FieldViolations violations;
  const ClassId id = IdIn(kClasses, request.name(),
                          FieldPath(FieldPath(), "name"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::optional<SchoolClass> found,
                   roster_.GetClass(tenant, id));
  if (!found.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("name: there is no class ", NameOf(kClasses, id)));
  }
  ASSIGN_OR_RETURN(const ClassMembers members, roster_.GetMembers(tenant, id));
  *response->mutable_school_class() = FromSchoolClass(*found);
  for (const LearnerId& learner : members.learners) {
    response->add_learners(NameOf(kLearners, learner));
  }
  for (const std::string& teacher : members.teachers) {
    response->add_teachers(NameOf(kTeachers, teacher));
  }
  return absl::OkStatus();
}

absl::Status RosterEdits::ListClasses(const TenantId& tenant,
                                      const v1::ListClassesRequest& request,
                                      v1::ListClassesResponse* response) {
  FieldViolations violations;
  const int page_size = ToPageSize(request.page_size(), &violations);
  const ClassId from = ReadPageToken(request.page_token(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return roster_.ListClasses(tenant, from, [&](const SchoolClass& one) {
    if (response->classes_size() == page_size) {
      response->set_next_page_token(MakePageToken(one.id));
      return false;
    }
    *response->add_classes() = FromSchoolClass(one);
    return true;
  });
}

}  // namespace evenlight
