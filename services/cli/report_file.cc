#include "services/cli/report_file.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_format.h"

namespace evenlight {
namespace {

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot write ", path, ": ", std::strerror(error)));
}

}  // namespace

absl::Status CheckWritable(const std::string& path) {
  std::error_code error;
  const bool is_new = !std::filesystem::exists(path, error);
  errno = 0;
  if (!std::ofstream(path, std::ios::app)) return CannotWrite(path, errno);
  if (is_new) std::filesystem::remove(path, error);
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream out(path, std::ios::trunc | std::ios::binary);
  out << text;
  out.close();
  return out ? absl::OkStatus() : CannotWrite(path, errno);
}

LogField Rounded(absl::string_view name, double value, int num_digits) {
  LogField field(name, value);
  if (std::isfinite(value)) {
    field.json = absl::StrFormat("%.*f", num_digits, value);
  }
  return field;
}

std::string ToJson(const std::vector<LogField>& figures) {
  return absl::StrCat(
      "{",
      absl::StrJoin(figures, ",",
                    [](std::string* text, const LogField& field) {
                      absl::StrAppend(text, "\"", field.name,
                                      "\":", field.json);
                    }),
      "}");
}

}  // namespace evenlight
