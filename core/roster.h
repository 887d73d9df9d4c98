// Schools, classes and people, as plain values.

#ifndef EVENLIGHT_CORE_ROSTER_H_
#define EVENLIGHT_CORE_ROSTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/ids.h"
#include "core/resource.h"

namespace evenlight {

// Stored and equal to evenlight.v1.Tier.
enum class Tier : uint8_t {
  kUnspecified = 0,
  kUrban = 1,
  kCountyTown = 2,
  kTownship = 3,
  kVillage = 4,
  kTeachingPoint = 5,
};

struct School {
  SchoolId id;
  std::string title;
  std::string region;
  Tier tier = Tier::kUnspecified;

  friend bool operator==(const School&, const School&) = default;
};

struct SchoolClass {
  ClassId id;
  std::string title;
  SchoolId school;
  int32_t grade = 0;  // 0: unknown.
  // The service pushes nothing to it unasked; teachers do.
  bool suggest_only = false;

  friend bool operator==(const SchoolClass&, const SchoolClass&) = default;
};

// A learner or a teacher.
struct Person {
  Actor actor;
  SchoolId school;
  std::vector<ClassId> classes;
  int32_t grade = 0;     // 0: that of the first class.
  std::string language;  // BCP 47; empty: not known.
  AccessibilitySet accessibility_needs = 0;
  int32_t bandwidth_kbps = 0;  // 0: no restriction.

  friend bool operator==(const Person&, const Person&) = default;
};

// The members of a class, each list in order.
struct ClassMembers {
  std::vector<LearnerId> learners;
  std::vector<std::string> teachers;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_ROSTER_H_
