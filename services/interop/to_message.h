// Plain values as messages of the API, to send them or to write them as JSON
// lines.

#ifndef EVENLIGHT_SERVICES_INTEROP_TO_MESSAGE_H_
#define EVENLIGHT_SERVICES_INTEROP_TO_MESSAGE_H_

#include "core/event.h"
#include "core/resource.h"
#include "core/roster.h"

namespace evenlight {

namespace v1 {
class Event;
class KnowledgeComponent;
class Person;
class Resource;
class School;
class SchoolClass;
}  // namespace v1

// Each fills an empty message. What only the service sets is left out:
// sequences, lists that were shown, hidden, create times.

void ToMessage(const Event& event, v1::Event* message);
void ToMessage(const KnowledgeComponent& kc, v1::KnowledgeComponent* message);
void ToMessage(const Resource& resource, v1::Resource* message);
void ToMessage(const School& school, v1::School* message);
void ToMessage(const SchoolClass& school_class, v1::SchoolClass* message);
void ToMessage(const Person& person, v1::Person* message);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_TO_MESSAGE_H_
