#include "services/cli/verify.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/cli/reported_apart.h"
#include "services/cli/verify_models.h"
#include "services/cli/verify_states.h"
#include "storage/backup.h"
#include "storage/check_entries.h"
#include "storage/check_files.h"
#include "storage/check_track.h"
#include "storage/data_directory.h"
#include "storage/model_directory.h"
#include "storage/rocks_database.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxShown = 20;  // Of one kind.

using Check = std::function<void(const CheckOutput&)>;

void ReportStatus(const std::string& where, const absl::Status& status,
                  const CheckOutput& output) {
  if (status.ok()) return;
  output.report({where, std::string(status.message()),
                 absl::IsFailedPrecondition(status)
                     ? "verify it with the build that the message names"
                     : kRestoreABackup,
                 false});
}

std::set<TenantId> TenantsOf(const Database& database,
                             const CheckOutput& output) {
  std::set<TenantId> all;
  for (const Family family :
       {Family::kEvents, Family::kEventsBySequence, Family::kEventIds,
        Family::kLearnerState, Family::kLists}) {
    const auto tenants = TenantsIn(database, family);
    ReportStatus(kFamilyNames[static_cast<size_t>(family)], tenants.status(),
                 output);
    if (tenants.ok()) all.insert(tenants->begin(), tenants->end());
  }
  return all;
}

void CheckTenants(RocksDatabase* database, const std::string& model_dir,
                  const CheckOutput& output) {
  int64_t num_events = 0;
  StateCounts states;
  const std::set<TenantId> tenants = TenantsOf(*database, output);
  for (const TenantId& tenant : tenants) {
    output.step(absl::StrCat("the log of tenant ", tenant));
    const auto events = CheckTrack(*database, tenant, output.report);
    ReportStatus(absl::StrCat("tenant ", tenant), events.status(), output);
    num_events += events.value_or(0);
    ReportStatus(absl::StrCat("tenant ", tenant),
                 CheckPushSequences(*database, tenant, output.report), output);
    output.step(absl::StrCat("the states of tenant ", tenant));
    ReportStatus(absl::StrCat("tenant ", tenant),
                 CheckStates(database, tenant, model_dir, output, &states),
                 output);
  }
  output.figure("tenants", absl::StrCat(tenants.size()));
  output.figure("events", absl::StrCat(num_events));
  output.figure("states", absl::StrCat(states.num_states));
  output.figure("states_compared", absl::StrCat(states.num_compared));
  output.figure("states_stale", absl::StrCat(states.num_stale));
  output.figure("states_without_model", absl::StrCat(states.num_without_model));
  output.figure("state_hash", absl::StrFormat("%016x", states.stored_hash));
  output.figure("refold_hash", absl::StrFormat("%016x", states.refold_hash));
}

void CheckData(const std::string& directory, const std::string& model_dir,
               const CheckOutput& output) {
  if (!HasDatabase(directory)) {
    return ReportStatus(directory, CheckNoOrphans(directory), output);
  }
  bool is_whole = true;
  CheckDatabaseFiles(directory, output.step, [&](const Finding& finding) {
    is_whole &= finding.is_survivable;
    output.report(finding);
  });
  // Not opened without its files: the packaged RocksDB may abort on them.
  output.step(absl::StrCat("opening ", directory));
  RocksDatabase::Options options;
  options.directory = directory;
  options.read_only = true;
  auto database = RocksDatabase::Open(options);
  if (!database.ok()) {
    // What the files' damage explains was said.
    if (is_whole) ReportStatus(directory, database.status(), output);
    return;
  }
  output.step(absl::StrCat("the entries of ", directory));
  int64_t num_entries = 0;
  for (const int64_t in_family : CheckEntries(**database, output.report)) {
    num_entries += in_family;
  }
  output.figure("entries", absl::StrCat(num_entries));
  CheckTenants(database->get(), model_dir, output);
}

void CheckBackup(const std::string& directory, const CheckOutput& output) {
  output.step(directory);
  const auto num_backups = CheckBackups(directory, output.report);
  ReportStatus(directory, num_backups.status(), output);
  output.figure("backups", absl::StrCat(num_backups.value_or(0)));
}

bool IsData(const fs::path& directory) {
  return HasDatabase(directory.string()) ||
         !CheckNoOrphans(directory.string()).ok();
}

bool IsModels(const fs::path& directory) {
  for (const TenantId& tenant : TenantsWithModels(directory.string())) {
    const ModelDirectory models(directory.string(), tenant);
    std::error_code ignored;
    // Where a tenant was trained, but nothing published yet, are reports.
    if (fs::exists(models.path() + "/refused", ignored)) return true;
    const auto versions = models.List();
    if (versions.ok() && !versions->empty()) return true;
  }
  return false;
}

bool IsBackup(const fs::path& directory) {
  const auto ids = BackupIds(directory.string());
  std::error_code ignored;
  return (ids.ok() && !ids->empty()) ||
         fs::exists(BackupDatabasePath(directory.string()) + "/meta", ignored);
}

struct Part {
  std::string kind;
  std::string directory;
  Check check;
};

Part DataPart(const fs::path& directory, std::string model_dir) {
  const fs::path beside = directory.lexically_normal().parent_path() / "models";
  if (model_dir.empty() && IsModels(beside)) model_dir = beside.string();
  return {"data", directory.string(), [=](const CheckOutput& output) {
            CheckData(directory.string(), model_dir, output);
          }};
}

Part ModelPart(const fs::path& directory) {
  return {"models", directory.string(), [=](const CheckOutput& output) {
            CheckModels(directory.string(), output);
          }};
}

// What the directory is; both parts of one that `restore` made.
std::vector<Part> PartsOf(const VerifyOptions& options) {
  const std::string text = fs::path(options.directory).lexically_normal();
  // Without the slash at its end, which hides the directory's name.
  const fs::path directory = text.size() > 1 && text.back() == '/'
                                 ? text.substr(0, text.size() - 1)
                                 : text;
  if (IsBackup(directory)) {
    return {{"backup", directory.string(), [=](const CheckOutput& output) {
               CheckBackup(directory.string(), output);
             }}};
  }
  if (IsData(directory)) return {DataPart(directory, options.model_dir)};
  if (IsModels(directory)) return {ModelPart(directory)};
  std::vector<Part> parts;
  const fs::path data = RestoredDataPath(directory.string());
  const fs::path models = RestoredModelPath(directory.string());
  if (IsData(data)) parts.push_back(DataPart(data, options.model_dir));
  if (IsModels(models)) parts.push_back(ModelPart(models));
  return parts;
}

void Show(const std::vector<Finding>& findings, const Console& console) {
  std::map<std::string, int> shown;
  std::set<std::string> said;
  for (const Finding& finding : findings) {
    // A kind is what is to be done and the beginning of what is wrong.
    const std::string kind =
        absl::StrCat(finding.to_do, finding.what.substr(0, 20));
    if (++shown[kind] > kMaxShown) continue;
    if (!said.insert(finding.where + finding.what).second) continue;
    console.Figures({{"finding", finding.what},
                     {"where", finding.where},
                     {"survivable", finding.is_survivable ? "yes" : "no"},
                     {"to_do", finding.to_do}});
  }
  for (const auto& [kind, count] : shown) {
    if (count > kMaxShown) {
      console.err << "evenlight: verify: " << count - kMaxShown
                  << " more findings of one kind are not shown" << std::endl;
    }
  }
}

size_t VerifyPart(const Part& part, const Console& console) {
  CheckResult result;
  const absl::Status held =
      part.kind == "data" ? CheckIsNotHeld(part.directory) : absl::OkStatus();
  if (held.ok()) {
    console.err << "verify " << part.kind << " directory " << part.directory
                << std::endl;
    result = ReportedApart(part.check);
  } else {
    result.findings.push_back({part.directory, std::string(held.message()),
                               "nothing, if that is a server that serves",
                               true});
  }
  Show(result.findings, console);
  std::vector<LogField> summary = {
      {"verified", part.kind},
      {"directory", part.directory},
      {"findings", static_cast<int64_t>(result.findings.size())},
      {"survivable",
       std::count_if(
           result.findings.begin(), result.findings.end(),
           [](const Finding& finding) { return finding.is_survivable; })}};
  for (const auto& [name, value] : result.figures) {
    int64_t number = 0;
    if (!absl::EndsWith(name, "hash") && absl::SimpleAtoi(value, &number)) {
      summary.emplace_back(name, number);
    } else {
      summary.emplace_back(name, value);
    }
  }
  console.Figures(summary);
  return result.findings.size();
}

}  // namespace

int Verify(const VerifyOptions& options, const Console& console) {
  const std::vector<Part> parts = PartsOf(options);
  if (parts.empty()) {
    return console.Fail(
        "verify",
        absl::NotFoundError(absl::StrCat(
            options.directory,
            " is no data directory (with CURRENT), backup directory (with "
            "N.backup) or model directory (with a directory per tenant)")));
  }
  size_t num_findings = 0;
  for (const Part& part : parts) num_findings += VerifyPart(part, console);
  return num_findings == 0 ? kExitOk : kExitError;
}

}  // namespace evenlight
