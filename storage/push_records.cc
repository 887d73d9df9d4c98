#include "storage/push_records.h"

#include "absl/strings/str_cat.h"
#include "evenlight/storage/v1/records.pb.h"

namespace evenlight {
namespace {

void SetEdits(const StoredPush& push, storage::v1::PushRecord* record) {
  for (const StoredPushEdit& edit : push.edits) {
    storage::v1::PushEditRecord* line = record->add_edits();
    line->set_kind(static_cast<int>(edit.kind));
    line->set_resource(edit.resource);
    line->set_replacement(edit.replacement);
    line->set_reason(edit.reason);
    line->set_teacher(edit.teacher);
    line->set_time_us(ToMicros(edit.time));
  }
  for (const StoredOverCap& over : push.over_cap) {
    storage::v1::OverCapRecord* line = record->add_over_cap();
    line->set_learner(over.learner);
    line->set_minutes(over.minutes);
    line->set_minutes_left(over.minutes_left);
    line->set_reason(over.reason);
  }
}

void GetEdits(const storage::v1::PushRecord& record, StoredPush* push) {
  for (const auto& line : record.edits()) {
    push->edits.push_back({static_cast<PushEditKind>(line.kind()),
                           line.resource(), line.replacement(), line.reason(),
                           line.teacher(), FromMicros(line.time_us())});
  }
  for (const auto& line : record.over_cap()) {
    push->over_cap.push_back(
        {line.learner(), line.minutes(), line.minutes_left(), line.reason()});
  }
}

}  // namespace

std::string EncodePush(const StoredPush& push) {
  storage::v1::PushRecord record;
  record.set_push(push.id);
  record.set_first_sequence(push.first_sequence);
  record.set_class_id(push.class_id);
  record.mutable_learners()->Assign(push.learners.begin(), push.learners.end());
  record.set_is_whole_class(push.is_whole_class);
  record.set_teacher(push.teacher);
  record.set_edited_by(push.edited_by);
  record.set_phase(static_cast<int>(push.phase));
  record.set_create_time_us(ToMicros(push.create_time));
  record.set_update_time_us(ToMicros(push.update_time));
  record.set_due_time_us(ToMicros(push.due_time));
  for (const StoredPushedResource& pushed : push.resources) {
    storage::v1::PushedResourceRecord* line = record.add_resources();
    line->set_resource(pushed.resource);
    line->set_is_pinned(pushed.is_pinned);
  }
  record.mutable_bans()->Assign(push.bans.begin(), push.bans.end());
  SetEdits(push, &record);
  record.set_request_id(push.request_id);
  record.set_request_digest(push.request_digest);
  return record.SerializeAsString();
}

absl::StatusOr<StoredPush> DecodePush(const TenantId& tenant, int64_t sequence,
                                      absl::string_view bytes) {
  storage::v1::PushRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(absl::StrCat("stored push of sequence ",
                                            sequence, " of tenant ", tenant,
                                            " does not parse"));
  }
  StoredPush push;
  push.id = record.push();
  push.sequence = sequence;
  push.first_sequence = record.first_sequence();
  push.class_id = record.class_id();
  push.learners.assign(record.learners().begin(), record.learners().end());
  push.is_whole_class = record.is_whole_class();
  push.teacher = record.teacher();
  push.edited_by = record.edited_by();
  push.phase = static_cast<Phase>(record.phase());
  push.create_time = FromMicros(record.create_time_us());
  push.update_time = FromMicros(record.update_time_us());
  push.due_time = FromMicros(record.due_time_us());
  for (const auto& line : record.resources()) {
    push.resources.push_back({line.resource(), line.is_pinned()});
  }
  push.bans.assign(record.bans().begin(), record.bans().end());
  GetEdits(record, &push);
  push.request_id = record.request_id();
  push.request_digest = record.request_digest();
  return push;
}

}  // namespace evenlight
