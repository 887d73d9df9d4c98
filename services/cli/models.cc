#include "services/cli/models.h"

#include "evenlight/v1/model_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"

namespace evenlight {

int ListModelVersions(Client* client, const Console& console) {
  const absl::StatusOr<v1::ListModelsResponse> list =
      Invoke(client, kListModels, {});
  if (!list.ok()) return console.Fail("models list", list.status());
  for (const v1::Model& model : list->models()) {
    std::vector<LogField> figures = {
        {"version", model.version()},
        {"state", WordOf(v1::Model::State_Name(model.state()), "STATE_")},
        {"published", TextOfTime(model.publish_time())},
        {"events", model.num_events()},
        {"pinned", model.pinned() ? "yes" : "no"}};
    if (!model.problem().empty()) {
      figures.push_back({"problem", model.problem()});
    }
    console.Figures(figures);
  }
  if (list->models().empty()) {
    console.err << "no model yet; `evenlight train` makes one" << std::endl;
  }
  return kExitOk;
}

int ActivateModelVersion(int64_t version, Client* client,
                         const Console& console) {
  v1::ActivateModelRequest request;
  request.set_version(version);
  const absl::StatusOr<v1::ActivateModelResponse> response =
      Invoke(client, kActivateModel, request);
  if (!response.ok()) return console.Fail("models activate", response.status());
  console.Figures({{"serving", response->version()}});
  return kExitOk;
}

int RollbackModelVersion(Client* client, const Console& console) {
  const absl::StatusOr<v1::RollbackModelResponse> response =
      Invoke(client, kRollbackModel, {});
  if (!response.ok()) return console.Fail("models rollback", response.status());
  console.Figures({{"serving", response->version()}});
  console.err << "later versions wait until `evenlight models activate`"
              << std::endl;
  return kExitOk;
}

}  // namespace evenlight
