// A roster as one CSV file: a row per school, class, learner or teacher.
//
//   type           school, class, learner or teacher      required
//   id             1-64 characters of [A-Za-z0-9._-]       required
//   title, region  of a school; title also of a class
//   tier           of a school: urban, county_town, township, village,
//                  teaching_point
//   school         of the others: the id of their school
//   grade          of a class or learner: 1-12
//   classes        of a learner or teacher: ids parted by `;`
//   language       of a learner or teacher: a BCP 47 tag
//   accessibility  what a learner needs, parted by `;`: captions,
//                  sign_language, screen_reader, large_print, no_time_limit,
//                  keyboard_only
//   bandwidth_kbps at the learner's usual place
//
// Rows may stand in any order.

#ifndef EVENLIGHT_SERVICES_INTEROP_ROSTER_CSV_H_
#define EVENLIGHT_SERVICES_INTEROP_ROSTER_CSV_H_

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/roster.h"
#include "services/interop/line_reader.h"

namespace evenlight {

struct RosterFile {
  std::vector<Lined<School>> schools;
  std::vector<Lined<SchoolClass>> classes;
  std::vector<Lined<Person>> people;
  std::vector<RefusedRow> refused;
  std::vector<std::string> ignored_columns;
};

// INVALID_ARGUMENT: the header lacks a required column; the message names the
// columns found. A second row with the same type and id is refused.
absl::StatusOr<RosterFile> ReadRosterCsv(std::istream* in);

// Writes what ReadRosterCsv() reads.
void WriteRosterCsv(absl::Span<const School> schools,
                    absl::Span<const SchoolClass> classes,
                    absl::Span<const Person> people, std::ostream* out);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_ROSTER_CSV_H_
