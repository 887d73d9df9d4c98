// Any bytes as a page or resume token: a position, or a violation; and what was
// a position is one again after a round trip.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/server/page_token.h"

namespace evenlight {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckAll(absl::string_view token) {
  FieldViolations page;
  const std::string id = ReadPageToken(token, &page);
  if (page.ToStatus().ok() && !token.empty()) {
    FieldViolations again;
    Check(ReadPageToken(MakePageToken(id), &again) == id);
    Check(again.ToStatus().ok());
  }
  FieldViolations shown;
  const auto ids = ReadShownToken(token, &shown);
  if (shown.ToStatus().ok() && !token.empty()) {
    FieldViolations again;
    Check(ReadShownToken(MakeShownToken(ids), &again) == ids);
  }
  FieldViolations track;
  const TrackPosition position = ReadTrackToken(token, &track);
  if (track.ToStatus().ok() && !token.empty()) {
    FieldViolations again;
    Check(ReadTrackToken(MakeTrackToken(position), &again) == position);
  }
  for (const AudienceKind kind :
       {AudienceKind::kClass, AudienceKind::kLearner}) {
    FieldViolations push;
    const Audience audience = {kind, "a1"};
    const PushPosition sent = ReadPushToken(token, audience, &push);
    Check(sent.from >= 0 && sent.from <= sent.after);
    if (!push.ToStatus().ok() || token.empty()) continue;
    FieldViolations again;
    Check(ReadPushToken(MakePushToken(audience, sent), audience, &again) ==
          sent);
  }
}

}  // namespace
}  // namespace evenlight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  evenlight::CheckAll(
      absl::string_view(reinterpret_cast<const char*>(bytes), size));
  return 0;
}
