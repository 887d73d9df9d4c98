#include "core/log.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/clock.h"

namespace evenlight {
namespace {

std::atomic<LogLevel> lowest_level = LogLevel::kInfo;

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>,
                                     rapidjson::UTF8<>, rapidjson::CrtAllocator,
                                     rapidjson::kWriteValidateEncodingFlag>;

std::string ToJson(absl::string_view text) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  if (!writer.String(text.data(),
                     static_cast<rapidjson::SizeType>(text.size()))) {
    // Not UTF-8: a line that machines can read is worth more than the bytes.
    std::string ascii(text);
    std::replace_if(
        ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) != 0; },
        '?');
    return ToJson(ascii);
  }
  return std::string(buffer.GetString(), buffer.GetSize());
}

std::string ToJson(double value) {
  if (!std::isfinite(value)) return "null";  // JSON has no other word for it.
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.Double(value);
  return std::string(buffer.GetString(), buffer.GetSize());
}

const char* NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

}  // namespace

LogField::LogField(absl::string_view name, absl::string_view value)
    : name(name), json(ToJson(value)) {}
LogField::LogField(absl::string_view name, const char* value)
    : LogField(name, absl::string_view(value)) {}
LogField::LogField(absl::string_view name, int64_t value)
    : name(name), json(absl::StrCat(value)) {}
LogField::LogField(absl::string_view name, int value)
    : LogField(name, int64_t{value}) {}
LogField::LogField(absl::string_view name, double value)
    : name(name), json(ToJson(value)) {}

void Log(LogLevel level, absl::string_view event,
         std::initializer_list<LogField> fields) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  const std::string time = absl::FormatTime(
      "%Y-%m-%d%ET%H:%M:%E3SZ", SystemClock().Now(), absl::UTCTimeZone());
  std::string line =
      absl::StrCat("{\"time\":\"", time, "\",\"level\":\"", NameOf(level),
                   "\",\"event\":", ToJson(event));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ",", ToJson(field.name), ":", field.json);
  }
  line += "}\n";
  ssize_t written;
  do {
    written = write(STDERR_FILENO, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
}

void SetLogLevel(LogLevel level) { lowest_level.store(level); }

}  // namespace evenlight
