#include "services/cli/show.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/learner_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

using Titles = absl::flat_hash_map<std::string, std::string>;

// The titles of the kcs of `state`, by name. Ends with the page that has the
// last of them: a catalog may hold many more.
absl::StatusOr<Titles> TitlesOf(const v1::LearnerState& state, Client* client) {
  absl::flat_hash_set<std::string> wanted;
  for (const auto& mastery : state.mastery()) {
    wanted.insert(mastery.knowledge_component());
  }
  Titles titles;
  v1::ListKnowledgeComponentsRequest request;
  request.set_page_size(1000);
  while (titles.size() < wanted.size()) {
    ASSIGN_OR_RETURN(const v1::ListKnowledgeComponentsResponse page,
                     Invoke(client, kListKnowledgeComponents, request));
    for (const v1::KnowledgeComponent& kc : page.knowledge_components()) {
      if (wanted.contains(kc.name())) titles[kc.name()] = kc.title();
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  return titles;
}

constexpr char kHeader[] =
    "%8s %6s %10s %-10s %6s %6s %6s %-20s %-20s  %s  %s\n";

std::string LevelWord(v1::KnowledgeComponentMastery::Level level) {
  return WordOf(v1::KnowledgeComponentMastery::Level_Name(level), "LEVEL_");
}

// The title comes last: how wide it is on a screen depends on its script.
void ShowMastery(const v1::KnowledgeComponentMastery& mastery,
                 const std::string& title, const Console& console) {
  // Without a time, nothing is claimed about forgetting.
  const bool has_time = mastery.has_last_practised_time();
  console.out << absl::StrFormat(
      "%8.3f %6.3f %10.3f %-10s %6d %6d %6s %-20s %-20s  %s  %s\n",
      mastery.p_known(), mastery.uncertainty(), mastery.p_correct(),
      LevelWord(mastery.level()), mastery.num_correct(),
      mastery.num_incorrect(),
      has_time ? absl::StrFormat("%.3f", mastery.recall()) : "-",
      has_time ? TextOfTime(mastery.last_practised_time()) : "-",
      mastery.has_due_time() ? TextOfTime(mastery.due_time()) : "-",
      IdOf(mastery.knowledge_component()), title);
  for (const v1::PredictionPart& part : mastery.parts()) {
    console.out << absl::StrFormat("%26s %+.2f %s\n", "", part.log_odds(),
                                   part.words());
  }
}

void Show(const ShowLearnerOptions& options, const v1::LearnerState& state,
          const Titles& titles, const Console& console) {
  console.out << "learner " << options.id << ": " << state.num_events()
              << " events, " << state.num_answers() << " answers, last "
              << (state.has_last_event_time()
                      ? TextOfTime(state.last_event_time())
                      : "-")
              << ", model version " << state.model_version() << "\n"
              << absl::StrFormat(kHeader, "p(known)", "+-", "p(correct)",
                                 "level", "right", "wrong", "recall",
                                 "last practised", "due", "kc", "title");
  for (const auto& mastery : state.mastery()) {
    const auto title = titles.find(mastery.knowledge_component());
    ShowMastery(mastery, title == titles.end() ? "" : title->second, console);
  }
  console.out << std::flush;
}

}  // namespace

int ShowLearner(const ShowLearnerOptions& options, Client* client,
                const Console& console) {
  v1::GetLearnerStateRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  for (const std::string& kc : options.kcs) {
    request.add_knowledge_components(absl::StrCat("knowledgeComponents/", kc));
  }
  request.set_explain(options.explain);
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
  const absl::StatusOr<Titles> titles = TitlesOf(*state, client);
  if (!titles.ok()) {
    return console.Fail(absl::StrCat("show learner ", options.id),
                        titles.status());
  }
  Show(options, *state, *titles, console);
  return kExitOk;
}

}  // namespace evenlight
