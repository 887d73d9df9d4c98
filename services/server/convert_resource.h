// Resources and knowledge components between the wire and core/resource.h.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_RESOURCE_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_RESOURCE_H_

#include "absl/container/flat_hash_set.h"
#include "core/catalog.h"
#include "core/resource.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class KnowledgeComponent;
class Resource;
}  // namespace v1

// The resource; its kcs must be in `catalog`. Output-only fields keep their
// defaults. Every fault is a violation below `path`.
Resource ToResource(const v1::Resource& resource, const Catalog& catalog,
                    const FieldPath& path, FieldViolations* violations);

// The kc; its prerequisites must be in `catalog` or in `also_known`.
KnowledgeComponent ToKc(const v1::KnowledgeComponent& kc,
                        const Catalog& catalog,
                        const absl::flat_hash_set<KcId>& also_known,
                        const FieldPath& path, FieldViolations* violations);

v1::Resource FromResource(const Resource& resource);
v1::KnowledgeComponent FromKc(const KnowledgeComponent& kc);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_RESOURCE_H_
