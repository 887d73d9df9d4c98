#include "services/interop/kcs_csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/status_macros.h"
#include "services/interop/csv.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

struct Columns {
  std::optional<int> kc, prerequisite;                      // Edges.
  std::optional<int> title, subject, grade, prerequisites;  // Entries.
};

absl::StatusOr<Columns> FindColumns(CsvTable* table) {
  Columns c;
  ASSIGN_OR_RETURN(c.prerequisite,
                   table->Find({"prerequisite", "prerequisite_id"}));
  if (c.prerequisite) {
    ASSIGN_OR_RETURN(c.kc, table->Find({"kc", "exercise_id"}));
  } else {
    ASSIGN_OR_RETURN(c.kc, table->Find({"kc", "id"}));
    ASSIGN_OR_RETURN(c.title, table->Find({"title"}));
    ASSIGN_OR_RETURN(c.subject, table->Find({"subject"}));
    ASSIGN_OR_RETURN(c.grade, table->Find({"grade"}));
    ASSIGN_OR_RETURN(c.prerequisites, table->Find({"prerequisites"}));
  }
  if (!c.kc) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no column `kc` or `id` (entries), nor `prerequisite` and `kc` or "
        "`prerequisite_id` and `exercise_id` (edges); the file has ",
        absl::StrJoin(table->columns(), ", ")));
  }
  return c;
}

absl::Status AddPrerequisite(std::string prerequisite, KnowledgeComponent* kc) {
  RETURN_IF_ERROR(CheckId("prerequisite", prerequisite));
  std::vector<KcId>& all = kc->prerequisites;
  if (std::find(all.begin(), all.end(), prerequisite) != all.end()) {
    return absl::OkStatus();
  }
  if (all.size() == kMaxPrerequisites) {
    return absl::InvalidArgumentError(
        absl::StrCat("kc ", QuotedValue(kc->id), " has more than ",
                     kMaxPrerequisites, " prerequisites"));
  }
  all.push_back(std::move(prerequisite));
  return absl::OkStatus();
}

absl::StatusOr<KnowledgeComponent> ParseEntry(
    const Columns& columns, const std::vector<std::string>& fields) {
  const auto field = [&](std::optional<int> column) {
    return column ? fields[*column] : std::string();
  };
  KnowledgeComponent kc;
  kc.id = field(columns.kc);
  RETURN_IF_ERROR(CheckId("kc", kc.id));
  kc.title = field(columns.title);
  if (kc.title.empty()) kc.title = kc.id;
  kc.subject = field(columns.subject);
  const std::string grade = field(columns.grade);
  if (!grade.empty()) {
    ASSIGN_OR_RETURN(kc.grade, ParseIntegerIn("grade", grade, 0, 12));
  }
  for (std::string& id : SplitList(field(columns.prerequisites))) {
    RETURN_IF_ERROR(AddPrerequisite(std::move(id), &kc));
  }
  return kc;
}

// Takes rows of either form.
class Collector {
 public:
  Collector(const Columns& columns, KcsFile* file)
      : columns_(columns), file_(*file) {}

  absl::Status Add(const CsvTable& table) {
    ASSIGN_OR_RETURN(const std::vector<std::string> fields, table.Fields());
    const int64_t line = table.reader().line();
    return columns_.prerequisite ? AddEdge(line, fields)
                                 : AddEntry(line, fields);
  }

 private:
  absl::Status AddEntry(int64_t line, const std::vector<std::string>& fields) {
    ASSIGN_OR_RETURN(KnowledgeComponent kc, ParseEntry(columns_, fields));
    const auto [found, is_new] = position_.try_emplace(kc.id, file_.kcs.size());
    if (!is_new) {
      return absl::InvalidArgumentError(
          absl::StrCat("kc ", QuotedValue(kc.id), " had line ",
                       file_.kcs[found->second].line, " already"));
    }
    file_.num_edges += static_cast<int64_t>(kc.prerequisites.size());
    file_.kcs.push_back({line, std::move(kc)});
    return absl::OkStatus();
  }

  absl::Status AddEdge(int64_t line, const std::vector<std::string>& fields) {
    const std::string& prerequisite = fields[*columns_.prerequisite];
    const std::string& kc = fields[*columns_.kc];
    RETURN_IF_ERROR(CheckId("kc", kc));
    RETURN_IF_ERROR(CheckId("prerequisite", prerequisite));
    KnowledgeComponent& entry = Entry(line, kc);
    const size_t before = entry.prerequisites.size();
    RETURN_IF_ERROR(AddPrerequisite(prerequisite, &entry));
    file_.num_edges +=
        static_cast<int64_t>(entry.prerequisites.size() - before);
    Entry(line, prerequisite);
    return absl::OkStatus();
  }

  KnowledgeComponent& Entry(int64_t line, const KcId& id) {
    const auto [found, is_new] = position_.try_emplace(id, file_.kcs.size());
    if (is_new) {
      KnowledgeComponent kc;
      kc.id = kc.title = id;
      kc.imported = true;
      file_.kcs.push_back({line, std::move(kc)});
    }
    return file_.kcs[found->second].value;
  }

  const Columns columns_;
  KcsFile& file_;
  absl::flat_hash_map<KcId, size_t> position_;
};

}  // namespace

absl::StatusOr<KcsFile> ReadKcsCsv(std::istream* in) {
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvTable> table, CsvTable::Open(in));
  ASSIGN_OR_RETURN(const Columns columns, FindColumns(table.get()));
  KcsFile file;
  file.is_edges = columns.prerequisite.has_value();
  file.ignored_columns = table->UnusedColumns();
  Collector collector(columns, &file);
  while (table->Next()) {
    const absl::Status added = collector.Add(*table);
    if (!added.ok()) {
      file.refused.push_back(table->reader().Refuse(added.message()));
    }
  }
  return file;
}

}  // namespace evenlight
