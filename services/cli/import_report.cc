#include "services/cli/import_report.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "services/interop/csv.h"

namespace evenlight {
namespace {

constexpr char kHeader[] = "line,reason,row";

std::string RefusedFile(const ImportOptions& options) {
  return options.refused_file.empty()
             ? absl::StrCat(options.file, ".refused.csv")
             : options.refused_file;
}

// Whatever the two are called: links count as what they lead to.
bool IsInput(const ImportOptions& options) {
  std::error_code not_there;
  return std::filesystem::equivalent(options.file, RefusedFile(options),
                                     not_there);
}

// What an earlier import left would be taken for the outcome of this one.
void RemoveOldRefused(const ImportOptions& options) {
  if (!options.refused_file.empty()) return;
  const std::string path = RefusedFile(options);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(
          std::filesystem::symlink_status(path, ignored))) {
    return;
  }
  std::ifstream in(path, std::ios::binary);
  std::string header;
  if (!std::getline(in, header) || header != kHeader) return;
  std::filesystem::remove(path, ignored);
}

absl::Status WriteRefused(const ImportOptions& options, ImportReport* report) {
  const std::string path = RefusedFile(options);
  std::stable_sort(
      report->refused.begin(), report->refused.end(),
      [](const RefusedRow& a, const RefusedRow& b) { return a.line < b.line; });
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << kHeader << "\n";
  // The rows' text is not kept in memory; it is read again.
  std::ifstream in(options.file, std::ios::binary);
  LineReader reader(&in);
  bool has_line = reader.Next();
  for (const RefusedRow& row : report->refused) {
    while (has_line && reader.line() < row.line) has_line = reader.Next();
    const std::string text = has_line && reader.line() == row.line
                                 ? std::string(reader.text())
                                 : std::string();
    out << FormatCsvLine({absl::StrCat(row.line), row.reason, text}) << "\n";
  }
  out.close();
  if (!out) {
    return absl::UnavailableError(
        absl::StrCat("cannot write the refused rows to ", path,
                     "; --refused names another"));
  }
  return absl::OkStatus();
}

// Ends an import that `status` stopped, if it is an error.
int Finish(const ImportOptions& options, const absl::Status& status,
           ImportReport* report, const Console& console) {
  absl::Status written;
  if (!report->refused.empty()) {
    written = WriteRefused(options, report);
  } else if (status.ok()) {
    RemoveOldRefused(options);
  }
  std::vector<LogField> figures = {
      {"accepted", report->num_accepted},
      {"duplicate", report->num_duplicate},
      {"refused", static_cast<int64_t>(report->refused.size())}};
  figures.insert(figures.end(), report->more.begin(), report->more.end());
  if (!report->refused.empty() && written.ok()) {
    figures.push_back({"refused_file", RefusedFile(options)});
  }
  console.Figures(figures);
  if (!status.ok()) {
    return console.Fail(absl::StrCat("import ", options.file), status);
  }
  if (!written.ok()) return console.Fail("import", written);
  if (report->refused.empty()) return kExitOk;
  const RefusedRow& first = report->refused.front();
  console.err << "evenlight: " << report->refused.size()
              << " rows refused; the first is line " << first.line << ": "
              << first.reason << std::endl;
  return kExitRefused;
}

}  // namespace

int RunImport(const ImportOptions& options, Client* client,
              const Console& console, const SendFile& send) {
  if (IsInput(options)) {
    console.err << "evenlight: import " << options.file
                << ": --refused names the input itself: "
                << RefusedFile(options) << std::endl;
    return kExitUsage;
  }
  ImportReport report;
  RetryingClient retrying(client, console.sleep);
  const absl::Status status = send(&retrying, &report);
  return Finish(options, status, &report, console);
}

}  // namespace evenlight
