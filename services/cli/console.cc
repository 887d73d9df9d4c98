#include "services/cli/console.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/client.h"
#include "services/interop/json_lines.h"

namespace evenlight {
namespace {

// A JSON value as plain text: a string without blanks needs no quotes, and a
// figure that does not exist reads as such.
absl::string_view Plain(absl::string_view json) {
  if (json == "null") return "nan";
  if (json.size() > 2 && json.front() == '"' &&
      json.find_first_of(" \\=") == absl::string_view::npos) {
    return json.substr(1, json.size() - 2);
  }
  return json;
}

}  // namespace

int Console::Fail(absl::string_view what, const absl::Status& status) const {
  err << "evenlight: " << what << ": " << Explain(status) << std::endl;
  return kExitError;
}

void Console::Figures(const std::vector<LogField>& figures) const {
  if (is_json) {
    out << "{"
        << absl::StrJoin(figures, ",",
                         [](std::string* text, const LogField& field) {
                           absl::StrAppend(text, "\"", field.name,
                                           "\":", field.json);
                         })
        << "}" << std::endl;
    return;
  }
  out << absl::StrJoin(figures, " ",
                       [](std::string* text, const LogField& field) {
                         absl::StrAppend(text, field.name, "=",
                                         Plain(field.json));
                       })
      << std::endl;
}

void Console::Json(const google::protobuf::Message& message) const {
  out << ToJsonLine(message) << std::endl;
}

void Progress::Update(double done) {
  const int percent = static_cast<int>(100 * std::clamp(done, 0.0, 1.0));
  if (console_.has_bar) {
    if (percent == shown_) return;
    constexpr int kWidth = 40;
    const int filled = percent * kWidth / 100;
    console_.err << "\r"
                 << absl::StrFormat("%-12s [%s%s] %3d%%", label_,
                                    std::string(filled, '#'),
                                    std::string(kWidth - filled, ' '), percent)
                 << std::flush;
    is_open_ = true;
  } else {
    if (percent / 10 == shown_ / 10 && shown_ >= 0) return;
    console_.err << label_ << " " << percent / 10 * 10 << "%" << std::endl;
  }
  shown_ = percent;
}

void Progress::Finish() {
  if (is_open_) console_.err << std::endl;
  is_open_ = false;
}

}  // namespace evenlight
