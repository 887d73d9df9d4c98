// What is wrong with a request, all of it at once: field paths and
// descriptions, collected while it is converted.

#ifndef EVENLIGHT_SERVICES_SERVER_FIELD_VIOLATIONS_H_
#define EVENLIGHT_SERVICES_SERVER_FIELD_VIOLATIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// Where in a request a value stands, as `events[3].answered.score`. A chain of
// views on the stack: the text is only made when something is wrong. A path
// must not outlive its parent.
class FieldPath {
 public:
  // The request itself: no text.
  FieldPath() = default;

  // A field of `parent`; the element `index` of it if that is not negative.
  FieldPath(const FieldPath& parent, absl::string_view name, int index = -1)
      : parent_(&parent), name_(name), index_(index) {}

  std::string ToString() const;

 private:
  const FieldPath* parent_ = nullptr;
  absl::string_view name_;
  int index_ = -1;
};

// A client's value as it may stand in a message: in backquotes, escaped, and
// cut when it is long.
std::string Quoted(absl::string_view value);

// One thread. A request of 8 MiB can hold millions of faults: the first
// thousand are kept, the others counted.
class FieldViolations {
 public:
  struct Violation {
    std::string field;
    std::string description;
  };

  void Add(const FieldPath& path, absl::string_view description);

  // Adds those of `others`.
  void Append(FieldViolations others);

  bool empty() const { return violations_.empty(); }
  const std::vector<Violation>& violations() const { return violations_; }

  // OK if empty; else an error of `code` whose message names the first
  // violation, and which carries all of them as google.rpc.BadRequest. As many
  // as fit into a trailer: a client refuses one that is larger than 8 KiB.
  absl::Status ToStatus(
      absl::StatusCode code = absl::StatusCode::kInvalidArgument) const;

 private:
  std::vector<Violation> violations_;
  size_t num_dropped_ = 0;  // After these.
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_FIELD_VIOLATIONS_H_
