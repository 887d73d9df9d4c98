#include "services/interop/track_events.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "services/interop/answers_csv.h"

namespace evenlight {
namespace {

constexpr absl::Duration kStep = absl::Minutes(1);
constexpr absl::Duration kSpread = absl::Hours(24 * 14);

// A number in [0, size) that depends on `text` alone.
uint64_t HashTo(absl::string_view text, uint64_t size) {
  uint64_t hash = 0;
  (void)absl::SimpleHexAtoi(Sha256Hex(text).substr(0, 15), &hash);
  return hash % size;
}

Event OrderedEvent(const LearnerId& learner, absl::Time last, int64_t later) {
  Event event;
  event.actor = {ActorKind::kLearner, learner};
  event.time = last - kStep * later;
  event.time_is_order = true;
  return event;
}

}  // namespace

EventId ImportedEventId(const ImportSource& source, absl::string_view row) {
  return Sha256Hex(
             absl::StrCat(source.tenant, "\n", source.file_digest, "\n", row))
      .substr(0, 32);
}

absl::Time LastTime(const ImportSource& source, const LearnerId& learner) {
  const uint64_t seconds = HashTo(absl::StrCat(source.seed, "\n", learner),
                                  kSpread / absl::Seconds(1));
  return source.end - absl::Seconds(static_cast<int64_t>(seconds));
}

std::vector<Lined<Event>> ToEvents(const ImportSource& source, bool has_time,
                                   const LearnerAnswers& answers) {
  const absl::Time last = LastTime(source, answers.learner);
  std::vector<Lined<Event>> events;
  absl::Time previous = absl::InfinitePast();
  int64_t later = static_cast<int64_t>(answers.answers.size());
  for (const Answer& answer : answers.answers) {
    Event event = OrderedEvent(answers.learner, last, --later);
    if (has_time) {
      event.time_is_order = false;
      event.time = std::max(answer.time, previous + absl::Microseconds(1));
      previous = event.time;
    }
    event.id = ImportedEventId(source, absl::StrCat(answer.line));
    event.verb = Verb::kAnswered;
    event.resource = answer.question;
    event.kcs = answer.kcs;
    event.score = answer.is_correct ? 1 : 0;
    events.push_back({answer.line, std::move(event)});
  }
  return events;
}

std::vector<Lined<Event>> ToEvents(
    const ImportSource& source, Verb verb,
    const Lined<LearnerInteractions>& interactions) {
  const LearnerId& learner = interactions.value.learner;
  const absl::Time last = LastTime(source, learner);
  std::vector<Lined<Event>> events;
  int64_t later = static_cast<int64_t>(interactions.value.resources.size());
  for (const ResourceId& resource : interactions.value.resources) {
    Event event = OrderedEvent(learner, last, --later);
    event.id = ImportedEventId(
        source, absl::StrCat(interactions.line, ":", events.size()));
    event.verb = verb;
    event.resource = resource;
    events.push_back({interactions.line, std::move(event)});
  }
  return events;
}

std::vector<KnowledgeComponent> KcsOf(const AnswerSet& answers) {
  std::vector<KnowledgeComponent> kcs;
  absl::flat_hash_set<KcId> seen;
  for (const LearnerAnswers& learner : answers.learners) {
    for (const Answer& answer : learner.answers) {
      for (const KcId& id : answer.kcs) {
        if (!seen.insert(id).second) continue;
        KnowledgeComponent kc;
        kc.id = kc.title = id;
        kc.imported = true;
        kcs.push_back(std::move(kc));
      }
    }
  }
  return kcs;
}

std::vector<Resource> QuestionsOf(const AnswerSet& answers) {
  std::vector<Resource> questions;
  absl::flat_hash_map<ResourceId, size_t> position;
  for (const LearnerAnswers& learner : answers.learners) {
    for (const Answer& answer : learner.answers) {
      const auto [found, is_new] =
          position.try_emplace(answer.question, questions.size());
      if (is_new) {
        Resource question;
        question.id = question.title = answer.question;
        question.kind = ResourceKind::kExercise;
        question.imported = true;
        questions.push_back(std::move(question));
      }
      std::vector<KcId>& kcs = questions[found->second].kcs;
      for (const KcId& kc : answer.kcs) {
        if (kcs.size() < kMaxKcsOfAnswer &&
            std::find(kcs.begin(), kcs.end(), kc) == kcs.end()) {
          kcs.push_back(kc);
        }
      }
    }
  }
  return questions;
}

}  // namespace evenlight
