// Lines of a text file as people send them: LF or CRLF, with or without a byte
// order mark, and sometimes broken in the middle.

#ifndef EVENLIGHT_SERVICES_INTEROP_LINE_READER_H_
#define EVENLIGHT_SERVICES_INTEROP_LINE_READER_H_

#include <cstdint>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// A line of a file that was not taken, and why.
struct RefusedRow {
  int64_t line = 0;  // From 1.
  std::string reason;

  friend bool operator==(const RefusedRow&, const RefusedRow&) = default;
};

// A value and the line it was read from.
template <typename T>
struct Lined {
  int64_t line = 0;  // From 1.
  T value;
};

// True if `text` is well-formed UTF-8.
bool IsUtf8(absl::string_view text);

// One thread. `in` outlives it.
class LineReader {
 public:
  explicit LineReader(std::istream* in) : in_(*in) {}

  // Goes to the next line that is not empty. False at the end of the file.
  bool Next();

  // The line without its end and without a byte order mark; valid until Next().
  absl::string_view text() const { return text_; }

  // Its number in the file, from 1.
  int64_t line() const { return line_; }

  // INVALID_ARGUMENT: the line is not UTF-8, or holds a zero byte.
  absl::Status CheckText() const;

  // The line as a refused one.
  RefusedRow Refuse(absl::string_view reason) const;

 private:
  std::istream& in_;
  std::string text_;
  int64_t line_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_LINE_READER_H_
