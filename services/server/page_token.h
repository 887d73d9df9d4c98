// Opaque page tokens: where the next page begins.

#ifndef EVENLIGHT_SERVICES_SERVER_PAGE_TOKEN_H_
#define EVENLIGHT_SERVICES_SERVER_PAGE_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"
#include "services/server/field_violations.h"
#include "storage/keys.h"

namespace evenlight {

// A page ends when it holds more than this, whatever page_size says: a client
// takes 4 MiB at most unless told otherwise.
inline constexpr size_t kMaxPageBytes = 2 << 20;

// A token for a page that begins with the entry `id`.
std::string MakePageToken(absl::string_view id);

// The id in `token`, empty if the token is: the first page. A token that no
// MakePageToken() made is a violation of `page_token`.
std::string ReadPageToken(absl::string_view token, FieldViolations* violations);

// A token for a page that holds nothing of `shown`, at most kMaxShownBefore
// ids.
inline constexpr size_t kMaxShownBefore = 1'000;
std::string MakeShownToken(const std::vector<ResourceId>& shown);

// What the pages before showed; none for an empty token.
std::vector<ResourceId> ReadShownToken(absl::string_view token,
                                       FieldViolations* violations);

// The same for a page that begins with an event; the default position for an
// empty token.
std::string MakeTrackToken(const TrackPosition& position);
TrackPosition ReadTrackToken(absl::string_view token,
                             FieldViolations* violations);

// What a stream of an audience's pushes has sent: of the changes after `from`
// and up to `after`, in [0, after], those of pushes that are due at `due_from`
// or later, in whole microseconds.
struct PushPosition {
  int64_t after = 0;
  int64_t from = 0;
  absl::Time due_from = absl::InfinitePast();

  friend bool operator==(const PushPosition&, const PushPosition&) = default;
};
std::string MakePushToken(const Audience& audience,
                          const PushPosition& position);

// The position in `token`; the default one if it is empty; of an earlier
// build's, which says no more, that nothing was sent before it. One that is of
// another audience or of no MakePushToken() is a violation of `resume_token`.
PushPosition ReadPushToken(absl::string_view token, const Audience& audience,
                           FieldViolations* violations);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PAGE_TOKEN_H_
