// Early return for functions that return absl::Status or absl::StatusOr.

#ifndef EVENLIGHT_CORE_STATUS_MACROS_H_
#define EVENLIGHT_CORE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from this function unless it is OK.
#define RETURN_IF_ERROR(expression)                      \
  do {                                                   \
    absl::Status evenlight_status = (expression);        \
    if (!evenlight_status.ok()) return evenlight_status; \
  } while (false)

#define EVENLIGHT_CONCAT_INNER(a, b) a##b
#define EVENLIGHT_CONCAT(a, b) EVENLIGHT_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto value, expression): `value` becomes the value of
// `expression`, or this function returns its status.
#define ASSIGN_OR_RETURN(declaration, expression)                       \
  EVENLIGHT_ASSIGN_OR_RETURN(EVENLIGHT_CONCAT(evenlight_or_, __LINE__), \
                             declaration, expression)
#define EVENLIGHT_ASSIGN_OR_RETURN(temporary, declaration, expression) \
  auto temporary = (expression);                                       \
  if (!temporary.ok()) return std::move(temporary).status();           \
  declaration = *std::move(temporary)

#endif  // EVENLIGHT_CORE_STATUS_MACROS_H_
