#include "services/server/convert_event.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "evenlight/v1/event.pb.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxKcs = 16;
constexpr int kMaxAssignedLearners = 500;

// Converts one event; what it finds wrong goes to `violations`.
class EventConverter {
 public:
  EventConverter(const EventContext& context, const FieldPath& path,
                 FieldViolations* violations)
      : context_(context), path_(path), violations_(*violations) {}

  Event Convert(const v1::Event& from);

 private:
  FieldPath Field(absl::string_view name) const {
    return FieldPath(path_, name);
  }
  void ConvertEnvelope(const v1::Event& from);
  void ConvertTime(const v1::Event& from);
  void ConvertResource(const v1::Event& from);
  void ConvertVerb(const v1::Event& from);
  void ConvertAnswered(const v1::Answered& from);
  void ConvertKcs(const v1::Answered& from, const FieldPath& answered);
  void ConvertAssigned(const v1::Assigned& from);
  void ConvertDismissed(const v1::Dismissed& from);
  template <typename VerbMessage>
  void ConvertTimeSpent(const VerbMessage& from, const FieldPath& verb);

  const EventContext& context_;
  const FieldPath& path_;
  FieldViolations& violations_;
  Event event_;
  ResourceIndex resource_ = ResourceIndex::kNone;
};

Event EventConverter::Convert(const v1::Event& from) {
  ConvertEnvelope(from);
  ConvertTime(from);
  ConvertResource(from);
  ConvertVerb(from);
  return std::move(event_);
}

void EventConverter::ConvertEnvelope(const v1::Event& from) {
  if (!IsValidId(from.event_id())) {
    violations_.Add(Field("event_id"),
                    absl::StrCat(Quoted(from.event_id()), " is not ", kIdRule));
  }
  event_.id = from.event_id();
  event_.actor = ActorIn(from.actor(), Field("actor"), &violations_);
  event_.phase = ToPhase(from.phase(), Field("phase"), &violations_);
  event_.list = OptionalIdIn(kLists, from.list(), Field("list"), &violations_);
  event_.time_is_order = from.time_is_order();
}

void EventConverter::ConvertTime(const v1::Event& from) {
  const FieldPath path = Field("event_time");
  if (!from.has_event_time()) {
    violations_.Add(path, "is required");
    return;
  }
  event_.time = ToTime(from.event_time(), path, &violations_);
  if (event_.time > context_.now + kMaxEventLead) {
    violations_.Add(path,
                    absl::StrCat(FormatUtc(event_.time),
                                 " is more than five minutes ahead of the "
                                 "server's time, ",
                                 FormatUtc(context_.now)));
  }
}

void EventConverter::ConvertResource(const v1::Event& from) {
  const FieldPath path = Field("resource");
  if (from.resource().empty()) {
    if (!from.has_attended()) violations_.Add(path, "is required");
    return;
  }
  event_.resource = IdIn(kResources, from.resource(), path, &violations_);
  if (event_.resource.empty()) return;
  resource_ = context_.catalog.FindResource(event_.resource);
  if (resource_ == ResourceIndex::kNone) {
    violations_.Add(
        path, absl::StrCat(Quoted(from.resource()), " is not in the catalog"));
  }
}

template <typename VerbMessage>
void EventConverter::ConvertTimeSpent(const VerbMessage& from,
                                      const FieldPath& verb) {
  if (!from.has_time_spent()) return;
  event_.time_spent = ToTimeSpent(from.time_spent(),
                                  FieldPath(verb, "time_spent"), &violations_);
}

void EventConverter::ConvertVerb(const v1::Event& from) {
  switch (from.verb_case()) {
    case v1::Event::kViewed:
      event_.verb = Verb::kViewed;
      return ConvertTimeSpent(from.viewed(), Field("viewed"));
    case v1::Event::kCompleted:
      event_.verb = Verb::kCompleted;
      return ConvertTimeSpent(from.completed(), Field("completed"));
    case v1::Event::kAnswered:
      event_.verb = Verb::kAnswered;
      return ConvertAnswered(from.answered());
    case v1::Event::kRated:
      event_.verb = Verb::kRated;
      event_.stars = from.rated().stars();
      return CheckRange(event_.stars, 1, 5, FieldPath(Field("rated"), "stars"),
                        &violations_);
    case v1::Event::kBookmarked:
      event_.verb = Verb::kBookmarked;
      return;
    case v1::Event::kDismissed:
      event_.verb = Verb::kDismissed;
      return ConvertDismissed(from.dismissed());
    case v1::Event::kAssigned:
      event_.verb = Verb::kAssigned;
      return ConvertAssigned(from.assigned());
    case v1::Event::kAttended:
      event_.verb = Verb::kAttended;
      return ConvertTimeSpent(from.attended(), Field("attended"));
    case v1::Event::kRecommended:
      return violations_.Add(Field("recommended"),
                             "is written by the service only");
    case v1::Event::kPushed:
      return violations_.Add(Field("pushed"), "is written by the service only");
    case v1::Event::kDelivered:
      return violations_.Add(Field("delivered"),
                             "is written by the service only");
    case v1::Event::VERB_NOT_SET:
      return violations_.Add(
          Field("verb"),
          "is required: one of viewed, completed, answered, "
          "rated, bookmarked, dismissed, assigned, attended");
  }
}

void EventConverter::ConvertAnswered(const v1::Answered& from) {
  const FieldPath path = Field("answered");
  ConvertTimeSpent(from, path);
  ConvertKcs(from, path);
  if (!from.question().empty() && !IsValidId(from.question())) {
    violations_.Add(FieldPath(path, "question"),
                    absl::StrCat(Quoted(from.question()), " is not ", kIdRule));
  }
  event_.question = from.question();
  switch (from.outcome_case()) {
    case v1::Answered::kCorrect:
      event_.score = from.correct() ? 1.0f : 0.0f;
      return;
    case v1::Answered::kScore:
      event_.score = from.score();
      event_.is_graded = true;
      return CheckRange(from.score(), 0.0f, 1.0f, FieldPath(path, "score"),
                        &violations_);
    case v1::Answered::OUTCOME_NOT_SET:
      return violations_.Add(FieldPath(path, "outcome"),
                             "is required: correct or score");
  }
}

void EventConverter::ConvertKcs(const v1::Answered& from,
                                const FieldPath& answered) {
  if (from.knowledge_components().empty()) {
    if (resource_ == ResourceIndex::kNone) return;
    for (const KcIndex kc : context_.catalog.KcsOf(resource_)) {
      event_.kcs.push_back(context_.catalog.kc(kc).id);
    }
    return;
  }
  event_.kcs = ToIds(kKcs, from.knowledge_components(), answered,
                     "knowledge_components", kMaxKcs, &violations_);
  for (int index = 0; index < from.knowledge_components_size(); ++index) {
    absl::string_view id = from.knowledge_components(index);
    if (!absl::ConsumePrefix(&id, kKcs) || !IsValidId(id)) continue;  // Said.
    if (context_.catalog.FindKc(id) != KcIndex::kNone) continue;
    violations_.Add(FieldPath(answered, "knowledge_components", index),
                    absl::StrCat(Quoted(from.knowledge_components(index)),
                                 " is not in the catalog"));
  }
}

void EventConverter::ConvertDismissed(const v1::Dismissed& from) {
  if (!v1::DismissReason_IsValid(from.reason())) {
    violations_.Add(FieldPath(Field("dismissed"), "reason"),
                    absl::StrCat(from.reason(), " is no reason to dismiss"));
    return;
  }
  event_.dismiss_reason = static_cast<DismissReason>(from.reason());
}

void EventConverter::ConvertAssigned(const v1::Assigned& from) {
  const FieldPath path = Field("assigned");
  if (from.class_name().empty() && from.learners().empty()) {
    violations_.Add(path, "names neither class_name nor learners");
  }
  event_.class_id = OptionalIdIn(kClasses, from.class_name(),
                                 FieldPath(path, "class_name"), &violations_);
  event_.learners = ToIds(kLearners, from.learners(), path, "learners",
                          kMaxAssignedLearners, &violations_);
  if (from.has_due_time()) {
    event_.due_time =
        ToTime(from.due_time(), FieldPath(path, "due_time"), &violations_);
  }
}

template <typename VerbMessage>
void SetTimeSpent(absl::Duration time_spent, VerbMessage* verb) {
  if (time_spent > absl::ZeroDuration()) {
    *verb->mutable_time_spent() = ToDuration(time_spent);
  }
}

void FromAnswered(const Event& event, v1::Answered* answered) {
  answered->set_question(event.question);
  for (const KcId& kc : event.kcs) {
    answered->add_knowledge_components(NameOf(kKcs, kc));
  }
  if (event.is_graded) {
    answered->set_score(event.score);
  } else {
    answered->set_correct(event.score >= kCorrectScore);
  }
  SetTimeSpent(event.time_spent, answered);
}

void FromAssigned(const Event& event, v1::Assigned* assigned) {
  if (!event.class_id.empty()) {
    assigned->set_class_name(NameOf(kClasses, event.class_id));
  }
  for (const LearnerId& learner : event.learners) {
    assigned->add_learners(NameOf(kLearners, learner));
  }
  if (event.due_time != absl::InfinitePast()) {
    *assigned->mutable_due_time() = ToTimestamp(event.due_time);
  }
}

void FromListed(const Event& event,
                google::protobuf::RepeatedPtrField<v1::ListedResource>* out) {
  for (const ListedResource& listed : event.listed) {
    v1::ListedResource* added = out->Add();
    added->set_resource(NameOf(kResources, listed.resource));
    added->set_position(listed.position);
    added->set_propensity(listed.propensity);
  }
}

void FromRecommended(const Event& event, v1::Recommended* recommended) {
  FromListed(event, recommended->mutable_resources());
  recommended->set_model_version(event.model_version);
  recommended->set_catalog_version(event.catalog_version);
  recommended->set_policy_version(event.policy_version);
}

void FromVerb(const Event& event, v1::Event* out) {
  switch (event.verb) {
    case Verb::kUnspecified:
      return;
    case Verb::kViewed:
      return SetTimeSpent(event.time_spent, out->mutable_viewed());
    case Verb::kCompleted:
      return SetTimeSpent(event.time_spent, out->mutable_completed());
    case Verb::kAnswered:
      return FromAnswered(event, out->mutable_answered());
    case Verb::kRated:
      return out->mutable_rated()->set_stars(event.stars);
    case Verb::kBookmarked:
      out->mutable_bookmarked();
      return;
    case Verb::kDismissed:
      return out->mutable_dismissed()->set_reason(
          static_cast<v1::DismissReason>(event.dismiss_reason));
    case Verb::kAssigned:
      return FromAssigned(event, out->mutable_assigned());
    case Verb::kAttended:
      return SetTimeSpent(event.time_spent, out->mutable_attended());
    case Verb::kRecommended:
      return FromRecommended(event, out->mutable_recommended());
    case Verb::kPushed:
      return FromListed(event, out->mutable_pushed()->mutable_resources());
    case Verb::kDelivered:
      out->mutable_delivered();
      return;
  }
}

}  // namespace

Event ToEvent(const v1::Event& event, const EventContext& context,
              const FieldPath& path, FieldViolations* violations) {
  return EventConverter(context, path, violations).Convert(event);
}

v1::Event FromEvent(const Event& event) {
  v1::Event out;
  out.set_event_id(event.id);
  out.set_actor(NameOf(event.actor));
  *out.mutable_event_time() = ToTimestamp(event.time);
  if (!event.resource.empty()) {
    out.set_resource(NameOf(kResources, event.resource));
  }
  out.set_phase(static_cast<v1::Phase>(event.phase));
  if (!event.list.empty()) out.set_list(NameOf(kLists, event.list));
  out.set_time_is_order(event.time_is_order);
  out.set_sequence(event.sequence);
  FromVerb(event, &out);
  return out;
}

}  // namespace evenlight
