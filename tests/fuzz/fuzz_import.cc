// Any bytes as a file to import, of the kind that the first byte names: values
// and refused rows, or an error of the file.

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "services/interop/interactions.h"
#include "services/interop/json_lines.h"
#include "services/interop/kcs_csv.h"
#include "services/interop/line_reader.h"
#include "services/interop/roster_csv.h"
#include "services/interop/to_message.h"
#include "services/interop/track_events.h"

namespace evenlight {
namespace {

// What was read is written and read again as the same.
template <typename Message>
void ReadJson(std::istream* in) {
  LineReader reader(in);
  while (reader.Next()) {
    Message message;
    if (!ParseJsonLine(reader, &message).ok()) continue;
    std::istringstream again(ToJsonLine(message));
    LineReader second(&again);
    Message same;
    if (!second.Next() || !ParseJsonLine(second, &same).ok() ||
        same.SerializeAsString() != message.SerializeAsString()) {
      std::abort();
    }
  }
}

void ReadLines(std::istream* in) {
  const InteractionsFile file = ReadInteractions(in);
  const ImportSource source = {"t1", "digest", absl::FromUnixSeconds(2e9), 1};
  for (const auto& line : file.lines) {
    for (const auto& event : ToEvents(source, Verb::kViewed, line)) {
      v1::Event message;
      ToMessage(event.value, &message);
    }
  }
}

void ReadRoster(std::istream* in) {
  const auto roster = ReadRosterCsv(in);
  if (!roster.ok()) return;
  for (const auto& school : roster->schools) {
    v1::School message;
    ToMessage(school.value, &message);
  }
  for (const auto& school_class : roster->classes) {
    v1::SchoolClass message;
    ToMessage(school_class.value, &message);
  }
  for (const auto& person : roster->people) {
    v1::Person message;
    ToMessage(person.value, &message);
  }
}

}  // namespace
}  // namespace evenlight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  std::istringstream in(
      std::string(reinterpret_cast<const char*>(bytes) + 1, size - 1));
  switch (bytes[0] % 6) {
    case 0:
      evenlight::ReadJson<evenlight::v1::Event>(&in);
      break;
    case 1:
      evenlight::ReadJson<evenlight::v1::Resource>(&in);
      break;
    case 2:
      evenlight::ReadJson<evenlight::v1::KnowledgeComponent>(&in);
      break;
    case 3:
      evenlight::ReadLines(&in);
      break;
    case 4:
      (void)evenlight::ReadKcsCsv(&in);
      break;
    default:
      evenlight::ReadRoster(&in);
  }
  return 0;
}
