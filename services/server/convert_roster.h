// Schools, classes and people between the wire and core/roster.h. That what
// they name exists is checked by services/server/roster_service.cc.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_ROSTER_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_ROSTER_H_

#include "core/roster.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class Person;
class School;
class SchoolClass;
}  // namespace v1

// Every fault is a violation below `path`.
School ToSchool(const v1::School& from, const FieldPath& path,
                FieldViolations* violations);
SchoolClass ToSchoolClass(const v1::SchoolClass& from, const FieldPath& path,
                          FieldViolations* violations);
Person ToPerson(const v1::Person& from, const FieldPath& path,
                FieldViolations* violations);

v1::SchoolClass FromSchoolClass(const SchoolClass& from);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_ROSTER_H_
