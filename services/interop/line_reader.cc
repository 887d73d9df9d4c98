#include "services/interop/line_reader.h"

#include <utf8.h>

#include "absl/strings/match.h"

namespace evenlight {

bool IsUtf8(absl::string_view text) {
  return utf8::is_valid(text.begin(), text.end());
}

bool LineReader::Next() {
  constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
  while (std::getline(in_, text_)) {
    ++line_;
    if (line_ == 1 && absl::StartsWith(text_, kByteOrderMark)) {
      text_.erase(0, kByteOrderMark.size());
    }
    if (!text_.empty() && text_.back() == '\r') text_.pop_back();
    if (!text_.empty()) return true;
  }
  return false;
}

absl::Status LineReader::CheckText() const {
  if (!IsUtf8(text_)) return absl::InvalidArgumentError("not UTF-8 text");
  if (text_.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("holds a zero byte");
  }
  return absl::OkStatus();
}

RefusedRow LineReader::Refuse(absl::string_view reason) const {
  return {line_, std::string(reason)};
}

}  // namespace evenlight
