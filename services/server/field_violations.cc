#include "services/server/field_violations.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
// A trailer may hold 8 KiB in all; base64 and the message take their part.
constexpr size_t kMaxDetailBytes = 3'000;
constexpr size_t kMaxKept = 1'000;

}  // namespace

std::string FieldPath::ToString() const {
  std::string text;
  if (parent_ != nullptr) text = parent_->ToString();
  if (!name_.empty()) absl::StrAppend(&text, text.empty() ? "" : ".", name_);
  if (index_ >= 0) absl::StrAppend(&text, "[", index_, "]");
  return text;
}

std::string Quoted(absl::string_view value) {
  if (value.size() <= kMaxQuotedBytes) {
    return absl::StrCat("`", absl::Utf8SafeCEscape(value), "`");
  }
  size_t end = kMaxQuotedBytes;
  while (end > 0 && (value[end] & 0xC0) == 0x80) --end;  // Whole characters.
  return absl::StrCat("`", absl::Utf8SafeCEscape(value.substr(0, end)),
                      "...` (", value.size(), " bytes)");
}

void FieldViolations::Add(const FieldPath& path,
                          absl::string_view description) {
  if (violations_.size() >= kMaxKept) {
    ++num_dropped_;
    return;
  }
  violations_.push_back({path.ToString(), std::string(description)});
}

void FieldViolations::Append(FieldViolations others) {
  const size_t num_taken =
      std::min(others.violations_.size(), kMaxKept - violations_.size());
  const auto first = others.violations_.begin();
  violations_.insert(violations_.end(), std::make_move_iterator(first),
                     std::make_move_iterator(first + num_taken));
  num_dropped_ += others.violations_.size() - num_taken + others.num_dropped_;
}

absl::Status FieldViolations::ToStatus(absl::StatusCode code) const {
  if (empty()) return absl::OkStatus();
  google::rpc::BadRequest details;
  for (const Violation& violation : violations_) {
    auto* added = details.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
    if (details.ByteSizeLong() > kMaxDetailBytes &&
        details.field_violations_size() > 1) {
      details.mutable_field_violations()->RemoveLast();
      break;
    }
  }
  const Violation& first = violations_.front();
  std::string message = absl::StrCat(first.field, ": ", first.description);
  const size_t num_more = violations_.size() - 1 + num_dropped_;
  if (num_more > 0) absl::StrAppend(&message, " (and ", num_more, " more)");
  absl::Status status(code, message);
  AttachDetail(details, &status);
  return status;
}

}  // namespace evenlight
