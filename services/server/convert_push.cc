#include "services/server/convert_push.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "evenlight/v1/push_service.pb.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxEditsPerCall = 100;
constexpr int kMaxReason = 500;

StoredPushEdit ToPushEdit(const v1::PushEdit& from, const FieldPath& path,
                          FieldViolations* violations) {
  StoredPushEdit to;
  if (from.kind() == v1::PushEdit::KIND_UNSPECIFIED) {
    violations->Add(FieldPath(path, "kind"), "is required");
  } else if (!v1::PushEdit::Kind_IsValid(from.kind())) {
    violations->Add(FieldPath(path, "kind"),
                    absl::StrCat(from.kind(), " is no kind of edit"));
  } else {
    to.kind = static_cast<PushEditKind>(from.kind());
  }
  to.resource = IdIn(kResources, from.resource(), FieldPath(path, "resource"),
                     violations);
  const FieldPath replacement(path, "replacement");
  if (from.kind() == v1::PushEdit::KIND_REPLACE) {
    to.replacement =
        IdIn(kResources, from.replacement(), replacement, violations);
  } else if (!from.replacement().empty()) {
    violations->Add(replacement, "is of KIND_REPLACE only");
  }
  CheckText(from.reason(), 1, kMaxReason, FieldPath(path, "reason"),
            violations);
  to.reason = from.reason();
  return to;
}

void AddResource(const StoredPushedResource& pushed, const Catalog& catalog,
                 absl::Time now, v1::Push* to) {
  v1::PushedResource* added = to->add_resources();
  added->set_resource(NameOf(kResources, pushed.resource));
  added->set_pinned(pushed.is_pinned);
  const ResourceIndex found = catalog.FindResource(pushed.resource);
  if (found == ResourceIndex::kNone) {
    added->set_withdrawn(true);
    return;
  }
  const Resource& resource = catalog.resource(found);
  added->set_title(resource.title);
  added->set_kind(static_cast<v1::ResourceKind>(resource.kind));
  added->set_minutes(resource.minutes);
  added->set_link(resource.link);
  added->set_withdrawn(resource.hidden || resource.expire_time <= now);
}

void AddEdit(const StoredPushEdit& edit, v1::Push* to) {
  v1::PushEdit* added = to->add_edits();
  added->set_kind(static_cast<v1::PushEdit::Kind>(edit.kind));
  added->set_resource(NameOf(kResources, edit.resource));
  if (!edit.replacement.empty()) {
    added->set_replacement(NameOf(kResources, edit.replacement));
  }
  added->set_reason(edit.reason);
  added->set_teacher(NameOf(kTeachers, edit.teacher));
  *added->mutable_edit_time() = ToTimestamp(edit.time);
}

}  // namespace

std::vector<StoredPushEdit> ToPushEdits(
    const google::protobuf::RepeatedPtrField<v1::PushEdit>& edits,
    int min_count, const std::string& teacher, absl::Time now,
    FieldViolations* violations) {
  std::vector<StoredPushEdit> to;
  const FieldPath root;
  if (!CheckCount(edits.size(), min_count, kMaxEditsPerCall,
                  FieldPath(root, "edits"), violations)) {
    return to;
  }
  for (int index = 0; index < edits.size(); ++index) {
    to.push_back(
        ToPushEdit(edits[index], FieldPath(root, "edits", index), violations));
    to.back().teacher = teacher;
    to.back().time = now;
  }
  return to;
}

Audience ToAudience(absl::string_view name, FieldViolations* violations) {
  const FieldPath root;
  const FieldPath path(root, "audience");
  if (absl::StartsWith(name, kClasses)) {
    return {AudienceKind::kClass, IdIn(kClasses, name, path, violations)};
  }
  if (absl::StartsWith(name, kLearners)) {
    return {AudienceKind::kLearner, IdIn(kLearners, name, path, violations)};
  }
  violations->Add(path, absl::StrCat(Quoted(name), " is neither `", kClasses,
                                     "` nor `", kLearners, "` and an id"));
  return {};
}

v1::Push FromPush(const StoredPush& push, const Audience& audience,
                  const Catalog& catalog, absl::Time now) {
  const auto is_hidden = [&audience](const LearnerId& learner) {
    return audience.kind == AudienceKind::kLearner && learner != audience.id;
  };
  v1::Push to;
  if (!push.id.empty()) {
    to.set_name(NameOf(kPushes, push.id));
    to.set_list(NameOf(kLists, push.id));
  }
  to.set_class_name(NameOf(kClasses, push.class_id));
  for (const LearnerId& learner : push.learners) {
    if (is_hidden(learner)) continue;
    to.add_learners(NameOf(kLearners, learner));
  }
  to.set_whole_class(push.is_whole_class);
  to.set_teacher(NameOf(kTeachers, push.teacher));
  to.set_phase(static_cast<v1::Phase>(push.phase));
  *to.mutable_create_time() = ToTimestamp(push.create_time);
  *to.mutable_update_time() = ToTimestamp(push.update_time);
  *to.mutable_due_time() = ToTimestamp(push.due_time);
  for (const StoredPushedResource& pushed : push.resources) {
    AddResource(pushed, catalog, now, &to);
  }
  for (const ResourceId& ban : push.bans) {
    to.add_banned_resources(NameOf(kResources, ban));
  }
  for (const StoredPushEdit& edit : push.edits) AddEdit(edit, &to);
  for (const StoredOverCap& over : push.over_cap) {
    if (is_hidden(over.learner)) continue;
    v1::AssignedOverCap* added = to.add_assigned_over_cap();
    added->set_learner(NameOf(kLearners, over.learner));
    added->set_minutes(over.minutes);
    added->set_minutes_left(over.minutes_left);
    added->set_reason(over.reason);
  }
  return to;
}

}  // namespace evenlight
