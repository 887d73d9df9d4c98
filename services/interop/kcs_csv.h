// Knowledge components with their prerequisites as CSV, in two forms:
//
//   entries  a kc per row: `kc` or `id` (required), `title`, `subject`,
//            `grade`, `prerequisites` parted by `;`
//   edges    a prerequisite per row: `prerequisite` or `prerequisite_id`, and
//            `kc` or `exercise_id`; rows are gathered by kc
//
// Cycles and self-loops are kept: the service reports and handles them.

#ifndef EVENLIGHT_SERVICES_INTEROP_KCS_CSV_H_
#define EVENLIGHT_SERVICES_INTEROP_KCS_CSV_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/resource.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// The most prerequisites of a kc, as evenlight.v1.KnowledgeComponent.
inline constexpr int kMaxPrerequisites = 64;

struct KcsFile {
  // True for edges: entries have an id and prerequisites only, and one without
  // prerequisites was just named as one.
  bool is_edges = false;
  int64_t num_edges = 0;
  // Each id once, in the order of first appearance. Without a title the id is
  // the title; those of edges are marked imported.
  std::vector<Lined<KnowledgeComponent>> kcs;
  std::vector<RefusedRow> refused;
  std::vector<std::string> ignored_columns;
};

// INVALID_ARGUMENT: the header is neither form; the message names the columns.
absl::StatusOr<KcsFile> ReadKcsCsv(std::istream* in);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_KCS_CSV_H_
