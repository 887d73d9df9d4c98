#include "services/cli/import_report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "services/interop/csv.h"

namespace evenlight {
namespace {

std::string RefusedFile(const ImportOptions& options) {
  return options.refused_file.empty()
             ? absl::StrCat(options.file, ".refused.csv")
             : options.refused_file;
}

}  // namespace

absl::Status WriteRefused(const ImportOptions& options, ImportReport* report) {
  const std::string path = RefusedFile(options);
  if (report->refused.empty()) {
    std::remove(path.c_str());
    return absl::OkStatus();
  }
  std::stable_sort(
      report->refused.begin(), report->refused.end(),
      [](const RefusedRow& a, const RefusedRow& b) { return a.line < b.line; });
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << "line,reason,row\n";
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

int FinishImport(const ImportOptions& options, const absl::Status& status,
                 ImportReport* report, const Console& console) {
  const absl::Status written = WriteRefused(options, report);
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

}  // namespace evenlight
