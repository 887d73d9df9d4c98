#include "services/interop/roster_csv.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/status_macros.h"
#include "services/interop/csv.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

// By the value of Tier, from 1.
constexpr std::array<absl::string_view, 5> kTiers = {
    "urban", "county_town", "township", "village", "teaching_point"};
// By the number of AccessibilityFeature, from 1.
constexpr std::array<absl::string_view, 6> kFeatures = {
    "captions",    "sign_language", "screen_reader",
    "large_print", "no_time_limit", "keyboard_only"};

// The columns, in the order in which they are written.
enum Column {
  kType,
  kId,
  kTitle,
  kRegion,
  kTier,
  kSchool,
  kGrade,
  kClasses,
  kLanguage,
  kAccessibility,
  kBandwidth,
  kNumColumns
};
constexpr std::array<absl::string_view, kNumColumns> kNames = {
    "type",  "id",      "title",    "region",        "tier",          "school",
    "grade", "classes", "language", "accessibility", "bandwidth_kbps"};

// The fields of one row by Column; empty where the file has no such column.
using Row = std::array<std::string, kNumColumns>;

// The number of `word` in `words`, from 1; 0 for an empty one.
template <size_t n>
absl::StatusOr<int> NumberOf(absl::string_view field, const std::string& word,
                             const std::array<absl::string_view, n>& words) {
  if (word.empty()) return 0;
  for (size_t k = 0; k < n; ++k) {
    if (words[k] == absl::AsciiStrToLower(word)) return static_cast<int>(k) + 1;
  }
  return absl::InvalidArgumentError(absl::StrCat(field, " ", QuotedValue(word),
                                                 " is not one of ",
                                                 absl::StrJoin(words, ", ")));
}

absl::StatusOr<int32_t> OptionalInteger(absl::string_view field,
                                        const std::string& text,
                                        int32_t greatest) {
  if (text.empty()) return 0;
  return ParseIntegerIn(field, text, 0, greatest);
}

absl::StatusOr<std::string> OptionalId(absl::string_view field,
                                       const std::string& id) {
  if (!id.empty()) RETURN_IF_ERROR(CheckId(field, id));
  return id;
}

absl::StatusOr<School> ParseSchool(const Row& row) {
  ASSIGN_OR_RETURN(const int tier, NumberOf("tier", row[kTier], kTiers));
  return School{row[kId], row[kTitle], row[kRegion], static_cast<Tier>(tier)};
}

absl::StatusOr<SchoolClass> ParseClass(const Row& row) {
  SchoolClass c;
  c.id = row[kId];
  c.title = row[kTitle];
  ASSIGN_OR_RETURN(c.school, OptionalId("school", row[kSchool]));
  ASSIGN_OR_RETURN(c.grade, OptionalInteger("grade", row[kGrade], 12));
  return c;
}

absl::StatusOr<Person> ParsePerson(ActorKind kind, const Row& row) {
  Person person;
  person.actor = {kind, row[kId]};
  ASSIGN_OR_RETURN(person.school, OptionalId("school", row[kSchool]));
  person.classes = SplitList(row[kClasses]);
  for (const ClassId& id : person.classes) {
    RETURN_IF_ERROR(CheckId("class", id));
  }
  ASSIGN_OR_RETURN(person.grade, OptionalInteger("grade", row[kGrade], 12));
  person.language = row[kLanguage];
  for (const std::string& word : SplitList(row[kAccessibility])) {
    ASSIGN_OR_RETURN(const int feature,
                     NumberOf("accessibility", word, kFeatures));
    person.accessibility_needs |= 1u << feature;
  }
  ASSIGN_OR_RETURN(
      person.bandwidth_kbps,
      OptionalInteger("bandwidth_kbps", row[kBandwidth], 100'000'000));
  return person;
}

class Collector {
 public:
  explicit Collector(RosterFile* file) : file_(*file) {}

  absl::Status Add(int64_t line, const Row& row) {
    const std::string type = absl::AsciiStrToLower(row[kType]);
    RETURN_IF_ERROR(CheckId("id", row[kId]));
    RETURN_IF_ERROR(AddAs(type, line, row));
    line_of_.emplace(absl::StrCat(type, "/", row[kId]), line);
    return absl::OkStatus();
  }

 private:
  absl::Status AddAs(const std::string& type, int64_t line, const Row& row) {
    const auto found = line_of_.find(absl::StrCat(type, "/", row[kId]));
    if (found != line_of_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(type, " ", QuotedValue(row[kId]), " had line ",
                       found->second, " already"));
    }
    if (type == "school") {
      ASSIGN_OR_RETURN(School school, ParseSchool(row));
      file_.schools.push_back({line, std::move(school)});
    } else if (type == "class") {
      ASSIGN_OR_RETURN(SchoolClass school_class, ParseClass(row));
      file_.classes.push_back({line, std::move(school_class)});
    } else if (type == "learner" || type == "teacher") {
      const ActorKind kind =
          type == "learner" ? ActorKind::kLearner : ActorKind::kTeacher;
      ASSIGN_OR_RETURN(Person person, ParsePerson(kind, row));
      file_.people.push_back({line, std::move(person)});
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("type ", QuotedValue(row[kType]),
                       " is not school, class, learner or teacher"));
    }
    return absl::OkStatus();
  }

  RosterFile& file_;
  absl::flat_hash_map<std::string, int64_t> line_of_;  // By type and id.
};

using Positions = std::array<std::optional<int>, kNumColumns>;

absl::StatusOr<Positions> FindColumns(CsvTable* table) {
  Positions positions;
  for (int column = 0; column < kNumColumns; ++column) {
    ASSIGN_OR_RETURN(positions[column], table->Find({kNames[column]}));
  }
  for (const Column column : {kType, kId}) {
    if (!positions[column]) {
      return absl::InvalidArgumentError(
          absl::StrCat("no column `", kNames[column], "`; the file has ",
                       absl::StrJoin(table->columns(), ", ")));
    }
  }
  return positions;
}

absl::StatusOr<Row> ReadRow(const Positions& positions, const CsvTable& table) {
  ASSIGN_OR_RETURN(const std::vector<std::string> fields, table.Fields());
  Row row;
  for (int column = 0; column < kNumColumns; ++column) {
    if (positions[column]) row[column] = fields[*positions[column]];
  }
  return row;
}

void WriteRow(const Row& row, std::ostream* out) {
  *out << FormatCsvLine(row) << "\n";
}

std::string NonZero(int32_t number) {
  return number == 0 ? "" : absl::StrCat(number);
}

std::string FeatureNames(AccessibilitySet set) {
  std::vector<absl::string_view> names;
  for (size_t k = 0; k < kFeatures.size(); ++k) {
    if ((set >> (k + 1) & 1) != 0) names.push_back(kFeatures[k]);
  }
  return absl::StrJoin(names, ";");
}

}  // namespace

absl::StatusOr<RosterFile> ReadRosterCsv(std::istream* in) {
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvTable> table, CsvTable::Open(in));
  ASSIGN_OR_RETURN(const Positions positions, FindColumns(table.get()));
  RosterFile file;
  file.ignored_columns = table->UnusedColumns();
  Collector collector(&file);
  while (table->Next()) {
    const absl::StatusOr<Row> row = ReadRow(positions, *table);
    const absl::Status added =
        row.ok() ? collector.Add(table->reader().line(), *row) : row.status();
    if (!added.ok()) {
      file.refused.push_back(table->reader().Refuse(added.message()));
    }
  }
  return file;
}

void WriteRosterCsv(absl::Span<const School> schools,
                    absl::Span<const SchoolClass> classes,
                    absl::Span<const Person> people, std::ostream* out) {
  *out << absl::StrJoin(kNames, ",") << "\n";
  for (const School& school : schools) {
    const int tier = static_cast<int>(school.tier);
    Row row;
    row[kType] = "school";
    row[kId] = school.id;
    row[kTitle] = school.title;
    row[kRegion] = school.region;
    if (tier > 0) row[kTier] = std::string(kTiers[tier - 1]);
    WriteRow(row, out);
  }
  for (const SchoolClass& c : classes) {
    Row row;
    row[kType] = "class";
    row[kId] = c.id;
    row[kTitle] = c.title;
    row[kSchool] = c.school;
    row[kGrade] = NonZero(c.grade);
    WriteRow(row, out);
  }
  for (const Person& person : people) {
    Row row;
    row[kType] =
        person.actor.kind == ActorKind::kTeacher ? "teacher" : "learner";
    row[kId] = person.actor.id;
    row[kSchool] = person.school;
    row[kGrade] = NonZero(person.grade);
    row[kClasses] = absl::StrJoin(person.classes, ";");
    row[kLanguage] = person.language;
    row[kAccessibility] = FeatureNames(person.accessibility_needs);
    row[kBandwidth] = NonZero(person.bandwidth_kbps);
    WriteRow(row, out);
  }
}

}  // namespace evenlight
