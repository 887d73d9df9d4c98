#include "services/server/page_token.h"

#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace evenlight {
namespace {

// A token's first byte. Clients keep page tokens for minutes; a new form takes
// a new byte. Frontends keep resume tokens for ever: earlier forms are read,
// too.
constexpr char kIdVersion[] = "1";
constexpr char kTrackVersion[] = "2";
constexpr char kShownVersion[] = "3";
constexpr char kPushVersion[] = "5";
// Of earlier builds: it says where a stream stood, not what it had sent.
constexpr char kPlainPushVersion[] = "4";

void AddViolation(FieldViolations* violations) {
  violations->Add(FieldPath(FieldPath(), "page_token"),
                  "is not a next_page_token of this method");
}

// The token without its version; false if it is of another.
bool Unwrap(absl::string_view token, absl::string_view version,
            std::string* content) {
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(token, &decoded)) return false;
  if (!absl::StartsWith(decoded, version)) return false;
  *content = decoded.substr(version.size());
  return true;
}

std::string Wrap(absl::string_view version, absl::string_view content) {
  return absl::WebSafeBase64Escape(absl::StrCat(version, content));
}

std::string AudienceKey(const Audience& audience) {
  return absl::StrCat(std::string(1, static_cast<char>(audience.kind)),
                      audience.id);
}

}  // namespace

std::string MakePageToken(absl::string_view id) { return Wrap(kIdVersion, id); }

std::string ReadPageToken(absl::string_view token,
                          FieldViolations* violations) {
  if (token.empty()) return "";
  std::string id;
  if (Unwrap(token, kIdVersion, &id) && IsValidId(id)) return id;
  AddViolation(violations);
  return "";
}

std::string MakeShownToken(const std::vector<ResourceId>& shown) {
  return Wrap(kShownVersion, absl::StrJoin(shown, "/"));
}

std::vector<ResourceId> ReadShownToken(absl::string_view token,
                                       FieldViolations* violations) {
  if (token.empty()) return {};
  std::string content;
  std::vector<ResourceId> shown;
  if (Unwrap(token, kShownVersion, &content)) {
    shown = absl::StrSplit(content, '/');
  }
  if (!shown.empty() && shown.size() <= kMaxShownBefore &&
      absl::c_all_of(shown, IsValidId)) {
    return shown;
  }
  AddViolation(violations);
  return {};
}

std::string MakeTrackToken(const TrackPosition& position) {
  return Wrap(kTrackVersion, absl::StrCat(absl::ToUnixMicros(position.time),
                                          "/", position.id));
}

TrackPosition ReadTrackToken(absl::string_view token,
                             FieldViolations* violations) {
  if (token.empty()) return {};
  std::string content;
  if (Unwrap(token, kTrackVersion, &content)) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(content, absl::MaxSplits('/', 1));
    int64_t micros = 0;
    if (absl::SimpleAtoi(parts.first, &micros) && IsValidId(parts.second)) {
      return {absl::FromUnixMicros(micros), parts.second};
    }
  }
  AddViolation(violations);
  return {};
}

std::string MakePushToken(const Audience& audience,
                          const PushPosition& position) {
  return Wrap(kPushVersion,
              absl::StrCat(AudienceKey(audience), "/", position.after, "/",
                           position.from, "/", ToMicros(position.due_from)));
}

PushPosition ReadPushToken(absl::string_view token, const Audience& audience,
                           FieldViolations* violations) {
  if (token.empty()) return {};
  std::string content;
  if (Unwrap(token, kPushVersion, &content)) {
    const std::vector<std::string> parts = absl::StrSplit(content, '/');
    PushPosition position;
    int64_t due_from = 0;
    if (parts.size() == 4 && absl::SimpleAtoi(parts[1], &position.after) &&
        absl::SimpleAtoi(parts[2], &position.from) &&
        absl::SimpleAtoi(parts[3], &due_from)) {
      position.due_from = FromMicros(due_from);
      if (position.from >= 0 && position.from <= position.after &&
          token == MakePushToken(audience, position)) {
        return position;
      }
    }
  }
  int64_t after = 0;
  if (Unwrap(token, kPlainPushVersion, &content)) {
    const std::string start = AudienceKey(audience) + "/";
    if (absl::StartsWith(content, start) &&
        absl::SimpleAtoi(content.substr(start.size()), &after) && after >= 0 &&
        token == Wrap(kPlainPushVersion, absl::StrCat(start, after))) {
      return {after, after};
    }
  }
  violations->Add(FieldPath(FieldPath(), "resume_token"),
                  "is not a resume_token of a stream of this audience");
  return {};
}

}  // namespace evenlight
