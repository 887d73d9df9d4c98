// Any bytes as a request, of the method that the first byte names: parsed and
// converted as the server does, a value or violations. What is valid can be
// shown and stored.

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/catalog.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/class_lists.pb.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/learner_service.pb.h"
#include "evenlight/v1/path.pb.h"
#include "evenlight/v1/push_service.pb.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "evenlight/v1/track_service.pb.h"
#include "services/server/convert_class.h"
#include "services/server/convert_event.h"
#include "services/server/convert_path.h"
#include "services/server/convert_push.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_resource.h"
#include "services/server/convert_roster.h"
#include "services/server/request_parser.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'772'352'000);

const Catalog& SmallCatalog() {
  static const Catalog* const catalog = [] {
    auto resource = std::make_shared<Resource>();
    resource->id = "r1";
    resource->kcs = {"k1"};
    auto kc = std::make_shared<KnowledgeComponent>();
    kc->id = "k1";
    return new Catalog(1, {resource}, {kc});
  }();
  return *catalog;
}

// What an event's key and record make of it has the event's content, so that a
// repeat is known as one. (A due time of 1970 itself is stored a microsecond
// later, see docs/storage_format.md.)
void CheckStored(const Event& event) {
  const std::string key = EventKeyOf("t1", event.actor, PositionOf(event));
  const auto parts = ParseEventKey(key);
  if (!parts) std::abort();
  const auto again = DecodeEvent(*parts, EncodeEvent(event));
  if (!again.ok() || !HaveSameContent(*again, event)) std::abort();
}

void Convert(const v1::Event& message) {
  FieldViolations violations;
  const Event event =
      ToEvent(message, {SmallCatalog(), kNow}, FieldPath(), &violations);
  if (!violations.ToStatus().ok()) return;
  CheckStored(event);
  (void)FromEvent(event);
}

void Convert(const v1::Resource& message) {
  FieldViolations violations;
  const Resource resource =
      ToResource(message, SmallCatalog(), FieldPath(), &violations);
  if (violations.ToStatus().ok()) (void)FromResource(resource);
}

void Convert(const v1::KnowledgeComponent& message) {
  FieldViolations violations;
  const KnowledgeComponent kc =
      ToKc(message, SmallCatalog(), {}, FieldPath(), &violations);
  if (violations.ToStatus().ok()) (void)FromKc(kc);
}

void Convert(const v1::School& message) {
  FieldViolations violations;
  (void)ToSchool(message, FieldPath(), &violations);
}
void Convert(const v1::SchoolClass& message) {
  FieldViolations violations;
  (void)FromSchoolClass(ToSchoolClass(message, FieldPath(), &violations));
}
void Convert(const v1::Person& message) {
  FieldViolations violations;
  (void)ToPerson(message, FieldPath(), &violations);
}

void Convert(const v1::RecommendResourcesRequest& message) {
  FieldViolations violations;
  (void)ToRequest(message, &violations);
}
void Convert(const v1::RecommendForClassRequest& message) {
  FieldViolations violations;
  (void)ToRequest(message, &violations);
  const NamedRules rules = ToRules(message.rules(), &violations);
  if (violations.ToStatus().ok()) {
    (void)InCatalog(rules, SmallCatalog(), kNow);
  }
}
void Convert(const v1::RecommendForGroupRequest& message) {
  FieldViolations violations;
  (void)ToRequest(message, &violations);
}
void Convert(const v1::RecommendForLessonRequest& message) {
  FieldViolations violations;
  (void)ToRequest(message, &violations);
}

void Convert(const v1::UpdatePushRequest& message) {
  FieldViolations violations;
  (void)ToPushEdits(message.edits(), 1, "w1", kNow, &violations);
}
void Convert(const v1::SubscribePushesRequest& message) {
  FieldViolations violations;
  (void)ToAudience(message.audience(), &violations);
}
void Convert(const v1::Goal& message) {
  FieldViolations violations;
  const Goal goal =
      ToGoal(message, FieldPath(), kNow, SmallCatalog(), &violations);
  if (!violations.ToStatus().ok()) return;
  v1::Goal shown;
  FromGoal(goal, &shown);
}

template <typename Message>
void ParseAndConvert(absl::string_view bytes) {
  google::protobuf::io::ArrayInputStream in(bytes.data(),
                                            static_cast<int>(bytes.size()));
  Message message;
  if (ParseRequest(&in, &message).ok()) Convert(message);
}

using Target = void (*)(absl::string_view);
constexpr Target kTargets[] = {
    ParseAndConvert<v1::Event>,
    ParseAndConvert<v1::Resource>,
    ParseAndConvert<v1::KnowledgeComponent>,
    ParseAndConvert<v1::School>,
    ParseAndConvert<v1::SchoolClass>,
    ParseAndConvert<v1::Person>,
    ParseAndConvert<v1::RecommendResourcesRequest>,
    ParseAndConvert<v1::RecommendForClassRequest>,
    ParseAndConvert<v1::RecommendForGroupRequest>,
    ParseAndConvert<v1::RecommendForLessonRequest>,
    ParseAndConvert<v1::UpdatePushRequest>,
    ParseAndConvert<v1::SubscribePushesRequest>,
    ParseAndConvert<v1::Goal>,
};

}  // namespace
}  // namespace evenlight

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  evenlight::RouteLibraryLogs();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  evenlight::kTargets[bytes[0] % std::size(evenlight::kTargets)](
      absl::string_view(reinterpret_cast<const char*>(bytes) + 1, size - 1));
  return 0;
}
