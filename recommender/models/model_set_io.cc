#include "recommender/models/model_set_io.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "recommender/models/interest_model_io.h"
#include "recommender/models/ranker_io.h"
#include "recommender/models/tracing_model_io.h"

namespace evenlight {
namespace {

absl::StatusOr<absl::string_view> Find(
    const std::map<std::string, std::string>& files, const char* name) {
  const auto file = files.find(name);
  if (file == files.end()) {
    return absl::DataLossError(absl::StrCat("file ", name, " is missing"));
  }
  // Protobuf counts bytes in an int.
  if (file->second.size() > std::numeric_limits<int32_t>::max()) {
    return absl::DataLossError(absl::StrCat(
        "file ", name, " has ", file->second.size(), " bytes, over 2 GiB"));
  }
  return file->second;
}

}  // namespace

std::map<std::string, std::string> EncodeModelSet(const ModelSet& models) {
  std::map<std::string, std::string> files = {
      {kTracingFile, EncodeTracing(models.tracing.params())},
      {kFactorsFile, EncodeInterest(models.interest.params())}};
  if (std::any_of(models.weights.begin(), models.weights.end(),
                  [](const auto& weights) { return weights.has_value(); })) {
    files[kRankerFile] = EncodeRanker(models.weights);
  }
  return files;
}

absl::StatusOr<std::shared_ptr<const ModelSet>> DecodeModelSet(
    int64_t version, const std::map<std::string, std::string>& files) {
  ASSIGN_OR_RETURN(const absl::string_view tracing, Find(files, kTracingFile));
  ASSIGN_OR_RETURN(const absl::string_view factors, Find(files, kFactorsFile));
  ASSIGN_OR_RETURN(TracingParams tracing_params, DecodeTracing(tracing));
  ASSIGN_OR_RETURN(InterestParams interest_params, DecodeInterest(factors));

  auto models = std::make_shared<ModelSet>();
  models->version = version;
  models->tracing = TracingModel(std::move(tracing_params));
  models->interest = InterestModel(std::move(interest_params));
  if (files.contains(kRankerFile)) {
    ASSIGN_OR_RETURN(const absl::string_view ranker, Find(files, kRankerFile));
    ASSIGN_OR_RETURN(models->weights, DecodeRanker(ranker));
  }
  return std::shared_ptr<const ModelSet>(std::move(models));
}

}  // namespace evenlight
