// One entry of the learning track, as a plain value.

#ifndef EVENLIGHT_CORE_EVENT_H_
#define EVENLIGHT_CORE_EVENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"

namespace evenlight {

// What happened. Stored; do not renumber.
enum class Verb : uint8_t {
  kUnspecified = 0,
  kViewed = 1,
  kCompleted = 2,
  kAnswered = 3,
  kRated = 4,
  kBookmarked = 5,
  kDismissed = 6,
  kAssigned = 7,
  kAttended = 8,
  kRecommended = 9,
  kPushed = 10,
  kDelivered = 11,
};

// The part of the school day. Stored and equal to evenlight.v1.Phase.
enum class Phase : uint8_t {
  kUnspecified = 0,
  kPreClass = 1,
  kInClass = 2,
  kPostClass = 3,
  kSelfStudy = 4,
};

// Stored and equal to evenlight.v1.DismissReason.
enum class DismissReason : uint8_t {
  kUnspecified = 0,
  kTooHard = 1,
  kTooEasy = 2,
  kNotInterested = 3,
  kAlreadyKnown = 4,
};

// Who acts. Stored; do not renumber.
enum class ActorKind : uint8_t { kLearner = 1, kTeacher = 2 };

struct Actor {
  ActorKind kind = ActorKind::kLearner;
  std::string id;

  friend bool operator==(const Actor&, const Actor&) = default;
};

// One line of a list that was shown.
struct ListedResource {
  ResourceId resource;
  int32_t position = 0;  // From 1.
  float propensity = 1;  // In (0, 1].

  friend bool operator==(const ListedResource&,
                         const ListedResource&) = default;
};

// From this score on an answer counts as correct for mastery.
inline constexpr float kCorrectScore = 0.5f;

// Fields that a verb does not use keep their defaults.
struct Event {
  EventId id;
  Actor actor;
  absl::Time time;  // Whole microseconds.
  Verb verb = Verb::kUnspecified;
  Phase phase = Phase::kUnspecified;
  ResourceId resource;
  ListId list;
  bool time_is_order = false;  // Only the order of times is meant.
  int64_t sequence = 0;        // Commit sequence of the tenant; 0: not stored.

  // Answered.
  ResourceId question;     // Empty: the resource is the question.
  std::vector<KcId> kcs;   // Resolved against the catalog when recorded.
  float score = 0;         // In [0, 1]; 1 and 0 for right and wrong.
  bool is_graded = false;  // A score was sent, not right or wrong.

  absl::Duration time_spent;  // Viewed, completed, answered, attended.
  int32_t stars = 0;          // Rated: 1-5.
  DismissReason dismiss_reason = DismissReason::kUnspecified;

  // Assigned.
  ClassId class_id;
  std::vector<LearnerId> learners;
  absl::Time due_time = absl::InfinitePast();  // InfinitePast: none.

  // Recommended, pushed.
  std::vector<ListedResource> listed;
  int64_t model_version = 0;
  int64_t catalog_version = 0;
  int64_t policy_version = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

// Where an event stands in an actor's track: by time, then by id.
struct TrackPosition {
  absl::Time time = absl::InfinitePast();
  EventId id;

  friend auto operator<=>(const TrackPosition& a, const TrackPosition& b) {
    if (a.time != b.time) {
      return a.time < b.time ? std::strong_ordering::less
                             : std::strong_ordering::greater;
    }
    return a.id <=> b.id;
  }
  friend bool operator==(const TrackPosition&, const TrackPosition&) = default;
};

inline TrackPosition PositionOf(const Event& event) {
  return {event.time, event.id};
}

// True if the verb changes a learner's state. Lists that the service showed,
// and that a push arrived, are on the track but say nothing about the learner;
// they are never folded and never make a state stale.
inline bool IsFolded(Verb verb) {
  return verb != Verb::kRecommended && verb != Verb::kPushed &&
         verb != Verb::kDelivered && verb != Verb::kAssigned &&
         verb != Verb::kUnspecified;
}

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_EVENT_H_
