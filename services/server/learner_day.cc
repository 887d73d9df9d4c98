#include "services/server/learner_day.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

bool IsWrittenOnly(const MinutesCapPolicy& policy, int32_t grade) {
  return grade > 0 && grade <= policy.last_written_only_grade;
}

Audience AudienceOf(const DayQuestion& question) {
  return {AudienceKind::kLearner, question.profile.id};
}

// True if the time of `event` is counted in this grade: an answer is written
// work whatever became of its resource.
bool IsCounted(const MinutesCapPolicy& policy, const DayQuestion& question,
               const Event& event) {
  if (event.time_is_order || !policy.Covers(event.phase)) return false;
  if (!IsWrittenOnly(policy, question.profile.grade)) return true;
  if (event.verb == Verb::kAnswered) return true;
  const ResourceIndex resource = question.catalog.FindResource(event.resource);
  return resource != ResourceIndex::kNone &&
         IsPractice(question.catalog.resource(resource).kind);
}

// Takes each resource for the first list that asks for it.
class WordReader {
 public:
  explicit WordReader(const DayQuestion& question) : question_(question) {}

  void Add(const StoredPush& push) {
    for (const StoredPushedResource& pushed : push.resources) {
      const ResourceIndex resource = Take(pushed.resource);
      if (resource == ResourceIndex::kNone || push.phase != question_.phase ||
          IsDoneSince(question_.state, question_.catalog.resource(resource),
                      push.create_time)) {
        continue;
      }
      (pushed.is_pinned ? word_.pins : word_.assigned).push_back(resource);
    }
    for (const ResourceId& ban : push.bans) {
      const ResourceIndex resource = Take(ban);
      if (resource != ResourceIndex::kNone) word_.bans.push_back(resource);
    }
  }

  TeachersWord Finish() { return std::move(word_); }

 private:
  // kNone if it was taken before or the catalog does not hold it.
  ResourceIndex Take(const ResourceId& id) {
    const ResourceIndex resource = question_.catalog.FindResource(id);
    if (resource == ResourceIndex::kNone || !taken_.insert(resource).second) {
      return ResourceIndex::kNone;
    }
    return resource;
  }

  const DayQuestion& question_;
  absl::flat_hash_set<ResourceIndex> taken_;
  TeachersWord word_;
};

}  // namespace

bool IsDoneSince(const LearnerState& state, const Resource& resource,
                 absl::Time since) {
  const ResourceState* found = state.FindResource(ResourceKeyOf(resource.id));
  if (found == nullptr || found->last_time < since) return false;
  if (found->is_completed) return true;
  return IsPractice(resource.kind)
             ? found->num_correct + found->num_incorrect > 0
             : found->is_viewed;
}

float CountedMinutes(const MinutesCapPolicy& policy, int32_t grade,
                     const Resource& resource) {
  return IsWrittenOnly(policy, grade) && !IsPractice(resource.kind)
             ? 0
             : resource.minutes;
}

LearnerDay::LearnerDay(Database* database, MinutesCapPolicy policy)
    : policy_(std::move(policy)), track_(database), pushes_(database) {
  if (!absl::LoadTimeZone(policy_.time_zone, &zone_)) {
    zone_ = absl::UTCTimeZone();
  }
}

absl::StatusOr<MinutesLeft> LearnerDay::LeftFor(
    const DayQuestion& question) const {
  if (!policy_.Covers(question.phase)) return MinutesLeft::Unlimited();
  ASSIGN_OR_RETURN(const float spent, MinutesSpent(question));
  ASSIGN_OR_RETURN(const float pushed, MinutesPushed(question));
  return LeftToday(policy_, question.profile.grade, spent + pushed);
}

absl::StatusOr<TeachersWord> LearnerDay::WordFor(
    const DayQuestion& question) const {
  ASSIGN_OR_RETURN(
      const std::vector<StoredPush> pushes,
      pushes_.DueFrom(question.tenant, AudienceOf(question), question.time));
  WordReader reader(question);
  for (const StoredPush& push : pushes) reader.Add(push);
  return reader.Finish();
}

absl::Time LearnerDay::EndOfDay(absl::Time time) const {
  const absl::CivilDay day = absl::ToCivilDay(time, zone_);
  return absl::FromCivil(day + 1, zone_) - absl::Microseconds(1);
}

std::string LearnerDay::DateOf(absl::Time time) const {
  return absl::FormatTime("%Y-%m-%d", time, zone_);
}

absl::Time LearnerDay::StartOfDay(absl::Time time) const {
  return absl::FromCivil(absl::ToCivilDay(time, zone_), zone_);
}

absl::StatusOr<float> LearnerDay::MinutesSpent(
    const DayQuestion& question) const {
  absl::Duration spent;
  RETURN_IF_ERROR(
      track_.List(question.tenant, {ActorKind::kLearner, question.profile.id},
                  {StartOfDay(question.time), ""},
                  {EndOfDay(question.time), "~"}, [&](const Event& event) {
                    if (IsCounted(policy_, question, event))
                      spent += event.time_spent;
                    return true;
                  }));
  return static_cast<float>(absl::ToDoubleMinutes(spent));
}

absl::StatusOr<float> LearnerDay::MinutesPushed(
    const DayQuestion& question) const {
  ASSIGN_OR_RETURN(const std::vector<StoredPush> pushes,
                   pushes_.DueFrom(question.tenant, AudienceOf(question),
                                   StartOfDay(question.time)));
  float minutes = 0;
  absl::flat_hash_set<ResourceIndex> counted;  // Twice pushed is once to do.
  for (const StoredPush& push : pushes) {
    if (!policy_.Covers(push.phase) || push.id == question.except ||
        push.due_time > EndOfDay(question.time)) {
      continue;
    }
    for (const StoredPushedResource& pushed : push.resources) {
      const ResourceIndex found =
          question.catalog.FindResource(pushed.resource);
      if (found == ResourceIndex::kNone) continue;
      const Resource& resource = question.catalog.resource(found);
      if (resource.hidden ||
          IsDoneSince(question.state, resource, push.create_time) ||
          !counted.insert(found).second) {
        continue;
      }
      minutes += CountedMinutes(policy_, question.profile.grade, resource);
    }
  }
  return minutes;
}

}  // namespace evenlight
