#include "services/server/convert_mastery.h"

#include <string>

#include "evenlight/v1/learner_service.pb.h"
#include "recommender/state/learner_view.h"
#include "recommender/state/mastery.h"
#include "recommender/state/prediction.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

v1::KnowledgeComponentMastery::Level ToLevel(MasteryLevel level) {
  switch (level) {
    case MasteryLevel::kNone:
      return v1::KnowledgeComponentMastery::LEVEL_NONE;
    case MasteryLevel::kAttempted:
      return v1::KnowledgeComponentMastery::LEVEL_ATTEMPTED;
    case MasteryLevel::kFamiliar:
      return v1::KnowledgeComponentMastery::LEVEL_FAMILIAR;
    case MasteryLevel::kProficient:
      return v1::KnowledgeComponentMastery::LEVEL_PROFICIENT;
    case MasteryLevel::kMastered:
      return v1::KnowledgeComponentMastery::LEVEL_MASTERED;
  }
  return v1::KnowledgeComponentMastery::LEVEL_UNSPECIFIED;
}

void FromTimes(const Mastery& mastery, v1::KnowledgeComponentMastery* to) {
  to->set_recall(mastery.recall);
  if (mastery.last_time == absl::InfinitePast()) return;
  *to->mutable_last_practised_time() = ToTimestamp(mastery.last_time);
  *to->mutable_due_time() = ToTimestamp(DueTime(mastery));
}

void FromPrediction(const MasteryMoment& moment, KcKey kc,
                    v1::KnowledgeComponentMastery* to) {
  to->set_p_correct(PredictKc(*moment.model, *moment.state, kc, moment.now));
  if (!moment.explain) return;
  for (const PredictionPart& part :
       ExplainKc(*moment.model, *moment.state, kc, moment.now)) {
    v1::PredictionPart* added = to->add_parts();
    added->set_words(std::string(part.words));
    added->set_log_odds(part.log_odds);
  }
}

}  // namespace

void FromMastery(const MasteryMoment& moment, const KcId& kc,
                 v1::KnowledgeComponentMastery* to) {
  const TracingModel& model = *moment.model;
  const KcKey key = KcKeyOf(kc);
  const Mastery mastery = MasteryOf(model, *moment.state, key, moment.now);
  to->set_knowledge_component(NameOf(kKcs, kc));
  to->set_p_known(mastery.p_known);
  to->set_uncertainty(Uncertainty(mastery));
  to->set_num_correct(mastery.num_correct);
  to->set_num_incorrect(mastery.num_incorrect);
  FromTimes(mastery, to);
  FromPrediction(moment, key, to);
  to->set_level(ToLevel(LevelOf(
      mastery, to->p_correct(),
      MasteredFrom(model.Bkt(model.FindKc(key)), moment.mastered_p_known))));
}

}  // namespace evenlight
