#include "services/interop/to_message.h"

#include "absl/strings/str_cat.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "evenlight/v1/roster_service.pb.h"

namespace evenlight {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t micros = absl::ToUnixMicros(time);
  message->set_seconds(micros / 1'000'000);
  message->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
}

// Leaves a field of type Duration unset for zero.
template <typename Message>
void SetTimeSpent(absl::Duration spent, Message* message) {
  if (spent <= absl::ZeroDuration()) return;
  const int64_t micros = absl::ToInt64Microseconds(spent);
  message->mutable_time_spent()->set_seconds(micros / 1'000'000);
  message->mutable_time_spent()->set_nanos(
      static_cast<int32_t>(micros % 1'000'000) * 1'000);
}

std::string ActorName(const Actor& actor) {
  return absl::StrCat(
      actor.kind == ActorKind::kTeacher ? "teachers/" : "learners/", actor.id);
}

std::string NameOrEmpty(absl::string_view collection, const std::string& id) {
  return id.empty() ? "" : absl::StrCat(collection, "/", id);
}

void SetAnswered(const Event& event, v1::Answered* answered) {
  answered->set_question(event.question);
  for (const KcId& kc : event.kcs) {
    answered->add_knowledge_components(
        absl::StrCat("knowledgeComponents/", kc));
  }
  if (event.is_graded) {
    answered->set_score(event.score);
  } else {
    answered->set_correct(event.score >= kCorrectScore);
  }
  SetTimeSpent(event.time_spent, answered);
}

void SetAssigned(const Event& event, v1::Assigned* assigned) {
  assigned->set_class_name(NameOrEmpty("classes", event.class_id));
  for (const LearnerId& learner : event.learners) {
    assigned->add_learners(absl::StrCat("learners/", learner));
  }
  if (event.due_time != absl::InfinitePast()) {
    SetTime(event.due_time, assigned->mutable_due_time());
  }
}

void SetVerb(const Event& event, v1::Event* message) {
  switch (event.verb) {
    case Verb::kViewed:
      return SetTimeSpent(event.time_spent, message->mutable_viewed());
    case Verb::kCompleted:
      return SetTimeSpent(event.time_spent, message->mutable_completed());
    case Verb::kAnswered:
      return SetAnswered(event, message->mutable_answered());
    case Verb::kRated:
      return message->mutable_rated()->set_stars(event.stars);
    case Verb::kBookmarked:
      message->mutable_bookmarked();
      return;
    case Verb::kDismissed:
      return message->mutable_dismissed()->set_reason(
          static_cast<v1::DismissReason>(event.dismiss_reason));
    case Verb::kAssigned:
      return SetAssigned(event, message->mutable_assigned());
    case Verb::kAttended:
      return SetTimeSpent(event.time_spent, message->mutable_attended());
    case Verb::kRecommended:
    case Verb::kPushed:
    case Verb::kDelivered:
    case Verb::kUnspecified:
      return;  // The service writes these.
  }
}

template <typename Message>
void AddFeatures(AccessibilitySet set, Message* out) {
  for (int feature = 1; feature < 32; ++feature) {
    if ((set >> feature & 1) != 0) out->Add(feature);
  }
}

}  // namespace

void ToMessage(const Event& event, v1::Event* message) {
  message->set_event_id(event.id);
  message->set_actor(ActorName(event.actor));
  SetTime(event.time, message->mutable_event_time());
  message->set_resource(NameOrEmpty("resources", event.resource));
  message->set_phase(static_cast<v1::Phase>(event.phase));
  message->set_list(NameOrEmpty("lists", event.list));
  message->set_time_is_order(event.time_is_order);
  SetVerb(event, message);
}

void ToMessage(const KnowledgeComponent& kc, v1::KnowledgeComponent* message) {
  message->set_name(absl::StrCat("knowledgeComponents/", kc.id));
  message->set_title(kc.title);
  message->set_subject(kc.subject);
  for (const KcId& prerequisite : kc.prerequisites) {
    message->add_prerequisites(
        absl::StrCat("knowledgeComponents/", prerequisite));
  }
  message->set_grade(kc.grade);
  message->set_imported(kc.imported);
}

void ToMessage(const Resource& resource, v1::Resource* message) {
  message->set_name(absl::StrCat("resources/", resource.id));
  message->set_title(resource.title);
  message->set_kind(static_cast<v1::ResourceKind>(resource.kind));
  for (const KcId& kc : resource.kcs) {
    message->add_knowledge_components(absl::StrCat("knowledgeComponents/", kc));
  }
  message->set_subject(resource.subject);
  message->set_min_grade(resource.min_grade);
  message->set_max_grade(resource.max_grade);
  message->set_language(resource.language);
  message->set_minutes(resource.minutes);
  if (resource.difficulty) message->set_difficulty(*resource.difficulty);
  message->set_provider(resource.provider);
  message->set_author(resource.author);
  for (int phase = 1; phase <= 4; ++phase) {
    if ((resource.phases >> phase & 1) != 0) {
      message->add_phases(static_cast<v1::Phase>(phase));
    }
  }
  AddFeatures(resource.accessibility,
              message->mutable_accessibility_features());
  message->set_bandwidth_kbps(resource.bandwidth_kbps);
  message->set_link(resource.link);
  if (resource.publish_time != absl::InfinitePast()) {
    SetTime(resource.publish_time, message->mutable_publish_time());
  }
  if (resource.expire_time != absl::InfiniteFuture()) {
    SetTime(resource.expire_time, message->mutable_expire_time());
  }
  message->set_imported(resource.imported);
}

void ToMessage(const School& school, v1::School* message) {
  message->set_name(absl::StrCat("schools/", school.id));
  message->set_title(school.title);
  message->set_region(school.region);
  message->set_tier(static_cast<v1::Tier>(school.tier));
}

void ToMessage(const SchoolClass& school_class, v1::SchoolClass* message) {
  message->set_name(absl::StrCat("classes/", school_class.id));
  message->set_title(school_class.title);
  message->set_school(NameOrEmpty("schools", school_class.school));
  message->set_grade(school_class.grade);
}

void ToMessage(const Person& person, v1::Person* message) {
  message->set_name(ActorName(person.actor));
  message->set_school(NameOrEmpty("schools", person.school));
  for (const ClassId& id : person.classes) {
    message->add_classes(absl::StrCat("classes/", id));
  }
  message->set_grade(person.grade);
  message->set_language(person.language);
  AddFeatures(person.accessibility_needs,
              message->mutable_accessibility_needs());
  message->set_bandwidth_kbps(person.bandwidth_kbps);
}

}  // namespace evenlight
