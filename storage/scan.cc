#include "storage/scan.h"

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/awaited.h"
#include "core/status_macros.h"
#include "storage/keys.h"

namespace evenlight {
namespace {

// A hundred entries take longer than a look at the clock.
constexpr int kEntriesPerCheck = 100;

}  // namespace

absl::Status ScanRange(const Database& database, Family family,
                       absl::string_view begin, absl::string_view end,
                       absl::FunctionRef<absl::StatusOr<bool>(
                           absl::string_view, absl::string_view)>
                           visit) {
  absl::Status fault = CheckAwaited();
  if (!fault.ok()) return fault;
  int num_visited = 0;
  RETURN_IF_ERROR(database.Scan(
      family, begin, end, [&](absl::string_view key, absl::string_view value) {
        if (++num_visited % kEntriesPerCheck == 0) {
          fault = CheckAwaited();
          if (!fault.ok()) return false;
        }
        const absl::StatusOr<bool> go_on = visit(key, value);
        if (go_on.ok()) return *go_on;
        fault = go_on.status();
        return false;
      }));
  return fault;
}

absl::StatusOr<std::vector<TenantId>> TenantsIn(const Database& database,
                                                Family family) {
  std::vector<TenantId> tenants;
  std::string begin;
  while (true) {
    std::optional<std::string> first;
    RETURN_IF_ERROR(database.Scan(
        family, begin, "", [&](absl::string_view key, absl::string_view) {
          first = std::string(key);
          return false;
        }));
    if (!first) return tenants;
    const std::optional<TenantId> tenant = TenantOfKey(*first);
    if (!tenant) {
      return absl::DataLossError(absl::StrCat(
          "key ", absl::CEscape(*first), " in ",
          kFamilyNames[static_cast<size_t>(family)], " belongs to no tenant"));
    }
    tenants.push_back(*tenant);
    begin = PrefixEnd(TenantPrefix(*tenant));
  }
}

}  // namespace evenlight
