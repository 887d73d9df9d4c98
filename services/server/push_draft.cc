#include "services/server/push_draft.h"

#include <algorithm>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

using Resources = std::vector<StoredPushedResource>;

Resources::iterator Find(Resources& resources, const ResourceId& id) {
  return absl::c_find_if(resources, [&](const StoredPushedResource& pushed) {
    return pushed.resource == id;
  });
}

// Why learners must not be given the resource; empty: they may.
std::string WhyNot(const ResourceId& id, const Catalog& catalog,
                   absl::Time now) {
  const ResourceIndex found = catalog.FindResource(id);
  if (found == ResourceIndex::kNone) return "is not in the catalog";
  const Resource& resource = catalog.resource(found);
  if (resource.hidden) return "is hidden";
  if (resource.expire_time <= now) {
    return absl::StrCat("expired at ", FormatUtc(resource.expire_time));
  }
  if (resource.publish_time > now) {
    return absl::StrCat("is not published before ",
                        FormatUtc(resource.publish_time));
  }
  if (resource.kind == ResourceKind::kLessonPlan) {
    return "is a lesson plan, which is for teachers";
  }
  return "";
}

// Applies edits one by one.
class Editor {
 public:
  Editor(const Catalog& catalog, absl::Time now, StoredPush* push,
         FieldViolations* violations)
      : catalog_(catalog), now_(now), push_(*push), violations_(*violations) {}

  void Apply(const StoredPushEdit& edit, const FieldPath& path) {
    switch (edit.kind) {
      case PushEditKind::kPin:
        return Pin(edit.resource, FieldPath(path, "resource"));
      case PushEditKind::kBan:
        return Ban(edit.resource, FieldPath(path, "resource"));
      case PushEditKind::kReplace:
        return Replace(edit, path);
      case PushEditKind::kRemove:
        return Remove(edit.resource, FieldPath(path, "resource"));
      case PushEditKind::kUnspecified:
        return;  // Refused before.
    }
  }

 private:
  void Refuse(const ResourceId& id, absl::string_view why,
              const FieldPath& path) {
    violations_.Add(path,
                    absl::StrCat(Quoted(NameOf(kResources, id)), " ", why));
  }

  // False, with a violation, if learners must not be given it.
  bool MayAdd(const ResourceId& id, const FieldPath& path) {
    const std::string why = WhyNot(id, catalog_, now_);
    if (!why.empty()) Refuse(id, why, path);
    return why.empty();
  }

  void Pin(const ResourceId& id, const FieldPath& path) {
    if (!MayAdd(id, path)) return;
    const auto found = Find(push_.resources, id);
    if (found != push_.resources.end()) {
      if (found->is_pinned) return;
      push_.resources.erase(found);
    }
    const auto end_of_pins = absl::c_find_if(
        push_.resources,
        [](const StoredPushedResource& pushed) { return !pushed.is_pinned; });
    push_.resources.insert(end_of_pins, {id, true});
    std::erase(push_.bans, id);
  }

  void Ban(const ResourceId& id, const FieldPath& path) {
    if (catalog_.FindResource(id) == ResourceIndex::kNone) {
      return Refuse(id, "is not in the catalog", path);
    }
    const auto found = Find(push_.resources, id);
    if (found != push_.resources.end()) push_.resources.erase(found);
    if (!absl::c_linear_search(push_.bans, id)) push_.bans.push_back(id);
  }

  void Replace(const StoredPushEdit& edit, const FieldPath& path) {
    const FieldPath replacement(path, "replacement");
    if (Find(push_.resources, edit.replacement) != push_.resources.end()) {
      return Refuse(edit.replacement, "is on the list already", replacement);
    }
    const auto found = Find(push_.resources, edit.resource);
    if (found == push_.resources.end()) {
      return Refuse(edit.resource, "is not on the list",
                    FieldPath(path, "resource"));
    }
    if (!MayAdd(edit.replacement, replacement)) return;
    found->resource = edit.replacement;
    std::erase(push_.bans, edit.replacement);
  }

  void Remove(const ResourceId& id, const FieldPath& path) {
    const auto found = Find(push_.resources, id);
    if (found == push_.resources.end()) {
      return Refuse(id, "is not on the list", path);
    }
    push_.resources.erase(found);
  }

  const Catalog& catalog_;
  const absl::Time now_;
  StoredPush& push_;
  FieldViolations& violations_;
};

}  // namespace

void AddResources(absl::Span<const ResourceId> resources,
                  const Catalog& catalog, absl::Time now, StoredPush* push,
                  FieldViolations* violations) {
  const FieldPath root;
  for (size_t index = 0; index < resources.size(); ++index) {
    const ResourceId& id = resources[index];
    std::string why = WhyNot(id, catalog, now);
    if (Find(push->resources, id) != push->resources.end()) {
      why = "is named twice";
    }
    if (why.empty()) {
      push->resources.push_back({id, false});
      continue;
    }
    violations->Add(FieldPath(root, "resources", static_cast<int>(index)),
                    absl::StrCat(Quoted(NameOf(kResources, id)), " ", why));
  }
}

void ApplyEdits(absl::Span<const StoredPushEdit> edits, const Catalog& catalog,
                absl::Time now, StoredPush* push, FieldViolations* violations) {
  const FieldPath root;
  Editor editor(catalog, now, push, violations);
  for (size_t index = 0; index < edits.size(); ++index) {
    editor.Apply(edits[index],
                 FieldPath(root, "edits", static_cast<int>(index)));
    push->edits.push_back(edits[index]);
  }
  const FieldPath path(root, "edits");
  if (push->resources.empty()) {
    violations->Add(path,
                    "leave nothing on the list: keep a resource, or pin one");
  }
  if (push->resources.size() > kMaxPushedResources) {
    violations->Add(path,
                    absl::StrCat("make a list of ", push->resources.size(),
                                 " resources; at most ", kMaxPushedResources,
                                 " are allowed"));
  }
  if (push->edits.size() > kMaxPushEdits) {
    violations->Add(path, absl::StrCat("are more than ", kMaxPushEdits,
                                       " in the life of this push: make "
                                       "another"));
  }
}

std::vector<ResourceId> AddedResources(const StoredPush& push,
                                       const StoredPush* before) {
  std::vector<ResourceId> added;
  for (const StoredPushedResource& pushed : push.resources) {
    const bool was_there =
        before != nullptr &&
        absl::c_any_of(before->resources, [&](const StoredPushedResource& old) {
          return old.resource == pushed.resource;
        });
    if (!was_there) added.push_back(pushed.resource);
  }
  return added;
}

}  // namespace evenlight
