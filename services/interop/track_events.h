// Events and catalog entries from data sets that are neither: answers and
// interactions.

#ifndef EVENLIGHT_SERVICES_INTEROP_TRACK_EVENTS_H_
#define EVENLIGHT_SERVICES_INTEROP_TRACK_EVENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/answers.h"
#include "core/event.h"
#include "core/resource.h"
#include "services/interop/interactions.h"

namespace evenlight {

// Where the rows come from, and when they are said to have happened if they do
// not tell.
struct ImportSource {
  TenantId tenant;
  std::string file_digest;  // Sha256HexOfFile().
  absl::Time end;           // Of order-only tracks.
  int64_t seed = 1;
};

// The id of the event that `row` of the file makes: 32 hexadecimal digits that
// differ by tenant, file content and row, and never by anything else, so that a
// second import changes nothing.
EventId ImportedEventId(const ImportSource& source, absl::string_view row);

// The time of the last of a learner's events that have an order only:
// `source.end` minus 0-14 days, by the seed and the learner.
absl::Time LastTime(const ImportSource& source, const LearnerId& learner);

// A learner's answers as events, in order. Without times they are one minute
// apart, the last at LastTime(), and marked time_is_order; equal times are kept
// in order by a microsecond each.
std::vector<Lined<Event>> ToEvents(const ImportSource& source, bool has_time,
                                   const LearnerAnswers& answers);

// A learner's interactions as events with `verb`, one minute apart as above.
std::vector<Lined<Event>> ToEvents(
    const ImportSource& source, Verb verb,
    const Lined<LearnerInteractions>& interactions);

// The catalog entries that `answers` need, each id once: kcs, and an exercise
// per question with all kcs it was seen with, 3 minutes, for any grade. Titles
// are ids; all are marked imported.
std::vector<KnowledgeComponent> KcsOf(const AnswerSet& answers);
std::vector<Resource> QuestionsOf(const AnswerSet& answers);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_TRACK_EVENTS_H_
