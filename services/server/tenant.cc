#include "services/server/tenant.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/server/field_violations.h"

namespace evenlight {

absl::StatusOr<TenantId> ChooseTenant(
    absl::Span<const absl::string_view> values,
    const TenantId& default_tenant) {
  std::string problem;
  if (values.size() > 1) {
    problem = absl::StrCat("is given ", values.size(), " times");
  } else if (values.size() == 1) {
    if (IsValidId(values[0])) return TenantId(values[0]);
    problem = absl::StrCat(Quoted(values[0]), " is not ", kIdRule);
  } else if (!default_tenant.empty()) {
    return default_tenant;
  } else {
    problem = "this metadata key is required: it names the tenant";
  }
  FieldViolations violations;
  violations.Add(FieldPath(FieldPath(), kTenantKey), problem);
  return violations.ToStatus();
}

}  // namespace evenlight
