// One line of CSV (RFC 4180), and a table with named columns.
//
// A record is one line: a line break within quotes is not taken, so that one
// stray quote costs its own line and not the rest of the file.

#ifndef EVENLIGHT_SERVICES_INTEROP_CSV_H_
#define EVENLIGHT_SERVICES_INTEROP_CSV_H_

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// The fields of a line, without surrounding blanks unless quoted.
//
// INVALID_ARGUMENT: quotes do not match.
absl::StatusOr<std::vector<std::string>> ParseCsvLine(absl::string_view line);

// The fields as one line without its end, quoted where needed.
std::string FormatCsvLine(absl::Span<const std::string> fields);

// `text` split at `;`, without blanks and empty parts.
std::vector<std::string> SplitList(absl::string_view text);

// Reads a CSV file whose first line names the columns, in any order and case.
// One thread. `in` outlives it.
class CsvTable {
 public:
  // Reads the header.
  //
  // INVALID_ARGUMENT: there is none, it is not UTF-8, or it names a column
  // twice.
  static absl::StatusOr<std::unique_ptr<CsvTable>> Open(std::istream* in);

  // The names, in lower case, as they stand.
  const std::vector<std::string>& columns() const { return columns_; }

  // The position of the column that has one of `names`; nullopt if none.
  //
  // INVALID_ARGUMENT: two columns have one of them.
  absl::StatusOr<std::optional<int>> Find(
      absl::Span<const absl::string_view> names);

  // The columns that Find() never found.
  std::vector<std::string> UnusedColumns() const;

  // Goes to the next line. False at the end of the file.
  bool Next() { return reader_.Next(); }

  // The fields of the line, as many as there are columns.
  //
  // INVALID_ARGUMENT: the line is broken.
  absl::StatusOr<std::vector<std::string>> Fields() const;

  const LineReader& reader() const { return reader_; }

 private:
  explicit CsvTable(std::istream* in) : reader_(in) {}

  LineReader reader_;
  std::vector<std::string> columns_;
  std::vector<bool> is_used_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_CSV_H_
