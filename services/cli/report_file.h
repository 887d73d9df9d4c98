// Files that a command writes at the end of a long run.

#ifndef EVENLIGHT_SERVICES_CLI_REPORT_FILE_H_
#define EVENLIGHT_SERVICES_CLI_REPORT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/log.h"

namespace evenlight {

// Whether WriteFile() could write there; asked before the run, whose figures
// must not be lost for a wrong path. Leaves what is there as it is.
//
// FAILED_PRECONDITION: it cannot; the message says why. WriteFile() likewise.
absl::Status CheckWritable(const std::string& path);
absl::Status WriteFile(const std::string& path, const std::string& text);

// More digits would be noise. What is not known, nan, is null.
LogField Rounded(absl::string_view name, double value, int num_digits);

// One JSON object.
std::string ToJson(const std::vector<LogField>& figures);

// A list of objects, one for each of `values`.
template <typename Values, typename FieldsOf>
LogField ListOf(absl::string_view name, const Values& values,
                FieldsOf fields_of) {
  LogField list(name, "");
  list.json =
      absl::StrCat("[",
                   absl::StrJoin(values, ",",
                                 [&](std::string* text, const auto& value) {
                                   text->append(ToJson(fields_of(value)));
                                 }),
                   "]");
  return list;
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_REPORT_FILE_H_
