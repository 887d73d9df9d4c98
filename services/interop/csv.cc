#include "services/interop/csv.h"

#include <csv.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

// libcsv's parser, freed at the end of its scope.
class Parser {
 public:
  Parser() { csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI); }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  bool Parse(absl::string_view line, std::vector<std::string>* fields) {
    const size_t taken = csv_parse(&parser_, line.data(), line.size(), AddField,
                                   nullptr, fields);
    return taken == line.size() &&
           csv_fini(&parser_, AddField, nullptr, fields) == 0;
  }

 private:
  static void AddField(void* field, size_t size, void* fields) {
    static_cast<std::vector<std::string>*>(fields)->emplace_back(
        static_cast<const char*>(field), size);
  }

  csv_parser parser_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseCsvLine(absl::string_view line) {
  Parser parser;
  std::vector<std::string> fields;
  if (!parser.Parse(line, &fields)) {
    return absl::InvalidArgumentError("quotes do not match");
  }
  return fields;
}

std::string FormatCsvLine(absl::Span<const std::string> fields) {
  return absl::StrJoin(
      fields, ",", [](std::string* out, const std::string& field) {
        if (field.find_first_of(",\"\r\n ") == std::string::npos) {
          out->append(field);
          return;
        }
        const size_t size = csv_write(nullptr, 0, field.data(), field.size());
        const size_t begin = out->size();
        out->resize(begin + size);
        csv_write(out->data() + begin, size, field.data(), field.size());
      });
}

std::vector<std::string> SplitList(absl::string_view text) {
  std::vector<std::string> parts;
  for (absl::string_view part :
       absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

absl::StatusOr<std::unique_ptr<CsvTable>> CsvTable::Open(std::istream* in) {
  auto table = std::unique_ptr<CsvTable>(new CsvTable(in));
  if (!table->reader_.Next()) {
    return absl::InvalidArgumentError(
        "the file is empty; its first line must name the columns");
  }
  RETURN_IF_ERROR(table->reader_.CheckText());
  ASSIGN_OR_RETURN(table->columns_, ParseCsvLine(table->reader_.text()));
  for (std::string& column : table->columns_) absl::AsciiStrToLower(&column);
  for (size_t column = 0; column < table->columns_.size(); ++column) {
    const auto begin = table->columns_.begin();
    if (std::count(begin, table->columns_.end(), table->columns_[column]) > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("column `", table->columns_[column], "` stands twice"));
    }
  }
  table->is_used_.assign(table->columns_.size(), false);
  return table;
}

absl::StatusOr<std::optional<int>> CsvTable::Find(
    absl::Span<const absl::string_view> names) {
  std::optional<int> found;
  for (int column = 0; column < static_cast<int>(columns_.size()); ++column) {
    if (std::find(names.begin(), names.end(), columns_[column]) ==
        names.end()) {
      continue;
    }
    if (found.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("columns `", columns_[*found], "` and `",
                       columns_[column], "` mean the same; keep one"));
    }
    found = column;
    is_used_[column] = true;
  }
  return found;
}

std::vector<std::string> CsvTable::UnusedColumns() const {
  std::vector<std::string> unused;
  for (size_t column = 0; column < columns_.size(); ++column) {
    if (!is_used_[column]) unused.push_back(columns_[column]);
  }
  return unused;
}

absl::StatusOr<std::vector<std::string>> CsvTable::Fields() const {
  RETURN_IF_ERROR(reader_.CheckText());
  ASSIGN_OR_RETURN(std::vector<std::string> fields,
                   ParseCsvLine(reader_.text()));
  if (fields.size() != columns_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        fields.size(), " columns where the header has ", columns_.size()));
  }
  return fields;
}

}  // namespace evenlight
