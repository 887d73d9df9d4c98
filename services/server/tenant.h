// Whose data a call is about.

#ifndef EVENLIGHT_SERVICES_SERVER_TENANT_H_
#define EVENLIGHT_SERVICES_SERVER_TENANT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// The metadata key that names the tenant.
inline constexpr char kTenantKey[] = "evenlight-tenant";

// The tenant of a call with these values of kTenantKey: the only one, else
// `default_tenant`.
//
// INVALID_ARGUMENT: there is neither, there are several, or it is no valid id.
absl::StatusOr<TenantId> ChooseTenant(
    absl::Span<const absl::string_view> values, const TenantId& default_tenant);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_TENANT_H_
