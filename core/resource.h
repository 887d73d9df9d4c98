// Resources and knowledge components, as plain values.

#ifndef EVENLIGHT_CORE_RESOURCE_H_
#define EVENLIGHT_CORE_RESOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"

namespace evenlight {

// Stored and equal to evenlight.v1.ResourceKind.
enum class ResourceKind : uint8_t {
  kUnspecified = 0,
  kExercise = 1,
  kVideo = 2,
  kText = 3,
  kAudio = 4,
  kMicroCourse = 5,
  kInteractive = 6,
  kQuiz = 7,
  kLessonPlan = 8,
  kLiveSession = 9,
};

// True if learners answer it: it has a success probability, and it may come
// back as a review.
inline bool IsPractice(ResourceKind kind) {
  return kind == ResourceKind::kExercise || kind == ResourceKind::kQuiz;
}

// Accessibility features or needs as a set of bits: bit n is the feature with
// number n of evenlight.v1.AccessibilityFeature.
using AccessibilitySet = uint32_t;

// Phases as a set of bits: bit n is Phase n. 0 means all.
using PhaseSet = uint32_t;

inline bool FitsPhase(PhaseSet phases, Phase phase) {
  return phases == 0 || phase == Phase::kUnspecified ||
         (phases >> static_cast<int>(phase) & 1) != 0;
}

struct Resource {
  ResourceId id;
  std::string title;
  ResourceKind kind = ResourceKind::kUnspecified;
  std::vector<KcId> kcs;
  std::string subject;
  int32_t min_grade = 0;            // 0: any.
  int32_t max_grade = 0;            // 0: any.
  std::string language;             // BCP 47; empty: does not matter.
  float minutes = 3;                // (0, 600].
  std::optional<float> difficulty;  // [0, 1], higher is harder.
  std::string provider;
  std::string author;
  PhaseSet phases = 0;
  AccessibilitySet accessibility = 0;
  int32_t bandwidth_kbps = 0;
  std::string link;
  absl::Time publish_time = absl::InfinitePast();
  absl::Time expire_time = absl::InfiniteFuture();
  bool hidden = false;
  bool imported = false;
  absl::Time create_time = absl::UnixEpoch();

  friend bool operator==(const Resource&, const Resource&) = default;
};

struct KnowledgeComponent {
  KcId id;
  std::string title;
  std::string subject;
  std::vector<KcId> prerequisites;
  int32_t grade = 0;  // 0: unknown.
  bool imported = false;

  friend bool operator==(const KnowledgeComponent&,
                         const KnowledgeComponent&) = default;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_RESOURCE_H_
