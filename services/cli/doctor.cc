#include "services/cli/doctor.h"

#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/curriculum.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/learner_service.pb.h"
#include "evenlight/v1/model_service.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "services/cli/catalog_import.h"
#include "services/cli/methods.h"

namespace evenlight {
namespace {

// Training asks for as many, TrainJobOptions::min_answers.
constexpr int64_t kEnoughAnswers = 1000;
constexpr size_t kMaxClasses = 100;
constexpr size_t kMaxLearners = 50;

struct Findings {
  bool is_serving = false;
  int64_t num_resources = 0;
  int64_t num_kcs = 0;
  int64_t num_prerequisites = 0;
  int64_t num_cycles = 0;
  int64_t num_classes = 0;
  int64_t num_learners = 0;  // Of the roster's classes.
  int64_t num_sampled = 0;   // Of them, asked for their state.
  int64_t num_with_events = 0;
  int64_t num_events = 0;   // Of the sampled.
  int64_t num_answers = 0;  // Of the sampled.
  int64_t serving_version = 0;
  int64_t num_models = 0;
  int64_t num_broken = 0;
  bool is_pinned = false;
};

// The standard health service. On the wire HealthCheckRequest is one string
// with number 1 and HealthCheckResponse one enumeration with number 1, as these
// wrappers are; 1 is SERVING.
absl::Status LookAtHealth(Client* client, Findings* findings) {
  google::protobuf::StringValue request;
  google::protobuf::Int32Value response;
  RETURN_IF_ERROR(
      client->Call("/grpc.health.v1.Health/Check", request, &response));
  findings->is_serving = response.value() == 1;
  return absl::OkStatus();
}

absl::Status LookAtCatalog(Client* client, Findings* findings) {
  v1::ListResourcesRequest request;
  request.set_page_size(1);
  ASSIGN_OR_RETURN(const v1::ListResourcesResponse resources,
                   Invoke(client, kListResources, request));
  findings->num_resources = resources.total_size();

  ASSIGN_OR_RETURN(const auto kcs, ListAllKcs(client));
  absl::flat_hash_map<std::string, KcIndex> index;
  for (const auto& [name, kc] : kcs) {
    index.emplace(name, KcIndex{static_cast<int32_t>(index.size())});
  }
  std::vector<Curriculum::Edge> edges;
  for (const auto& [name, kc] : kcs) {
    for (const std::string& prerequisite : kc.prerequisites()) {
      const auto found = index.find(prerequisite);
      if (found != index.end()) edges.push_back({found->second, index[name]});
    }
  }
  const Curriculum curriculum(static_cast<int32_t>(kcs.size()), edges);
  findings->num_kcs = static_cast<int64_t>(kcs.size());
  findings->num_prerequisites = static_cast<int64_t>(edges.size());
  findings->num_cycles = static_cast<int64_t>(curriculum.cycles().size());
  return absl::OkStatus();
}

// Learners of the roster's classes, class by class.
absl::StatusOr<std::vector<std::string>> LearnersOfClasses(Client* client,
                                                           Findings* findings) {
  v1::ListClassesRequest request;
  request.set_page_size(1000);
  std::vector<std::string> classes;
  do {
    ASSIGN_OR_RETURN(const v1::ListClassesResponse page,
                     Invoke(client, kListClasses, request));
    for (const v1::SchoolClass& c : page.classes()) classes.push_back(c.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  findings->num_classes = static_cast<int64_t>(classes.size());

  std::vector<std::string> learners;
  const size_t num_asked = std::min(classes.size(), kMaxClasses);
  for (size_t k = 0; k < num_asked; ++k) {
    v1::GetClassRequest get;
    // Spread over the list, which is in the order of names.
    get.set_name(classes[k * classes.size() / num_asked]);
    ASSIGN_OR_RETURN(const v1::GetClassResponse c,
                     Invoke(client, kGetClass, get));
    learners.insert(learners.end(), c.learners().begin(), c.learners().end());
  }
  findings->num_learners = static_cast<int64_t>(
      num_asked == 0 ? 0 : learners.size() * classes.size() / num_asked);
  return learners;
}

absl::Status LookAtTrack(Client* client, Findings* findings) {
  ASSIGN_OR_RETURN(const std::vector<std::string> learners,
                   LearnersOfClasses(client, findings));
  const size_t num_asked = std::min(learners.size(), kMaxLearners);
  for (size_t k = 0; k < num_asked; ++k) {
    v1::GetLearnerStateRequest request;
    request.set_learner(learners[k * learners.size() / num_asked]);
    ASSIGN_OR_RETURN(const v1::LearnerState state,
                     Invoke(client, kGetLearnerState, request));
    ++findings->num_sampled;
    if (state.num_events() > 0) ++findings->num_with_events;
    findings->num_events += state.num_events();
    findings->num_answers += state.num_answers();
  }
  return absl::OkStatus();
}

absl::Status LookAtModels(Client* client, Findings* findings) {
  ASSIGN_OR_RETURN(const v1::ListModelsResponse list,
                   Invoke(client, kListModels, {}));
  for (const v1::Model& model : list.models()) {
    ++findings->num_models;
    if (model.state() == v1::Model::STATE_SERVING) {
      findings->serving_version = model.version();
    }
    if (model.state() == v1::Model::STATE_BROKEN) ++findings->num_broken;
    if (model.pinned()) findings->is_pinned = true;
  }
  return absl::OkStatus();
}

int64_t Estimate(const Findings& f, int64_t of_sampled) {
  return f.num_sampled == 0 ? 0 : of_sampled * f.num_learners / f.num_sampled;
}

bool HasEnough(const Findings& f) {
  return Estimate(f, f.num_answers) >= kEnoughAnswers;
}

LogField EstimateField(const char* name, const Findings& f, int64_t sum) {
  if (f.num_sampled == 0) return {name, "unknown"};
  return {name, Estimate(f, sum)};
}

std::vector<std::string> NextSteps(const Findings& f) {
  std::vector<std::string> next;
  if (f.num_kcs == 0) {
    next.push_back(
        "no knowledge components: `evenlight import kcs FILE`, or `import "
        "answers FILE`, which makes them");
  }
  if (f.num_resources == 0) {
    next.push_back(
        "no resources, so nothing can be recommended: `evenlight import "
        "resources FILE`, or `import answers FILE`, which makes them");
  }
  if (f.num_kcs > 0 && f.num_prerequisites == 0) {
    next.push_back(
        "no prerequisites, so every knowledge component counts as ready: "
        "`evenlight import kcs FILE` with them");
  }
  if (f.num_cycles > 0) {
    next.push_back(
        absl::StrCat(f.num_cycles,
                     " cycles of prerequisites: each is treated as one group; "
                     "mend them with `evenlight import kcs FILE`"));
  }
  if (f.num_classes == 0) {
    next.push_back(
        "no classes, so no class lists: `evenlight import roster FILE`");
  }
  if (f.num_sampled > 0 && f.num_with_events == 0) {
    next.push_back(
        "the roster's learners have no events: `evenlight import events FILE`, "
        "or let the learning apps record them");
  }
  if (f.num_models == 0 && (f.num_sampled == 0 || HasEnough(f))) {
    next.push_back("no model: `evenlight train`, then every night by cron");
  } else if (f.num_models == 0) {
    next.push_back(absl::StrCat("no model, and fewer than about ",
                                kEnoughAnswers,
                                " answers to train one from: record more"));
  }
  if (f.num_broken > 0) {
    next.push_back(
        "a model version is broken: `evenlight models list` shows why");
  }
  if (f.is_pinned) {
    next.push_back(
        "a version is pinned, later ones wait: `evenlight models activate`");
  }
  if (next.empty()) next.push_back("nothing is missing");
  return next;
}

absl::Status Look(Client* client, Findings* findings) {
  RETURN_IF_ERROR(LookAtHealth(client, findings));
  RETURN_IF_ERROR(LookAtCatalog(client, findings));
  RETURN_IF_ERROR(LookAtTrack(client, findings));
  return LookAtModels(client, findings);
}

}  // namespace

int Doctor(Client* client, const Console& console) {
  Findings f;
  const absl::Status status = Look(client, &f);
  if (!status.ok()) return console.Fail("doctor", status);
  const char* ready = f.num_sampled == 0 ? "unknown"
                      : HasEnough(f)     ? "yes"
                                         : "no";
  console.Figures({{"health", f.is_serving ? "serving" : "not_serving"},
                   {"resources", f.num_resources},
                   {"kcs", f.num_kcs},
                   {"prerequisites", f.num_prerequisites},
                   {"cycles", f.num_cycles},
                   {"classes", f.num_classes},
                   {"learners_in_classes", f.num_learners},
                   EstimateField("events_about", f, f.num_events),
                   EstimateField("answers_about", f, f.num_answers),
                   {"models", f.num_models},
                   {"serving_version", f.serving_version},
                   {"ready_to_train", ready}});
  std::ostream& out = console.is_json ? console.err : console.out;
  for (const std::string& next : NextSteps(f)) {
    out << "next: " << next << std::endl;
  }
  return f.is_serving ? kExitOk : kExitError;
}

}  // namespace evenlight
