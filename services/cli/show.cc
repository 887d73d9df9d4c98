#include "services/cli/show.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "evenlight/v1/learner_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

void ShowMastery(const v1::KnowledgeComponentMastery& mastery,
                 const Console& console) {
  const std::string last = mastery.has_last_practised_time()
                               ? TextOfTime(mastery.last_practised_time())
                               : "-";
  console.out << absl::StrFormat(
      "%-32s %5.3f +-%5.3f %8d %8d  %5.3f  %s\n",
      std::string(IdOf(mastery.knowledge_component())), mastery.p_known(),
      mastery.uncertainty(), mastery.num_correct(), mastery.num_incorrect(),
      mastery.recall(), last);
}

}  // namespace

int ShowLearner(const ShowLearnerOptions& options, Client* client,
                const Console& console) {
  v1::GetLearnerStateRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  for (const std::string& kc : options.kcs) {
    request.add_knowledge_components(absl::StrCat("knowledgeComponents/", kc));
  }
  const absl::StatusOr<v1::LearnerState> state =
      Invoke(client, kGetLearnerState, request);
  if (!state.ok()) {
    return console.Fail(absl::StrCat("show learner ", options.id),
                        state.status());
  }
  if (console.is_json) {
    console.Json(*state);
    return kExitOk;
  }
  console.out << "learner " << options.id << ": " << state->num_events()
              << " events, " << state->num_answers() << " answers, last "
              << (state->has_last_event_time()
                      ? TextOfTime(state->last_event_time())
                      : "-")
              << ", model version " << state->model_version() << "\n"
              << absl::StrFormat("%-32s %14s %8s %8s  %6s %s\n",
                                 "knowledge component", "p(known)", "right",
                                 "wrong", "recall", "last practised");
  for (const auto& mastery : state->mastery()) ShowMastery(mastery, console);
  console.out << std::flush;
  return kExitOk;
}

}  // namespace evenlight
