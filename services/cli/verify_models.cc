#include "services/cli/verify_models.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "recommender/models/model_set_io.h"
#include "storage/model_directory.h"

namespace evenlight {
namespace {

// A server skips such a version and serves the one before.
void ReportVersion(const ModelDirectory& directory, int64_t version,
                   const absl::Status& status, const CheckOutput& output) {
  output.report({absl::StrCat(directory.path(), "/", version),
                 std::string(status.message()),
                 absl::IsFailedPrecondition(status)
                     ? "serve it with the build that it names"
                     : "nothing at once: an older version is served; restore "
                       "this one from a backup, or train",
                 true});
}

absl::Status CheckVersion(const ModelDirectory& directory, int64_t version) {
  const absl::StatusOr<ModelFiles> files = directory.Load(version);
  if (!files.ok()) return files.status();
  return DecodeModelSet(version, *files).status();
}

void CheckPin(const ModelDirectory& directory,
              const std::vector<ModelVersionSummary>& versions,
              const CheckOutput& output) {
  const absl::StatusOr<std::optional<int64_t>> pin = directory.Pinned();
  std::string what;
  if (!pin.ok()) {
    what = std::string(pin.status().message());
  } else if (pin->has_value() &&
             std::none_of(versions.begin(), versions.end(),
                          [&](const ModelVersionSummary& summary) {
                            return summary.version == **pin;
                          })) {
    what = absl::StrCat("it names version ", **pin, ", which is not there");
  }
  if (what.empty()) return;
  output.report({directory.path() + "/.pin", what,
                 "choose a version with `evenlight models activate`", true});
}

}  // namespace

void CheckModels(const std::string& model_dir, const CheckOutput& output) {
  const std::vector<TenantId> tenants = TenantsWithModels(model_dir);
  size_t num_versions = 0;
  for (const TenantId& tenant : tenants) {
    const ModelDirectory directory(model_dir, tenant);
    output.step(directory.path());
    const auto versions = directory.List();
    if (!versions.ok()) {
      output.report({directory.path(), std::string(versions.status().message()),
                     "see whether this user may read it", false});
      continue;
    }
    num_versions += versions->size();
    for (const ModelVersionSummary& summary : *versions) {
      const absl::Status status = CheckVersion(directory, summary.version);
      if (!status.ok()) {
        ReportVersion(directory, summary.version, status, output);
      }
    }
    CheckPin(directory, *versions, output);
  }
  output.figure("tenants_with_models", absl::StrCat(tenants.size()));
  output.figure("model_versions", absl::StrCat(num_versions));
}

}  // namespace evenlight
